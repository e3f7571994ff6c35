"""Laying uncommitted files of a snapshot down again in a worktree: nothing that is no copy is written over."""

import os
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from pathlib import Path

from gastown.errors import NotFound, Refused
from gastown.world.git.command import GitFailed, answer, git
from gastown.world.git.place import inside
from gastown.world.git.records import Record, record_of
from gastown.world.git.repository import Repository
from gastown.world.git.rescued import Part
from gastown.world.git.snapshot import raw
from gastown.world.git.status import head_of, status, tracked

DEADLINE = 120.0


def lay_down(repository: Repository, folder: Path, part: Part) -> None:
    """Put the uncommitted files of a part into a clean worktree that stands at their base.

    Where nothing but some of these files lies there already, the rest is added: an earlier call was cut off. Raises
    Refused, and changes nothing, when it is not clean or stands elsewhere; NotFound when it is none.
    """
    if part.base is None:
        return
    record = _record(repository, folder)
    begun = _begun(repository, record, part)
    if not begun:
        check_clean(repository, folder)
    if head_of(folder) != part.base:
        raise Refused(
            f"{folder} is at {head_of(folder)[:10]}, and these files lay over {part.base[:10]}",
            "leave --to out: a new worktree is made; or git checkout --detach " + part.base[:10],
        )
    _check_room(repository, folder, part, begun)
    if part.kind == "stash":
        git(
            folder, "stash", "apply", "--index", "--quiet", part.commit, env=inside(record), deadline=DEADLINE
        )
        return
    _write(repository, record, part, again=bool(begun))
    staged = part.parents[1] if len(part.parents) > 1 else part.base
    git(folder, "read-tree", staged, env=inside(record), deadline=DEADLINE)
    answer(folder, "update-index", "-q", "--refresh", env=inside(record), deadline=DEADLINE)


def _begun(repository: Repository, record: Record, part: Part) -> Collection[str]:
    """The files that lie there as the part has them, if nothing else is changed there; none: all is to be done."""
    seen = status(record.folder, inside(record))
    busy = record.half_made or seen.operation or seen.unmerged or seen.nested or seen.submodules
    if part.kind != "worktree" or part.base is None or busy or not seen.dirty or seen.head != part.base:
        return ()
    base, wanted, staged = (_tree(repository, each) for each in (part.base, part.commit, part.parents[-1]))
    if git(record.folder, "write-tree", env=inside(record), deadline=DEADLINE).strip() not in (base, staged):
        return ()
    with raw(repository.path, record) as env:
        git(record.folder, "add", "--all", "--", ".", env=env, deadline=DEADLINE)
        files = git(record.folder, "write-tree", env=env, deadline=DEADLINE).strip()
    there = _changed(repository, base, files)
    return {name for _, name in there} if there <= _changed(repository, base, wanted) else ()


def _tree(repository: Repository, commit: str) -> str:
    return git(repository.path, "rev-parse", f"{commit}^{{tree}}").strip()


def _changed(repository: Repository, old: str, new: str) -> AbstractSet[tuple[str, str]]:
    """What of every file that differs is how, and the file's name."""
    fields = git(repository.path, "diff-tree", "-r", "-z", "--no-renames", old, new).split("\0")
    return set(zip(fields[::2], fields[1::2], strict=False))


def _write(repository: Repository, record: Record, part: Part, *, again: bool) -> None:
    """Write the part's files as they lay. Git looks once more itself whether each that it changes is as it was.

    It compares bytes: what a filter writes otherwise than it is kept seems to be changed. That is for `check_clean`.
    """
    answer(record.folder, "update-index", "-q", "--refresh", env=inside(record), deadline=DEADLINE)
    with raw(repository.path, record) as env:
        if again:
            git(record.folder, "add", "--all", "--", ".", env=env, deadline=DEADLINE)
        try:
            git(record.folder, "read-tree", "-m", "-u", part.commit, env=env, deadline=DEADLINE)
        except GitFailed as failed:
            if "not uptodate" not in failed.err:
                raise
            check_clean(repository, record.folder)
            git(record.folder, "read-tree", "--reset", "-u", part.commit, env=env, deadline=DEADLINE)


def _check_room(repository: Repository, folder: Path, part: Part, there: Collection[str]) -> None:
    """Refuse where something that git does not count lies in the way of what would be written: it is no copy.

    The files that are `there` are copies.
    """
    if hidden := tracked(folder).overlooked:
        raise Refused(
            f"git was told to overlook {hidden} changed or local files in {folder}",
            "leave --to out: a new worktree is made",
        )
    listed = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", str(part.base), part.commit)
    gone = frozenset(_names(repository, *listed, "--diff-filter=D"))
    new = [name for name in _names(repository, *listed, "--diff-filter=A") if name not in there]
    if part.kind == "stash" and len(part.parents) > 2:  # noqa: PLR2004 - the third holds what was untracked
        new += _names(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", part.parents[2])
    for name in new:
        if (taken := _in_the_way(folder, name, gone)) is not None:
            raise Refused(f"{taken} is there already", "leave --to out: a new worktree is made")


def _names(repository: Repository, *listing: str) -> Sequence[str]:
    return [name for name in git(repository.path, *listing).split("\0") if name]


def _in_the_way(folder: Path, name: str, gone: Collection[str]) -> Path | None:
    """What lies where the new file is to be, or one of its folders. What the part takes away itself is in no way."""
    *parents, _ = accumulate(name.split("/"), lambda path, each: f"{path}/{each}")
    for parent in parents:
        place = folder / parent
        if place.is_symlink() or (os.path.lexists(place) and not place.is_dir()):
            return None if parent in gone else place
    place = folder / name
    if not place.is_dir() or place.is_symlink():
        return place if os.path.lexists(place) else None
    there = (
        path.relative_to(folder).as_posix()
        for path in place.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )
    return next((folder / path for path in there if path not in gone), None)


def _record(repository: Repository, folder: Path) -> Record:
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        raise NotFound(
            f"{folder} is no worktree of this rig", "name a folder that is not there yet, or leave --to out"
        )
    return record


def check_clean(repository: Repository, folder: Path) -> Record:
    """The record of a worktree in which nothing could be lost. NotFound, Refused."""
    record = _record(repository, folder)
    seen = status(folder, inside(record))
    if seen.dirty or seen.operation or record.half_made:
        what = f"a {seen.operation} is in progress" if seen.operation else seen.summary
        raise Refused(
            f"{folder} is not clean: {what}", "commit first, or leave --to out: a new worktree is made"
        )
    return record
