"""What a role is: code branches on these fields, never on a role's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gastown.domain.runtime import Callback


class Scope(StrEnum):
    """What a role's agents belong to."""

    TOWN = "town"
    RIG = "rig"


class Restart(StrEnum):
    """What becomes of a session that ends and has no work on its hook; with work on it, law 3 holds."""

    PERMANENT = "permanent"
    """It is started again for as long as it is wanted."""
    TRANSIENT = "transient"
    """It is started again if it ended otherwise than in good order."""
    TEMPORARY = "temporary"
    """It is not started again."""
    NEVER = "never"
    """Only a person starts it, also for work on its hook."""


class Wake(StrEnum):
    """When `gt up` starts it."""

    ALWAYS = "always"
    ON_WORK = "on_work"


class Place(StrEnum):
    """Where its sessions run."""

    WORKTREE = "worktree"
    """A worktree of the rig's repository."""
    FOLDER = "folder"
    """A folder of its own, without the rig's code."""


class Capability(StrEnum):
    """What not everybody may do. Whoever asks is known by its credential; a person may do all of it."""

    FILE = "file"
    """File beads."""
    DELETE = "delete"
    """Delete beads."""
    SLING = "sling"
    """Put work on others' hooks, and take it from them."""
    CONVOY = "convoy"
    """Make and change convoys."""
    DONE = "done"
    """Hand work over to the merge queue."""
    MERGE = "merge"
    """Decide over requests in the merge queue."""
    SESSIONS = "sessions"
    """Start, stop, restart, pause and hand off others' sessions."""
    NUKE = "nuke"
    """Take polecats and crew out of the town."""
    HANDOFF = "handoff"
    """Have its own session replaced by a fresh one."""
    SEANCE = "seance"
    """Ask predecessors."""
    MAIL = "mail"
    """Write messages."""
    RESCUE = "rescue"
    """Bring back what was set aside in others' worktrees."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role as data."""

    name: str
    scope: Scope
    many: bool
    """Whether several agents have it, each with a name; else there is one, called as the role."""
    restart: Restart
    wake: Wake
    place: Place
    prompt: str
    """The text of its prompt, its variables not yet filled in."""
    first_words: str
    """What is typed to the agent at its start; its start callback brings the rest."""
    may: frozenset[Capability]
    callbacks: frozenset[Callback] = frozenset(Callback)
    """What its agent CLI calls us for."""
    formula: str = ""
    """Whose steps lead it through a bead; empty: it finds its own way."""
    runtime: str = ""
    """The agent CLI; empty: the rig's or the town's."""
    model: str = ""
    """Empty: the rig's, the town's or the CLI's own."""
    resumes: bool = False
    """Whether a session that was cut off goes on with its conversation where that can be; else it begins afresh."""
    summary: str = ""
    """What it is for, in a line."""
    names: tuple[str, ...] = ()
    """Names for its agents, where nobody gives them one; empty: the usual ones."""
    directives: str = ""
    """Standing orders of the town and the rig, one after the other."""
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    """Which file each part came from: `role`, `prompt`, `directives`; several are joined by ` + `."""
