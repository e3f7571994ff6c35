"""Commands that began before a restore and end after it: what was acknowledged is in the ledger that is there then."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.errors import Busy
from gastown.ledger import beads
from gastown.ledger.quick import credential_hash
from gastown.operations.history.restore import restore
from gastown.operations.history.verify import verify
from gastown.town import Town
from tests.component.history_town import HistoryTown
from tests.conftest import ROOT
from tests.fakes import FakeTerminal

STOPPING = """
import os, sys
from gastown.ledger.sqlite import sqlite3

town, at, steps = sys.argv[1], int(sys.argv[2]), 0

class Stopping(sqlite3.Connection):
    \"\"\"Stops once, before its statement of that number, until it is told to go on.\"\"\"

    def execute(self, *words):
        global steps
        steps += 1
        if steps == at:
            print("stopped", flush=True)
            sys.stdin.readline()
        return super().execute(*words)

connect = sqlite3.connect

def stopping(*words, **more):
    return connect(*words, **more, factory=Stopping)

sqlite3.connect = stopping
"""

CREATE = (
    STOPPING
    + """
from datetime import UTC, datetime
from pathlib import Path
from gastown.ledger import bead_writes
from gastown.ledger.database import Database
ledger = Database(Path(town) / "gastown.db")
with ledger.transaction():
    print("writing", flush=True)
    name = f"we-late{at}"
    bead_writes.insert(ledger, bead_writes.NewBead(name, id=name), by="ann", now=datetime.now(UTC))
print("acknowledged", flush=True)
ledger.close()
"""
)

REPORT = (
    STOPPING
    + """
from gastown.ledger import quick
write = quick._write
def writing(*words):
    print("writing", flush=True)
    return write(*words)
quick._write = writing
print(quick.record(town, "1", "token", "UserPromptSubmit", "{}"), flush=True)
"""
)

NOT_KNOWN = """("the credential of UserPromptSubmit is not that of incarnation '1'", '')\n"""

CROWD = """
import os, sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from gastown.errors import GastownError
from gastown.ledger import bead_writes
from gastown.ledger.database import Database
root, stop = Path(sys.argv[1]), Path(sys.argv[1], "stop")
for number in range(20):
    if os.fork() == 0:
        break
else:
    failed = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(20)]
    sys.exit(any(failed))
written = 0
while not stop.exists():
    name = f"we-w{number}x{written}"
    try:
        with closing(Database(root / "gastown.db")) as ledger, ledger.transaction():
            bead_writes.insert(ledger, bead_writes.NewBead(name, id=name), by=f"ann{number}", now=datetime.now(UTC))
    except GastownError as problem:
        os.write(1, f"{type(problem).__name__} {problem.message}\\n".encode())
        if "damaged" in problem.message:
            os._exit(1)
        continue
    os.write(1, f"wrote {name}\\n".encode())  # at once: twenty write into one pipe
    written += 1
os._exit(0)
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town with something in its history, and work on a hook."""
    with closing(HistoryTown(tmp_path)) as made:
        made.sling(made.bead("Mend", identity="we-1"))
        made.start()
        made.set_incarnation(1, credential_hash=credential_hash("token"))
        made.record()
        made.terminal.live.clear()
        yield made


def sound(root: Path) -> None:
    with closing(Town(root)) as town:
        seen = verify(town)
        assert (seen.findings, seen.behind) == ((), 0)


def stopped(program: str, root: Path, at: int) -> "subprocess.Popen[str]":
    """A writer that waits before its statement of that number."""
    words = [sys.executable, "-c", program, str(root), str(at)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def said(writer: "subprocess.Popen[str]") -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()


@pytest.mark.timeout(180)
def test_a_command_that_is_stopped_anywhere_before_it_writes_writes_into_the_new_file_or_says_so(
    town: HistoryTown,
) -> None:
    step = 0
    for step in range(1, 99):
        town.close()
        writer = stopped(CREATE, town.root, step)
        if said(writer) != "stopped":
            writer.communicate("\n")
            break
        town.restore(at="main")  # without what was written since
        told, wrong = writer.communicate("\n", timeout=60)
        acknowledged = "acknowledged" in told
        assert acknowledged or wrong.splitlines()[-1].endswith("just been replaced by another file"), wrong
        assert (beads.find(town.ledger, f"we-late{step}") is not None) == acknowledged, step
        town.record()
        sound(town.root)
    assert step > 5


@pytest.mark.timeout(180)
def test_a_callback_that_is_stopped_anywhere_before_it_writes_writes_into_the_new_file(
    town: HistoryTown,
) -> None:
    step = 0
    for step in range(1, 99):
        town.close()
        writer = stopped(REPORT, town.root, step)
        if said(writer) != "stopped":
            writer.communicate("\n")
            break
        town.restore()
        told, wrong = writer.communicate("\n", timeout=60)
        assert told.endswith(NOT_KNOWN), wrong  # a restored ledger has no sessions
        sound(town.root)
    assert step > 4


@pytest.mark.timeout(300)
def test_twenty_writers_lose_nothing_to_five_restores(town: HistoryTown) -> None:
    town.close()
    words = [sys.executable, "-c", CROWD, str(town.root)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as crowd:
        try:
            restored = 0
            began = time.monotonic()
            while (restored < 5 or time.monotonic() < began + 4) and time.monotonic() < began + 200:
                try:
                    restore(Town(town.root, terminal=FakeTerminal()), by="overseer")
                    restored += 1
                except Busy:
                    continue
        finally:
            (town.root / "stop").touch()
            told, _ = crowd.communicate(timeout=60)
    assert restored >= 5
    assert crowd.returncode == 0, told[-2000:]
    wrote = [line.split()[1] for line in told.splitlines() if line.startswith("wrote ")]
    assert len(wrote) > 20
    town.open()
    town.record()
    missing = [bead for bead in wrote if beads.find(town.ledger, bead) is None]
    assert missing == []
    sound(town.root)
