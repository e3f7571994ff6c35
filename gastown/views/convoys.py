"""Convoys as people follow them: the open ones with how far each has come, and one with all that it tracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.convoys import Endings, TrackedState, is_lone, was_given_up, watchers
from gastown.ledger import beads, convoys
from gastown.ledger.convoys import TrackedBead
from gastown.town import Town

MOST = 100
"""Convoys that a list shows when nothing is said."""


@dataclass(frozen=True, slots=True)
class ConvoyLine:
    """A convoy and how far it has come."""

    id: str
    title: str
    state: str
    """open, done (all in it is closed) or closed (by hand)"""
    owner: str | None
    watchers: tuple[str, ...]
    lone: bool
    """Sling made it around a lone bead."""
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    close_reason: str | None
    tracked: int
    closed: int
    """How many of them are closed, however they ended."""
    states: Mapping[TrackedState, int]
    """How many stand where; only states that there are."""


@dataclass(frozen=True, slots=True)
class TrackedLine:
    """One bead in a convoy."""

    id: str
    title: str
    rig: str | None
    here: bool
    """Whether this town has its rig: else it cannot be slung here."""
    type: str
    priority: int
    state: TrackedState
    worker: str | None
    request: str | None
    waits_for: tuple[str, ...]
    landed: bool
    closed_at: datetime | None
    defer_until: datetime | None


@dataclass(frozen=True, slots=True)
class ConvoyPage:
    """One convoy with all that it tracks: what is worked on first, what is closed last."""

    convoy: ConvoyLine
    ended: Endings
    beads: tuple[TrackedLine, ...]


def open_convoys(town: Town, most: int = MOST) -> tuple[ConvoyLine, ...]:
    """Open convoys, oldest first; those that sling made around lone beads come last."""
    return _lines(town, convoys.all_open(town.ledger, most))


def all_convoys(town: Town, most: int = MOST) -> tuple[ConvoyLine, ...]:
    """Open convoys as `open_convoys` has them, then closed ones, newest first."""
    still_open = convoys.all_open(town.ledger, most)
    return _lines(town, [*still_open, *convoys.last_closed(town.ledger, most - len(still_open))])


def how_many_open(town: Town) -> int:
    """How many convoys are open."""
    return convoys.counts(town.ledger)[1]


def convoy_line(town: Town, what: str) -> ConvoyLine:
    """The convoy of that id, or of the one id that begins so. Raises NotFound, and Refused when it is none."""
    (line,) = _lines(town, [_convoy(town, what).id])
    return line


def convoy_page(town: Town, what: str) -> ConvoyPage:
    """One convoy in full; raises as `convoy_line` does."""
    with town.ledger.snapshot() as ledger:
        convoy = _convoy(town, what).id
        (line,) = _lines(town, [convoy])
        waits, known = convoys.waits_for(ledger, convoy), {*town.rigs, *town.broken_rigs}
        found = convoys.tracked(ledger, convoy, town.clock.now())
        tracked = [_tracked(bead, waits.get(bead.id, ()), known) for bead in found]
        place = {state: number for number, state in enumerate(TrackedState)}
        tracked.sort(key=lambda bead: place[bead.state])
        return ConvoyPage(line, convoys.endings(ledger, convoy), tuple(tracked))


def _convoy(town: Town, what: str) -> Bead:
    return convoys.get(town.ledger, what)


def _lines(town: Town, ids: Sequence[str]) -> tuple[ConvoyLine, ...]:
    states = convoys.states(town.ledger, ids, town.clock.now())
    return tuple(_line(beads.get(town.ledger, convoy), states[convoy]) for convoy in ids)


def _line(convoy: Bead, states: Mapping[TrackedState, int]) -> ConvoyLine:
    return ConvoyLine(
        id=convoy.id, title=convoy.title, state=_state(convoy, states), owner=convoy.owner, watchers=watchers(convoy),
        lone=is_lone(convoy), created_at=convoy.created_at, created_by=convoy.created_by, closed_at=convoy.closed_at,
        close_reason=convoy.close_reason, tracked=sum(states.values()), closed=states.get(TrackedState.CLOSED, 0),
        states=states,
    )  # fmt: skip


def _state(convoy: Bead, states: Mapping[TrackedState, int]) -> str:
    if convoy.status is not BeadStatus.CLOSED:
        return "open"
    all_closed = set(states) == {TrackedState.CLOSED}
    return "done" if all_closed and not was_given_up(convoy) else "closed"


def _tracked(bead: TrackedBead, waits_for: Sequence[str], rigs: set[str]) -> TrackedLine:
    return TrackedLine(
        id=bead.id, title=bead.title, rig=bead.rig, here=bead.rig is None or bead.rig in rigs, type=bead.type,
        priority=bead.priority, state=bead.state, worker=bead.worker, request=bead.request,
        waits_for=tuple(waits_for) if bead.state is TrackedState.WAITING else (), landed=bead.landed,
        closed_at=bead.closed_at, defer_until=bead.defer_until,
    )  # fmt: skip
