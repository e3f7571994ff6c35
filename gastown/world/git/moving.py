"""Moving a folder aside whole, so that a worktree in it goes on working where it is then."""

import os
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from gastown.errors import Unavailable
from gastown.world.git.command import answer, git
from gastown.world.git.pins import stamp
from gastown.world.git.records import Record, record_of, records
from gastown.world.git.repository import Repository

RESCUED_FOLDERS = ".rescued"
"""Folder of a rig in which lies what was moved aside."""


def move_aside(repository: Repository, folder: Path, *, because: str, now: datetime) -> Path:
    """Rename `folder` into the rig's `.rescued` and say where it is now; a note beside it says why.

    A worktree goes on working there, with its submodules and with worktrees inside it. Its HEAD is detached, so
    that its branch can be used elsewhere. Raises Unavailable.
    """
    record = record_of(repository.path, folder)
    target = _free(repository.path.parent / RESCUED_FOLDERS / f"{folder.name}-{stamp(now)}")
    try:
        target.parent.mkdir(exist_ok=True)
        _note(target, folder, record.branch if record is not None else None, because)
        linked = record is not None and record.linked
        folder.rename(target)
        if record is not None and linked:
            mend(repository, record, target)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be moved aside: {error.strerror}", "check its rights and the disk"
        ) from error
    return target


def _free(path: Path) -> Path:
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(name for name in chain((path,), others) if not os.path.lexists(name))


def _note(target: Path, folder: Path, branch: str | None, because: str) -> None:
    text = f"moved here from {folder} (branch: {branch or 'none'})\nbecause {because}\n"
    target.with_name(f"{target.name}.txt").write_text(text, encoding="utf-8")


def mend(repository: Repository, record: Record, target: Path) -> None:
    """Tell git that the worktree of that record is at `target` now, with whatever of git lies inside it.

    It was sound before it was moved. Its HEAD is detached, so that its branch can be used elsewhere.
    """
    inner = [each.folder for each in records(repository.path) if record.folder in each.folder.parents]
    moved = (target, *(target / each.relative_to(record.folder) for each in inner))
    git(repository.path, "worktree", "repair", *map(str, moved))
    answer(target, "update-ref", "--no-deref", "HEAD", "HEAD")
    for config in (record.admin / "modules").rglob("config"):
        if (config.parent / "HEAD").is_file():
            _mend_submodule(repository, config, record.folder, target)


def _mend_submodule(repository: Repository, config: Path, old: Path, new: Path) -> None:
    """A submodule and its repository name each other by relative paths."""
    module = config.parent
    named = answer(repository.path, "config", "--file", str(config), "--get", "core.worktree").out.rstrip(
        "\n"
    )
    folder = Path(os.path.normpath(module / named))
    if not named or old not in folder.parents:
        return
    moved = new / folder.relative_to(old)
    git(repository.path, "config", "--file", str(config), "core.worktree", os.path.relpath(moved, module))
    (moved / ".git").write_text(f"gitdir: {os.path.relpath(module, moved)}\n", encoding="utf-8")
