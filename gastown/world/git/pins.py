"""Refs under refs/gastown/rescue: what would otherwise be held by nothing."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain, count

from gastown.world.git.command import git
from gastown.world.git.repository import Repository

SNAPSHOTS = frozenset({"files", "worktree"})
"""Names of commits that we made: another one with the same files and parent holds nothing more."""

RESCUE = "refs/gastown/rescue"


def stamp(now: datetime) -> str:
    """`now` as part of a ref's or folder's name; sorts as text."""
    moment = now.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}-{moment.microsecond // 1000:03d}"


def pin(repository: Repository, what: str, found: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Give each named commit a ref `refs/gastown/rescue/<what>/<stamp>/<name>`; all of them or none.

    A commit that has one already, or a snapshot of the very same files on the same parent, keeps that one.
    """
    if not found:
        return ()
    known = _known(repository, what)
    keys = {
        name: _content(repository, commit) if name in SNAPSHOTS else commit for name, commit in found.items()
    }
    folder = _free(f"{RESCUE}/{what}/{stamp(now)}", known.values())
    fresh = {name: f"{folder}/{name}" for name, key in keys.items() if key not in known}
    if fresh:
        lines = "".join(f"create {ref} {found[name]}\n" for name, ref in fresh.items())
        git(repository.path, "update-ref", "--stdin", input=lines)
    return tuple(fresh.get(name) or known[key] for name, key in keys.items())


def _known(repository: Repository, what: str) -> dict[str, str]:
    """What is pinned, and under which ref."""
    shown = "--format=%(refname) %(objectname) %(tree) %(parent)"
    known: dict[str, str] = {}
    for line in git(repository.path, "for-each-ref", shown, f"{RESCUE}/{what}").splitlines():
        ref, commit, content = line.split(" ", 2)
        known[commit] = ref
        if ref.rpartition("/")[2] in SNAPSHOTS:
            known[content.strip()] = ref
    return known


def _content(repository: Repository, commit: str) -> str:
    return git(repository.path, "log", "-1", "--no-color", "--format=%T %P", commit, "--").strip()


def _free(folder: str, taken: Iterable[str]) -> str:
    """`folder`, or with a number if there are refs in it: two looks can fall into one millisecond."""
    used = {ref.rpartition("/")[0] for ref in taken}
    others = (f"{folder}-{number}" for number in count(2))
    return next(name for name in chain((folder,), others) if name not in used)
