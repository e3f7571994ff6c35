"""What a briefing is made of, as it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gastown.domain.beads import Comment
from gastown.domain.messages import Message
from gastown.domain.molecules import Molecule


@dataclass(frozen=True, slots=True)
class HookedWork:
    """What is on the hook, as the briefing shows it."""

    bead: str
    title: str
    generation: int
    branch: str
    """Empty: it is done in no worktree."""
    description: str
    acceptance: str
    design: str
    comments: Sequence[Comment]
    commits: Sequence[str]
    """Subjects of the commits that the branch already has, newest last."""
    unsaved: int
    """Files with uncommitted changes in the worktree."""
    stands_on: str = ""
    """Where the worktree is, in words, when it is not simply on `branch`."""
    kept: Sequence[str] = ()
    """Commands that bring back what earlier sessions had not committed."""
    molecule: Molecule | None = None
    """The steps that lead through this work."""
    changed: Sequence[str] = ()
    """Names of some of the files with uncommitted changes."""
    deferred: bool = False
    """It lies on the hook and is not to begin by itself."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """All that `gt prime` shows one agent."""

    address: str
    role_prompt: str
    """Trusted, with its variables filled in."""
    target: str
    """The branch that work lands on; empty for agents of the town."""
    starts: int
    """How often a session was started for this work before this one."""
    work: HookedWork | None
    role: str = ""
    orders: str = ""
    """Standing orders of the town and the rig, as trusted as the prompt."""
    orders_in: str = ""
    """The files in which they stand."""
    notes: Sequence[Message] = ()
    """What sessions before this one left for it, the newest first: none that is unread is missing."""
    mail: Sequence[Message] = ()
    """Unread, the most urgent first; without notes to itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """A briefing in words."""

    text: str
    sections: Mapping[str, str]
    """For each section that this conversation has been told by now, a digest of what it said."""
    shown: Sequence[str]
    """Messages that are in it whole."""
