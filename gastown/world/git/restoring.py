"""Bringing back what was set aside, beside what is there: nothing is ever written over."""

import os
import tempfile
from itertools import chain, count
from pathlib import Path

from gastown.domain.observed import Present
from gastown.errors import Invalid, Refused, Unavailable
from gastown.world.git import worktrees
from gastown.world.git.command import answer, failure, git
from gastown.world.git.folders import is_vacant
from gastown.world.git.laying import lay_down
from gastown.world.git.moving import mend, record_in, tell_way, way_of
from gastown.world.git.repository import Repository
from gastown.world.git.rescued import Part
from gastown.world.git.targets import NOTHING

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
    if not is_vacant(folder):
        raise Refused(f"there is {folder} already", "--to another folder")
    start = part.base or as_commit(repository, part)
    make_branch(repository, branch, start)
    worktrees.prepare(repository, folder, branch, start=start, had_session=False)
    lay_down(repository, folder, part)


def move_back(repository: Repository, folder: Path, target: Path) -> None:
    """Rename a folder that was moved aside to `target`, where nothing is; a worktree in it goes on working.

    Raises Refused and Unavailable.
    """
    if os.path.lexists(target):
        raise Refused(f"there is {target} already", "--to another folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        tell_way(folder, target, arrived=False)
        folder.rename(target)
        _arrive(repository, folder, target)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be moved to {target}: {error.strerror}", "--to a folder on the same disk"
        ) from error


def moved_back(repository: Repository, folder: Path, target: Path) -> bool:
    """Whether `folder`, which lay aside, is at `target` by now. What a call that was cut off left to do is done."""
    went, _ = way_of(folder)
    if went != target:
        return False
    try:
        _arrive(repository, folder, target)
    except OSError as error:
        raise Unavailable(
            f"what is in {target} cannot be mended: {error.strerror}", "check its rights"
        ) from error
    return True


def _arrive(repository: Repository, folder: Path, target: Path) -> None:
    record = record_in(repository, target)
    if record is not None:
        known = record.folder not in (
            folder.parent.resolve() / folder.name,
            target.parent.resolve() / target.name,
        )
        mend(repository, record, target, was=record.folder if known else folder)
    tell_way(folder, target, arrived=True)
