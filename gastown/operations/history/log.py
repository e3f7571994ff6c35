"""`gt ledger log`: the commits of the ledger's history, all or those that changed one bead's line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain import ledger_tree as tree
from gastown.domain.ledger_story import change
from gastown.domain.records import Record, parse, shard
from gastown.errors import GastownError, NotFound
from gastown.ledger import beads
from gastown.operations.history.place import repository
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_repository import LedgerRepository


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit. `what` is its first line, or what became of the bead that was asked for."""

    commit: str
    at: datetime
    author: str
    what: str


def log(town: Town, bead: str | None = None, *, most: int) -> Sequence[LogEntry]:
    """The newest commits, newest first; of a bead only those that touched its line.

    Works without a database. Raises NotFound where there is no history, or nothing of such a bead in it.
    """
    kept = repository(town)
    if not kept.exists():
        raise NotFound("there is no git history of this ledger yet", "gt up: the supervisor writes it")
    try:
        if bead is None:
            return [LogEntry(c.id, c.at, c.author, c.subject) for c in kept.log(most=most)]
        identity = _whole_id(town, bead)
        found = _Bead(kept, identity).entries(most)
        if not found:
            raise NotFound(f"the history knows no bead {identity!r}", "gt ledger log shows all of it")
        return found
    finally:
        kept.close()


def _whole_id(town: Town, bead: str) -> str:
    """The id as the ledger knows it; as it was typed where the ledger does not, or cannot be read."""
    try:
        return beads.get(town.ledger, bead).id
    except GastownError:
        return bead


class _Bead:
    """One bead's line through the history; folders that did not change are looked into once."""

    def __init__(self, kept: LedgerRepository, bead: str) -> None:
        self._kept, self._bead = kept, bead
        self._name = f"{shard(bead)}.jsonl"
        self._seen: dict[str, str | None] = {}
        self._lines: dict[str, str | None] = {}

    def entries(self, most: int) -> list[LogEntry]:
        """The commits at which its line differs from all parents'."""
        found: list[LogEntry] = []
        for commit in self._kept.log():
            if len(found) >= most:
                break
            now, before = self._line(commit), [self._line(parent) for parent in self._parents(commit)]
            if now not in (before or [None]):
                what = _became(now, before[0] if before else None)
                found.append(LogEntry(commit.id, commit.at, commit.author, what))
        return found

    def _parents(self, commit: Commit) -> Iterator[Commit]:
        return (self._kept.commit(parent) for parent in commit.parents)

    def _line(self, commit: Commit) -> str | None:
        blobs = (self._blob(folder) for folder in self._folders(commit).values())
        return next((line for blob in blobs if blob and (line := self._in(blob))), None)

    def _folders(self, commit: Commit) -> Mapping[str, str]:
        root = self._kept.children(commit.tree).get(tree.BEADS.rstrip("/"))
        return {} if root is None else self._kept.children(root)

    def _blob(self, folder: str) -> str | None:
        if folder not in self._seen:
            self._seen[folder] = self._kept.children(folder).get(self._name)
        return self._seen[folder]

    def _in(self, blob: str) -> str | None:
        if blob not in self._lines:
            self._lines[blob] = tree.line_of(self._kept.blob(blob), self._bead)
        return self._lines[blob]


def _became(now: str | None, before: str | None) -> str:
    if now is None:
        return "left: it has another id, or is in no rig's file any more"
    old: Record | None = None if before is None else parse(before)
    return change(old, parse(now))
