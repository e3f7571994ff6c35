"""What leans on what: dependencies in the ledger, the ways between beads, and what keeps a bead from being ready."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.clock import stamp
from gastown.ledger.bead_writes import touch
from gastown.ledger.database import Database, Row


@dataclass(frozen=True, slots=True)
class Link:
    """One end of a dependency, with the bead at that end."""

    id: str
    kind: str
    title: str
    status: str


def open_blockers(database: Database, bead: str) -> Sequence[str]:
    """Ids of what must close before this bead can be worked on."""
    return [str(row["id"]) for row in database.rows("graph", "open_blockers", id=bead)]


def blocked_by(database: Database, bead: str) -> Sequence[Link]:
    """What this bead leans on."""
    return [_link(row) for row in database.rows("graph", "blocked_by", id=bead)]


def dependents(database: Database, bead: str) -> Sequence[Link]:
    """What leans on this bead, convoys that track it included."""
    return [_link(row) for row in database.rows("graph", "dependents", id=bead)]


def tracked(database: Database, bead: str) -> Sequence[Link]:
    """What a convoy or a merge request follows."""
    return [_link(row) for row in database.rows("graph", "tracked", id=bead)]


def add_dependency(
    database: Database, bead: str, depends_on: str, kind: str, *, by: str, now: datetime
) -> bool:
    """Write one dependency inside the present transaction; False when it was there already."""
    if database.row("graph", "has_dependency", bead=bead, depends_on=depends_on, kind=kind) is not None:
        return False
    touch(database, bead, by=by, now=now)
    return bool(
        database.write(
            "graph", "add_dependency", bead=bead, depends_on=depends_on, kind=kind, at=stamp(now), by=by
        )
    )


def remove_dependency(
    database: Database, bead: str, depends_on: str, kind: str, *, by: str, now: datetime
) -> bool:
    """Remove one dependency inside the present transaction; False when there was none."""
    if database.row("graph", "has_dependency", bead=bead, depends_on=depends_on, kind=kind) is None:
        return False
    touch(database, bead, by=by, now=now)
    return bool(database.write("graph", "remove_dependency", bead=bead, depends_on=depends_on, kind=kind))


def would_be_lost(database: Database, bead: str, depends_on: str) -> bool:
    """Whether the first lasts and the second is a wisp: a link between them is in no record."""
    return database.row("graph", "would_be_lost", bead=bead, depends_on=depends_on) is not None


def keep(database: Database, wisp: str, *, by: str, now: datetime) -> None:
    """Let a wisp, and all wisps that it leans on, last, inside the present transaction: the journal tells of them."""
    database.write("graph", "keep", id=wisp, at=stamp(now), by=by)


def parent(database: Database, bead: str) -> str | None:
    """The bead that this one is a child of."""
    row = database.row("graph", "parent", bead=bead)
    return None if row is None else str(row["id"])


def ancestors(database: Database, bead: str) -> Sequence[str]:
    """Everything above a bead: its parent, the parent of that, and so on."""
    return [str(row["id"]) for row in database.rows("graph", "ancestors", id=bead)]


def children(database: Database, bead: str, *, most: int, only_open: bool = False) -> Sequence[str]:
    """Some of what is right beneath a bead; steps that were poured as a wisp end with it, and do not count."""
    rows = database.rows("graph", "children", id=bead, open=int(only_open), most=most)
    return [str(row["id"]) for row in rows]


def has_wisp(database: Database, bead: str) -> bool:
    """Whether steps were poured for the bead as a wisp."""
    return database.row("graph", "wisp_beneath", id=bead) is not None


def open_tracked(database: Database, bead: str, *, most: int) -> Sequence[str]:
    """Some of what a convoy follows and is not closed."""
    return [str(row["id"]) for row in database.rows("graph", "open_tracked", id=bead, most=most)]


def is_tracked(database: Database, bead: str) -> bool:
    """Whether a convoy or a merge request follows the bead."""
    return database.row("graph", "is_tracked", id=bead) is not None


def waiting(database: Database, bead: str, *, most: int) -> Sequence[str]:
    """Some of the open beads that wait for this one."""
    return [str(row["id"]) for row in database.rows("graph", "waiting", id=bead, most=most)]


def unblocked(
    database: Database, closed: Sequence[str], *, now: datetime, most: int
) -> Sequence[tuple[str, str]]:
    """Some of what is ready now that these are closed and was not before: ids with titles, the urgent ones first."""
    rows = database.rows("graph", "unblocked", ids=json.dumps(list(closed)), now=stamp(now), most=most)
    return [(str(row["id"]), str(row["title"])) for row in rows]


def links_of(database: Database, bead: str) -> Sequence[Row]:
    """The dependencies of the bead, and then those of others on it, as they are written."""
    return database.rows("graph", "links_of", id=bead)


def path_between(database: Database, start: str, end: str) -> str | None:
    """The shortest chain of blocking dependencies that leads from `start` to `end`, if there is one."""
    if start != end and database.row("graph", "is_needed", id=end) is None:
        return None  # the usual case: no way leads to it
    before: dict[str, str | None] = {}
    for row in database.rows("graph", "reachable", from_bead=start):
        before.setdefault(row["id"], row["via"])
    if end not in before:
        return None
    path, step = [end], before[end]
    while step is not None:
        path.append(step)
        step = before[step]
    return " → ".join(reversed(path))


def _link(row: Row) -> Link:
    return Link(str(row["id"]), str(row["kind"]), str(row["title"]), str(row["status"]))
