"""Work on hooks as the ledger records it: assignments (the lease) and incarnations (starts of a session)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gastown.errors import Refused


class Assignment(NamedTuple):
    """A bead put on an agent's hook. `generation` is its id and the first fence."""

    generation: int
    bead: str
    agent: str
    slung_by: str
    runtime: str | None
    started_at: datetime
    branch: str | None
    base: str | None
    done_commit: str | None
    """What `gt done` wished to submit; a fact only once `outcome` is set."""
    no_change: str | None
    done_by: int | None
    ended_at: datetime | None
    outcome: str | None
    deferred: bool = False
    """It lies on the hook, and no session is started or rung for it until somebody wants one."""

    @property
    def is_done_wished(self) -> bool:
        """Whether `gt done` was begun for it."""
        return self.done_commit is not None or self.no_change is not None


class Incarnation(NamedTuple):
    """One start of an agent's session: the second fence. Only the newest of an agent may act."""

    id: int
    agent: str
    generation: int | None
    """None: it began without work, and took none up yet."""
    bead: str | None
    session: str
    conversation: str
    began_at: datetime
    primed_at: datetime | None
    ended_at: datetime | None
    why: str | None
    runtime: str = ""
    resumed: bool = False
    """It goes on with a former conversation."""
    lasting: bool = False
    """It takes up one assignment after the other, as the mayor does; else it lives for one alone."""
    handoff_at: datetime | None = None
    """When it was wished that a fresh session takes its place."""
    handoff_by: str | None = None
    failure: str | None = None
    turn_ended_at: datetime | None = None
    prompted_at: datetime | None = None
    head: str | None = None
    ended_head: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who runs this command: an agent, known by its credential, or the human (no incarnation)."""

    address: str
    incarnation: int | None = None
    generation: int | None = None
    is_current: bool = True
    """Whether it is the newest incarnation of its agent, on its newest assignment."""

    @property
    def is_human(self) -> bool:
        """Whether no agent's credential came with the command."""
        return self.incarnation is None

    def must_be_current(self) -> None:
        """Refuse whatever an older session of the agent tries to do."""
        if not self.is_current:
            raise Refused(
                f"this is an older session of {self.address}; a newer one has taken over, so nothing was done",
                "end this session; your commits are kept on the branch",
            )
