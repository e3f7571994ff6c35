"""Moving a folder aside whole, so that a worktree in it goes on working where it is then."""

import os
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from gastown.errors import Unavailable
from gastown.world.git.command import answer, git
from gastown.world.git.pins import stamp
from gastown.world.git.records import Record, linked_to, read_small, record_of, records
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
    _note_of(target).write_text(text, encoding="utf-8")


_LEAVES, _LEFT = "on its way to ", "moved back to "
"""How the last line of a folder's note begins while it is moved back, and then."""


def tell_way(folder: Path, target: Path, *, arrived: bool) -> None:
    """Write into the note of a folder that was moved aside where it goes, or went. Raises OSError."""
    note = _note_of(folder)
    told = [line for line in read_small(note).splitlines() if not line.startswith((_LEAVES, _LEFT))]
    whole = "\n".join([*told, f"{_LEFT if arrived else _LEAVES}{target}"])
    new = note.with_name(f"{note.name}.new")
    new.write_text(f"{whole}\n", encoding="utf-8", errors="surrogateescape")
    new.replace(note)


def way_of(folder: Path) -> tuple[Path | None, bool]:
    """Where a folder that is aside no more went, by its note, and whether that came to its end; None: nobody knows."""
    for line in read_small(_note_of(folder)).splitlines() if not os.path.lexists(folder) else ():
        for word in (_LEAVES, _LEFT):
            if line.startswith(word) and os.path.lexists(line.removeprefix(word)):
                return Path(line.removeprefix(word)), word == _LEFT
    return None, False


def _note_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.txt")


def record_in(repository: Repository, folder: Path) -> Record | None:
    """The record of the worktree in `folder`, even if git does not know yet that it was moved there."""
    admin, here = linked_to(folder), folder.parent.resolve() / folder.name
    its_own = (each for each in records(repository.path) if each.admin.resolve() == admin)
    return next((each for each in its_own if each.folder == here or not os.path.lexists(each.folder)), None)


def mend(repository: Repository, record: Record, target: Path, *, was: Path | None = None) -> None:
    """Tell git that the worktree of that record is at `target` now, with whatever of git lies inside it.

    It was sound before it was moved, from `was` if its record tells another place. Its HEAD is detached, so that its
    branch can be used elsewhere. Done again it changes nothing.
    """
    old = (was.parent.resolve() / was.name) if was is not None else record.folder
    inner = [each.folder for each in records(repository.path) if old in each.folder.parents]
    moved = (target, *(target / each.relative_to(old) for each in inner))
    git(repository.path, "worktree", "repair", *map(str, moved))
    answer(target, "update-ref", "--no-deref", "HEAD", "HEAD")
    for config in (record.admin / "modules").rglob("config"):
        if (config.parent / "HEAD").is_file():
            _mend_submodule(repository, config, old, target)


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
    (moved / ".git").write_text(f"gitdir: {os.path.relpath(module, moved)}\n", encoding="utf-8")
    git(repository.path, "config", "--file", str(config), "core.worktree", os.path.relpath(moved, module))
