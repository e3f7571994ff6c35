"""What a repository has written down about its worktrees, and whether a folder is really one of them."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from gastown.errors import Unavailable

INITIALIZING = "initializing"
"""What git writes into a worktree's lock file while it makes it."""

LARGEST = 1 << 16
"""Bytes; what git writes into the files that are read here is a line."""

_OPERATIONS = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "sequencer": "cherry-pick",
    "BISECT_LOG": "bisect",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One worktree as `repo.git/worktrees/<id>` knows it. The folder itself may be gone or broken."""

    admin: Path
    folder: Path

    @property
    def half_made(self) -> bool:
        """Whether `git worktree add` did not come to its end."""
        return self.lock == INITIALIZING or not (self.admin / "HEAD").is_file()

    @property
    def lock(self) -> str:
        """Why git was told not to remove it; empty: it was not."""
        return read_small(self.admin / "locked")

    @property
    def furnished(self) -> bool:
        """Whether it has settings of its own, which count nowhere else."""
        return os.path.lexists(self.admin / "config.worktree")

    @property
    def linked(self) -> bool:
        """Whether the folder points back to this record, so that git works in it."""
        return linked_to(self.folder) == self.admin

    @property
    def operation(self) -> str:
        """What git is in the middle of: rebase, merge, …; empty: nothing."""
        if (self.admin / "rebase-apply" / "applying").exists():
            return "am"
        return next((word for name, word in _OPERATIONS.items() if (self.admin / name).exists()), "")

    @property
    def branch(self) -> str | None:
        """The branch it is on, or is rebasing; None when its HEAD is detached."""
        head = read_small(self.admin / "HEAD")
        if head.startswith("ref: "):
            return head.removeprefix("ref: refs/heads/")
        for operation in ("rebase-merge", "rebase-apply"):
            if (rebasing := read_small(self.admin / operation / "head-name")).startswith("refs/heads/"):
                return rebasing.removeprefix("refs/heads/")
        return None


def records(repository: Path) -> list[Record]:
    """Every worktree that the repository knows of. Raises Unavailable."""
    try:
        admins = sorted((repository / "worktrees").iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unavailable(f"{repository} cannot be read: {error.strerror}", "check its rights") from error
    known = ((admin, read_small(admin / "gitdir")) for admin in admins)
    return [Record(admin, _folder(admin, path)) for admin, path in known if path]


def record_of(repository: Path, folder: Path) -> Record | None:
    """The record of the worktree at `folder`; None when the repository knows of none there."""
    wanted = folder.parent.resolve() / folder.name
    return next((record for record in records(repository) if record.folder == wanted), None)


def linked_to(folder: Path) -> Path | None:
    """The record that the `.git` file in `folder` points to; None when there is none."""
    pointer = read_small(folder / ".git")
    if not pointer.startswith("gitdir: "):
        return None
    admin = folder / pointer.removeprefix("gitdir: ")
    return admin.resolve() if (admin / "HEAD").is_file() else None


def _folder(admin: Path, pointer: str) -> Path:
    """Where the worktree is; newer gits may write that relative to the record."""
    folder = (admin / pointer).parent
    return folder.parent.resolve() / folder.name


def read_small(file: Path) -> str:
    """A small file's text; empty where there is none. Agents can put anything there: a FIFO, or /dev/zero."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST:
                return ""
            return opened.read(LARGEST).decode("utf-8", "surrogateescape").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}", "check its rights") from error
