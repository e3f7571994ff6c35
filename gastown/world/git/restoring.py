"""Bringing back what was set aside, beside what is there: nothing is ever written over."""

import os
import tempfile
from itertools import chain, count
from pathlib import Path

from gastown.domain.observed import Present
from gastown.errors import Invalid, NotFound, Refused, Unavailable
from gastown.world.git import worktrees
from gastown.world.git.command import answer, failure, git
from gastown.world.git.moving import mend
from gastown.world.git.place import inside
from gastown.world.git.records import Record, record_of
from gastown.world.git.repository import Repository
from gastown.world.git.rescued import Part
from gastown.world.git.snapshot import raw
from gastown.world.git.status import head_of, status
from gastown.world.git.targets import NOTHING

DEADLINE = 120.0

_NOBODY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in {"NAME": "Gas Town custody", "EMAIL": "custody@gastown.invalid"}.items()
}


def free_branch(repository: Repository, wanted: str) -> str:
    """`wanted`, or with a number if there is such a branch."""
    names = chain((wanted,), (f"{wanted}-{number}" for number in count(2)))
    return next(name for name in names if not isinstance(repository.resolve(f"refs/heads/{name}"), Present))


def free_folder(wanted: Path) -> Path:
    """`wanted`, or with a number if something is there."""
    names = chain((wanted,), (wanted.with_name(f"{wanted.name}-{number}") for number in count(2)))
    return next(path for path in names if not os.path.lexists(path))


def make_branch(repository: Repository, branch: str, commit: str) -> None:
    """A new branch at `commit`. Refused when there is one of that name, Invalid when none may be called so."""
    made = answer(repository.path, "update-ref", f"refs/heads/{branch}", commit, NOTHING)
    if made.status == 0:
        return
    if answer(repository.path, "check-ref-format", "--branch", branch).status:
        raise Invalid(f"no branch may be called {branch!r}", "--branch NAME")
    if isinstance(repository.resolve(f"refs/heads/{branch}"), Present):
        raise Refused(f"there is a branch {branch} already", "--branch with another name")
    raise failure(("update-ref",), made)


def as_commit(repository: Repository, part: Part) -> str:
    """A commit with all files of the part, on what they lay over; for a part that is plain commits, that itself."""
    if part.kind == "commit":
        return part.commit
    tree = git(repository.path, "rev-parse", f"{part.commit}^{{tree}}").strip()
    if part.kind == "stash" and len(part.parents) > 2:  # noqa: PLR2004 - the third holds what was untracked
        tree = _with_untracked(repository, part)
    parents = ["-p", part.base] if part.base is not None else []
    message = f"Restored: {part.subject}"
    made = git(
        repository.path,
        "commit-tree",
        tree,
        *parents,
        "-m",
        message,
        env={**_NOBODY, **_date(repository, part)},
    )
    return made.strip()


def _date(repository: Repository, part: Part) -> dict[str, str]:
    """When it was set aside: so the commit is the same, however often it is made."""
    seconds = git(repository.path, "log", "-1", "--no-color", "--format=%ct", part.commit, "--").strip()
    return {f"GIT_{role}_DATE": f"@{seconds} +0000" for role in ("AUTHOR", "COMMITTER")}


def _with_untracked(repository: Repository, part: Part) -> str:
    with tempfile.TemporaryDirectory(prefix="gastown-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(repository.path, "read-tree", part.commit, env=env)
        new = git(repository.path, "ls-tree", "-r", "-z", "--full-tree", part.parents[2])
        git(repository.path, "update-index", "-z", "--index-info", env=env, input=new)
        return git(repository.path, "write-tree", env=env).strip()


def new_worktree(repository: Repository, folder: Path, branch: str, part: Part) -> None:
    """Make a worktree on the new branch at `folder`, where nothing is, that holds the part as it lay.

    What was uncommitted is so again, staged what was staged. Raises Unavailable.
    """
    start = part.base or as_commit(repository, part)
    make_branch(repository, branch, start)
    worktrees.prepare(repository, folder, branch, start=start, had_session=False)
    lay_down(repository, folder, part)


def lay_down(repository: Repository, folder: Path, part: Part) -> None:
    """Put the uncommitted files of a part into a clean worktree that stands at their base.

    Raises Refused, and changes nothing, when it is not clean or stands elsewhere; NotFound when it is none.
    """
    if part.base is None:
        return
    record = check_clean(repository, folder)
    if head_of(folder) != part.base:
        raise Refused(
            f"{folder} is at {head_of(folder)[:10]}, and these files lay over {part.base[:10]}",
            "leave --to out: a new worktree is made; or git checkout --detach " + part.base[:10],
        )
    _check_room(repository, folder, part)
    if part.kind == "stash":
        git(
            folder, "stash", "apply", "--index", "--quiet", part.commit, env=inside(record), deadline=DEADLINE
        )
        return
    with raw(repository.path, record) as env:
        git(folder, "read-tree", "--reset", "-u", part.commit, env=env, deadline=DEADLINE)
    staged = part.parents[1] if len(part.parents) > 1 else part.base
    git(folder, "read-tree", staged, env=inside(record), deadline=DEADLINE)
    answer(folder, "update-index", "-q", "--refresh", env=inside(record), deadline=DEADLINE)


def _check_room(repository: Repository, folder: Path, part: Part) -> None:
    """Refuse where files that git ignores lie in the way of new ones."""
    added = (
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        "--name-only",
        "--diff-filter=A",
        str(part.base),
        part.commit,
    )
    names = [name for name in git(repository.path, *added).split("\0") if name]
    for name in names:
        if os.path.lexists(folder / name):
            raise Refused(f"{folder / name} is there already", "leave --to out: a new worktree is made")


def check_clean(repository: Repository, folder: Path) -> Record:
    """The record of a worktree in which nothing could be lost. NotFound, Refused."""
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        raise NotFound(
            f"{folder} is no worktree of this rig", "name a folder that is not there yet, or leave --to out"
        )
    seen = status(folder, inside(record))
    if seen.dirty or seen.operation or record.half_made:
        what = f"a {seen.operation} is in progress" if seen.operation else seen.summary
        raise Refused(
            f"{folder} is not clean: {what}", "commit first, or leave --to out: a new worktree is made"
        )
    return record


def move_back(repository: Repository, folder: Path, target: Path) -> None:
    """Rename a folder that was moved aside to `target`, where nothing is; a worktree in it goes on working.

    Raises Refused and Unavailable.
    """
    if os.path.lexists(target):
        raise Refused(f"there is {target} already", "--to another folder")
    record = record_of(repository.path, folder)
    linked = record is not None and record.linked
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be moved to {target}: {error.strerror}", "--to a folder on the same disk"
        ) from error
    if record is not None and linked:
        mend(repository, record, target)
