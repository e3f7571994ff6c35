"""Looking once more at what the queue's worktree holds, before anything is said of it."""

from pathlib import Path

from gastown.world.git.command import answer
from gastown.world.git.place import inside
from gastown.world.git.records import record_of
from gastown.world.git.repository import Repository


def holds(repository: Repository, folder: Path, commit: str) -> bool:
    """Whether that commit, and nothing else, is checked out and staged in the worktree.

    The files are not compared: what filters and line ends make of them is nobody's fault.
    """
    record = record_of(repository.path, folder)
    if record is None:
        return False
    env = inside(record)
    head = answer(folder, "rev-parse", "--verify", "HEAD", env=env)
    staged = answer(folder, "diff-index", "--cached", "--quiet", commit, "--", env=env)
    return head.out.strip() == commit and staged.status == 0
