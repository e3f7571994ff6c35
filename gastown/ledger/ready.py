"""What can be worked on at once, in the order in which it should be: priority, then age."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from gastown.domain.clock import stamp
from gastown.ledger.database import Database, Row, query

NO_LIMIT = -1
RIGS_AT_ONCE = 100
"""Rigs in one query: SQLite puts no more than 500 parts together."""


@dataclass(slots=True)  # frozen ones take twice as long to be made as to be read
class ReadyBead:
    """A bead that nothing keeps from being worked on."""

    id: str
    rig: str | None
    title: str
    type: str
    priority: int
    created_at: datetime


def first(
    database: Database, *, rig: str | None, now: datetime, most: int, assignee: str | None = None
) -> Sequence[ReadyBead]:
    """Open work that waits for nothing, is not deferred and in no queue; of one rig (empty: the town's own) or all."""
    if assignee is not None:
        rows: Sequence[Row] = database.rows(
            "ready", "of_assignee", assignee=assignee, rig=rig, now=stamp(now), most=most
        )
    else:
        rows = _rows(database, rig, stamp(now), most)
    return [
        ReadyBead(identity, home, title, type_, priority, datetime.fromtimestamp(created_ms / 1000, UTC))
        for identity, home, title, type_, priority, created_ms, _ in _columns(rows)
    ]


def count(
    database: Database,
    now: datetime,
    *,
    rig: str | None = None,
    assignee: str | None = None,
    most: int = NO_LIMIT,
) -> int:
    """How many beads `first` would list without a limit. Nothing is counted far beyond `most`."""
    name = "count_of_assignee" if assignee is not None else "count" if rig is None else "count_in_rig"
    row = database.row("ready", name, rig=rig, assignee=assignee, now=stamp(now), most=most)
    return int(row["beads"]) if row else 0


def _rows(database: Database, rig: str | None, now: str, most: int) -> Sequence[Row]:
    """The first ready beads: rig by rig, and those whose time has come, merged by SQLite as far as is needed."""
    found = [home for (home,) in _columns(database.rows("ready", "rigs", now=now))]
    late = None in found
    rigs = [rig] if rig is not None else found[: len(found) - late]
    if len(rigs) <= RIGS_AT_ONCE:
        return _merged(database, rigs, rig, now, most, late=late)
    rows = list[Row]()
    for begin in range(0, len(rigs), RIGS_AT_ONCE):
        some = rigs[begin : begin + RIGS_AT_ONCE]
        rows += _merged(database, some, rig, now, most, late=late and not begin)
    return sorted(rows, key=_place)[: most if most >= 0 else None]


def _merged(
    database: Database, rigs: Sequence[str], only: str | None, now: str, most: int, *, late: bool
) -> Sequence[Row]:
    """The first ready beads of these rigs, and of all whose time has come if `late`."""
    if not rigs and not late:
        return ()
    values: dict[str, object] = {"only": only, "now": now, "most": most}
    for number, rig in enumerate(rigs):
        values[f"rig_{number}"] = rig
    return database.select(_put_together(len(rigs), late=late), values)


@cache
def _put_together(rigs: int, *, late: bool) -> str:
    """One query over so many rigs, and over beads that are no longer deferred."""
    one = query("ready", "in_rig")
    parts = [one.replace(":rig", f":rig_{number}") for number in range(rigs)]
    if late:
        parts.append(query("ready", "no_longer_deferred"))
    return f"{query('ready', 'first')}{'UNION ALL '.join(parts)}{query('ready', 'in_order')}"


def _columns(rows: Sequence[Row]) -> Iterable[Any]:
    """Rows as what they are for SQLite: values by their places, much faster than by their names."""
    return rows


def _place(row: Row) -> tuple[int, int, int]:
    return row["priority"], row["created_ms"], row["key"]
