"""What an import asks of the ledger, and its way to load many beads at once."""

import json
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import NamedTuple, cast

from gastown.domain.clock import stamp_or_none
from gastown.domain.records import COLUMNS, DELETED, TOMBSTONE, Json, Record
from gastown.ledger.bead_writes import NewBead, uid
from gastown.ledger.database import Database
from gastown.ledger.derived import rebuild, without_indexes, without_triggers

ASKED_AT_ONCE = 2000
LOADED_AT_ONCE = 2000
MANY = 1000
"""From so many new beads on, loading without triggers pays, if there are not far more here already."""

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

LOADED, JOURNAL = ("beads", "labels", "dependencies", "comments"), ("changes",)
NEWEST = {"comments": "newest_comment"}


NAMES = tuple(name for name in COLUMNS.values() if name != "metadata")
"""The fields of a record in the order in which a bead is packed; its metadata come last."""

OF_DELETED = {COLUMNS[column]: name for column, name in DELETED.items()}

RIG, UPDATED_BY = NAMES.index("rig"), NAMES.index("updated_by")

Packed = tuple[list[object], list[str], list[tuple[str, ...]], list[tuple[str, ...]]]
"""A bead as rows of the ledger: its own columns (empty for none), its labels, comments and dependencies."""


class Known(NamedTuple):
    """A bead that is here already."""

    uid: str
    rig: str | None
    created_at: str
    updated_at: str
    wisp: bool
    deleted: bool
    title: str
    busy: str
    """Why its status is not to be changed by a file; empty when it may be."""


def known(database: Database, ids: Iterable[str]) -> dict[str, Known]:
    """Those of these beads that are here."""
    found: dict[str, Known] = {}
    for some in _chunks(ids, database):
        for row in database.rows("interchange", "known", ids=json.dumps(some)):
            busy = "on a hook" if row["hooked"] else "in a merge queue" if row["queued"] else ""
            found[row["id"]] = Known(
                row["uid"], row["rig"], row["created_at"], row["updated_at"], bool(row["ephemeral"]),
                row["type"] == TOMBSTONE, row["title"], busy,
            )  # fmt: skip
    return found


def ids_of(database: Database, uids: Iterable[str]) -> dict[str, str]:
    """The ids that beads with these uids have here, by uid."""
    rows = (
        database.rows("interchange", "elsewhere", uids=json.dumps(some)) for some in _chunks(uids, database)
    )
    return {str(row["uid"]): str(row["id"]) for some in rows for row in some}


def ways_on(database: Database, ids: Iterable[str]) -> dict[str, list[str]]:
    """For each of these beads and all that they lead to: what must come before it."""
    ways: dict[str, list[str]] = {}
    frontier = set(ids)
    while frontier:
        ways.update({bead: [] for bead in frontier})
        for some in _chunks(frontier, database):
            for row in database.rows("interchange", "waits_for", ids=json.dumps(some)):
                ways[row["bead"]].append(row["depends_on"])
        frontier = {on for bead in frontier for on in ways[bead]} - ways.keys()
    return ways


def load(database: Database, beads: Iterable[Packed], count: int) -> None:
    """Write `count` new beads with all that hangs on them, inside the present transaction.

    Every dependency must lead to a bead among them or in the ledger. Ids and uids must be free.
    """
    here = database.row("interchange", "how_many")
    if here is None or count < MANY or count * 4 < here["beads"]:
        _put_all(database, iter(beads))
        return
    tables = [*(LOADED if here["beads"] <= count else ()), *(JOURNAL if here["changes"] <= count else ())]
    with without_triggers(database):
        with without_indexes(database, tables):
            _put_all(database, iter(beads))
            for what in LOADED:
                database.write("interchange", f"journal_{what}", newest=here[NEWEST.get(what, "newest")])
        rebuild(database)


def _put_all(database: Database, beads: Iterator[Packed]) -> None:
    """Write the beads, and when all are there, what they lean on: that waits in a file, not in memory."""
    with TemporaryFile(dir=database.path.parent) as later:
        while some := list(islice(beads, LOADED_AT_ONCE)):
            _put(database, "insert", [packed[0] for packed in some])
            _put(database, "add_label", [(packed[0][0], label) for packed in some for label in packed[1]])
            _put(database, "add_comment", [(packed[0][0], *row) for packed in some for row in packed[2]])
            marshal.dump([(packed[0][0], *row) for packed in some for row in packed[3]], later)
        end = later.tell()
        later.seek(0)
        while later.tell() < end:
            _put(database, "add_dependency", marshal.load(later))  # noqa: S302 - our own file, a moment old


