"""The names of files in a worktree whose changes are in no commit."""

from collections.abc import Sequence
from pathlib import Path

from gastown.errors import NotFound
from gastown.world.git.command import git
from gastown.world.git.place import paths
from gastown.world.git.records import Record, linked_to


def changed_files(folder: Path) -> Sequence[str]:
    """Each with git's two letters before it, in git's order: ` M a.py`, `?? new.py`. NotFound or Unavailable."""
    admin = linked_to(folder)
    if admin is None:
        raise NotFound(f"there is no worktree at {folder}")
    listed = git(
        folder, "status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", deadline=60,
        env=paths(Record(admin, folder)),
    )  # fmt: skip
    return [entry for entry in listed.split("\0") if entry]
