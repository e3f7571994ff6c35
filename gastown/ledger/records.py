"""Beads in the ledger as records, and records as beads: what its git history and other towns' files are made of."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from gastown.domain.records import COLUMNS, DELETED, TOMBSTONE, Json, Record
from gastown.ledger.database import Database, Row

EMPTY = ("", None, "{}")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read(database: Database, identity: str) -> Record | None:
    """The record of the bead of exactly that id; None when there is none, or it is a wisp."""
    return next(read_all(database, ids=[identity]), None)


def read_all(
    database: Database, *, rig: str | None = None, ids: Iterable[str] | None = None
) -> Iterator[Record]:
    """All beads but wisps, in the order of their ids; only those of one rig (empty: the town's own), only these ids.

    Rows are read as they are needed: begin a transaction around it if others may write meanwhile.
    """
    which = "" if ids is None else "_of"
    of: Mapping[str, object] = {} if ids is None else {"ids": json.dumps(list(ids))}
    writes = _fold(database.stream("records", f"writes{which}", **of))
    labels = _Beside(database.stream("records", f"labels{which}", **of))
    dependencies = _Beside(database.stream("records", f"dependencies{which}", **of))
    comments = _Beside(database.stream("records", f"comments{which}", **of))
    for row in database.stream("records", f"beads{which}", rig=rig, **of):
        bead = row["id"]
        names = [str(label["label"]) for label in labels.of(bead)]
        yield _record(row, names, dependencies.of(bead), comments.of(bead), writes.get(row["key"], {}))


def insert_many(database: Database, records: Iterable[Record]) -> None:
    """Write new beads with all that hangs on them, inside the present transaction.

    Every dependency must lead to a bead among them or in the ledger. Ids and uids must be free.
    """
    kept = list(records)
    database.write_many("records", "insert", (_row(record) for record in kept))
    database.write_many("records", "add_label", _labels(kept))
    database.write_many("records", "add_dependency", _dependencies(kept))
    database.write_many("records", "add_comment", _comments(kept))
    noted = ({"uid": r["uid"], "written": json.dumps(r["written"])} for r in kept if r.get("written"))
    database.write_many("records", "note_written", noted)


def replace(database: Database, record: Record) -> None:
    """Make the bead with the record's uid equal to the record; a new one when there is none.

    Inside the present transaction; beads that it leans on must be there. A bead on a hook stays `hooked` there.
    """
    known = database.row("records", "by_uid", uid=record["uid"])
    if known is None:
        insert_many(database, [record])
        return
    before = read(database, str(known["id"])) or {}
    row = _row(record)
    if database.row("agents", "holder", bead=known["id"]) is not None and row["status"] == "in_progress":
        row["status"] = "hooked"
    database.write("records", "update", **row)
    had, has = {**before, "id": record["id"]}, record
    _exchange(database, "label", _labels([had]), _labels([has]))
    _exchange(database, "dependency", _dependencies([had]), _dependencies([has]))
    if before.get("comments", []) != record.get("comments", []):
        database.write("records", "remove_comments", bead=record["id"])
        database.write_many("records", "add_comment", _comments([record]))
    written = json.dumps(record.get("written", {}))  # empty too: what was exchanged nobody wrote now
    database.write("records", "note_written", uid=record["uid"], written=written)


def _exchange(
    database: Database, what: str, had: Iterable[dict[str, object]], has: Iterable[dict[str, object]]
) -> None:
    """Remove what is no more and add what is new."""
    old, new = list(had), list(has)
    for row in old:
        if row not in new:
            keys = {key: row[key] for key in ("bead", "label", "depends_on", "kind") if key in row}
            database.write("records", f"remove_{what}", **keys)
    database.write_many("records", f"add_{what}", [row for row in new if row not in old])


class _Beside:
    """Rows of a table beneath beads, in the beads' order, read along with them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._groups = groupby(rows, itemgetter("bead"))
        self._bead, self._rows = "", list[Row]()

    def of(self, bead: str) -> Sequence[Row]:
        """The rows of this bead; beads must be asked for in their order."""
        while self._bead < bead:
            following = next(self._groups, None)
            if following is None:
                return ()
            self._bead, self._rows = following[0], list(following[1])
        return self._rows if self._bead == bead else ()


def _fold(writes: Iterable[Row]) -> dict[int, dict[str, str]]:
    """For every bead that was changed after it began, when each of its fields was written last."""
    found: dict[int, dict[str, str]] = {}
    for row in writes:
        field, key = row["field"], int(row["key"])
        if field == "is":
            found.pop(key, None)
        elif field == "written":
            found[key] = json.loads(row["written"])
        else:
            found.setdefault(key, {})[COLUMNS.get(field, field)] = row["at"]
    return found


def _record(
    row: Row,
    labels: Sequence[str],
    dependencies: Sequence[Row],
    comments: Sequence[Row],
    writes: Mapping[str, str],
) -> Record:
    dead = row["type"] == TOMBSTONE
    record: Record = {}
    for column, name in COLUMNS.items():
        value = row[column]
        if value not in EMPTY:
            record[DELETED.get(column, name) if dead else name] = value
    if "metadata" in record:
        record["metadata"] = json.loads(row["metadata"])
    if dead:
        record["status"] = TOMBSTONE
        del record["issue_type"]
    elif record["status"] == "hooked":
        record["status"] = "in_progress"
    more: Mapping[str, Json] = {
        "labels": list(labels),
        "dependencies": [_dependency(one) for one in dependencies],
        "comments": [{"author": c["author"], "text": c["body"], "created_at": c["at"]} for c in comments],
        "written": dict(sorted(writes.items())),
    }
    record |= {name: value for name, value in more.items() if value}
    return record


def _dependency(row: Row) -> dict[str, Json]:
    return {
        "issue_id": row["bead"],
        "depends_on_id": row["depends_on"],
        "type": row["kind"],
        "created_at": row["created_at"],
        "created_by": row["created_by"],
    }


def _row(record: Record) -> dict[str, object]:
    """The bead's own columns."""
    dead = record.get("status") == TOMBSTONE
    row: dict[str, object] = {
        column: record.get(DELETED.get(column, name) if dead else name) for column, name in COLUMNS.items()
    }
    for column in ("description", "design", "acceptance", "notes"):
        row[column] = row[column] or ""
    row["type"] = TOMBSTONE if dead else row["type"] or "task"
    row["status"] = "closed" if dead else row["status"]
    row["priority"] = 2 if row["priority"] is None else row["priority"]
    metadata = record.get("metadata")
    row["metadata"] = _encode(metadata) if metadata else "{}"
    return row


def _labels(records: Iterable[Mapping[str, Json]]) -> Iterator[dict[str, object]]:
    for record in records:
        for label in _list(record, "labels"):
            yield {"bead": record["id"], "label": label}


def _dependencies(records: Iterable[Mapping[str, Json]]) -> Iterator[dict[str, object]]:
    for record in records:
        for one in _list(record, "dependencies"):
            if isinstance(one, dict):
                yield {
                    "bead": record["id"], "depends_on": one["depends_on_id"], "kind": one["type"],
                    "created_at": one["created_at"], "created_by": one.get("created_by") or "",
                }  # fmt: skip


def _comments(records: Iterable[Mapping[str, Json]]) -> Iterator[dict[str, object]]:
    for record in records:
        for one in _list(record, "comments"):
            if isinstance(one, dict):
                yield {
                    "bead": record["id"],
                    "author": one["author"],
                    "body": one["text"],
                    "at": one["created_at"],
                }


def _list(record: Mapping[str, Json], name: str) -> Sequence[Json]:
    found = record.get(name)
    return found if isinstance(found, list) else ()
