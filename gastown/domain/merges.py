"""Merge requests and gate runs as values, and the moves a request may make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MergeState(StrEnum):
    """Where a merge request stands; that its gate runs right now is observed, not stored."""

    QUEUED = "queued"
    HELD = "held"
    MERGED = "merged"
    SENT_BACK = "sent_back"


MOVES: Mapping[MergeState, frozenset[MergeState]] = {
    MergeState.QUEUED: frozenset({MergeState.HELD, MergeState.MERGED, MergeState.SENT_BACK}),
    MergeState.HELD: frozenset({MergeState.QUEUED, MergeState.SENT_BACK}),
    MergeState.MERGED: frozenset(),
    MergeState.SENT_BACK: frozenset(),
}


class GateOutcome(StrEnum):
    """What running a gate proved. `COULD_NOT_RUN` is neither pass nor fail."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_RUN = "could_not_run"


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A frozen commit that waits to land, or did, or came back."""

    id: str
    bead: str
    title: str
    rig: str
    agent: str
    generation: int
    commit: str
    branch: str
    target: str
    state: MergeState
    because: str | None
    held_for: str | None
    submitted_at: datetime
    landing_old: str | None
    landing_new: str | None
    ended_at: datetime | None
    trouble: str | None = None
    """What came between its last attempts, and was nobody's verdict."""
    troubles: int = 0
    """How often in a row."""


@dataclass(frozen=True, slots=True)
class GateRun:
    """How one run of a rig's gate ended."""

    outcome: GateOutcome
    status: int
    """Exit status; negative: the signal that ended it."""
    timed_out: bool
    seconds: float
    tail: str
    """The last lines of its output."""
    log: str = ""
    """Where all of its output is kept, seen from the town's root."""

    def told(self) -> str:
        """In words: `exit 1`, `killed by signal 9`, `no end after 60 s`."""
        if self.timed_out:
            return f"no end after {self.seconds:.0f} s"
        return f"killed by signal {-self.status}" if self.status < 0 else f"exit {self.status}"
