import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.errors import GastownError
from gastown.ledger import bead_writes, beads, database
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NEWEST = database._newest()  # pyright: ignore[reportPrivateUsage]
COPY = f"gastown.db.before-{NEWEST + 1}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one bead in it, that nobody has open."""
    with closing(Database(tmp_path / "gastown.db", create=True)) as ledger, ledger.transaction():
        bead_writes.insert(ledger, NewBead("Mend the door", id="we-1"), by="overseer", now=NOW)
    return tmp_path / "gastown.db"


@pytest.mark.parametrize("time", range(8))
def test_eight_threads_make_one_new_ledger(tmp_path: Path, time: int) -> None:
    failures, at_once = list[GastownError](), threading.Barrier(8)

    def make() -> None:
        at_once.wait()
        try:
            Database(tmp_path / "gastown.db", create=True).close()
        except GastownError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [], f"the {time + 1}. time"


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One more migration; gives its file."""
    folder = tmp_path / "newer"
    shutil.copytree(database._HERE / "migrations", folder / "migrations")  # pyright: ignore[reportPrivateUsage]
    migration = folder / "migrations" / f"{NEWEST + 1:04}_more.sql"
    migration.write_text("CREATE TABLE more (x TEXT) STRICT;\n")
    newest = database._newest  # pyright: ignore[reportPrivateUsage]
    newest.cache_clear()
    shutil.copytree(database._HERE / "queries", folder / "queries")  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(database, "_HERE", folder)
    yield migration
    newest.cache_clear()


def test_a_file_of_the_version_before_is_brought_up_and_a_copy_of_it_kept(
    path: Path, next_version: Path
) -> None:
    assert next_version.exists()
    with closing(Database(path)) as ledger:
        assert beads.get(ledger, "we-1").title == "Mend the door"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO more VALUES ('new')")
    kept = path.with_name(COPY)
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == NEWEST
        assert connection.execute("SELECT title FROM beads").fetchall() == [("Mend the door",)]
    assert sorted(file.name for file in path.parent.glob("gastown.db.*")) == [kept.name]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, next_version: Path) -> None:
    next_version.write_text("CREATE TABLE more (x TEXT) STRICT;\nCREATE TABLE beads (x);\n")
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            Database(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == NEWEST
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone()[0] == 0


def test_a_copy_that_was_cut_off_is_not_taken_for_one(path: Path, next_version: Path) -> None:
    assert next_version.exists()
    half = path.with_name(f"{COPY}.{os.getpid()}-{threading.get_ident()}")
    half.write_text("half a co")
    Database(path).close()
    with closing(sqlite3.connect(path.with_name(COPY))) as connection:
        assert connection.execute("SELECT count(*) FROM beads").fetchone()[0] == 1
    assert not half.exists()
