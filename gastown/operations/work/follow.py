"""What becomes ready in a convoy that was slung follows onto a hook by itself."""

import logging
from collections.abc import Sequence

from gastown.domain.assignments import Caller
from gastown.errors import GastownError
from gastown.ledger import agents, convoys
from gastown.ledger.agents import AgentRow
from gastown.operations.work.sling import Slung, sling
from gastown.town import Town

log = logging.getLogger("gastown.supervisor")


def _is_worker(agent: AgentRow) -> bool:
    """Whether it takes a slot: one of many of a rig, and not there for its own sake."""
    return agent.rig is not None and agent.name != agent.role and agent.wanted_at is None


def follow(town: Town) -> Sequence[Slung]:
    """Sling what became ready in slung convoys since; in the name of whoever slung the convoy.

    No more than there are free slots, so that a convoy of thousands flows and does not flood. Only beads that were
    never on a hook: what came back from the queue, or was taken back, is somebody's decision. One that cannot be
    slung now (its rig is parked, say) stays ready, and is tried at the next look.
    """
    taken = sum(_is_worker(agent) and agent.hook_bead is not None for agent in agents.all_agents(town.ledger))
    free = town.settings.max_polecats - taken
    slung: list[Slung] = []
    for bead in convoys.following(town.ledger, town.clock.now(), free) if free > 0 else ():
        try:
            slung.append(sling(town, bead.bead, bead.target, runtime=bead.runtime, by=Caller(bead.by)))
        except GastownError as refusal:
            log.info("%s is ready in a slung convoy, and stays: %s", bead.bead, refusal.message)
    return slung
