"""A ledger as version 3 wrote it, with two polecats at work, is brought up to what a new one is."""

from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from gastown.ledger import agents, bead_writes, derived, incarnations, merges, ready
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.check import check
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from tests.component import graph_model
from tests.conftest import ROOT

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
VERSION_3 = (ROOT / "tests" / "ledgers" / "version_3.sql").read_text(encoding="utf-8")
MIGRATIONS = ROOT / "gastown" / "ledger" / "migrations"
WRITTEN = {
    "0001_the_main_job.sql": "4160a1a02fb70621d6c6ec68132d1aa968b43794af649f2126b35d73145c6289",
    "0002_the_work_graph.sql": "5667ac85d72bb2a838dade67d5371f1006fc2e794c5d3fe662a6d2df7dfc2c07",
    "0003_kept_by_triggers.sql": "f622bb692c80327333c156a1e541f5ff4c465113d50ea24d38f5be5a5c9b1aa5",
}
"""Ledgers were written by these: a change goes into a file of its own."""

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
KEPT = (
    "facts", "beads", "dependencies", "labels", "comments", "events", "changes", "merge_requests", "gate_runs",
    "sqlite_sequence",
)  # fmt: skip
"""Tables that no later version gave another column."""

Rows = list[tuple[object, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, as version 3 left it."""
    with closing(sqlite3.connect(tmp_path / "gastown.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSION_3)
    return tmp_path / "gastown.db"


def seen(path: Path, sql: str) -> Rows:
    """What any client is told."""
    with closing(sqlite3.connect(path)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def told(path: Path) -> dict[str, Rows]:
    """Every row of the tables that stay as they were."""
    return {table: seen(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT}  # noqa: S608


def must_be_right(path: Path, ledger: Database) -> None:
    """What is derived is what it should be, by our own look and by the model's."""
    assert derived.check(ledger) == []
    with closing(sqlite3.connect(path)) as connection:
        assert graph_model.differences(connection) == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert check(path).problems == ()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_migration_that_ledgers_were_written_by_stays_as_it_is(name: str) -> None:
    assert sha256((MIGRATIONS / name).read_bytes()).hexdigest() == WRITTEN[name]


def test_it_becomes_what_a_new_ledger_is(path: Path, tmp_path: Path) -> None:
    Database(path).close()
    Database(tmp_path / "new.db", create=True).close()
    assert seen(path, SCHEMA) == seen(tmp_path / "new.db", SCHEMA)


def test_nothing_is_lost_and_all_that_is_derived_is_right(path: Path) -> None:
    before = told(path)
    assert all(before.values())
    with closing(Database(path)) as ledger:
        assert told(path) == before
        assert told(path.with_name("gastown.db.before-4")) == before
        must_be_right(path, ledger)
        names = [bead.id for bead in ready.first(ledger, rig=None, now=NOW, most=99)]
        assert names == [
            "we-rdy14", "we-ask09", "we-wsp12", "we-gon13", "ap-ans19", "ap-rdy20", "we-bck22",
        ]  # fmt: skip
        spring = datetime(2027, 5, 1, tzinfo=UTC)
        assert "we-spr10" in [bead.id for bead in ready.first(ledger, rig=None, now=spring, most=99)]


def test_who_worked_works_on_and_numbers_are_not_given_again(path: Path) -> None:
    secrets = {row[0]: str(row[1]) for row in seen(path, "SELECT id, credential_hash FROM incarnations")}
    with closing(Database(path)) as ledger:
        assert agents.holder(ledger, "we-dr03") == "web/polecats/Toast"
        assert agents.holder(ledger, "we-win04") == "web/polecats/Shadow"
        for address in ("web/polecats/Toast", "web/polecats/Shadow"):
            assignment = agents.open_assignment(ledger, address)
            newest = incarnations.newest(ledger, address)
            assert assignment is not None
            assert newest is not None
            assert (newest.generation, newest.bead) == (assignment.generation, assignment.bead)
            assert incarnations.is_current(ledger, newest.id)
            holder = incarnations.by_credential(ledger, secrets[newest.id])
            assert holder is not None
            assert (holder.incarnation.agent, holder.is_newest) == (address, True)
        assert {request.bead for request in merges.live(ledger)} == {"we-que15", "we-hld21"}
        with ledger.transaction():
            assert agents.unhook(ledger, "web/polecats/Toast", "we-dr03")
            toast = agents.open_assignment(ledger, "web/polecats/Toast")
            assert toast is not None
            agents.end_assignment(ledger, toast.generation, "unslung", NOW)
            generation = agents.assign(
                ledger, "we-bat08", "web/polecats/Toast", by="overseer", runtime=None, now=NOW
            )
        assert generation == 42


def test_what_changes_then_is_followed(path: Path) -> None:
    with closing(Database(path)) as ledger:
        with ledger.transaction():
            bead_writes.insert(ledger, NewBead("A chimney", id="we-new1"), by="ann", now=NOW)
            bead_writes.close(ledger, "we-flr02", "all of it", by="ann", now=NOW)
        must_be_right(path, ledger)
        names = [bead.id for bead in ready.first(ledger, rig=None, now=NOW, most=99)]
        assert {"we-new1", "we-bat08"} <= set(names)
        with ledger.transaction():
            ledger.define("UPDATE readiness SET kids = kids + 3, created_ms = 0")
        assert derived.check(ledger) != []
        with ledger.transaction():
            derived.rebuild(ledger)
        must_be_right(path, ledger)
    assert seen(path, "SELECT count(*) FROM readiness WHERE created_ms = 0") == [(0,)]


def test_a_file_that_has_readiness_by_milliseconds_already_gets_the_same(path: Path) -> None:
    Database(path).close()
    schema = seen(path, SCHEMA)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 4")
    with closing(Database(path)) as ledger:
        must_be_right(path, ledger)
    assert seen(path, SCHEMA) == schema
