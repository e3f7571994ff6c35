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
    """Type one fixed line to an agent that sits at its prompt with work on its hook, or unread mail."""

    agent: str
    session: Session
    incarnation: int
    because: str
    told: bool = False
    """Whether it had been told its work when this was decided."""
    mail: bool = False
    """For mail, be there work or not."""


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
    unwants: bool = False
    """Whether with it the wish ends that its agent's session runs without work."""


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
    bead: str | None
    """None: its session was wanted without work."""
    because: str


@dataclass(frozen=True, slots=True)
class ReportSilence:
    """Tell whoever looks after this agent that it left off with work on its hook."""

    agent: str
    incarnation: int
    because: str


@dataclass(frozen=True, slots=True)
class StartQueue:
    """Start the rig's queue process."""

    rig: str
    because: str


Action = (
    LeaveAlone
    | StartSession
    | RingDoorbell
    | StopSession
    | RecordEnd
    | FinishDone
    | Park
    | ReportSilence
    | StartQueue
)
