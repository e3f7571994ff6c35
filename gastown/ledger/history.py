"""What the git history of the ledger is made of, beside the beads: the journal's news, and the town's own rows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from gastown.domain.records import Json
from gastown.ledger.database import Database, Row

JOURNAL = "journal"
"""The fact that tells this file's journal from every other's."""

EVERYTHING = 1 << 62


@dataclass(frozen=True, slots=True)
class ChangedBead:
    """A bead that changed: who changed it last, and when."""

    id: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class News:
    """What the journal says has changed since a number."""

    beads: Sequence[ChangedBead]
    """In the order of their last changes."""
    left: frozenset[tuple[str | None, str]]
    """Rig and id under which some of them lay before."""
    agents: bool
    assignments: frozenset[int]
    merges: frozenset[str]
    newest_at: str
    """When the last of all this happened; empty: nothing did."""


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest numbers that were given out."""

    generation: int
    incarnation: int


def fact(database: Database, name: str) -> str:
    """What is so once for this file; empty when it is not."""
    row = database.row("history", "fact", name=name)
    return "" if row is None else str(row["value"])


def set_fact(database: Database, name: str, value: str) -> None:
    """Keep it, inside the present transaction; an empty one is forgotten."""
    if value:
        database.write("history", "set_fact", name=name, value=value)
    else:
        database.write("history", "forget_fact", name=name)


def newest(database: Database) -> int:
    """The number of the journal's last row."""
    row = database.row("history", "newest")
    return 0 if row is None else int(row["seq"])


def mark(database: Database, seq: int) -> str:
    """What tells this row of the journal from another's of the same number; empty when there is none."""
    row = database.row("history", "change", seq=seq)
    if row is None:
        return ""
    return hashlib.sha256("\x1f".join(str(value) for value in row).encode()).hexdigest()[:16]


def news(database: Database, after: int) -> News:
    """What has changed since the row of that number."""
    rows = database.rows("history", "changed_beads", after=after)
    last = {row["id"]: ChangedBead(row["id"], row["at"], row["by"]) for row in rows}
    beads = sorted(last.values(), key=lambda bead: bead.at)
    moved = database.rows("history", "moved_beads", after=after)
    renamed = sorted({str(row["now_id"]) for row in moved if row["id"] is not None})
    others = database.rows("history", "changed_rows", after=after)
    touched = {(row["kind"], row["subject"]) for row in others}
    if renamed:
        named = database.rows("history", "rows_of_beads", ids=json.dumps(renamed))
        touched |= {(row["kind"], row["subject"]) for row in named}
    return News(
        beads=beads,
        left=frozenset(_left(moved)),
        agents=any(kind == "agent" for kind, _ in touched),
        assignments=frozenset(int(subject) for kind, subject in touched if kind == "assignment"),
        merges=frozenset(str(subject) for kind, subject in touched if kind == "merge")
        | frozenset(str(row["id"]) for row in moved if row["id"] is not None),
        newest_at=max([*(bead.at for bead in beads), *(row["at"] for row in others)], default=""),
    )


def _left(moved: Iterable[Row]) -> Iterator[tuple[str | None, str]]:
    """Every pair of a rig and an id that a moved bead may have had."""
    places: dict[str, tuple[set[str | None], set[str]]] = {}
    for row in moved:
        rigs, ids = places.setdefault(row["now_id"], ({row["now_rig"]}, {row["now_id"]}))
        if row["left_rig"]:
            rigs.add(row["rig"])
        if row["id"] is not None:
            ids.add(row["id"])
    for rigs, ids in places.values():
        yield from ((rig, bead) for rig in rigs for bead in ids)


def agents(database: Database) -> Iterator[Mapping[str, Json]]:
    """All agents, with what is on their hooks."""
    return (dict(row) for row in database.rows("history", "agents"))


def assignments(database: Database, first: int = 0, end: int = EVERYTHING) -> Iterator[Mapping[str, Json]]:
    """The assignments from one generation to before another."""
    return (dict(row) for row in database.stream("history", "assignments", first=first, end=end))


def merges(database: Database, ids: Iterable[str] | None = None) -> Iterator[Mapping[str, Json]]:
    """All merge requests, or those of these ids, each with its gate runs."""
    which = "" if ids is None else "_of"
    of: Mapping[str, object] = {} if ids is None else {"ids": json.dumps(sorted(ids))}
    runs = database.stream("history", f"gates{which}", **of)
    gates = {key: [_gate(row) for row in rows] for key, rows in groupby(runs, itemgetter("merge_request"))}
    for row in database.rows("history", f"merges{which}", **of):
        yield {**dict(row), "gates": gates.get(row["id"])}


def _gate(row: Row) -> Json:
    return {name: row[name] for name in row.keys() if name != "merge_request" and row[name] is not None}  # noqa: SIM118 - SQLite's rows


def highest(database: Database) -> Highest:
    """The highest numbers in the tables."""
    row = database.rows("history", "highest")[0]
    return Highest(row["generation"], row["incarnation"])


def given_out(database: Database) -> Highest:
    """The highest numbers that this file may have given out, or keeps from being given out."""
    rows = [
        database.rows("history", "sequence", name=name)[0]["seq"] for name in ("assignments", "incarnations")
    ]
    return Highest(*rows)


def begin_at(database: Database, floor: Highest) -> None:
    """Let the next assignment and the next incarnation have higher numbers than these, in the present transaction."""
    for name, seq in (("assignments", floor.generation), ("incarnations", floor.incarnation)):
        if not database.write("history", "set_sequence", name=name, seq=seq):
            database.write("history", "begin_sequence", name=name, seq=seq)
