"""The ledger beside its git history: whether both say the same of everything that has not changed since."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gastown.domain import ledger_tree as tree
from gastown.domain.records import line, parse
from gastown.ledger import history, records
from gastown.ledger.database import Database
from gastown.ledger.history import Highest, News
from gastown.operations.history.export import town_files, town_numbers
from gastown.operations.history.place import TOWN_SETTING
from gastown.operations.history.record import exported
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_repository import LedgerRepository


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, in words; `behind` is how many changes the history lacks, None when that cannot be told."""

    differing: tuple[str, ...]
    behind: int | None
    notes: tuple[str, ...]


def compare(ledger: Database, kept: LedgerRepository, head: Commit | None) -> Compared:
    """Compare the ledger, as of the present transaction, with a commit that was there before. Memory stays bounded.

    What the journal says has changed since the commit is left out: that is lag, and no error.
    """
    if head is None:
        return Compared((), None, ("the git history is empty: the supervisor writes it",))
    seq = exported(head, ledger)
    if seq is None:
        return Compared(
            (), None, ("the git history is of another file: the next commit compares everything",)
        )
    news = history.news(ledger, seq)
    behind = history.newest(ledger) - seq
    notes = (f"the git history is {behind} changes behind",) if behind else ()
    return Compared((*_beads(ledger, kept, head, news), *_town(ledger, kept, head, news)), behind, notes)


def _beads(ledger: Database, kept: LedgerRepository, head: Commit, news: News) -> Iterator[str]:
    since = {bead.id for bead in news.beads} | {bead for _, bead in news.left}
    ours: dict[str, bytes] = {}
    for record in records.read_all(ledger):
        if record["id"] not in since:
            rig = record.get("rig")
            path = tree.bead_path(rig if isinstance(rig, str) else None, str(record["id"]))
            ours[path] = _chained(ours.get(path, b""), line(record))
    for path, blob in kept.files(head.id, tree.BEADS.rstrip("/")):
        lines = [one for one in tree.lines_of(kept.blob(blob)) if tree.bead_of(one) not in since]
        theirs = b""
        for one in lines:
            theirs = _chained(theirs, one)
        if theirs != ours.pop(path, b""):
            yield from _lines(ledger, path, lines)
    for path in sorted(ours):
        yield f"the git history lacks {path}"


def _chained(before: bytes, text: str) -> bytes:
    return hashlib.sha256(before + text.encode("utf-8", "surrogatepass")).digest()


def _lines(ledger: Database, path: str, lines: Iterable[str]) -> Iterator[str]:
    """Which beads of a shard differ."""
    theirs = {tree.bead_of(one): one for one in lines}
    ours = {str(record["id"]): record for record in records.read_all(ledger, ids=theirs)}
    for bead, one in theirs.items():
        if bead not in ours:
            yield f"the git history has {bead}, which the ledger does not have"
        elif line(ours[bead]) != one:
            before = parse(one)
            names = sorted(n for n in {*before, *ours[bead]} if before.get(n) != ours[bead].get(n))
            yield f"the git history says otherwise of {bead}: {', '.join(names) or 'written otherwise'}"
    if all(bead in ours and line(ours[bead]) == one for bead, one in theirs.items()):
        yield f"the git history lacks a bead in {path}"


def town_told(kept: LedgerRepository, head: Commit | None) -> Highest:
    """The highest numbers that the commit says this town has given out."""
    town = None if head is None else kept.setting(TOWN_SETTING)
    return town_numbers(None if head is None or town is None else kept.read(head.id, tree.town_path(town)))


def _since(town: str, news: News) -> Iterator[str]:
    """The town's files in which something has changed since."""
    if news.agents:
        yield tree.agents_path(town)
    yield from (tree.assignments_path(town, generation) for generation in news.assignments)
    yield from (tree.merge_path(town, request) for request in news.merges)


def _town(ledger: Database, kept: LedgerRepository, head: Commit, news: News) -> Iterator[str]:
    town = kept.setting(TOWN_SETTING)
    if town is None:
        return
    since = {tree.town_path(town), *_since(town, news)}
    folder = tree.town_folder(town)
    should = town_files(ledger, town, "", lambda path: kept.read(head.id, path))
    there = dict(kept.files(head.id, folder.rstrip("/")))
    for path in sorted({path for path, content in should.items() if content} | set(there)):
        if path not in since and kept.read(head.id, path) != should.get(path):
            yield f"the git history says otherwise of {path.removeprefix(folder)}"
