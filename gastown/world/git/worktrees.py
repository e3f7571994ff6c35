"""Agents' worktrees: made, taken up again, let go and removed, with nothing in them ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Refused, Unavailable
from gastown.world.git.command import MARK, answer, failure, git
from gastown.world.git.custody import pin_history, secure
from gastown.world.git.folders import delete, is_vacant
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.history import last_remembered
from gastown.world.git.moving import RESCUED_FOLDERS, move_aside
from gastown.world.git.orphans import outwait
from gastown.world.git.place import inside, with_settings
from gastown.world.git.records import Record, record_of, records
from gastown.world.git.repository import Repository
from gastown.world.git.revival import REVIVING, revive
from gastown.world.git.status import WorktreeStatus, head_of, status
from gastown.world.git.targets import NOTHING

__all__ = ["Prepared", "WorktreeStatus", "clear_stale_lock", "prepare", "release", "remove", "status"]

CHECKOUT_DEADLINE = 600.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A worktree ready for work. `rescued` says where what it held before was kept; `made`: it is a new one."""

    branch: str | None
    head: str
    rescued: tuple[str, ...]
    made: bool


def prepare(
    repository: Repository,
    folder: Path,
    branch: str | None,
    *,
    start: str,
    had_session: bool = True,
    resume: bool = False,
) -> Prepared:
    """Give the worktree at `folder` on `branch`, which begins at `start` unless it exists already; None: on no branch.

    One that is on `branch` is left exactly as it is, uncommitted work included; from another branch it is
    switched after the custody check. What is in the way and not ours to switch is moved aside, never deleted;
    only a worktree that was half made and never had a session is made anew. Refused when the branch is checked
    out elsewhere. Raises Unavailable, and then nothing is lost: the same call goes on from there.

    `resume`: the work on `branch` began there before. Then a sound worktree is left exactly as it is, on whatever
    branch or commit and in the middle of whatever the agent left it.
    """
    if resume and (left := _as_left(repository, folder)) is not None:
        if branch is not None and left.branch == branch:
            _bring_back_branch(repository, left, branch, start)
        return Prepared(branch, _head_or(left, folder, start), (), made=False)
    if branch is not None:
        _refuse_if_elsewhere(repository, folder, branch)
    record, rescued = _settle(repository, folder, had_session=had_session)
    if record is not None and record.branch == branch:
        if branch is not None:
            _bring_back_branch(repository, record, branch, start)
        return Prepared(branch, head_of(folder), rescued, made=False)
    if record is not None:
        switched, more = _switch(repository, record, folder, branch, start)
        rescued += more
        if switched:
            return Prepared(branch, head_of(folder), rescued, made=False)
    _add(repository, folder, branch, start)
    return Prepared(branch, head_of(folder), rescued, made=True)


def release(repository: Repository, folder: Path) -> tuple[str, ...]:
    """Let go of the branch of an idle worktree, so that it can be used elsewhere; say which refs keep what it held.

    Its files stay as they are, and so does all of it where refs cannot hold it, say in the middle of a rebase.
    Nothing happens where no worktree is.
    """
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        return ()
    kept = secure(repository, folder, reason="released", aside=False)
    if kept.left or record.branch is None:
        return kept.places
    if _exists(repository, record.branch):
        git(folder, "checkout", "--quiet", "--detach", deadline=CHECKOUT_DEADLINE, env=inside(record))
    elif (last := last_remembered(record)) is not None:
        git(folder, "update-ref", "--no-deref", "HEAD", last, env=inside(record))
    return kept.places


def _as_left(repository: Repository, folder: Path) -> Record | None:
    """The record of the worktree at `folder`, if it is sound."""
    record = record_of(repository.path, folder)
    sound = record is not None and record.linked and not record.half_made and record.lock != REVIVING
    return record if sound else None


def _head_or(record: Record, folder: Path, start: str) -> str:
    """Where its HEAD is; on a branch that has no commit yet, `start`."""
    seen = answer(folder, "rev-parse", "--verify", "--quiet", "HEAD", env=inside(record))
    return seen.out.strip() or start


def remove(repository: Repository, folder: Path) -> None:
    """Remove a worktree once all that it holds is kept; nothing happens when there is none."""
    record, _ = _settle(repository, folder, had_session=True)
    if record is None or secure(repository, folder, reason="removed", leaving=True).moved_to:
        return
    git(repository.path, "worktree", "remove", "--force", "--force", str(record.folder), deadline=120)


def clear_stale_lock(repository: Repository, folder: Path, branch: str | None = None) -> bool:
    """Remove the locks that a git killed in `folder`, or while it made `branch`, left; True when there were any.

    Call it when no process of an agent works there any more. A git of ours that does is waited for; Busy if it
    does not end.
    """
    record = record_of(repository.path, folder)
    locks = _locks(repository, record) if record is not None and record.linked else []
    if branch is not None:
        locks.append(_branch_lock(repository, branch))
    return _clear(folder, locks)


def _locks(repository: Repository, record: Record) -> list[Path]:
    locks = [record.admin / "index.lock", record.admin / "HEAD.lock"]
    return locks if record.branch is None else [*locks, _branch_lock(repository, record.branch)]


