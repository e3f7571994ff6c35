"""What a worktree holds that nothing else may hold, and what can be done so that it is not lost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stash:
    """A stash made on this worktree's branch or commits; all worktrees of a repository share one list."""

    commit: str
    subject: str


@dataclass(frozen=True, slots=True)
class CustodyFacts:
    """One look at a worktree. Counts are of files."""

    linked: bool
    """Whether git works there, as a worktree of the rig's repository."""
    half_made: bool = False
    """Whether git was ended while it made this worktree."""
    broken: str = ""
    """Why git cannot read its index; empty: it can."""
    head: str = ""
    """The commit that HEAD is at; empty on a branch without any."""
    branch: str | None = None
    operation: str = ""
    """The rebase, merge, … in progress; empty: none."""
    loose: tuple[str, ...] = ()
    """Newest commits that HEAD, its log or an operation still reach, but no ref does."""
    stashes: tuple[Stash, ...] = ()
    """Those that are not kept yet."""
    staged: int = 0
    unstaged: int = 0
    untracked: int = 0
    unmerged: int = 0
    overlooked: int = 0
    """Files in it whose changes git was told not to see (assume-unchanged, skip-worktree)."""
    buried: tuple[str, ...] = ()
    """Ignored files where tracked ones were: no snapshot takes them up, and a switch would write over them."""
    furnished: bool = False
    """Whether it has settings of its own, which may say anything of where its files are."""
    inner: tuple[str, ...] = ()
    """Repositories anywhere in it, also where git does not look; gathered only where the folder is to go."""
    nested: tuple[str, ...] = ()
    """Repositories that lie in it, and submodules that were changed."""
    submodules: tuple[str, ...] = ()
    """Submodules whose repositories are kept with the worktree, and go with it."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Refs hold all of it already."""

    because: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Give refs to `commits` and `stashes`, and save what is uncommitted if `uncommitted`."""

    commits: tuple[str, ...]
    stashes: tuple[Stash, ...]
    uncommitted: bool
    because: str


@dataclass(frozen=True, slots=True)
class MoveAside:
    """Give refs to `commits` and `stashes`, then move the whole folder: no snapshot holds all of it."""

    commits: tuple[str, ...]
    stashes: tuple[Stash, ...]
    because: str


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Touch nothing."""

    because: str


Verdict = Nothing | Snapshot | MoveAside | LeaveAlone
