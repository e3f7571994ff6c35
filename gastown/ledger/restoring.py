"""Writing rows into a ledger that is being made anew: those that no operation would write so."""

import json
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager

from gastown.domain.records import Json, Record
from gastown.errors import Invalid
from gastown.ledger import records
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3

_AGENT = (
    "address", "role", "rig", "name", "hook_bead", "runtime", "paused", "created_at", "wanted_at", "wanted_by",
    "removed_at",
)  # fmt: skip
_ASSIGNMENT = (
    "generation", "bead", "agent", "slung_by", "runtime", "started_at", "branch", "base", "done_commit", "done_at",
    "done_by", "no_change", "ended_at", "outcome", "deferred",
)  # fmt: skip
_MERGE = (
    "id", "bead", "rig", "agent", "generation", "commit_id", "branch", "target", "state", "because", "held_for",
    "submitted_at", "landing_old", "landing_new", "ended_at",
)  # fmt: skip
_GATE = ("id", "on_target", "commit_id", "command", "log", "began_at", "ended_at", "status", "outcome")


@contextmanager
def refused_plainly(commit: str) -> Generator[None]:
    """Raise Invalid for rows that no ledger takes: somebody wrote them into the history by hand."""
    try:
        yield
    except (sqlite3.IntegrityError, KeyError, TypeError, ValueError, OverflowError) as problem:
        raise Invalid(
            f"the commit {commit} holds what no ledger can: {type(problem).__name__}, {problem}",
            "gt ledger log lists other commits",
        ) from problem


def add_links(database: Database, beads: Iterable[Record]) -> None:
    """Write what the beads lean on, and when their fields were written; the beads are all there."""
    kept = list(beads)
    database.write_many("records", "add_dependency", _dependencies(kept))
    noted = ({"uid": r["uid"], "written": json.dumps(r["written"])} for r in kept if r.get("written"))
    database.write_many("records", "note_written", noted)


def _dependencies(beads: Iterable[Record]) -> Iterator[dict[str, object]]:
    for record in beads:
        found = record.get("dependencies")
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield {
                    "bead": record["id"], "depends_on": one["depends_on_id"], "kind": one["type"],
                    "created_at": one["created_at"], "created_by": one.get("created_by") or "",
                }  # fmt: skip


def add_agents(database: Database, rows: Iterable[Mapping[str, Json]]) -> None:
    """Write agents with their hooks."""
    database.write_many("history", "insert_agent", (_only(row, _AGENT) for row in rows))


def add_assignments(database: Database, rows: Iterable[Mapping[str, Json]]) -> None:
    """Write assignments under the generations that they had."""
    database.write_many("history", "insert_assignment", (_only(row, _ASSIGNMENT) for row in rows))


def add_merge(database: Database, row: Mapping[str, Json]) -> None:
    """Write a merge request with its gate runs."""
    database.write("history", "insert_merge", **_only(row, _MERGE))
    gates = row.get("gates")
    rows = [gate for gate in gates if isinstance(gate, dict)] if isinstance(gates, list) else []
    database.write_many(
        "history", "insert_gate", ({**_only(gate, _GATE), "merge_request": row["id"]} for gate in rows)
    )


def add_events(database: Database, rows: Iterable[Mapping[str, object]]) -> None:
    """Write events under the numbers that they had."""
    database.write_many("history", "insert_event", rows)


def _only(row: Mapping[str, Json], names: Iterable[str]) -> dict[str, object]:
    return {name: row.get(name) for name in names}


def bury(database: Database, deleted: Iterable[Record]) -> int:
    """Make husks of the beads that were deleted since, and that nobody works on; gives how many beads there are."""
    for record in deleted:
        known = database.row("records", "by_uid", uid=record["uid"])
        if known is None:
            if database.row("records", "beads_of", ids=json.dumps([record["id"]]), rig=None) is None:
                records.insert_many(database, [{**record, "dependencies": []}])
        elif database.row("agents", "holder", bead=known["id"]) is None:
            records.replace(database, {**record, "id": known["id"]})
    return int(database.rows("history", "count_beads")[0]["beads"])


def new_journal(database: Database) -> None:
    """Tell this file's journal from that of the file that it is a copy of."""
    database.write("history", "set_fact", name="journal", value=uuid.uuid4().hex)
