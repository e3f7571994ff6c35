"""Every worktree of every rig: whose it is, and what in it nothing else holds."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.custody import CustodyFacts
from gastown.domain.observed import Unknown
from gastown.errors import GastownError
from gastown.ledger import agents
from gastown.settings import roles
from gastown.town import Town
from gastown.world.git.command import git
from gastown.world.git.custody import inspect
from gastown.world.git.moving import RESCUED_FOLDERS
from gastown.world.git.records import Record, records
from gastown.world.git.repository import Repository

QUEUE = "the merge queue"
ASIDE = "set aside"
BACK = "brought back"
NOBODY = "nobody"

_AT_ONCE = 4
"""Worktrees that are looked at together."""

_ELSEWHERE = ("--remotes", "--glob=refs/gastown", "--tags")
"""What commits are safe on, whatever becomes of the branch."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """One worktree, or what looks like one. `owner`: an address, or who else has it."""

    rig: str
    folder: Path
    owner: str
    branch: str | None
    head: str
    unsaved: tuple[str, ...]
    """What nothing but this worktree holds, in words; empty: nothing."""
    state: str
    """What is odd about it; empty: nothing."""
    unknown: str
    """Why nobody can tell what it holds; empty: it was read."""
    bead: str | None = None
    """What is on its owner's hook."""


def worktrees(town: Town, *, rig: str | None = None) -> list[Worktree]:
    """All of them, by rig and folder. Raises NotFound for a rig that is none."""
    found: list[Worktree] = []
    for name in [town.rig(rig).name] if rig is not None else sorted(town.rigs):
        found += _of_rig(town, name)
    return found


def _of_rig(town: Town, rig: str) -> Sequence[Worktree]:
    repository, root = town.repository(rig), town.rig_places(rig).root
    owners = _owners(town, rig)
    try:
        known = {record.folder: record for record in records(repository.path)}
    except GastownError as problem:
        return [Worktree(rig, repository.path, NOBODY, None, "", (), "", problem.message)]
    folders = sorted({*known, *_folders(town, rig, root)})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = [
            pool.submit(_worktree, rig, repository, folder, known.get(folder), owners) for folder in folders
        ]
        return [look.result() for look in looks]


def _folders(town: Town, rig: str, root: Path) -> Iterable[Path]:
    """Folders that are, or look like, worktrees of the rig."""
    many = ["polecats", "crew", RESCUED_FOLDERS, "restored"]
    alone = ["queue"]
    for name in roles.names(town.root, rig):
        alone.append(name)
        many.append(f"{name}s")
    places = [root / name for name in alone]
    for group in dict.fromkeys(many):
        places += [path for path in _listed(root / group) if path.is_dir() and not path.is_symlink()]
    return [path for path in places if os.path.lexists(path / ".git") or path.parent != root]


def _listed(folder: Path) -> Sequence[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return ()


def _owners(town: Town, rig: str) -> Mapping[Path, tuple[str, str | None]]:
    """Who lives where, with what is on their hooks."""
    root = town.rig_places(rig).root
    found: dict[Path, tuple[str, str | None]] = {town.rig_places(rig).checkout: (QUEUE, None)}
    for agent in agents.all_agents(town.ledger, rig):
        left = f" (left {agent.removed_at:%Y-%m-%d})" if agent.removed_at is not None else ""
        found[town.places.home(agent.address)] = (f"{agent.address}{left}", agent.hook_bead)
    for path in _listed(root / RESCUED_FOLDERS):
        found[path] = (ASIDE, None)
    for path in _listed(root / "restored"):
        found[path] = (BACK, None)
    return found


def _worktree(
    rig: str,
    repository: Repository,
    folder: Path,
    record: Record | None,
    owners: Mapping[Path, tuple[str, str | None]],
) -> Worktree:
    owner, bead = owners.get(folder) or (NOBODY, None)
    branch = None
    try:
        branch = record.branch if record is not None else None
        if record is None:
            state = "git does not know it" if any(folder.iterdir()) else "empty"
            return Worktree(rig, folder, owner, None, "", (), state, "", bead)
        if not folder.is_dir():
            return Worktree(rig, folder, owner, branch, "", (), "its folder is gone", "", bead)
        facts = inspect(repository, folder)
        if isinstance(facts, Unknown):
            return Worktree(rig, folder, owner, branch, "", (), "", facts.why, bead)
        ahead = _ahead(repository, facts)
    except (GastownError, OSError) as problem:
        why = problem.message if isinstance(problem, GastownError) else str(problem.strerror)
        return Worktree(rig, folder, owner, branch, "", (), "", why, bead)
    return Worktree(rig, folder, owner, branch, facts.head, _unsaved(facts, ahead), _state(facts), "", bead)


def _ahead(repository: Repository, facts: CustodyFacts) -> int:
    """Commits of its HEAD that are neither on the target nor kept by anything but a branch here."""
    if not facts.head:
        return 0
    return int(git(repository.path, "rev-list", "--count", facts.head, "--not", *_ELSEWHERE, "--"))


def _unsaved(facts: CustodyFacts, ahead: int) -> tuple[str, ...]:
    counts = {
        "staged": facts.staged,
        "modified": facts.unstaged,
        "untracked": facts.untracked,
        "unmerged": facts.unmerged,
    }
    said = [f"{count} {word}" for word, count in counts.items() if count]
    many = {
        "commit on its branch alone": 0 if facts.branch is None else ahead,
        "commit on no branch": len(facts.loose),
        "stash": len(facts.stashes),
        "file that git overlooks": facts.overlooked,
        "repository of its own": len(facts.nested),
    }
    return (*said, *(_count(count, what) for what, count in many.items() if count))


def _count(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    first, blank, rest = what.partition(" ")
    plural = (
        "repositories" if first == "repository" else f"{first}es" if first.endswith("sh") else f"{first}s"
    )
    return f"{count} {plural}{blank}{rest}"


def _state(facts: CustodyFacts) -> str:
    if facts.half_made:
        return "half made"
    if facts.broken:
        return f"its index cannot be read: {facts.broken}"
    if not facts.linked:
        return "not linked to the rig's repository"
    return f"a {facts.operation} is in progress" if facts.operation else ""