def machinery(database: Database, types: Iterable[str]) -> frozenset[str]:
    """Beads of these types that nothing else leans on, directly or through others of them."""
    needed_by: dict[str, set[str]] = {}
    for row in database.rows("interchange", "machinery", types=json.dumps(list(types))):
        needed_by.setdefault(row["id"], set()).update({row["needed_by"]} - {None})
    left = set(needed_by)
    while wanted := {bead for bead in left if not needed_by[bead] <= left}:
        left -= wanted
    return frozenset(left)


def _chunks(values: Iterable[str], database: Database) -> Iterator[list[str]]:
    """So many at once as one query may be asked; none where there is nothing to be found."""
    rest = iter(values if database.row("interchange", "any") else ())
    while some := list(islice(rest, ASKED_AT_ONCE)):
        yield some


def _put(database: Database, name: str, rows: Sequence[Sequence[object]]) -> None:
    """Write rows whose values stand in the statement's order: far faster than by name."""
    if rows:
        database.write_many("interchange", name, cast("Iterable[Mapping[str, object]]", rows))


def pack(record: Record, *, wisp: bool) -> Packed:
    """A bead as rows; whose rig and updated_by are still to be set."""
    get = record.get
    dead = record["status"] == TOMBSTONE
    metadata = get("metadata")
    own: list[object] = [
        record["id"], record["uid"], get("rig", ""), record["title"], get("description", ""), get("design", ""),
        get("acceptance_criteria", ""), get("notes", ""), "closed" if dead else record["status"],
        record["priority"], TOMBSTONE if dead else record["issue_type"], get("assignee", ""), get("owner", ""),
        record["created_at"], record["created_by"], get("started_at", ""), record["updated_at"],
        get("updated_by"), get("deleted_at" if dead else "closed_at", ""),
        get("deleted_by" if dead else "closed_by", ""), get("delete_reason" if dead else "close_reason", ""),
        get("due_at", ""), get("defer_until", ""), get("external_ref", ""),
        _encode(metadata) if metadata else "{}", int(wisp),
    ]  # fmt: skip
    return (
        own,
        [str(label) for label in _list(record, "labels")],
        _picked(record, "comments", ("author", "text", "created_at")),
        _picked(record, "dependencies", ("depends_on_id", "type", "created_at", "created_by")),
    )


def pack_new(
    new: NewBead, identity: str, labels: Sequence[str], links: Sequence[tuple[str, str]], *, by: str, at: str
) -> Packed:
    """A bead that is filed now, as rows; `links`: on what it leans, and how."""
    own: list[object] = [
        identity, uid(), new.rig or "", new.title, new.description, new.design, new.acceptance, new.notes,
        new.status, new.priority, new.type, new.assignee or "", new.owner or "", at, by, "", at, by, "", "", "",
        stamp_or_none(new.due) or "", stamp_or_none(new.defer_until) or "", new.external_ref or "",
        _encode(dict(new.metadata)) if new.metadata else "{}", int(new.ephemeral),
    ]  # fmt: skip
    return own, list(labels), [], [(on, str(kind), at, by) for on, kind in links]


def unpack(packed: Packed) -> Record:
    """The record that was packed."""
    own, labels, comments, dependencies = packed
    found = {name: value for name, value in zip(NAMES, own, strict=False) if value not in ("", None)}
    record = cast("Record", found)
    if record["issue_type"] == TOMBSTONE:
        for name, of_deleted in OF_DELETED.items():
            if name in record:
                record[of_deleted] = record.pop(name)
        record["status"] = record.pop("issue_type")
    metadata = json.loads(str(own[len(NAMES)]))
    more: Record = {
        "metadata": metadata,
        "labels": list[Json](labels),
        "comments": [{"author": author, "text": text, "created_at": at} for author, text, at in comments],
        "dependencies": [
            {"issue_id": record["id"], "depends_on_id": on, "type": kind, "created_at": at, "created_by": by}
            for on, kind, at, by in dependencies
        ],
    }
    return record | {name: value for name, value in more.items() if value}


def _picked(record: Record, name: str, fields: Sequence[str]) -> list[tuple[str, ...]]:
    found = _list(record, name)
    return (
        [tuple(str(one[field]) for field in fields) for one in found if isinstance(one, dict)]
        if found
        else []
    )


def _list(record: Mapping[str, Json], name: str) -> Sequence[Json]:
    found = record.get(name)
    return found if isinstance(found, list) else ()
