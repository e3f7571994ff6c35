"""Facts about the town as the supervisor sees it in one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.endings import told_of_mail_until
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.roles import Place, Restart, Scope, Wake
from gastown.domain.runtime import Activity, AgentStatus, Features
from gastown.domain.terminal import Session

CAPABLE = Features(primes=True, reports=True, propels=True)
"""An agent CLI that is told its work, goes on with it, and says what it does."""


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What an agent's role says about its sessions."""

    restart: Restart
    wake: Wake
    place: Place
    scope: Scope
    many: bool

    @property
    def is_for_work(self) -> bool:
        """Whether it is one of a rig's many that come for a piece of work in a worktree, and go with it."""
        return (
            self.many
            and self.scope is Scope.RIG
            and self.place is Place.WORKTREE
            and self.wake is Wake.ON_WORK
        )


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
    by_agent: bool = False
    """Whether an agent wished that another took its place, itself or another."""
    steps: int = 0
    """Steps of its work that were done in it."""


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
    deferred: bool = False
    """It lies there, and no session is started or rung for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants its session to run, work or not."""

    since: datetime
    by: str
    starts: Sequence[PastStart] = ()
    """Starts without work since then."""


@dataclass(frozen=True, slots=True)
class LastStart:
    """The newest incarnation of an agent, whichever bead it was for."""

    incarnation: int
    generation: int | None
    """None: it has no work, and had none yet."""
    began_at: datetime
    primed_at: datetime | None
    prompted_at: datetime | None
    failure: str | None
    ended_at: datetime | None
    rung_at: datetime | None = None
    """When the doorbell was last typed to it."""
    rings: int = 0
    """How often it was, for the work of then."""
    turn_ended_at: datetime | None = None
    """When its CLI last told of the end of a turn."""
    mail_rung_at: datetime | None = None
    """When it was last typed for mail."""
    pushes: int = 0
    """How often its stop callback has given the work back since it was last prompted."""
    reported_at: datetime | None = None
    """When somebody was told that it had left off."""
    lasting: bool = False
    """It takes up one piece of work after the other."""
    resumed: bool = False
    handoff_at: datetime | None = None
    """When it was wished that a fresh session takes its place."""
    handoff_by: str | None = None
    runtime: str = ""
    why: str | None = None
    """Why it ended."""
    left_because: str | None = None
    """The word of its CLI for the end of its conversation, if it told of one."""


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """One agent: what is desired of it, what was recorded, what was seen."""

    address: str
    rig: str
    """Empty: it belongs to the town."""
    session_name: str
    paused: str | None
    hook: Hooked | None
    last_assignment_ended: datetime | None
    last_start: LastStart | None
    session: Observed[Session]
    status: Observed[AgentStatus]
    role: RoleFacts | Unknown
    """Unknown: its file cannot be read."""
    last_outcome: str | None = None
    """How its newest ended assignment ended."""
    wanted: Wanted | None = None
    mail_at: datetime | None = None
    """When the newest message came that it has not been shown."""
    told_until: datetime | None = None
    """Until when the newest session knew of its mail that was told anything; asked for where the last start was not."""
    mail_starts: Sequence[PastStart] = ()
    """Starts for mail since then that were told nothing: none of them has seen it."""
    features: Features = CAPABLE
    """What its agent CLI does for us, with the callbacks that its role lets it have."""
    question: str | None = None
    """The message in which it asked the human something about its work, while that is open."""

    @property
    def work(self) -> Hooked | None:
        """What is on its hook and is to be done now."""
        return self.hook if self.hook is not None and not self.hook.deferred else None

    @property
    def is_worker(self) -> bool:
        """Whether its session takes one of the slots for workers; one whose role cannot be read may well."""
        if isinstance(self.role, Unknown):
            return True
        return self.role.is_for_work and (self.wanted is None or self.role.restart is Restart.TEMPORARY)

    @property
    def is_woken_by_mail(self) -> bool:
        """Whether mail is work for it: it looks after something, and no session was told of the newest mail.

        A start that was told nothing counts for nothing here: neither one that failed, nor one that was killed first.
        """
        if self.mail_at is None or isinstance(self.role, Unknown):
            return False
        start, until = self.last_start, self.told_until
        if start is not None and start.primed_at is not None:
            until = told_of_mail_until(
                began_at=start.began_at, rung_at=start.mail_rung_at, ended_at=start.ended_at, why=start.why
            )
        return self.role.restart is Restart.PERMANENT and (until is None or self.mail_at > until)

    @property
    def stays(self) -> bool:
        """Whether its session is not ended for want of work."""
        if self.wanted is not None or isinstance(self.role, Unknown):
            return True
        return self.role.wake is Wake.ALWAYS

    @property
    def turn_ended(self) -> bool:
        """Whether it waits for its next prompt: by its own word, or by its reports where it keeps no status."""
        match self.status:
            case Present(status):
                return status.activity is Activity.IDLE
            case Absent():
                return self.features.reports and _has_reported_an_end(self.last_start)
            case Unknown():
                return False


def _has_reported_an_end(start: LastStart | None) -> bool:
    if start is None or start.turn_ended_at is None:
        return False
    return start.prompted_at is None or start.prompted_at <= start.turn_ended_at


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
