"""Bringing back the folder of a worktree that somebody deleted, from what its record still holds."""

from gastown.errors import Unavailable
from gastown.world.git.command import answer, git
from gastown.world.git.place import inside
from gastown.world.git.records import Record

REVIVING = "gastown brings it back"
"""The worktree's lock says so until all files are there again."""

DEADLINE = 600.0


def revive(record: Record) -> None:
    """Link a deleted folder to its record again and write the files that its index holds.

    Nothing happens to a sound worktree. Ended half-way, the next call goes on. Raises Unavailable.
    """
    lock = record.admin / "locked"
    try:
        if record.linked and record.lock != REVIVING:
            return
        lock.write_text(REVIVING, encoding="utf-8")
        record.folder.mkdir(parents=True, exist_ok=True)
        (record.folder / ".git").write_text(f"gitdir: {record.admin}\n", encoding="utf-8")
        _write_files(record)
        lock.unlink()
    except OSError as error:
        raise Unavailable(
            f"{record.folder} cannot be brought back: {error.strerror}", "check its rights and the disk"
        ) from error


def _write_files(record: Record) -> None:
    env = inside(record)
    git(record.folder, "checkout-index", "--all", "--force", "--quiet", deadline=DEADLINE, env=env)
    answer(record.folder, "update-index", "-q", "--refresh", deadline=DEADLINE, env=env)
