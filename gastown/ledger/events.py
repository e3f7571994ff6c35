"""Events: what happened, written in the same transaction as the change that it tells of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.clock import moment, stamp
from gastown.ledger.database import Database, Row

_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    seq: int
    at: datetime
    actor: str
    type: str
    subject: str
    payload: dict[str, object]


def append(
    database: Database, actor: str, type_: str, subject: str, now: datetime, **payload: object
) -> None:
    """Write one event inside the present transaction."""
    text = json.dumps(payload, ensure_ascii=False)
    database.write("events", "insert", at=stamp(now), actor=actor, type=type_, subject=subject, payload=text)


def append_all(
    database: Database,
    actor: str,
    type_: str,
    now: datetime,
    about: Iterable[tuple[str, Mapping[str, object]]],
) -> None:
    """Write an event of one type about each subject, with its payload, inside the present transaction."""
    at = stamp(now)
    rows = (
        {"at": at, "actor": actor, "type": type_, "subject": subject, "payload": _encode(payload)}
        for subject, payload in about
    )
    database.write_many("events", "insert", rows)


def last(database: Database, most: int, about: Sequence[str] = ()) -> Sequence[Event]:
    """The newest events, oldest first; only those about or by the given subjects if there are any."""
    if about:
        rows = database.rows("events", "last_about", subjects=json.dumps(list(about)), most=most)
    else:
        rows = database.rows("events", "last", most=most)
    return [_event(row) for row in rows]


def after(database: Database, seq: int) -> Sequence[Event]:
    """Up to 500 events that came after the one numbered `seq`."""
    return [_event(row) for row in database.rows("events", "after", seq=seq)]


def last_of(database: Database, names: Sequence[str], within: str | None, most: int) -> Sequence[Event]:
    """The newest events, oldest first, that one of `names` did, suffered or is named in.

    `within` widens that to all addresses that it matches (`web/*`).
    """
    rows = database.rows("events", "last_of", names=json.dumps(list(names)), within=within, most=most)
    return [_event(row) for row in rows]


def after_of(database: Database, seq: int, names: Sequence[str], within: str | None) -> Sequence[Event]:
    """Up to 500 events after the one numbered `seq`, chosen as by `last_of`."""
    rows = database.rows("events", "after_of", seq=seq, names=json.dumps(list(names)), within=within)
    return [_event(row) for row in rows]


def newest_seq(database: Database) -> int:
    """The number of the newest event; 0 when there is none."""
    row = database.row("events", "newest_seq")
    return int(row["seq"]) if row else 0


def last_of_type(database: Database, subject: str, type_: str) -> Event | None:
    """The newest event of one type about one subject."""
    row = database.row("events", "last_of_type", subject=subject, type=type_)
    return None if row is None else _event(row)


def about(
    database: Database, subjects: Sequence[str], types: Sequence[str], most: int = 1000
) -> Sequence[Event]:
    """The newest events of some types about some subjects, newest first."""
    rows = database.rows(
        "events", "about", subjects=json.dumps(list(subjects)), types=json.dumps(list(types)), most=most
    )
    return [_event(row) for row in rows]


def lately(database: Database, types: Sequence[str], *, within: int, most: int) -> Sequence[Event]:
    """The newest events of some types, newest first, of the last `within` events of all types."""
    start = newest_seq(database) - within
    rows = database.rows("events", "lately", types=json.dumps(list(types)), after=start, most=most)
    return [_event(row) for row in rows]


def _event(row: Row) -> Event:
    return Event(
        row["seq"], moment(row["at"]), row["actor"], row["type"], row["subject"], json.loads(row["payload"])
    )
