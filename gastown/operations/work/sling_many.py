"""Slinging a convoy or an epic: what is ready in it, one bead after the other, each in a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.convoys import TrackedState, check_convoy
from gastown.domain.identity import CONVOY_PREFIX
from gastown.domain.roles import Capability
from gastown.errors import Busy, GastownError, NotFound, Refused, Unavailable
from gastown.ledger import bead_writes, beads, convoys, events, graph
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.convoys import TrackedBead
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.choice import check_runtime
from gastown.operations.sessions.permission import permit
from gastown.operations.work.convoys import reopen
from gastown.operations.work.sling import PUT_WORK, Slung, sling
from gastown.town import Town

MOST = 100
"""Beads that one call slings; a convoy of thousands is not put on hooks by one slip of a finger."""

TOLD = 100
"""Ids that an event names; there may be thousands."""

UNDER_WAY = frozenset({TrackedState.WORKING, TrackedState.QUEUED})
"""What needs no slinging any more: somebody works on it, or it is about to land."""


@dataclass(frozen=True, slots=True)
class NotSlung:
    """A bead that stayed where it was. `state`: where that is; `refused`: it was tried and could not be slung."""

    bead: str
    title: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class SlungMany:
    """What became of the beads of a convoy or an epic."""

    what: str
    title: str
    type: str
    """convoy or epic"""
    convoy: str | None
    """The convoy itself, or the one around the epic; None: the epic has no open work."""
    slung: tuple[Slung, ...]
    not_slung: tuple[NotSlung, ...]
    """Without what is closed."""
    closed: int

    @property
    def well(self) -> bool:
        """Whether something was slung, or nothing was left to sling."""
        return bool(self.slung) or all(one.state in UNDER_WAY for one in self.not_slung)


def sling_whatever(
    town: Town,
    what: str,
    target: str | None = None,
    *,
    runtime: str | None = None,
    defer: bool = False,
    restart: bool = False,
    most: int = MOST,
    by: Caller,
) -> Slung | SlungMany:
    """Sling one bead or a new one, as `sling` does, or what is ready in the convoy or epic that `what` names.

    Raises Refused for a convoy or an epic that is to be put off or begun anew as a whole.
    """
    if any(c.isspace() for c in what.strip()):
        return sling(town, what, target, runtime=runtime, defer=defer, restart=restart, by=by)
    try:
        bead = beads.get(town.ledger, what.strip())
    except NotFound:
        return sling(town, what, target, runtime=runtime, defer=defer, restart=restart, by=by)
    if bead.type not in {"convoy", "epic"}:
        return sling(town, bead.id, target, runtime=runtime, defer=defer, restart=restart, by=by)
    if defer or restart:
        option = "--restart" if restart else "--defer"
        raise Refused(f"{bead.id} is a {bead.type}: {option} is for one bead", f"gt sling {option} BEAD")
    return sling_many(town, bead.id, target, runtime=runtime, most=most, by=by)


def sling_many(
    town: Town,
    what: str,
    target: str | None = None,
    *,
    runtime: str | None = None,
    most: int = MOST,
    by: Caller,
) -> SlungMany:
    """Sling what is ready in a convoy or an epic, urgent first, then old first, `most` at the most.

    Each goes to an idle or new polecat of its own rig, or of `target`; a single agent gets the first alone. What
    was slung stays slung whatever happens to the next. An epic gets a convoy around its open work; slung again,
    it brings in what is new. Raises Refused when there is nothing in it, or it is closed with work left.
    """
    by.must_be_current()
    permit(town, by, Capability.SLING, PUT_WORK)
    check_runtime(town, runtime or town.settings.runtime)
    bead = beads.get(town.ledger, what)
    convoy, left, closed = _epic(town, bead, by) if bead.type == "epic" else _convoy(town, check_convoy(bead))
    if convoy is not None and left:
        _remember(town, convoy, target, runtime, by)
    waits = convoys.waits_for(town.ledger, convoy or "")
    slung, not_slung = _Round(town, target, runtime, by).sling(left, waits, most)
    return SlungMany(bead.id, bead.title, bead.type, convoy, tuple(slung), tuple(not_slung), closed)


class _Round:
    """One pass through the beads of a convoy."""

    def __init__(self, town: Town, target: str | None, runtime: str | None, by: Caller) -> None:
        self._town, self._target, self._runtime, self._by = town, target, runtime, by
        self._rigs = town.rigs
        self._over = ""
        """Why nothing further is tried."""

    def sling(
        self, left: Sequence[TrackedBead], waits: Mapping[str, Sequence[str]], most: int
    ) -> tuple[list[Slung], list[NotSlung]]:
        """Try what is ready, and say of everything else why not. Raises Busy or Unavailable if it comes first."""
        slung: list[Slung] = []
        not_slung: list[NotSlung] = []
        for bead in left:
            if len(slung) >= most:
                self._over = f"{most} are enough for now: sling it again for more"
            why, state = self._why_not(bead, waits.get(bead.id, ())), str(bead.state)
            if not why:
                try:
                    done = sling(self._town, bead.id, self._target, runtime=self._runtime, by=self._by)
                except (Busy, Unavailable) as failure:
                    if not slung:
                        raise
                    self._over = why = failure.message
                except GastownError as refusal:
                    why, state = refusal.message, "refused"
                else:
                    if not done.already:
                        slung.append(done)
                        continue
                    why, state = f"on {done.agent}'s hook", TrackedState.WORKING  # somebody was faster
            not_slung.append(NotSlung(bead.id, bead.title, state, why))
        return slung, not_slung

    def _why_not(self, bead: TrackedBead, waits_for: Sequence[str]) -> str:
        """Why this bead is not even tried; empty: it is."""
        match bead.state:
            case TrackedState.READY:
                return self._over or self._away(bead)
            case TrackedState.WORKING:
                return f"on {bead.worker}'s hook" if bead.worker else "somebody works on it"
            case TrackedState.QUEUED:
                return f"in the queue as {bead.request}"
            case TrackedState.HELD:
                return f"held in the queue as {bead.request}"
            case TrackedState.WAITING:
                return f"waits for {', '.join(waits_for)}" if waits_for else "waits for something"
            case TrackedState.DEFERRED if bead.defer_until is not None:
                return f"deferred until {bead.defer_until:%Y-%m-%d %H:%M} UTC"
            case TrackedState.OPEN:
                more = f": gt sling {bead.id} slings what is in it" if bead.type == "epic" else ""
                return f"of type {bead.type}, which is no work for one agent{more}"
            case state:
                return str(state)

    def _away(self, bead: TrackedBead) -> str:
        """What is known of the bead's rig that makes trying useless."""
        rig = self._rigs.get(bead.rig or "")
        if bead.rig is not None and rig is None and bead.rig not in self._town.broken_rigs:
            return f"there is no rig {bead.rig} here"
        return f"rig {bead.rig} is parked: {rig.parked}" if rig is not None and rig.parked else ""


