"""Facts about the town as the supervisor sees it in one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus
from gastown.domain.terminal import Session


@dataclass(frozen=True, slots=True)
class PastStart:
    """One start of a session for the bead in question, oldest first in every sequence of them."""

    began_at: datetime
    head: str | None
    ended_at: datetime | None
    cause: str | None
    """Why it ended; None while it runs."""
    ended_head: str | None = None
    """Where the branch stood when it ended, if that could be read."""


@dataclass(frozen=True, slots=True)
class Hooked:
    """What is on an agent's hook."""

    bead: str
    title: str
    generation: int
    priority: int
    slung_at: datetime
    done_wished_at: datetime | None
    starts: Sequence[PastStart]
    """Starts for this bead since a person last slung it."""


@dataclass(frozen=True, slots=True)
class LastStart:
    """The newest incarnation of an agent, whichever bead it was for."""

    incarnation: int
    generation: int
    began_at: datetime
    primed_at: datetime | None
    prompted_at: datetime | None
    failure: str | None
    ended_at: datetime | None
    rung_at: datetime | None = None
    """When the doorbell was typed to it."""


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """One agent: what is desired of it, what was recorded, what was seen."""

    address: str
    rig: str
    session_name: str
    paused: str | None
    hook: Hooked | None
    last_assignment_ended: datetime | None
    last_start: LastStart | None
    session: Observed[Session]
    status: Observed[AgentStatus]
    last_outcome: str | None = None
    """How its newest ended assignment ended."""

    @property
    def turn_ended(self) -> bool:
        """Whether the agent itself says that it waits for its next prompt."""
        match self.status:
            case Present(status):
                return status.activity is Activity.IDLE
            case Absent() | Unknown():
                return False


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """One rig's merge queue: whether it has something to do, and whether its process is there."""

    rig: str
    to_do: int
    running: bool
    recent_failures: int
    """Starts of the process that ended at once, in a row."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How often sessions may be started for one bead and one cause without progress, and how fast."""

    budget: int = 5
    patience: timedelta = timedelta(minutes=15)
    """A session that lived this long counts as progress."""
    first_pause: timedelta = timedelta(seconds=1)
    """Doubles with every start that came to nothing; the second start waits for nothing."""
