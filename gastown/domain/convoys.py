"""Convoys as values: how far each piece of work in one has come, who is told of it, and in which words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gastown.domain.beads import WORK_TYPES, Bead, BeadStatus
from gastown.domain.merges import MergeState
from gastown.errors import Refused

NEVER_TRACKED = frozenset({"convoy", "message", "merge-request", "molecule", "step"})

WATCHERS, LONE, GIVEN_UP = "watchers", "lone", "given_up"
"""Keys in a convoy's metadata: who else is told; sling made it around one bead; it was closed by hand."""


class TrackedState(StrEnum):
    """Where a tracked bead stands, in the order in which people want to see them."""

    WORKING = "working"
    QUEUED = "queued"
    HELD = "held"
    READY = "ready"
    WAITING = "waiting"
    BLOCKED = "blocked"
    DEFERRED = "deferred"
    PINNED = "pinned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TrackedFacts:
    """All that decides where a tracked bead stands."""

    status: BeadStatus
    type: str
    request: MergeState | None
    """Of its live merge request."""
    waits: bool
    """Something that blocks it is open, or its parent is held up."""
    later: bool
    """It is deferred to a time that has not come."""


def tracked_state(facts: TrackedFacts) -> TrackedState:
    """Name where a tracked bead stands; no column holds it."""
    match facts.status, facts.request:
        case BeadStatus.CLOSED, _:
            return TrackedState.CLOSED
        case BeadStatus.HOOKED, _:
            return TrackedState.WORKING
        case _, MergeState.HELD:
            return TrackedState.HELD
        case _, MergeState.QUEUED:
            return TrackedState.QUEUED
        case BeadStatus.IN_PROGRESS, _:
            return TrackedState.WORKING
        case (BeadStatus.BLOCKED | BeadStatus.DEFERRED | BeadStatus.PINNED) as set_by_hand, _:
            return TrackedState(set_by_hand.value)
        case _ if facts.waits:
            return TrackedState.WAITING
        case _ if facts.later:
            return TrackedState.DEFERRED
        case _ if facts.type not in WORK_TYPES:
            return TrackedState.OPEN
        case _:
            return TrackedState.READY


BREAKDOWN: Mapping[TrackedState, str] = {
    TrackedState.WORKING: "{} working",
    TrackedState.QUEUED: "{} queued",
    TrackedState.HELD: "{} held",
    TrackedState.READY: "{} ready",
    TrackedState.WAITING: "{} waiting",
    TrackedState.BLOCKED: "{} blocked",
    TrackedState.DEFERRED: "{} deferred",
    TrackedState.PINNED: "{} pinned",
    TrackedState.OPEN: "{} open",
}
"""What is still to be done, in words; what is closed the bar says."""


def breakdown(states: Mapping[TrackedState, int]) -> str:
    """`2 working · 1 queued · 3 ready`; empty when nothing is open."""
    return " · ".join(words.format(states[state]) for state, words in BREAKDOWN.items() if states.get(state))


@dataclass(frozen=True, slots=True)
class Endings:
    """How the closed beads of a convoy ended."""

    landed: int
    unchanged: int
    """Nothing needed to change."""
    otherwise: int
    """Closed by hand, or in another town."""

    @property
    def told(self) -> str:
        """What became of the convoy itself, honestly: it may be done without that anything landed."""
        return f"{'has landed' if self.landed else 'is done, but nothing landed'}: {self.words}"

    @property
    def words(self) -> str:
        """`3 landed, 1 closed without a change`."""
        told = Counter(
            {
                "landed": self.landed,
                "closed without a change": self.unchanged,
                "closed otherwise": self.otherwise,
            }
        )
        return ", ".join(f"{number} {how}" for how, number in told.items() if number) or "nothing landed"


def watchers(convoy: Bead) -> tuple[str, ...]:
    """Who watches a convoy, beside its owner."""
    told = convoy.metadata.get(WATCHERS)
    return tuple(str(who) for who in told) if isinstance(told, list) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def recipients(convoy: Bead) -> tuple[str, ...]:
    """Who is told how a convoy ended: its owner first; nobody twice."""
    return tuple(dict.fromkeys(who for who in (convoy.owner, *watchers(convoy)) if who))


def is_lone(convoy: Bead) -> bool:
    """Whether sling made it around a lone bead: nobody asked for it, and nothing was added since."""
    return convoy.metadata.get(LONE) is True


def was_given_up(convoy: Bead) -> bool:
    """Whether a closed convoy was closed by hand, and did not land."""
    return convoy.status is BeadStatus.CLOSED and convoy.metadata.get(GIVEN_UP) is True


def check_convoy(bead: Bead) -> Bead:
    """Give the bead back if it is a convoy. Raises Refused."""
    if bead.type == "tombstone":
        raise Refused(f"{bead.id} was deleted: {bead.close_reason or 'no reason given'}", "gt convoy list")
    if bead.type != "convoy":
        raise Refused(f"{bead.id} is a {bead.type}, not a convoy", "gt convoy list")
    return bead


def check_takes_out(convoy: Bead, who: str, *, human: bool) -> None:
    """Raise Refused unless `who` may take beads out of the convoy: its owner, or a person."""
    if not human and who != convoy.owner:
        raise Refused(
            f"{convoy.id} is {convoy.owner or 'nobody'}'s: its owner or a person takes beads out of it",
            f"gt convoy status {convoy.id}",
        )


def check_tracks_nothing(convoy: Bead, still_open: Sequence[str]) -> None:
    """Raise Refused if the convoy is open and so is something in it: whoever waits for it would wait in vain."""
    if convoy.status is not BeadStatus.CLOSED and still_open:
        raise Refused(
            f"{convoy.id} tracks what is open: {still_open[0]}{' and more' if still_open[1:] else ''}",
            f"gt convoy close {convoy.id} --force --reason WHY, or bd delete {convoy.id} --force: for people",
        )


def check_trackable(bead: Bead) -> Bead:
    """Give the bead back if a convoy may track it. Raises Refused."""
    if bead.type == "tombstone":
        raise Refused(
            f"{bead.id} was deleted: {bead.close_reason or 'no reason given'}", f"bd show {bead.id}"
        )
    if bead.type in ("molecule", "step"):
        raise Refused(
            f"{bead.id} is a {bead.type}: a convoy tracks work, not how it is done",
            f"track the bead it serves: bd mol current {bead.id}",
        )
    if bead.type in NEVER_TRACKED:
        raise Refused(f"{bead.id} is a {bead.type}: a convoy tracks work", f"bd show {bead.id}")
    if bead.ephemeral:
        raise Refused(
            f"{bead.id} is a wisp: a day after its end it is removed, so nothing tracks it",
            f"gt sling {bead.id} makes it last",
        )
    return bead
