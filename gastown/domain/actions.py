"""What the supervisor can do; every action says why."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.terminal import Session


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Nothing to do now; look again at `until` if it is set."""

    agent: str
    because: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StartSession:
    """Make its session run, through the one function that may."""

    agent: str
    because: str


@dataclass(frozen=True, slots=True)
class RingDoorbell:
    """Type one fixed line to an agent that sits at its prompt and was never told its work."""

    agent: str
    session: Session
    incarnation: int
    because: str


@dataclass(frozen=True, slots=True)
class StopSession:
    """End this very session; the fence is in the snapshot."""

    agent: str
    session: Session
    because: str


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """Write down that this incarnation is over."""

    agent: str
    incarnation: int
    because: str


@dataclass(frozen=True, slots=True)
class FinishDone:
    """Carry a `gt done` that was cut off to its end."""

    agent: str
    generation: int
    because: str


@dataclass(frozen=True, slots=True)
class Park:
    """Stop trying: tell people once."""

    agent: str
    bead: str
    because: str


@dataclass(frozen=True, slots=True)
class StartQueue:
    """Start the rig's queue process."""

    rig: str
    because: str


Action = LeaveAlone | StartSession | RingDoorbell | StopSession | RecordEnd | FinishDone | Park | StartQueue
