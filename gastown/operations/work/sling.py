"""Slinging: putting a bead on an agent's hook, from where it propels itself."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.convoys import LONE
from gastown.domain.decide.dispatch import SlingFacts, check_slingable, choose_polecat, taken_from
from gastown.domain.identity import CONVOY_PREFIX, AnyOf, Named, NotYet, parse_address, parse_target, polecat
from gastown.errors import Invalid, NotFound, Refused, Unavailable
from gastown.ledger import agents, bead_writes, beads, convoys, events, graph, incarnations, merges, waits
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.operations.molecules import of_work as steps
from gastown.operations.sessions.caller import fence
from gastown.operations.work.create import create, rig_of, usual_rig
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Slung:
    """What was slung where. `already`: it was on that hook before; `created`: the bead was made from text."""

    bead: str
    title: str
    agent: str
    generation: int
    convoy: str | None
    already: bool
    created: bool
    taken_from: str | None = None
    """To whom it was assigned before, if that was somebody else; unslung it is nobody's."""


def sling(
    town: Town, what: str, target: str | None = None, *, runtime: str | None = None, by: Caller
) -> Slung:
    """Put the bead `what`, or a new one with that text as its title, on a hook; wakes the supervisor.

    A wisp that is slung lasts from then on, with what it leans on.

    Raises Invalid for a target that cannot be understood, NotFound, and Refused with a reason when the bead is
    blocked, closed, taken or in the queue, the rig is parked, or the agent has something else on its hook.
    """
    by.must_be_current()
    check_runtime(town, runtime or town.settings.runtime)
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        bead, created = _bead(town, what, target, by)
        slung = _put(town, ledger, bead, _understand(town, bead, target), runtime, by)
    ring(town.places.wake)
    taken = None if slung[3] else taken_from(bead, slung[0], by.address)
    return Slung(bead.id, bead.title, *slung, created=created, taken_from=taken)


def check_runtime(town: Town, name: str) -> None:
    """Raise NotFound, Refused or Unavailable if no agent can be started here with that runtime."""
    runtime = town.runtime(name)
    if runtime.program and shutil.which(runtime.program) is None:
        raise Unavailable(f"{runtime.program} is not installed, or not on PATH", runtime.how_to_get_it)
    if name == "scripted" and not town.settings.scripted_allowed:
        raise Refused(
            "the scripted agent executes the text of beads, so it runs only in towns made for it",
            "gt install DIR --agent scripted",
        )


def _bead(town: Town, what: str, target: str | None, by: Caller) -> tuple[Bead, bool]:
    if not any(c.isspace() for c in what.strip()):
        try:
            return beads.get(town.ledger, what.strip()), False
        except NotFound as missing:
            hint = 'bd create "…", or sling a sentence to file it and sling it in one'
            raise NotFound(missing.message, hint) from missing
    return create(town, what, by=by, rig=_rig_for_text(town, target)), True


def _rig_for_text(town: Town, target: str | None) -> str:
    home = usual_rig(town)
    if home is None and not target:
        rigs = list(town.rigs)
        if not rigs:
            raise Invalid("the town has no rig to do that in", "gt rig add NAME URL_OR_PATH")
        raise Invalid(f"which rig is that for? the town has {', '.join(rigs)}", f'gt sling "…" {rigs[0]}')
    return _rig(_target(town, target, home))


def _understand(town: Town, bead: Bead, target: str | None) -> AnyOf | Named:
    home = bead.rig or rig_of(town, bead.id) or usual_rig(town)
    return _target(town, target, town.rig(home).name if home else None)


def _target(town: Town, target: str | None, home: str | None) -> AnyOf | Named:
    rigs = {name: settings.prefix for name, settings in town.rigs.items()}
    known = frozenset(agent.address for agent in agents.all_agents(town.ledger))
    match parse_target(target, bead_rig=home, rigs=rigs, polecats=known):
        case NotYet(what):
            raise Refused(f"work cannot be slung at {what} yet", "sling it at a rig or a polecat")
        case AnyOf() | Named() as wanted:
            town.rig(_rig(wanted))
            return wanted


def _rig(wanted: AnyOf | Named) -> str:
    return wanted.rig if isinstance(wanted, AnyOf) else str(wanted.address.rig)


def _is_there(holder: Assignment, wanted: AnyOf | Named, runtime: str | None) -> bool:
    """Whether this very sling has been done before."""
    there = parse_address(holder.agent)
    same = there.rig == wanted.rig if isinstance(wanted, AnyOf) else there == wanted.address
    return same and runtime in {None, holder.runtime}


