"""What was set aside in a rig: refs under refs/gastown/rescue, and folders that were moved out of the way."""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gastown.world.git.command import answer, git
from gastown.world.git.moving import RESCUED_FOLDERS, way_of
from gastown.world.git.pins import RESCUE
from gastown.world.git.records import linked_to, read_small
from gastown.world.git.repository import CommitInfo, Repository, read_commits

SHORTEST = 6
"""Digits of an id."""

_LEAST = 4
"""Characters of an id's beginning that are enough."""

_FOLDER = re.compile(r"(?P<what>.+)-(?P<stamp>\d{8}T\d{6}-\d{3}(?:-\d+)?)")
_FORMAT = "%(refname)%00%(objectname)%00%(parent)%00%(subject)%00"
_ABOUT = re.compile(r"Uncommitted in .+? on (?P<branch>.+) \((?P<reason>.*)\)")
_NOTE = re.compile(r"moved here from .* \(branch: (?P<branch>.+)\)\s+because (?P<reason>.*)")


@dataclass(frozen=True, slots=True)
class Part:
    """One commit that a ref keeps. `kind`: worktree (files over a commit), files, stash, commit."""

    ref: str
    commit: str
    kind: str
    subject: str
    parents: tuple[str, ...]

    @property
    def base(self) -> str | None:
        """The commit that its files lie over; None: it stands for itself."""
        return self.parents[0] if self.kind in ("worktree", "stash") and self.parents else None


@dataclass(frozen=True, slots=True)
class Kept:
    """All that was set aside of one worktree at one moment."""

    rig: str
    what: str
    """The name of the worktree's folder."""
    stamp: str
    parts: tuple[Part, ...] = ()
    folder: Path | None = None
    """Where the whole folder lies, if it was moved aside."""
    note: str = field(default="", repr=False)
    went: Path | None = None
    """Where the folder is, if bringing it back was cut off once it was there."""

    @property
    def id(self) -> str:
        """Short, and the same for ever."""
        whole = hashlib.sha256(f"{self.rig}/{self.what}/{self.stamp}".encode(errors="surrogateescape"))
        return f"r{whole.hexdigest()[:SHORTEST]}"

    @property
    def at(self) -> datetime:
        """When."""
        return datetime.strptime(self.stamp[:19], "%Y%m%dT%H%M%S-%f").replace(tzinfo=UTC)

    @property
    def branch(self) -> str:
        """What was checked out there; empty when nothing tells."""
        told = self._told("branch")
        return "" if told in ("none", "no branch") else told

    @property
    def reason(self) -> str:
        """What was about to be done there; empty when nothing tells."""
        return self._told("reason")

    @property
    def refs(self) -> tuple[str, ...]:
        """The refs that keep it."""
        return tuple(part.ref for part in self.parts)

    @property
    def places(self) -> tuple[str, ...]:
        """Refs and folder, as text."""
        return (*self.refs, *([str(self.folder)] if self.folder is not None else []))

    def is_called(self, what: str) -> bool:
        """Whether `what` means it: an id or its beginning, a ref or part of one, or the folder."""
        if what in (*self.places, f"{self.what}/{self.stamp}", f"{self.rig}/{self.what}/{self.stamp}"):
            return True
        return len(what) >= _LEAST and self.id.startswith(what.casefold())

    def _told(self, what: str) -> str:
        texts = [(_ABOUT, part.subject) for part in self.parts if part.kind in ("worktree", "files")]
        found = (pattern.match(text) for pattern, text in ((_NOTE, self.note), *texts))
        return next((match[what] for match in found if match is not None), "")


def kept_in(repository: Repository, rig: str) -> list[Kept]:
    """All that is kept in a rig, newest first. Raises Unavailable."""
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    listed = git(repository.path, "for-each-ref", f"--format={_FORMAT}", RESCUE)
    for line in listed.split("\n")[:-1]:
        ref, commit, parents, subject, _ = line.split("\0", 4)
        pieces = ref.removeprefix(f"{RESCUE}/").split("/")
        if len(pieces) != 3:  # noqa: PLR2004 - whose, when, what
            continue
        kind = pieces[2].partition("-")[0]
        parts[pieces[0], pieces[1]].append(Part(ref, commit, kind, subject, tuple(parents.split())))
    folders = {place: folder for folder in _folders(repository) if (place := _place(folder)) is not None}
    found = [
        _kept(rig, place, tuple(parts.get(place, ())), folders.get(place)) for place in {*parts, *folders}
    ]
    return sorted(found, key=lambda one: (one.stamp, one.what), reverse=True)


def _kept(rig: str, place: tuple[str, str], parts: tuple[Part, ...], folder: Path | None) -> Kept:
    went = way_of(folder)[0] if folder is not None else None
    return Kept(rig, *place, parts, folder, _note(folder), went)


def _folders(repository: Repository) -> list[Path]:
    """Those that lie there, and those whose way back was cut off."""
    try:
        found = list((repository.path.parent / RESCUED_FOLDERS).iterdir())
    except OSError:
        return []
    gone = (path.with_suffix("") for path in found if path.suffix == ".txt")
    cut_off = [path for path in gone if (way := way_of(path))[0] is not None and not way[1]]
    return [*(path for path in found if path.is_dir()), *cut_off]


def _place(folder: Path) -> tuple[str, str] | None:
    match = _FOLDER.fullmatch(folder.name)
    return None if match is None else (match["what"], match["stamp"])


def _note(folder: Path | None) -> str:
    return "" if folder is None else read_small(folder.with_name(f"{folder.name}.txt"))


def changes(repository: Repository, part: Part) -> list[str]:
    """What the files of a part change, a line each, as `git diff --stat` shows it. Raises Unavailable."""
    shown = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--stat=100", "--stat-count=200")
    if part.base is None:
        told = git(repository.path, "diff-tree", "--root", "--no-commit-id", "-r", *shown, part.commit)
    else:
        told = git(repository.path, "diff", *shown, part.base, part.commit, "--")
    lines = [line.strip() for line in told.split("\n") if line.strip()]
    if part.kind == "stash" and len(part.parents) > 2:  # noqa: PLR2004 - the third holds what was untracked
        new = git(repository.path, "ls-tree", "-r", "--name-only", part.parents[2])
        lines += [f"{name} (untracked)" for name in new.split("\n") if name]
    return lines


def commits_of(repository: Repository, part: Part, most: int = 20) -> list[CommitInfo]:
    """The commits that a part keeps and no branch, tag or remote has, newest first. Raises Unavailable."""
    start = part.base or part.commit
    if part.kind == "files":
        return []
    return list(
        read_commits(
            git(
                repository.path, "log", "-z", "--no-color", f"-{most}", "--format=%H%x1f%an%x1f%s%x1f%ct", start,
                "--not", "--branches", "--tags", "--remotes", "--",
            )
        )
    )  # fmt: skip


def is_worktree(folder: Path) -> bool:
    """Whether git works in a folder that was moved aside."""
    return linked_to(folder) is not None and answer(folder, "rev-parse", "--git-dir").status == 0
