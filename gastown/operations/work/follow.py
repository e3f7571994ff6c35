"""What becomes ready in a convoy that was slung follows onto a hook by itself."""

import logging
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.errors import GastownError
from gastown.ledger import agents, convoys
from gastown.ledger.agents import AgentRow
from gastown.operations.work.sling import Slung, sling
from gastown.town import Town

LOOKED_AT = 200
"""Beads that one look tries at the most."""

log = logging.getLogger("gastown.supervisor")


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed. `refused`: something is ready and could not go now. `due`: when time alone makes more ready."""

    slung: tuple[Slung, ...]
    refused: bool
    due: datetime | None


def follow(town: Town) -> Followed:
    """Sling what became ready in slung convoys since; in the name of whoever slung the convoy.

    No more than there are free slots, so that a convoy of thousands flows and does not flood. Only beads that were
    never on a hook: what came back from the queue, or was taken back, is somebody's decision. One that cannot be
    slung now (its rig is parked, the one agent it was slung at is busy) stays ready, and keeps no other convoy waiting.
    """
    now = town.clock.now()
    free = town.settings.max_polecats - sum(map(_is_at_work, agents.all_agents(town.ledger)))
    slung: list[Slung] = []
    stuck = set[tuple[str, str | None]]()
    for bead in convoys.following(town.ledger, now, LOOKED_AT) if free > 0 else ():
        if len(slung) >= free:
            break
        if (bead.convoy, bead.rig) in stuck:
            continue
        try:
            slung.append(sling(town, bead.bead, bead.target, runtime=bead.runtime, by=Caller(bead.by)))
        except GastownError as refusal:
            stuck.add((bead.convoy, bead.rig))
            log.info("%s is ready in a slung convoy, and stays: %s", bead.bead, refusal.message)
    return Followed(tuple(slung), bool(stuck), convoys.next_following(town.ledger, now))


def _is_at_work(agent: AgentRow) -> bool:
    """Whether it takes a slot: one of many of a rig, with work on its hook."""
    return agent.hook_bead is not None and agent.rig is not None and agent.name != agent.role
