"""Closing beads by hand: what was never on a hook, or what a person forces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.decide.closing import TOLD, EndFacts, check_closable, others_work
from gastown.domain.fields import check_text
from gastown.ledger import agents, bead_writes, beads, events, graph
from gastown.ledger.custody import Custody, custody
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.work.changeable import must_be_changeable
from gastown.operations.work.named import named
from gastown.town import Town

MOST_UNBLOCKED = 10
"""How many of the beads that became ready are named."""


@dataclass(frozen=True, slots=True)
class ClosedBead:
    """One bead that is closed now; `already`: it was before, and nothing changed."""

    id: str
    title: str
    reason: str
    already: bool
    forced: bool
    taken_from: str | None = None
    """Whose work it was, if a person closed what somebody had claimed."""


@dataclass(frozen=True, slots=True)
class Unblocked:
    """A bead that waited for what was closed, and is ready now."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed, and some of what became ready by it."""

    beads: Sequence[ClosedBead]
    unblocked: Sequence[Unblocked]


def close(town: Town, ids: Sequence[str], *, reason: str = "", force: bool = False, by: Caller) -> Closed:
    """Close all these beads or none; a parent may come with its children, in any order.

    Raises NotFound, and Refused for work that was ever on a hook or is in the queue, for a parent with open children
    and for a convoy with open beads: `force`, a person's only, closes what is in no queue, and is logged.
    """
    by.must_be_current()
    reason, now = check_text(reason, "reason").strip(), town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        wanted = named(ledger, ids)
        done = {
            bead.id: _close(town, ledger, bead.id, reason, force=force, by=by, now=now)
            for bead in children_first(ledger, wanted)
        }
        new = [identity for identity, (one, _) in done.items() if not one.already]
        unblocked = [Unblocked(*one) for one in graph.unblocked(ledger, new, now=now, most=MOST_UNBLOCKED)]
    if any(unhooked for _, unhooked in done.values()):
        from gastown.world.wake import ring

        ring(town.places.wake)
    return Closed([done[bead.id][0] for bead in wanted], unblocked)


def children_first(ledger: Database, wanted: Sequence[Bead]) -> Sequence[Bead]:
    """The same beads so that each comes before all that it is beneath, and convoys come last."""
    if len(wanted) < 2:  # noqa: PLR2004 - one has its order
        return wanted
    ids = {bead.id for bead in wanted}
    depth = {bead.id: len(ids.intersection(graph.ancestors(ledger, bead.id))) for bead in wanted}
    return sorted(wanted, key=lambda bead: (bead.type == "convoy", -depth[bead.id]))


def end_facts(ledger: Database, bead: Bead, hands: Custody, *, force: bool, by: Caller) -> EndFacts:
    """What decides whether the bead may be ended; what a person's force passes over is not looked at."""
    return EndFacts(
        bead=bead,
        human=by.is_human,
        force=force,
        by=by.address,
        serves=None if by.is_human or bead.type != "molecule" else graph.parent(ledger, bead.id),
        worker=hands.worker,
        handing_over=hands.handing_over,
        live_request=hands.live_request,
        children=() if force else graph.children(ledger, bead.id, most=TOLD + 1, only_open=True),
        tracked=() if force or bead.type != "convoy" else graph.open_tracked(ledger, bead.id, most=TOLD + 1),
    )


def _close(
    town: Town, ledger: Database, identity: str, reason: str, *, force: bool, by: Caller, now: datetime
) -> tuple[ClosedBead, bool]:
    """Close one bead; says too whether it was taken from a hook."""
    bead = beads.get(ledger, identity)  # a convoy may just have closed with what it tracks
    if bead.status is BeadStatus.CLOSED:
        return ClosedBead(bead.id, bead.title, bead.close_reason or "", already=True, forced=False), False
    if bead.type == "step" and not force:
        return _close_step(ledger, bead, reason, by, now), False
    hands = custody(ledger, bead.id)
    check_closable(end_facts(ledger, bead, hands, force=force, by=by))
    must_be_changeable(town, bead, by=by)
    forced = force and _is_in_the_way(ledger, bead, hands, by)
    unhooked = _unhook(ledger, bead, by, now)
    if bead.type == "convoy":
        _close_convoy(ledger, bead, reason, by, now)
    else:
        bead_writes.close(ledger, bead.id, reason, by=by.address, now=now)
        told = {"how": "by force, without a landing" if hands.worker else "by force"} if forced else {}
        events.append(ledger, by.address, "bead.closed", bead.id, now, reason=reason, forced=forced, **told)
    clear_steps(ledger, bead.id, by=by, now=now)
    end_of_tracked(ledger, bead.id, by=by, now=now)
    taken = others_work(bead, by.address)
    return ClosedBead(bead.id, bead.title, reason, already=False, forced=forced, taken_from=taken), unhooked


def _is_in_the_way(ledger: Database, bead: Bead, hands: Custody, by: Caller) -> bool:
    """Whether there was anything that force had to pass over."""
    facts = end_facts(ledger, bead, hands, force=False, by=by)
    return bool(facts.worker or facts.children or facts.tracked)


def _unhook(ledger: Database, bead: Bead, by: Caller, now: datetime) -> bool:
    assignment = agents.open_assignment_of_bead(ledger, bead.id) if bead.status is BeadStatus.HOOKED else None
    if assignment is None:
        return False
    from gastown.operations.work.unsling import put_back

    put_back(ledger, assignment, by=by, now=now)
    return True


def _close_convoy(ledger: Database, bead: Bead, reason: str, by: Caller, now: datetime) -> None:
    from gastown.operations.work import convoys

    if not convoys.finish(ledger, bead.id, by=by.address, now=now):
        convoys.give_up(ledger, bead.id, reason or "closed by hand", by=by.address, now=now)


def _close_step(ledger: Database, bead: Bead, reason: str, by: Caller, now: datetime) -> ClosedBead:
    """Close a step: in its turn, and by who is at it."""
    from gastown.operations.molecules.close_step import close_one

    close_one(ledger, bead.id, reason, by=by, now=now)
    return ClosedBead(bead.id, bead.title, reason, already=False, forced=False)


def clear_steps(ledger: Database, bead: str, *, by: Caller, now: datetime) -> None:
    """Inside the present transaction, remove the wisps of a bead that has just ended."""
    if graph.has_wisp(ledger, bead):
        from gastown.operations.molecules.of_work import clear

        clear(ledger, bead, by=by.address, now=now)


def end_of_tracked(ledger: Database, bead: str, *, by: Caller, now: datetime) -> None:
    """Inside the present transaction, let convoys end that track this bead, which has just ended."""
    if graph.is_tracked(ledger, bead):
        from gastown.operations.work.convoys import close_finished

        close_finished(ledger, bead, by=by.address, now=now)
