"""The ledger as files of its git history: everything, or only what the journal says has changed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gastown.domain import ledger_tree as tree
from gastown.domain.ledger_story import line as told
from gastown.domain.records import Record, line, parse
from gastown.ledger import history, records
from gastown.ledger.database import Database
from gastown.ledger.history import Highest, News

Read = Callable[[str], bytes | None]
"""Reads a file as it is at the history's head."""


@dataclass(slots=True)
class Files:
    """Files as they should be (None: not there), and what is to be told of it."""

    changes: dict[str, bytes | None] = field(default_factory=dict[str, bytes | None])
    story: list[str] = field(default_factory=list[str])
    beads: int = 0


def everything(database: Database, town: str, name: str, read: Read) -> Files:
    """All files of the ledger."""
    files, shards = Files({tree.FORMAT_FILE: tree.FORMAT.encode()}), dict[str, list[str]]()
    for record in records.read_all(database):
        files.beads += 1
        shards.setdefault(_path(record), []).append(line(record))
    while shards:
        path, lines = shards.popitem()
        files.changes[path] = tree.content(lines)
    files.changes |= town_files(database, town, name, read)
    return files


def town_files(database: Database, town: str, name: str, read: Read) -> dict[str, bytes | None]:
    """All files of what belongs to the town alone."""
    files: dict[str, bytes | None] = {tree.agents_path(town): _agents(database)}
    blocks: dict[str, list[str]] = {}
    for row in history.assignments(database):
        path = tree.assignments_path(town, int(str(row["generation"])))
        blocks.setdefault(path, []).append(tree.json_line(row))
    for row in history.merges(database):
        blocks.setdefault(tree.merge_path(town, str(row["id"])), []).append(tree.json_line(row))
    files |= {path: tree.content(lines) for path, lines in blocks.items()}
    path = tree.town_path(town)
    files[path] = _town(database, name, read(path))
    return files


def of_beads(database: Database, ids: Iterable[str], read: Read) -> Files:
    """The files with the lines of these beads."""
    files, edits = Files(), dict[str, dict[str, str | None]]()
    before: dict[str, bytes | None] = {}
    for record in records.read_all(database, ids=ids):
        path, bead = _path(record), str(record["id"])
        if path not in before:
            before[path] = read(path)
        new, old = line(record), tree.line_of(before[path], bead)
        if new != old:
            files.beads += 1
            files.story.append(told(record, None if old is None else parse(old)))
        edits.setdefault(path, {})[bead] = new
    files.changes = {path: tree.edited(before[path], lines) for path, lines in edits.items()}
    return files


def without(database: Database, news: News, read: Read) -> dict[str, bytes | None]:
    """The files that beads have left, by a new id or into another rig, without their lines."""
    ids = {bead for _, bead in news.left}
    live = {(_path(record), str(record["id"])) for record in records.read_all(database, ids=ids)}
    gone: dict[str, dict[str, str | None]] = {}
    for rig, bead in news.left:
        path = tree.bead_path(rig, bead)
        if (path, bead) not in live:
            gone.setdefault(path, {})[bead] = None
    return {path: tree.edited(read(path), lines) for path, lines in gone.items()}


def of_town(database: Database, town: str, name: str, news: News, read: Read) -> dict[str, bytes | None]:
    """The files with the town's own rows that have changed."""
    files: dict[str, bytes | None] = {}
    if news.agents:
        files[tree.agents_path(town)] = _agents(database)
    for block in {generation // tree.BLOCK for generation in news.assignments}:
        first = block * tree.BLOCK
        rows = history.assignments(database, first, first + tree.BLOCK)
        files[tree.assignments_path(town, first)] = tree.content(map(tree.json_line, rows))
    lines = {str(row["id"]): tree.json_line(row) for row in history.merges(database, news.merges)}
    shards: dict[str, dict[str, str | None]] = {}
    for request in news.merges:
        shards.setdefault(tree.merge_path(town, request), {})[request] = lines.get(request)
    files |= {path: tree.edited(read(path), edits) for path, edits in shards.items()}
    path = tree.town_path(town)
    if (new := _town(database, name, old := read(path))) != old:
        files[path] = new
    return files


def town_numbers(file: bytes | None) -> Highest:
    """The highest numbers that a town's file tells; zeros when it tells none."""
    numbers = {"generation": 0, "incarnation": 0}
    for name in numbers:
        told = re.search(rf'"{name}":(\d{{1,18}})'.encode(), file or b"")
        numbers[name] = int(told[1]) if told else 0
    return Highest(**numbers)


def _town(database: Database, name: str, before: bytes | None) -> bytes:
    """Numbers never go back: what was given out before the ledger was restored still counts."""
    now = history.highest(database)
    known = history.given_out(database) if before is None else town_numbers(before)
    row: Record = {
        "name": name,
        "generation": max(now.generation, known.generation),
        "incarnation": max(now.incarnation, known.incarnation),
    }
    return tree.content([tree.json_line(row)])


def _agents(database: Database) -> bytes | None:
    return tree.content(map(tree.json_line, history.agents(database))) or None


def _path(record: Record) -> str:
    rig = record.get("rig")
    return tree.bead_path(rig if isinstance(rig, str) else None, str(record["id"]))
