"""Lists of beads: what a person asks for, as one query whose every value is bound."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.errors import Invalid
from gastown.ledger.database import Database, Row, query

LOOKED_AHEAD = 500
"""How far beyond the limit it is counted how many more there are."""

COMMON = 20_000
"""A label on more beads than this leads to none of them faster than their order does."""

USUAL_TYPES = frozenset({"task", "bug", "feature", "chore"})
"""Those that the index of types leaves out."""

ORDERS = {
    "priority": ("priority", "created_at", "key"),
    "created": ("created_at", "key"),
    "updated": ("updated_at", "key"),
    "closed": ("closed_at", "key"),
    "id": ("id", "key"),
    "title": ("title COLLATE NOCASE", "key"),
}
"""By what a list can be sorted; times newest first, all else from the least on."""

_NEWEST_FIRST = frozenset({"created", "updated", "closed"})
_MAY_LEAVE_LITTLE = (
    "any_label", "text", "overdue", "ephemeral", "created_after", "created_before", "updated_after", "updated_before",
    "closed_after", "closed_before",
)  # fmt: skip
"""Filters that no index serves: to go through a list in its order would take longer than to read all and sort."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # without them it is made in half the time
class Wanted:
    """Which beads, in which order and how many. What is left out filters nothing, but for the statuses.

    Deleted beads are never among them; what Gas Town makes for itself (convoys, merge requests, molecules with
    their steps, messages) only where `types`, `parent` or `ephemeral` ask for it.
    """

    statuses: tuple[BeadStatus, ...] = ()
    """None: all that are not closed, or all where `closed` says so."""
    closed: bool = False
    types: tuple[str, ...] = ()
    priorities: tuple[int, int] | None = None
    """The most urgent and the least."""
    assignees: tuple[str, ...] = ()
    unassigned: bool = False
    labels: tuple[str, ...] = ()
    """It has all of them."""
    any_label: tuple[str, ...] = ()
    """It has one of them."""
    parent: str | None = None
    rig: str | None = None
    text: str = ""
    """In its title or description, in any case."""
    created_after: datetime | None = None
    """This moment or later; `…_before` is earlier than that moment."""
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    closed_after: datetime | None = None
    closed_before: datetime | None = None
    overdue: datetime | None = None
    """Not closed, and due before this moment."""
    ephemeral: bool = False
    """Only wisps."""
    sort: str = "priority"
    """One of ORDERS."""
    reverse: bool = False
    most: int = 50
    """0: all."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # without them it is made in half the time
class BeadLine:
    """One bead of a list."""

    id: str
    title: str
    status: BeadStatus
    type: str
    priority: int
    rig: str | None
    assignee: str | None
    owner: str | None
    labels: tuple[str, ...]
    parent: str | None
    children: int
    waits: bool
    """It, or what it is a part of, waits for other beads."""
    description: str
    created_at: datetime
    created_by: str
    updated_at: datetime
    closed_at: datetime | None
    close_reason: str | None
    due: datetime | None
    defer_until: datetime | None
    external_ref: str | None
    ephemeral: bool


@dataclass(frozen=True, slots=True)
class BeadList:
    """A list, and how many beads it left out because of its limit."""

    lines: tuple[BeadLine, ...]
    more: int
    at_least: bool
    """There are more than `more`: nobody counted on."""


def find(database: Database, wanted: Wanted) -> BeadList:
    """The beads that are wanted, in their order. Raises Invalid for an order that there is none."""
    if wanted.sort not in ORDERS:
        raise Invalid(f"nothing can be sorted by {wanted.sort!r}", f"one of {', '.join(ORDERS)}")
    statement, values = put_together(database, wanted)
    keys = [row["key"] for row in database.select(statement, values)]
    kept = keys if not wanted.most else keys[: wanted.most]
    more = len(keys) - len(kept)
    return BeadList(lines(database, kept), min(more, LOOKED_AHEAD), more > LOOKED_AHEAD)


def has_type(database: Database, type_: str) -> bool:
    """Whether a bead is of this type, which is none of the usual ones."""
    return database.row("lists", "has_type", type=type_) is not None


def lines(database: Database, keys: Sequence[int]) -> tuple[BeadLine, ...]:
    """These beads, in this order."""
    return tuple(_line(row) for row in database.rows("lists", "lines", keys=json.dumps(keys)))


def put_together(database: Database, wanted: Wanted) -> tuple[str, dict[str, object]]:
    """The query and its values: in the order of an index where there is one, else all that fits is sorted."""
    filters = _filters(wanted)
    values = {name: value for parts in filters.values() for name, value in parts.items()}
    values["most"] = wanted.most + LOOKED_AHEAD + 1 if wanted.most else -1
    if (driver := _driver(database, wanted, filters)) is not None:
        if driver == "of_label":
            values["label"] = wanted.labels[0]
        return (
            f"{_arm(wanted, driver, [*filters, *_led_by(driver)])}\n{_order(wanted, 'b.')} LIMIT :most",
            values,
        )
    source = "of_rig" if wanted.rig is not None else "of_status"
    arms = list[str]()
    for number, status in enumerate(_statuses(wanted)):
        values[f"status_{number}"] = status
        names = ["status", *(name for name in filters if name not in ("statuses", "not_closed"))]
        arms.append(_arm(wanted, source, names).replace(":status", f":status_{number}"))
    return "\nUNION ALL\n".join(arms) + f"\n{_order(wanted)} LIMIT :most", values


def _arm(wanted: Wanted, source: str, filters: Sequence[str]) -> str:
    columns = ", ".join(f"b.{by.split()[0]}" for by in ORDERS[wanted.sort])
    where = " AND ".join(query("lists", name).strip() for name in filters)
    return f"SELECT {columns} {query('lists', source).strip()} WHERE {where}"


def _led_by(driver: str) -> Sequence[str]:
    """What the rows of the leading table must fulfil."""
    return {"of_label": ["label"], "of_rare_types": ["rare_types"]}.get(driver, [])


def _order(wanted: Wanted, table: str = "") -> str:
    downwards = (wanted.sort in _NEWEST_FIRST) != wanted.reverse
    return "ORDER BY " + ", ".join(f"{table}{by}{' DESC' if downwards else ''}" for by in ORDERS[wanted.sort])


def _driver(database: Database, wanted: Wanted, filters: dict[str, dict[str, object]]) -> str | None:
    """The table that leads to the beads; None: they are read status by status, in the order of priority and age."""
    if wanted.parent is not None:
        return "of_parent"
    if wanted.labels and not _is_common(database, wanted.labels[0]):
        return "of_label"
    if wanted.assignees:
        return "of_assignees"
    if wanted.types and USUAL_TYPES.isdisjoint(wanted.types):
        return "of_rare_types"
    in_order = wanted.sort == "priority" and not any(name in filters for name in _MAY_LEAVE_LITTLE)
    return None if in_order else "of_all"


def _is_common(database: Database, label: str) -> bool:
    row = database.row("lists", "common_label", label=label, most=COMMON)
    return row is not None and row["beads"] == COMMON


def _statuses(wanted: Wanted) -> Sequence[BeadStatus]:
    if wanted.statuses:
        return list(dict.fromkeys(wanted.statuses))
    with_closed = wanted.closed or wanted.closed_after is not None or wanted.closed_before is not None
    return [status for status in BeadStatus if with_closed or status is not BeadStatus.CLOSED]


def _filters(wanted: Wanted) -> dict[str, dict[str, object]]:
    """The names of the conditions that apply, each with its values."""
    found = {"living": dict[str, object](), **dict(_chosen(wanted))}
    found |= {name: {name: stamp(at)} for name, at in _moments(wanted) if at is not None}
    statuses = _statuses(wanted)
    if BeadStatus.CLOSED not in statuses:
        found["not_closed"] = {}
    if len(statuses) < len(BeadStatus):
        found["statuses"] = {"statuses": json.dumps(statuses)}
    return found


def _chosen(wanted: Wanted) -> Iterator[tuple[str, dict[str, object]]]:
    if wanted.types:
        yield "types", {"types": json.dumps(wanted.types)}
    elif wanted.parent is None and not wanted.ephemeral:
        yield "filed", {}
    if wanted.priorities is not None:
        yield "priorities", {"urgent": wanted.priorities[0], "idle": wanted.priorities[1]}
    for name in ("assignees", "labels", "any_label"):
        if asked := getattr(wanted, name):
            yield name, {name: json.dumps(list(dict.fromkeys(asked)))}
    for name in ("parent", "rig", "text"):
        if asked := getattr(wanted, name):
            yield name, {name: asked}
    for name in ("unassigned", "ephemeral"):
        if getattr(wanted, name):
            yield name, {}


def _moments(wanted: Wanted) -> Iterator[tuple[str, datetime | None]]:
    for what in ("created", "updated", "closed"):
        for name in (f"{what}_after", f"{what}_before"):
            yield name, getattr(wanted, name)
    yield "overdue", wanted.overdue


def _line(row: Row) -> BeadLine:
    return BeadLine(
        id=row["id"], title=row["title"], status=BeadStatus(row["status"]), type=row["type"], priority=row["priority"],
        rig=row["rig"], assignee=row["assignee"], owner=row["owner"], labels=tuple(json.loads(row["labels"])),
        parent=row["parent"], children=row["kids"], waits=row["waits"] > 0 and row["status"] != "closed",
        description=row["description"], created_at=moment(row["created_at"]), created_by=row["created_by"],
        updated_at=moment(row["updated_at"]), closed_at=moment_or_none(row["closed_at"]),
        close_reason=row["close_reason"], due=moment_or_none(row["due"]),
        defer_until=moment_or_none(row["defer_until"]), external_ref=row["external_ref"],
        ephemeral=bool(row["ephemeral"]),
    )  # fmt: skip