def _branch_lock(repository: Repository, branch: str) -> Path:
    return repository.path / "refs" / "heads" / f"{branch}.lock"


def _clear(folder: Path, locks: Sequence[Path]) -> bool:
    if not any(lock.exists() for lock in locks):
        return False
    outwait(folder)
    there = [lock for lock in locks if lock.exists()]
    for lock in there:
        delete(lock)
    return bool(there)


def _refuse_if_elsewhere(repository: Repository, folder: Path, branch: str) -> None:
    """A branch in a worktree that was moved aside, or whose folder is gone, is free."""
    here = folder.parent.resolve() / folder.name
    for other in records(repository.path):
        elsewhere = other.folder != here and other.folder.parent.name != RESCUED_FOLDERS
        if elsewhere and other.branch == branch and other.linked:
            raise Refused(
                f"the branch {branch} is checked out in {other.folder}",
                f"git -C {other.folder} checkout --detach",
            )


def _settle(
    repository: Repository, folder: Path, *, had_session: bool
) -> tuple[Record | None, tuple[str, ...]]:
    """The sound worktree that is at `folder` now, if there is one, and where went what was in its way."""
    record, moved = record_of(repository.path, folder), tuple[str, ...]()
    if record is None or record.half_made or not record.linked:
        if record is not None and record.half_made:
            outwait(folder)
            record = record_of(repository.path, folder)
        if record is not None and record.half_made and not had_session:
            delete(folder)
        if not is_vacant(folder):
            moved = secure(repository, folder, reason="in the way").places
            record = record_of(repository.path, folder)
    if record is None:
        return None, moved
    if record.half_made:
        moved += pin_history(repository, record)
        delete(record.admin)
        return None, moved
    if not record.linked:
        _clear(folder, _locks(repository, record))
    revive(record)
    return record, moved


def _bring_back_branch(repository: Repository, record: Record, branch: str, start: str) -> None:
    """Where somebody deleted the branch under the worktree, put it back where its HEAD last was."""
    if not _exists(repository, branch):
        git(repository.path, "update-ref", f"refs/heads/{branch}", last_remembered(record) or start, NOTHING)


def _switch(
    repository: Repository, record: Record, folder: Path, branch: str | None, start: str
) -> tuple[bool, tuple[str, ...]]:
    """Put a sound worktree on `branch`; False when it had to be moved aside and a new one is needed.

    Files that were ignored before may not be so on this branch: they are kept and cleared in a second round.
    """
    places: tuple[str, ...] = ()
    for _ in range(2):
        secured = secure(repository, folder, reason=f"before {branch or 'a fresh start'}")
        places += secured.places
        if secured.moved_to is not None:
            return False, places
        because = _put_on(repository, record, folder, branch, start, clear=secured.lies_there)
        if because is not None:
            aside = move_aside(repository, folder, because=because, now=datetime.now(UTC))
            return False, (*places, str(aside))
        if not status(folder, inside(record)).dirty:
            break
    return True, places


def _put_on(
    repository: Repository, record: Record, folder: Path, branch: str | None, start: str, *, clear: bool
) -> str | None:
    """Check `branch` out, after clearing away what is saved; or say why that cannot be done in this folder.

    It cannot where a file may not be removed, or an ignored one would be overwritten. Raises Unavailable where
    another git has locked it.
    """
    wanted = _wanted(repository, branch, start)
    clearing = [("reset", "--quiet", "--hard"), ("clean", "--quiet", "-fd")] if clear else []
    switching = ("checkout", "--quiet", "--no-overwrite-ignore", "--ignore-other-worktrees", *wanted, "--")
    env = inside(record)
    for step in (*clearing, switching):
        done = answer(folder, *step, deadline=CHECKOUT_DEADLINE, env=env)
        if done.status and ".lock'" in done.err:
            raise failure(step, done)
        if done.status:
            return failure(step, done).message
    return None


def _wanted(repository: Repository, branch: str | None, start: str) -> list[str]:
    """What is to be checked out, in git's words."""
    if branch is None:
        return ["--detach", start]
    return [branch] if _exists(repository, branch) else ["--no-track", "-b", branch, start]


def _add(repository: Repository, folder: Path, branch: str | None, start: str) -> None:
    """Make a new worktree. Forced, since the branch may still be named by one that is gone or moved aside."""
    *options, commit = _wanted(repository, branch, start)
    whole = with_settings(without_foreign_programs(repository.path), {"core.sparseCheckout": "false"})
    env = {**whole, MARK: str(folder)}
    git(
        repository.path, "worktree", "add", "--quiet", "--force", *options, str(folder), commit,
        deadline=CHECKOUT_DEADLINE, env=env,
    )  # fmt: skip
    if (made := record_of(repository.path, folder)) is not None:
        delete(made.admin / "config.worktree")  # git copies the one that agents can put into the repository


def _exists(repository: Repository, branch: str) -> bool:
    match repository.resolve(f"refs/heads/{branch}"):
        case Present():
            return True
        case Absent():
            return False
        case Unknown(why):
            raise Unavailable(f"the branch {branch} cannot be read: {why}", f"git -C {repository.path} fsck")
