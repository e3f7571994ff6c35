"""Which commits touched a file, and how the history of a branch hangs together."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.world.git.command import git
from gastown.world.git.repository import COMMITS_FORMAT, CommitInfo, read_commits

DEADLINE = 20.0
"""Seconds for one question; a history may be long."""

LONGEST_HISTORY = 100_000
"""Commits of a branch that are looked at."""


def touching(
    repository: Path, path: str, *, tip: str, without: str | None = None, most: int
) -> Sequence[CommitInfo]:
    """The newest commits of `tip` that changed `path`, a file or folder; newest first, not those of `without`.

    Raises GitFailed or Unavailable.
    """
    revisions = [tip] if without is None else [tip, f"^{without}"]
    limit, place = f"--max-count={most}", ":/" if path == "." else f":(top,literal){path}"
    listed = git(
        repository, "log", "-z", "--no-color", limit, COMMITS_FORMAT, *revisions, "--", place,
        deadline=DEADLINE,
    )  # fmt: skip
    return read_commits(listed)


def history(repository: Path, tip: str, *, since: str | None) -> Mapping[str, Sequence[str]]:
    """The newest commits that lead to `tip`, and not to `since`, each with its parents.

    `since` itself is not among them. Raises GitFailed or Unavailable.
    """
    revisions = [tip] if since is None else [tip, f"^{since}"]
    listed = git(
        repository,
        "rev-list",
        "--parents",
        f"--max-count={LONGEST_HISTORY}",
        *revisions,
        "--",
        deadline=DEADLINE,
    )
    family = (line.split() for line in listed.splitlines())
    return {commit: parents for commit, *parents in family}
