"""Reading files of a commit, without a worktree."""

from pathlib import Path

from gastown.world.git.command import git


def files_at(repository: Path, commit: str) -> frozenset[str]:
    """The paths of all files of a commit that lie at most two folders deep. Raises GitFailed or Unavailable."""
    listed = git(repository, "ls-tree", "-r", "-z", "--name-only", commit)
    return frozenset(path for path in listed.split("\0") if path and path.count("/") <= 1)


def read_file(repository: Path, commit: str, path: str) -> str:
    """The text of one file of a commit. Raises GitFailed or Unavailable."""
    return git(repository, "cat-file", "blob", f"{commit}:{path}")
