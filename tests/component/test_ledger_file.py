import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.errors import Invalid, NotFound
from gastown.ledger import bead_writes, beads, events
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from tests.conftest import ROOT

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

TRY_TO_WRITE = """
import os, resource, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from gastown.errors import GastownError
from gastown.ledger import events
from gastown.ledger.database import Database

def write(ledger):
    with ledger.transaction():
        events.append(ledger, "overseer", "note", "town", datetime.now(UTC), text="x" * 10_000)

path, times, handicap = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with tempfile.TemporaryDirectory() as elsewhere:  # whatever is read from our own files is read here
    write(Database(Path(elsewhere, "gastown.db"), create=True))
if handicap == "nobody" and os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
if handicap == "small files":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    ledger = Database(path)
    for _ in range(times):
        write(ledger)
except GastownError as problem:
    print(type(problem).__name__, problem.message, problem.hint, sep="|")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one bead in it, that nobody has open."""
    with closing(Database(tmp_path / "gastown.db", create=True)) as ledger, ledger.transaction():
        bead_writes.insert(ledger, NewBead("Mend the door", id="we-1"), by="overseer", now=NOW)
        events.append(ledger, "overseer", "bead.created", "we-1", NOW)
    return tmp_path / "gastown.db"


def alter(path: Path, *statements: str) -> None:
    """Make it a file of another kind."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def write_in_child(path: Path, times: int = 1, handicap: str = "") -> tuple[str, str, str]:
    """Write events in a process of its own, with its hands tied somehow; the error's kind, message and hint."""
    done = subprocess.run(
        [sys.executable, "-c", TRY_TO_WRITE, str(path), str(times), handicap],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    kind, message, hint = done.stdout.rstrip("\n").split("|")
    return kind, message, hint


# files that are not ours to write


def foreign_text(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)


def foreign_database(path: Path) -> None:
    path.unlink()
    alter(path, "CREATE TABLE recipes (name)")


def foreign_mark(path: Path) -> None:
    alter(path, "PRAGMA application_id = 4711")


def newer(path: Path) -> None:
    alter(path, "PRAGMA user_version = 999")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_in_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1_000])


def scribbled_on(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + os.urandom(8_000))


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "a text": (foreign_text, "is damaged or not a database"),
    "somebody else's database": (foreign_database, "is not a ledger of Gas Town"),
    "a database with another mark": (foreign_mark, "is not a ledger of Gas Town"),
    "a ledger of a newer version": (newer, "was written by a newer Gas Town (ledger version 999"),
    "an empty file": (emptied, "is empty: it holds no ledger"),
    "half of a ledger": (cut_short, "is damaged or not a database"),
    "less than a page of it": (cut_in_a_page, "is damaged or not a database"),
    "noise behind a good beginning": (scribbled_on, "is damaged or not a database"),
}


@pytest.mark.parametrize("spoil, why", WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_ledger_of_ours_is_refused_and_left_as_it_is(
    path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(Invalid) as refusal:
        Database(path)
    assert why in refusal.value.message
    assert refusal.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("spoil, why", WRONG.values(), ids=WRONG)
def test_install_does_not_make_a_ledger_of_it_either(
    path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(path)
    before = path.read_bytes()
    if spoil is emptied:  # what an install leaves that was ended at once
        Database(path, create=True).close()
        return
    with pytest.raises(Invalid, match=re.escape(why)):
        Database(path, create=True)
    assert path.read_bytes() == before


def test_a_ledger_that_is_not_there_is_not_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no ledger"):
        Database(tmp_path / "gastown.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "gastown.db").mkdir()
    with pytest.raises(Invalid, match="is a folder, not a ledger"):
        Database(tmp_path / "gastown.db")


def test_damage_that_is_met_later_is_told_too(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'beads'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    with closing(Database(path)) as ledger, pytest.raises(Invalid, match="is damaged"):
        beads.get(ledger, "we-1")


# rights and room


@pytest.fixture
def open_place(path: Path) -> Iterator[Path]:
    """The ledger in a folder that everybody may enter and nobody but root may change."""
    folder = Path(tempfile.mkdtemp(prefix="gt-ledger-"))
    shutil.copy(path, folder / "gastown.db")
    folder.chmod(0o555)
    (folder / "gastown.db").chmod(0o444)
    yield folder / "gastown.db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_ledger_without_the_right_to_write_is_unavailable(open_place: Path) -> None:
    before = open_place.read_bytes()
    kind, message, hint = write_in_child(open_place, handicap="nobody")
    assert kind == "Unavailable"
    assert str(open_place) in message
    assert "rights" in hint
    assert open_place.read_bytes() == before


def test_a_ledger_that_may_not_be_read_is_unavailable(open_place: Path) -> None:
    open_place.chmod(0)
    kind, _, hint = write_in_child(open_place, handicap="nobody")
    assert (kind, hint) == ("Unavailable", "check the folder's rights and the disk")


def test_a_file_that_may_not_grow_is_unavailable_and_keeps_what_was_committed(path: Path) -> None:
    kind, _, hint = write_in_child(path, 1_000, "small files")
    assert (kind, hint) == ("Unavailable", "check the folder's rights and the disk")
    with closing(Database(path)) as ledger:
        assert beads.get(ledger, "we-1").title == "Mend the door"
        kept = events.last(ledger, 10_000)
        assert [event.seq for event in kept] == list(range(1, len(kept) + 1))


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=1m tmpfs "$1" && cp "$2" "$1/gastown.db" || exit 77
"$3" -c "$4" "$1/gastown.db" 1000 ""
cp "$1"/gastown.db* "$5"
"""


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path, path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    mounts = (
        ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    )
    words = ["sh", "-c", ON_A_SMALL_DISK, "sh", str(disk), str(path), sys.executable, TRY_TO_WRITE, str(kept)]
    if shutil.which("unshare") is None:
        pytest.skip("no disk can be mounted here")
    done = subprocess.run(
        [*mounts, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode and not done.stdout:
        pytest.skip(f"no disk can be mounted here: {done.stderr}")
    kind, message, hint = done.stdout.rstrip("\n").split("|")
    assert (kind, hint) == ("Unavailable", "make room, then try again")
    assert message == f"the disk of {disk} is full; nothing was changed"
    with closing(Database(kept / "gastown.db")) as ledger:
        seen = events.last(ledger, 10_000)
        assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
        assert len(seen) > 1
