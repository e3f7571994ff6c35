"""A ledger as an earlier version wrote it is brought up whole, whoever is killed, waits or looks on meanwhile."""

import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gastown.ledger import agents, derived, events, incarnations, ready, records
from gastown.ledger.check import check
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from tests.component import graph_model
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
NEWEST = max(int(file.name[:4]) for file in (ROOT / "gastown" / "ledger" / "migrations").glob("0*.sql"))
VERSION_1 = (ROOT / "tests" / "ledgers" / "version_1.sql").read_text(encoding="utf-8")
TABLES = re.findall(r"^CREATE TABLE (\w+)", VERSION_1, re.MULTILINE)

OPEN = """
import os, signal, sys
from pathlib import Path
from gastown.ledger import database
real, left = database.patiently, int(sys.argv[2])

def counted(connection, statement, *more, **options):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(connection, statement, *more, **options)

database.patiently = counted
database.Database(Path(sys.argv[1])).close()
print(-left)
"""
"""Opens the ledger; ends itself before its N-th statement. Prints how many there were."""


def told(path: Path) -> Mapping[str, set[tuple[Any, ...]]]:
    """Every row of every table that version 1 had, in the columns that it had."""
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(":memory:")) as old:
        old.executescript(VERSION_1)
        columns = {
            table: ", ".join(row[1] for row in old.execute(f"PRAGMA table_info({table})")) for table in TABLES
        }
        return {
            table: set(connection.execute(f"SELECT {names} FROM {table}"))  # noqa: S608
            for table, names in columns.items()
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, as version 1 left it."""
    with closing(sqlite3.connect(tmp_path / "gastown.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSION_1)
    return tmp_path / "gastown.db"


def must_be_whole(path: Path, before: Mapping[str, set[tuple[Any, ...]]]) -> None:
    """Brought up, with all that it held, and with all that is new."""
    with closing(Database(path)) as ledger:
        assert told(path) == before
        assert derived.check(ledger) == []
        with closing(sqlite3.connect(path)) as connection:
            assert graph_model.differences(connection) == []
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert check(path).version == NEWEST
        assert check(path).problems == ()
    assert not list(path.parent.glob("*.before-2.*"))
    assert told(path.with_name("gastown.db.before-2")) == before


def found(path: Path, table: str, word: str) -> int:
    """How many texts hold the word."""
    with closing(sqlite3.connect(path)) as connection:
        query = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"  # noqa: S608
        return int(connection.execute(query, [word]).fetchone()[0])


def test_nothing_is_lost_and_what_is_new_is_right(path: Path) -> None:
    before = told(path)
    assert all(before.values())
    must_be_whole(path, before)
    with closing(Database(path)) as ledger:
        names = [bead.id for bead in ready.first(ledger, rig=None, now=NOW, most=99)]
        assert names == ["we-ord05", "we-win09", "gt-twn11", "we-wsp12", "we-bck15"]
        later = datetime(2027, 5, 1, tzinfo=UTC)
        assert "we-spr13" in [bead.id for bead in ready.first(ledger, rig=None, now=later, most=99)]
        assert found(path, "beads_text", "hinges") == found(path, "comments_text", "frame") - 1 == 1
        assert found(path, "beads_text", "tür") == 2  # the door and the convoy around it
        record = records.read(ledger, "we-door3")
        assert record is not None
        assert record["labels"] == ["urgent", "wood"]
        assert isinstance(record["comments"], list)
        assert len(record["comments"]) == 2


def test_numbers_that_were_given_are_not_given_again(path: Path) -> None:
    with closing(Database(path)) as ledger, ledger.transaction():
        toast = agents.open_assignment(ledger, "web/polecats/Toast")
        assert toast is not None
        incarnation = incarnations.mint(
            ledger,
            toast.agent,
            toast,
            credential_hash="new",
            conversation="c",
            session="s",
            head=None,
            why_older="x",
            now=NOW,
        )
        assert agents.unhook(ledger, "web/polecats/Toast", "we-door3")
        agents.end_assignment(ledger, toast.generation, "unslung", NOW)
        generation = agents.assign(
            ledger, "we-door3", "web/polecats/Toast", by="overseer", runtime=None, now=NOW
        )
        newest = events.newest_seq(ledger)
        events.append(ledger, "overseer", "bead.slung", "we-door3", NOW)
        assert (generation, incarnation, events.newest_seq(ledger)) == (42, 98, newest + 1)


def test_references_hold_afterwards_and_an_id_may_change(path: Path) -> None:
    with closing(Database(path)) as ledger:
        with pytest.raises(sqlite3.IntegrityError), ledger.transaction():
            ledger.define("UPDATE agents SET hook_bead = 'we-nowhere'")
        with ledger.transaction():
            ledger.define("UPDATE beads SET id = 'we-other' WHERE id = 'we-lnd14'")
            ledger.define("UPDATE beads SET id = 'we-moved' WHERE id = 'we-door3'")
        assert check(path).problems == ()
        assert agents.holder(ledger, "we-moved") == "web/polecats/Toast"
        assert derived.check(ledger) == []


def test_of_two_parents_one_stays_and_the_other_is_related(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO dependencies VALUES ('we-door3', 'we-hse01', 'parent-child', '2026', 'ann')"
        )
    with closing(Database(path)) as ledger:
        rows = ledger.rows("graph", "blocked_by", id="we-door3")
        assert {(row["id"], row["kind"]) for row in rows} == {
            ("we-hse01", "parent-child"),
            ("we-upr02", "related"),
        }
        assert derived.check(ledger) == []


def test_a_sqlite_that_looks_after_references_from_the_start_does_no_harm(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = told(path), sqlite3.connect

    def strict(*args: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as it is
        connection: sqlite3.Connection = real(*args, **options)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", strict)
        Database(path).close()
    must_be_whole(path, before)


# killed, in a crowd, under somebody's eyes


def opened(path: Path, until: int = 0) -> subprocess.Popen[str]:
    """A process that opens the ledger, and is killed before that statement."""
    words = [sys.executable, "-c", OPEN, str(path), str(until)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_an_upgrade_that_is_killed_anywhere_is_finished_by_the_next(path: Path, tmp_path: Path) -> None:
    before, old = told(path), path.read_bytes()
    whole = opened(path).communicate(timeout=60)[0]
    for number in range(1, int(whole) + 1, max(1, int(whole) // 12)):
        place = tmp_path / str(number) / "gastown.db"
        place.parent.mkdir()
        place.write_bytes(old)
        killed = opened(place, number)
        assert killed.communicate(timeout=60) == ("", "")
        assert killed.returncode == -signal.SIGKILL
        assert told(place) == before
        for half in place.parent.glob("gastown.db.before-2.*"):
            half.unlink()  # a copy that was cut off has the dead process's number
        must_be_whole(place, before)


def test_eight_processes_bring_one_file_up(path: Path) -> None:
    before = told(path)
    crowd = [opened(path) for _ in range(8)]
    assert [one.communicate(timeout=60)[1] for one in crowd] == [""] * 8
    assert [one.returncode for one in crowd] == [0] * 8
    must_be_whole(path, before)


def test_who_has_the_old_file_open_goes_on_reading_and_writing(path: Path) -> None:
    before = told(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as supervisor:
        supervisor.execute("PRAGMA foreign_keys = ON")
        supervisor.execute("BEGIN")
        hooks = supervisor.execute("SELECT address, hook_bead FROM agents ORDER BY 1").fetchall()
        must_be_whole(path, before)
        assert supervisor.execute("SELECT count(*) FROM beads").fetchone() == (len(before["beads"]),)
        supervisor.execute("COMMIT")
        assert supervisor.execute("SELECT address, hook_bead FROM agents ORDER BY 1").fetchall() == hooks
        supervisor.execute("BEGIN IMMEDIATE")
        supervisor.execute(
            "UPDATE beads SET status = 'closed', closed_at = '2026', updated_by = 'old' WHERE id = 'we-ord05'"
        )
        supervisor.execute("COMMIT")
    with closing(Database(path)) as ledger:
        assert derived.check(ledger) == []
        with closing(sqlite3.connect(path)) as connection:
            assert graph_model.differences(connection) == []
