"""Beads in trees: what leans on what, step by step, and what epics are made of."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gastown.ledger.database import Database, Row


@dataclass(frozen=True, slots=True)
class Edge:
    """A bead that is one step away from the bead `at`."""

    at: str
    id: str
    kind: str
    title: str
    status: str
    type: str


@dataclass(frozen=True, slots=True)
class Part:
    """A bead of an epic; `parent` is the key of the one it is directly beneath, None for the epic itself."""

    key: int
    parent: int | None
    depth: int
    """How many steps beneath the epic it is."""
    id: str
    title: str
    type: str
    status: str
    priority: int


def edges_of(database: Database, beads: Sequence[str], *, upwards: bool, most: int) -> Sequence[Edge]:
    """What these beads lean on, or upwards what leans on them; what blocks comes first. At most `most`."""
    rows = database.rows("trees", "above" if upwards else "below", ids=json.dumps(beads), most=most)
    return [Edge(row["at"], row["id"], row["kind"], row["title"], row["status"], row["type"]) for row in rows]


def all_edges(database: Database) -> Iterator[tuple[str, str]]:
    """Every pair of beads of which the first comes after the second."""
    for row in database.stream("trees", "edges"):
        yield row["bead"], row["depends_on"]


def kinds_between(database: Database, bead: str, depends_on: str) -> Sequence[str]:
    """The kinds of dependency by which the one comes after the other."""
    rows = database.rows("trees", "kinds_between", bead=bead, depends_on=depends_on)
    return [str(row["kind"]) for row in rows]


def parts(database: Database, bead: str) -> Sequence[Part]:
    """The bead of exactly that id and all beneath it, parents first; what Gas Town makes for itself left out."""
    rows = database.rows("trees", "parts", id=bead)
    beneath: dict[int | None, list[Row]] = {}
    for row in rows:
        beneath.setdefault(row["parent"], []).append(row)
    found = [_part(row, 0) for row in rows[:1]]
    for part in found:  # it grows meanwhile
        found += [_part(row, part.depth + 1) for row in beneath.pop(part.key, ())]
    return found


def _part(row: Row, depth: int) -> Part:
    return Part(
        row["key"], row["parent"], depth, row["id"], row["title"], row["type"], row["status"], row["priority"]
    )


def epics(database: Database, *, closed: bool, rig: str | None, most: int) -> Sequence[str]:
    """Ids of epics that are no part of another one; urgent first, then old first."""
    return [str(row["id"]) for row in database.rows("trees", "epics", closed=closed, rig=rig, most=most)]
