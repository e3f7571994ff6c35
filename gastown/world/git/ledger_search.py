"""Finding commits in the ledger's history: by name, by moment, and all of them in order."""

import heapq
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.errors import GastownError, NotFound
from gastown.world.git.ledger_commits import Commit

if TYPE_CHECKING:
    from gastown.world.git.ledger_repository import LedgerRepository

_REVISION = re.compile(r"([0-9a-f]{4,40}|[\w./-]+?)((?:~\d*|\^)*)", re.IGNORECASE)
_STEP = re.compile(r"~\d*|\^")
_HEX = re.compile(r"[0-9a-f]{4,40}")


def history(repository: "LedgerRepository", newest: Commit) -> Iterator[Commit]:
    """A commit and all that came before it, newest first."""
    waiting, seen = [(-newest.recorded.timestamp(), 0, newest)], {newest.id}
    while waiting:
        commit = heapq.heappop(waiting)[2]
        yield commit
        for parent in commit.parents:
            if parent not in seen:
                seen.add(parent)
                older = repository.commit(parent)
                heapq.heappush(waiting, (-older.recorded.timestamp(), len(seen), older))


def named(repository: "LedgerRepository", what: str) -> Commit:
    """The commit that a name, with or without steps back, stands for. Raises NotFound."""
    parts = _REVISION.fullmatch(what)
    commit = _known(repository, parts[1]) if parts else None
    for step in _STEP.findall(parts[2]) if parts else ():
        for _ in range(int(step[1:] or 1)):
            commit = _before(repository, commit)
    if commit is None:
        raise NotFound(f"there is no {what} in the history", "gt ledger log lists its commits")
    return commit


def at(repository: "LedgerRepository", moment: datetime, branch: str) -> Commit:
    """The newest commit of a branch whose changes were all made by then. Raises NotFound."""
    commit = repository.head(branch)
    while commit is not None and commit.at > moment:
        commit = _before(repository, commit)
    if commit is None:
        shown = f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
        raise NotFound(f"the history does not reach back to {shown}", "gt ledger log shows its beginning")
    return commit


def _before(repository: "LedgerRepository", commit: Commit | None) -> Commit | None:
    return repository.commit(commit.parents[0]) if commit and commit.parents else None


def _known(repository: "LedgerRepository", name: str) -> Commit | None:
    branch = repository.head("main" if name == "HEAD" else name)
    if branch is not None or not _HEX.fullmatch(name.lower()):
        return branch
    whole = repository.expand(name.lower())
    return None if whole is None else found_at(repository, whole)


def found_at(repository: "LedgerRepository", identity: str) -> Commit | None:
    """The commit of that id; None when it cannot be read, or is no commit."""
    try:
        return repository.commit(identity)
    except GastownError:
        return None
