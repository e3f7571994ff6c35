"""Agents' worktrees: made, taken up again, let go and removed, with nothing in them ever lost."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Refused, Unavailable
from gastown.world.git.command import answer, failure, git
from gastown.world.git.custody import move_aside, secure
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.records import Record, linked_to, record_of, records
from gastown.world.git.repository import Repository
from gastown.world.git.status import WorktreeStatus, head_of, status

__all__ = ["Prepared", "WorktreeStatus", "clear_stale_lock", "prepare", "release", "remove", "status"]

CHECKOUT_DEADLINE = 600.0
REVIVING = "gastown brings it back"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A worktree ready for work. `rescued` says where what it held before was kept; `made`: it is a new one."""

    branch: str
    head: str
    rescued: tuple[str, ...]
    made: bool


def prepare(
    repository: Repository, folder: Path, branch: str, *, start: str, had_session: bool = True
) -> Prepared:
    """Give the worktree at `folder` on `branch`, which begins at `start` unless it exists already.

    One that is on `branch` is left exactly as it is, uncommitted work included; from another branch it is
    switched after the custody check. What is in the way and not ours to switch is moved aside, never deleted;
    only a worktree that was half made and never had a session is made anew. Refused when the branch is checked
    out elsewhere. Raises Unavailable, and then nothing is lost: the same call goes on from there.
    """
    _refuse_if_elsewhere(repository, folder, branch)
    rescued: list[str] = []
    record = _settle(repository, folder, rescued, had_session=had_session)
    if record is not None and record.branch == branch:
        return Prepared(branch, head_of(folder), tuple(rescued), made=False)
    made = record is None or not _switch(repository, folder, branch, start, rescued)
    if made:
        _add(repository, folder, branch, start)
    return Prepared(branch, head_of(folder), tuple(rescued), made)


def release(repository: Repository, folder: Path) -> None:
    """Let go of the branch of an idle worktree, so that it can be used elsewhere; its files stay as they are."""
    record = record_of(repository.path, folder)
    if record is None or not record.linked or record.branch is None:
        return
    if secure(repository, folder, reason="released").moved_to is None:
        git(folder, "checkout", "--quiet", "--detach", deadline=CHECKOUT_DEADLINE)


def remove(repository: Repository, folder: Path) -> None:
    """Remove a worktree once all that it holds is kept; nothing happens when there is none."""
    record = record_of(repository.path, folder)
    if record is None:
        if folder.exists():
            move_aside(repository, folder, datetime.now(UTC))
        return
    if record.linked and secure(repository, folder, reason="removed").moved_to is not None:
        return
    git(repository.path, "worktree", "remove", "--force", "--force", str(record.folder), deadline=120)


def clear_stale_lock(folder: Path) -> bool:
    """Remove the lock that a git killed in `folder` left on its index. Only when no process works there."""
    admin = linked_to(folder)
    if admin is None:
        return False
    lock = admin / "index.lock"
    there = lock.exists()
    lock.unlink(missing_ok=True)
    return there


def _refuse_if_elsewhere(repository: Repository, folder: Path, branch: str) -> None:
    here = folder.parent.resolve() / folder.name
    for record in records(repository.path):
        if record.branch == branch and record.folder != here and record.linked:
            if record.folder.parent.name == ".rescued":
                continue
            raise Refused(
                f"the branch {branch} is checked out in {record.folder}",
                f"git -C {record.folder} checkout --detach",
            )


def _settle(repository: Repository, folder: Path, rescued: list[str], *, had_session: bool) -> Record | None:
    """The sound worktree that is at `folder` now; None when nothing is there any more."""
    record = record_of(repository.path, folder)
    if record is not None and record.half_made:
        if had_session and folder.exists():
            rescued.append(str(move_aside(repository, folder, datetime.now(UTC))))
        _forget(record, had_session=had_session)
        return None
    occupied = folder.is_symlink() or (
        folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))
    )
    if record is None:
        if occupied:
            rescued.append(str(move_aside(repository, folder, datetime.now(UTC))))
        return None
    if not record.linked:
        if occupied and (folder / ".git").exists():
            rescued.append(str(move_aside(repository, folder, datetime.now(UTC))))
            occupied = False
        _bring_back(record, folder, occupied=occupied)
    elif (record.admin / "locked").exists() and (record.admin / "locked").read_text() == REVIVING:
        _bring_back(record, folder, occupied=False)
    return record


def _forget(record: Record, *, had_session: bool) -> None:
    """Drop what is left of a worktree that was half made."""
    if not had_session:
        shutil.rmtree(record.folder, ignore_errors=True)
    shutil.rmtree(record.admin, ignore_errors=True)


def _bring_back(record: Record, folder: Path, *, occupied: bool) -> None:
    """Link the folder to its record again; a folder that was deleted gets back what its index holds."""
    if not occupied:
        (record.admin / "locked").write_text(REVIVING)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".git").write_text(f"gitdir: {record.admin}\n")
    if not occupied:
        answer(folder, "checkout-index", "--all", "--quiet", deadline=CHECKOUT_DEADLINE)
        git(folder, "update-index", "-q", "--refresh", "--unmerged")
        (record.admin / "locked").unlink()


def _switch(repository: Repository, folder: Path, branch: str, start: str, rescued: list[str]) -> bool:
    """Put an existing worktree on `branch`; False when it was moved aside and a new one is needed."""
    secured = secure(repository, folder, reason=f"switched to {branch}")
    rescued += [*secured.refs, *([str(secured.moved_to)] if secured.moved_to else [])]
    if secured.moved_to:
        return False
    env = without_foreign_programs(folder)
    exists = _exists(repository, branch)
    wanted = [branch] if exists else ["--no-track", "-b", branch, start]
    options = ["--quiet", "--no-overwrite-ignore", "--ignore-other-worktrees"]
    args = ("checkout", *options, *wanted, "--")
    done = answer(folder, *args, deadline=CHECKOUT_DEADLINE, env=env)
    if done.status:
        raise failure(args, done)
    return True


def _add(repository: Repository, folder: Path, branch: str, start: str) -> None:
    exists = _exists(repository, branch)
    wanted = [str(folder), branch] if exists else ["--no-track", "-b", branch, str(folder), start]
    env = without_foreign_programs(repository.path)
    git(
        repository.path, "worktree", "add", "--quiet", "--force", *wanted, deadline=CHECKOUT_DEADLINE, env=env
    )


def _exists(repository: Repository, branch: str) -> bool:
    match repository.resolve(f"refs/heads/{branch}"):
        case Present():
            return True
        case Absent():
            return False
        case Unknown(why):
            raise Unavailable(f"the branch {branch} cannot be read: {why}", f"git -C {repository.path} fsck")
