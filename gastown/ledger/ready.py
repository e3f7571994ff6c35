"""What can be worked on at once, in the order in which it should be: priority, then age."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from gastown.domain.clock import moment, stamp
from gastown.ledger.database import Database, Row


@dataclass(frozen=True, slots=True)
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
        rows: Iterator[Row] = database.stream(
            "ready", "of_assignee", assignee=assignee, rig=rig, now=stamp(now), most=most
        )
    else:
        streams = list(_streams(database, rig, now, most))
        rows = streams[0] if len(streams) == 1 else islice(heapq.merge(*streams, key=_place), most)
    return [
        ReadyBead(
            row["id"], row["rig"], row["title"], row["type"], row["priority"], moment(row["created_at"])
        )
        for row in rows
    ]


def count(database: Database, now: datetime) -> int:
    """How many beads `first` would list without a limit."""
    row = database.row("ready", "count", now=stamp(now))
    return int(row["beads"]) if row else 0


def _streams(database: Database, rig: str | None, now: datetime, most: int) -> Iterator[Iterator[Row]]:
    """Ready beads rig by rig, and those whose time has come, each in order and read only as far as needed."""
    rigs = [rig] if rig is not None else [row["rig"] for row in database.rows("ready", "rigs")]
    for each in rigs:
        yield database.stream("ready", "in_rig", rig=each, most=most)
    if database.row("ready", "any_no_longer_deferred", now=stamp(now)) is not None:
        yield database.stream("ready", "no_longer_deferred", rig=rig, now=stamp(now), most=most)


def _place(row: Row) -> tuple[int, str, int]:
    return row["priority"], row["created_at"], row["key"]