def _convoy(town: Town, convoy: Bead) -> tuple[str, Sequence[TrackedBead], int]:
    """The convoy, what of it is open, and how much is closed."""
    found = convoys.tracked(town.ledger, convoy.id, town.clock.now())
    if not found:
        raise Refused(f"{convoy.id} tracks nothing yet", f"gt convoy add {convoy.id} BEAD…")
    left = _open(found)
    if left and convoy.status is BeadStatus.CLOSED:
        raise _is_closed(convoy, f"gt convoy add {convoy.id} {left[0].id} opens it again")
    return convoy.id, left, len(found) - len(left)


def _epic(town: Town, epic: Bead, by: Caller) -> tuple[str | None, Sequence[TrackedBead], int]:
    """The convoy around the epic, made now or brought up to date; what of the epic is open, and how much is closed."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        below = convoys.work_below(ledger, epic.id)
        work = [bead for bead, status in below.items() if status is not BeadStatus.CLOSED]
        if not below:
            raise Refused(f"{epic.id} has no work in it", f"bd dep add BEAD {epic.id} -t parent-child")
        if work and epic.status is BeadStatus.CLOSED:
            raise _is_closed(epic, f"bd reopen {epic.id}")
        if not work:
            return convoys.around(ledger, epic.id), (), len(below)
        convoy = _around(ledger, epic, work, by=by.address, now=now)
        found = [bead for bead in convoys.tracked(ledger, convoy, now) if bead.id in below]
    return convoy, _open(found), len(below) - len(work)


def _around(ledger: Database, epic: Bead, work: Sequence[str], *, by: str, now: datetime) -> str:
    """The convoy around an epic, open, and tracking all this work of it."""
    convoy = convoys.around(ledger, epic.id)
    if convoy is None:
        new = NewBead(title=epic.title, prefix=CONVOY_PREFIX, type="convoy", priority=epic.priority, owner=by)
        convoy = bead_writes.insert(ledger, new, by=by, now=now)
        graph.add_dependency(ledger, convoy, epic.id, "related", by=by, now=now)
        convoys.track(ledger, convoy, work, by=by, now=now)
        events.append(
            ledger, by, "convoy.created", convoy, now, title=epic.title, owner=by, around=epic.id,
            tracks=list(work[:TOLD]), beads=len(work),
        )  # fmt: skip
        return convoy
    there = convoys.tracked_ids(ledger, convoy)
    added = [bead for bead in work if bead not in there]
    if added:
        convoys.track(ledger, convoy, added, by=by, now=now)
        events.append(
            ledger, by, "convoy.added", convoy, now, title=epic.title, tracks=added[:TOLD], beads=len(added)
        )
    reopen(ledger, convoy, by=by, now=now, because=f"{epic.id} was slung again")
    return convoy


def _remember(town: Town, convoy: str, target: str | None, runtime: str | None, by: Caller) -> None:
    """Write down how the convoy was slung: what becomes ready in it later follows in the same way."""
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        convoys.remember_slung(ledger, convoy, by=by.address, target=target, runtime=runtime)


def _open(found: Sequence[TrackedBead]) -> Sequence[TrackedBead]:
    return [bead for bead in found if bead.state is not TrackedState.CLOSED]


def _is_closed(bead: Bead, hint: str) -> Refused:
    return Refused(f"{bead.id} is closed: {bead.close_reason or 'no reason given'}", hint)