def _put(  # noqa: PLR0917 - private
    town: Town, ledger: Database, bead: Bead, wanted: AnyOf | Named, runtime: str | None, by: Caller
) -> tuple[str, int, str | None, bool]:
    now, rig = town.clock.now(), _rig(wanted)
    holder = agents.open_assignment_of_bead(ledger, bead.id)
    if holder is not None and _is_there(holder, wanted, runtime):
        return holder.agent, holder.generation, convoys.convoy_of(ledger, bead.id), True
    live = merges.live_of_bead(ledger, bead.id)
    check_slingable(
        SlingFacts(
            bead, holder.agent if holder else None, f"{holder.started_at:%H:%M} UTC" if holder else "",
            _waits_for(ledger, bead.id), live.id if live else None, rig, town.rig(rig).parked,
            by=by.address, human=by.is_human, target=str(wanted.address) if isinstance(wanted, Named) else None,
            deferred=bead.defer_until is not None and bead.defer_until > now,
        )
    )  # fmt: skip
    address = wanted.address if isinstance(wanted, Named) else polecat(rig, _free_polecat(town, ledger, rig))
    if agents.add(ledger, address, now):
        events.append(ledger, by.address, "agent.created", str(address), now, role=address.role)
    if not agents.hook(ledger, str(address), bead.id):
        busy = agents.get(ledger, str(address))
        raise Refused(
            f"{address} has {busy.hook_bead if busy else 'something'} on its hook",
            f"gt sling {bead.id} {rig} finds another",
        )
    if bead.ephemeral:  # an assignment is recorded, and so is what it is about
        graph.keep(ledger, bead.id, by=by.address, now=now)
    if bead.rig is None:
        bead_writes.set_rig(ledger, bead.id, rig, by=by.address, now=now)
    bead_writes.set_status(
        ledger, bead.id, bead.status, BeadStatus.HOOKED, assignee=str(address), by=by.address, now=now
    )
    generation = agents.assign(ledger, bead.id, str(address), by=by.address, runtime=runtime, now=now)
    convoy = _convoy(ledger, bead, by, town)
    events.append(
        ledger,
        by.address,
        "bead.slung",
        bead.id,
        now,
        agent=str(address),
        generation=generation,
        runtime=runtime,
        molecule=steps.begin(town, ledger, bead, address, by=by.address, now=now),
    )
    return str(address), generation, convoy, False


def _waits_for(ledger: Database, bead: str) -> Sequence[str]:
    """What must close or be freed before the bead can be worked on: what blocks it, and a parent that is held up."""
    blockers, known = graph.open_blockers(ledger, bead), waits.held(ledger, bead)
    if known is None or known.parent is None or known.waits == len(blockers):
        return blockers
    return [*blockers, known.parent]


def _free_polecat(town: Town, ledger: Database, rig: str) -> str:
    known = [agent for agent in agents.all_agents(ledger, rig) if agent.role == "polecat"]
    free = [
        agent.name
        for agent in known
        if agent.hook_bead is None and agent.paused is None and _rests(ledger, agent.address)
    ]
    return choose_polecat(free, {agent.name for agent in known}, town.rig(rig).names)


def _rests(ledger: Database, address: str) -> bool:
    """Whether no session of the agent is left: one may be busy, or watched, long after its work was handed over."""
    newest = incarnations.newest(ledger, address)
    return newest is None or newest.ended_at is not None


def _convoy(ledger: Database, bead: Bead, by: Caller, town: Town) -> str:
    """The convoy that tracks the bead; a lone bead gets one of its own."""
    if (convoy := convoys.convoy_of(ledger, bead.id)) is not None:
        return convoy
    now = town.clock.now()
    new = NewBead(
        title=bead.title, prefix=CONVOY_PREFIX, type="convoy", priority=bead.priority, owner=by.address,
        metadata={LONE: True},
    )  # fmt: skip
    convoy = bead_writes.insert(ledger, new, by=by.address, now=now)
    graph.add_dependency(ledger, convoy, bead.id, "tracks", by=by.address, now=now)
    events.append(
        ledger,
        by.address,
        "convoy.created",
        convoy,
        now,
        title=bead.title,
        owner=by.address,
        tracks=[bead.id],
        beads=1,
    )
    return convoy
