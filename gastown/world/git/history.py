"""Commits that only a worktree's own memory reaches: its HEAD, its log, its interrupted operations, its stashes."""

import re
from pathlib import Path

from gastown.domain.custody import Stash
from gastown.errors import Unavailable
from gastown.world.git.command import git
from gastown.world.git.records import Record

_ID = re.compile(r"[0-9a-f]{40,64}\b")
_MEMORIES = (
    "HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "MERGE_AUTOSTASH",
    "rebase-merge/orig-head", "rebase-merge/autostash", "rebase-merge/stopped-sha", "rebase-merge/rewritten-list",
    "rebase-apply/orig-head", "rebase-apply/autostash", "rebase-apply/original-commit",
)  # fmt: skip
_KEEPERS = ("--branches", "--tags", "--remotes", "--glob=refs/gastown")
_NO_BRANCH = "(no branch)"
_MOVED = re.compile(r"\tcheckout: moving from (\S+) to (\S+)$")
_STASHED = re.compile(r"(?:WIP on|On) (.+?): ")


def remembered(record: Record) -> frozenset[str]:
    """Every commit that the worktree's HEAD, its log and its interrupted operations name. Raises Unavailable."""
    found: set[str] = set()
    for name in (*_MEMORIES, "logs/HEAD"):
        for line in _lines(record.admin / name):
            found.update(_ID.findall(line.partition("\t")[0]))
    return frozenset(commit for commit in found if commit.strip("0"))


def branches_of(record: Record) -> frozenset[str]:
    """The branches that the worktree is or was on, as its HEAD and its log say. Raises Unavailable."""
    log = "\n".join(_lines(record.admin / "logs" / "HEAD"))
    moves = re.finditer(_MOVED.pattern, log, re.MULTILINE)
    was = {name for move in moves for name in move.groups()}
    return frozenset(was if record.branch is None else {*was, record.branch})


def _lines(file: Path) -> list[str]:
    """Those of a text that git writes; none where there is no such file, or something that is no file."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").split("\n") if file.is_file() else []
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from error


def loose_commits(repository: Path, commits: frozenset[str]) -> tuple[str, ...]:
    """The newest of `commits` and their ancestors that no branch, tag, remote branch or ref of ours reaches."""
    if not commits:
        return ()
    asked = "".join(f"{commit}\n" for commit in sorted(commits))
    listed = git(
        repository,
        "rev-list",
        "--ignore-missing",
        "--parents",
        "--stdin",
        "--not",
        *_KEEPERS,
        input=asked,
        deadline=60,
    )
    family = [line.split() for line in listed.splitlines()]
    parents = {parent for _, *parents in family for parent in parents}
    return tuple(commit for commit, *_ in family if commit not in parents)


def stashes_of(repository: Path, branches: frozenset[str], commits: frozenset[str]) -> tuple[Stash, ...]:
    """Stashes made on one of `branches`, or detached on one of `commits`; the list is common to all worktrees."""
    if not git(repository, "for-each-ref", "refs/stash"):
        return ()
    listed = git(repository, "log", "--walk-reflogs", "-z", "--format=%H%x1f%P%x1f%s", "refs/stash", "--")
    entries = (entry.split("\x1f", 2) for entry in listed.split("\0") if entry)
    return tuple(
        Stash(commit, subject)
        for commit, parents, subject in entries
        if _made_on(subject, parents.partition(" ")[0], branches, commits)
    )


def _made_on(subject: str, parent: str, branches: frozenset[str], commits: frozenset[str]) -> bool:
    """A stash names the branch it was made on; one that does not is told by the commit it was made on."""
    named = _STASHED.match(subject)
    if named is not None and named[1] != _NO_BRANCH:
        return named[1] in branches
    return parent in commits


def last_remembered(record: Record) -> str | None:
    """Where the worktree's HEAD last was, as its log says."""
    try:
        lines = _lines(record.admin / "logs" / "HEAD")
    except Unavailable:
        return None
    commits = [commit for line in lines for commit in _ID.findall(line.partition("\t")[0])[:2]]
    return next((commit for commit in reversed(commits) if commit.strip("0")), None)
