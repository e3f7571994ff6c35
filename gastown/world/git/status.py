"""What is uncommitted in a worktree."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gastown.errors import NotFound, Unavailable
from gastown.world.git.command import GitFailed, git
from gastown.world.git.place import paths
from gastown.world.git.records import Record, linked_to

EXAMPLES = 3

_UNREADABLE = "\ufffd"
"""Stands in names that are not UTF-8: such a file is taken to be there."""


@dataclass(frozen=True, slots=True)
class WorktreeStatus:
    """Where a worktree stands. Counts are of files; `examples` names a few of them."""

    branch: str | None
    head: str
    """The commit; empty on a branch that has none yet."""
    operation: str
    """rebase, merge, cherry-pick, … in progress; empty: none."""
    staged: int = 0
    unstaged: int = 0
    untracked: int = 0
    unmerged: int = 0
    nested: tuple[str, ...] = ()
    """Untracked folders that are repositories of their own."""
    submodules: tuple[str, ...] = ()
    """Submodules in which something was changed."""
    buried: tuple[str, ...] = ()
    """Tracked files that are gone, and where they were lies something ignored, which no list of changes names."""
    examples: tuple[str, ...] = ()

    @property
    def dirty(self) -> bool:
        """Whether anything is not committed."""
        return bool(self.staged or self.unstaged or self.untracked or self.unmerged)

    @property
    def summary(self) -> str:
        """In words: `2 modified, 1 untracked (a.py, b.py, …)`."""
        counts = {
            "unmerged": self.unmerged,
            "staged": self.staged,
            "modified": self.unstaged,
            "untracked": self.untracked,
        }
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        if not said:
            return "nothing uncommitted"
        more = ", …" if sum(counts.values()) > len(self.examples) else ""
        return f"{said} ({', '.join(self.examples)}{more})"


@dataclass(slots=True)
class _Counts:
    staged: int = 0
    unstaged: int = 0
    untracked: int = 0
    unmerged: int = 0
    nested: list[str] = field(default_factory=list[str])
    submodules: list[str] = field(default_factory=list[str])
    gone: list[str] = field(default_factory=list[str])
    new: set[str] = field(default_factory=set[str])
    examples: list[str] = field(default_factory=list[str])

    def add(self, entry: str) -> None:
        kind, _, rest = entry.partition(" ")
        if kind == "?":
            self.untracked += 1
            name = rest
            self.new.add(name)
            if name.endswith("/"):
                self.nested.append(name)
        elif kind == "u":
            self.unmerged += 1
            name = rest.split(" ", 9)[-1]
        elif kind == "1":
            fields = rest.split(" ", 7)
            changes, submodule, name = fields[0], fields[1], fields[-1]
            self.staged += changes[0] != "."
            self.unstaged += changes[1] != "."
            if "D" in changes:
                self.gone.append(name)
            if submodule.startswith("S") and (submodule != "S..." or changes[1] != "."):
                self.submodules.append(name)
        else:
            return
        if len(self.examples) < EXAMPLES:
            self.examples.append(name)


def status(folder: Path, env: Mapping[str, str] | None = None) -> WorktreeStatus:
    """Look at the worktree in `folder`. NotFound when it is none, Unavailable when it cannot be read.

    Git's filters decide what counts as changed; `env` can say which ones run.
    """
    admin = linked_to(folder)
    if admin is None:
        raise NotFound(f"there is no worktree at {folder}", "gt sling makes one")
    record = Record(admin, folder)
    env = {**(env or {}), **paths(record)}
    listed = git(
        folder, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames",
        "--ignore-submodules=none", deadline=120, env=env,
    )  # fmt: skip
    counts, headers = _Counts(), dict[str, str]()
    for entry in listed.split("\0"):
        if entry.startswith("# "):
            name, _, value = entry[2:].partition(" ")
            headers[name] = value
        else:
            counts.add(entry)
    if "branch.oid" not in headers:
        raise GitFailed(f"git status in {folder} cannot be understood")
    head = headers["branch.oid"]
    return WorktreeStatus(
        branch=record.branch,
        head="" if head == "(initial)" else head,
        operation=record.operation,
        staged=counts.staged,
        unstaged=counts.unstaged,
        untracked=counts.untracked,
        unmerged=counts.unmerged,
        nested=tuple(counts.nested),
        submodules=tuple(counts.submodules),
        buried=tuple(name for name in counts.gone if _is_buried(folder, name, counts.new, env)),
        examples=tuple(counts.examples),
    )


def _is_buried(folder: Path, name: str, new: Collection[str], env: Mapping[str, str]) -> bool:
    """Whether what lies where `name` was is in neither a commit nor `new`; true when in doubt."""
    if _UNREADABLE in name:
        return True
    place = folder
    for part in name.split("/"):
        place /= part
        if place.is_symlink() or not place.is_dir():
            return os.path.lexists(place) and str(place.relative_to(folder)) not in new
    ignored = ("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", name)
    return bool(git(folder, "--literal-pathspecs", *ignored, deadline=120, env=env))


def head_of(folder: Path) -> str:
    """The commit that a worktree's HEAD is at. Raises Unavailable."""
    seen = git(folder, "rev-parse", "--verify", "HEAD", env=_paths(folder)).strip()
    if not seen:
        raise Unavailable(f"the HEAD of {folder} cannot be read", f"git -C {folder} status")
    return seen


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the list of files alone tells, and no status does."""

    overlooked: int
    """Files that are there, and whose changes git was told not to see."""
    repositories: tuple[str, ...]
    """Entries that are commits of a repository which lies in the folder itself."""
    submodules: tuple[str, ...]
    """Those whose repository is kept with the worktree's record."""
    flagged: int = 0
    """Entries whose changes git was told not to see, also of files that are not there."""
    missing: int = 0
    """Files that should be there, and are not."""


def tracked(folder: Path) -> Tracked:
    """Look through the index of the worktree in `folder`. Raises Unavailable."""
    flagged, overlooked, missing = 0, 0, 0
    repositories, submodules = list[str](), list[str]()
    listed = git(folder, "ls-files", "-v", "--stage", "-z", deadline=120, env=_paths(folder))
    for entry in listed.split("\0"):
        told, _, name = entry.partition("\t")
        tag, _, rest = told.partition(" ")
        there = os.path.lexists(folder / name) or _UNREADABLE in name
        missing += not there
        if tag.islower() or tag == "S":
            flagged += 1
            overlooked += there
        if rest.startswith("160000 "):
            inner = folder / name / ".git"
            if inner.is_dir() or _UNREADABLE in name:
                repositories.append(name)
            elif inner.exists():
                submodules.append(name)
    return Tracked(overlooked, tuple(repositories), tuple(submodules), flagged, missing)


def _paths(folder: Path) -> Mapping[str, str]:
    admin = linked_to(folder)
    return {} if admin is None else paths(Record(admin, folder))
