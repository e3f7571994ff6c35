"""A ledger's file that is broken, foreign or gone: every command says so in a line, and gt ledger restore mends it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.ledger.sqlite import sqlite3
from gastown.operations.history.record import record
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.world.locks import lock
from tests.conftest import ROOT
from tests.e2e.stage import Ended, Stage
from tests.towns import HUMAN, a_town

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(300)]

COMMANDS = [
    ("bd", "ready"),
    ("bd", "show", "we-1"),
    ("bd", "list"),
    ("bd", "search", "door"),
    ("bd", "create", "Another", "--rig", "web", "--no-up"),
    ("bd", "update", "we-1", "--claim"),
    ("bd", "close", "we-1"),
    ("bd", "comment", "we-1", "Well"),
    ("bd", "import", "issues.jsonl"),
    ("gt", "sling", "we-1", "web", "--no-up"),
    ("gt", "log"),
    ("gt", "ledger", "backup", "copy.db"),
]


class Place(Stage):
    """A town whose supervisor is this test, with three beads and one hook in its history."""

    def __init__(self, folder: Path) -> None:
        with closing(a_town(folder)) as town:
            super().__init__(town.root)
            for name in ("we-1", "we-2", "we-3"):
                create(town, f"Mend door {name}", by=HUMAN, rig="web", id=name)
            depend(town, "we-2", "we-1", by=HUMAN)
            sling(town, "we-3", "web/polecats/Toast", by=HUMAN)
            record(town)
        (self.root / "issues.jsonl").write_text('{"id":"we-9","title":"X"}\n')
        self.file_of_it = self.root / "gastown.db"

    def rest(self) -> list[Path]:
        """Whatever lies beside the ledger, with its name."""
        return sorted(self.root.glob("gastown.db*"))

    def carried_out(self, program: str, *words: str) -> Ended:
        """Run it under a supervisor that does nothing."""
        with closing(Town(self.root)) as town, lock(town.places.supervisor_lock, what="a test"):
            return self.run(*words, program=program)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The town, of which nothing runs."""
    return Place(tmp_path)


def torn_page(path: Path) -> None:
    """The page at which the table of beads begins is overwritten."""
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'beads'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def text(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


BROKEN: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "a page is overwritten": (torn_page, 65, "is damaged"),
    "half of it": (half, 65, "is damaged"),
    "a text": (text, 65, "is damaged or not a database"),
    "somebody else's database": (foreign, 65, "is not a ledger of Gas Town"),
    "an empty file": (empty, 65, "is empty"),
    "no file": (gone, 1, "there is no ledger"),
    "a folder": (folder, 65, "is a folder"),
}


@pytest.mark.parametrize("spoil, status, why", BROKEN.values(), ids=BROKEN)
def test_every_command_says_so_and_restore_brings_all_of_it_back(
    place: Place, spoil: Callable[[Path], None], status: int, why: str
) -> None:
    before = place.run("export", program="bd").out
    assert before.count("\n") >= 3
    spoil(place.file_of_it)
    seen = contents(place)
    for words in COMMANDS if spoil in (torn_page, half) else COMMANDS[::4]:
        told = place.carried_out(*words)
        if spoil is torn_page and words == ("gt", "log"):
            assert told.status == 0  # it does not come that way
            continue
        assert told.status == status, (words, told)
        assert (why in told.err, told.out) == (True, ""), (words, told)
        assert "gt ledger restore" in told.err, (words, told)
        assert len(told.err.splitlines()) <= 3, told.err
        assert contents(place) == seen, words
    assert place.run("ledger", "verify").status not in (0, 70)
    place.gt("ledger", "restore")
    assert place.run("export", program="bd").out == before
    assert "Toast" in place.run("show", "we-3", program="bd").out
    assert place.run("ledger", "verify").status == 0, place.run("ledger", "verify")
    assert [aside for aside in place.root.glob("**/*.db*") if aside != place.file_of_it] or spoil in (
        gone,
        empty,
    )


def contents(place: Place) -> dict[str, bytes]:
    """The files of the ledger as they are; a folder has none."""
    return {path.name: path.read_bytes() for path in place.rest() if path.is_file()}


def test_a_file_of_a_newer_version_is_left_to_that(place: Place) -> None:
    newer(place.file_of_it)
    seen = place.file_of_it.read_bytes()
    for words in COMMANDS:
        told = place.carried_out(*words)
        assert told.status == 65, (words, told)
        assert "was written by a newer Gas Town (ledger version 999" in told.err
        assert "upgrade gastown" in told.err
    assert place.file_of_it.read_bytes() == seen


@pytest.mark.parametrize("what", ["noise", "nothing", "a beginning"])
def test_a_log_beside_the_file_that_is_none_does_no_harm_and_what_it_held_is_missed(
    place: Place, what: str
) -> None:
    log = place.root / "gastown.db-wal"
    with closing(sqlite3.connect(place.file_of_it)) as holder:  # so that the log is not folded in
        holder.execute("SELECT * FROM beads").fetchone()
        with closing(Town(place.root)) as town:
            create(town, "In the log alone", by=HUMAN, rig="web", id="we-log")
            record(town)
        kept = log.read_bytes()
        copy = place.root.parent / "copy"
        shutil.copytree(place.root, copy)
    broken = Place.__new__(Place)
    Stage.__init__(broken, copy)
    log = copy / "gastown.db-wal"
    (copy / "gastown.db-shm").unlink()
    match what:
        case "noise":
            log.write_bytes(os.urandom(len(kept)))
        case "nothing":
            log.unlink()
        case _:
            log.write_bytes(kept[:1_000])
    assert broken.run("show", "we-log", program="bd").status == 1
    assert broken.run("show", "we-1", program="bd").status == 0
    verified = broken.run("ledger", "verify")
    assert verified.status == 65, verified
    assert "gt ledger restore" in verified.out, verified
    broken.gt("ledger", "restore")
    assert broken.run("show", "we-log", program="bd").status == 0
    assert broken.run("ledger", "verify").status == 0


# rights

AS_NOBODY = """
import contextlib, io, os, sys
from gastown.cli import app

def run(folder, words):
    os.chdir(folder)
    sys.argv = ["bd", *words]
    err = io.StringIO()
    status = 0
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
        try:
            app.bd()
        except SystemExit as leaving:
            status = leaving.code
    return status, err.getvalue()

os._exit = sys.exit
good, bad, *commands = sys.argv[1:]
for words in ("ready", "create Another --rig web --no-up", "comment we-1 x --no-up", "show we-none"):
    run(good, words.split())  # whatever is read from our own files is read here
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for words in commands:
    status, err = run(bad, words.split())
    print(status, err.replace("\\n", "|"))
"""


@pytest.fixture
def open_place(place: Place) -> Iterator[Path]:
    """A copy of the town in a folder that everybody may enter and nobody but root may change."""
    folder = Path(tempfile.mkdtemp(prefix="gt-broken-"))
    shutil.copytree(place.root, folder / "town")
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder / "town"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_file_and_a_folder_that_may_not_be_written_are_told_of(place: Place, open_place: Path) -> None:
    before = (open_place / "gastown.db").read_bytes()
    words = ["create X --rig web --no-up", "comment we-1 x --no-up"]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(place.root), str(open_place), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    for line in done.stdout.splitlines():
        status, _, err = line.partition(" ")
        assert status == "69", line
        assert "rights" in err
    assert len(done.stdout.splitlines()) == 2
    assert (open_place / "gastown.db").read_bytes() == before
