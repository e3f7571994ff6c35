import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gastown.ledger import beads, records
from gastown.ledger.database import Database
from gastown.operations.history.verify import verify
from gastown.town import Town
from tests.component.history_town import HistoryTown
from tests.conftest import ROOT
from tests.support import git

WRITE_AND_VANISH = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from gastown.ledger import bead_writes
from gastown.ledger.database import Database
ledger = Database(Path(sys.argv[1]) / "gastown.db")
with ledger.transaction():
    bead_writes.insert(ledger, bead_writes.NewBead("in the log alone", id="we-log"), by="ann", now=datetime.now(UTC))
os._exit(0)  # its log stays beside the file
"""

RESTORE = """
import os, signal, sys
from pathlib import Path
from gastown.operations.history.restore import restore
from gastown.town import Town
from tests.fakes import FakeTerminal
town, at, steps = Town(Path(sys.argv[1]), terminal=FakeTerminal()), int(sys.argv[2]), 0

def count(event, _arguments):
    global steps
    if event in ("os.rename", "os.remove", "os.link"):
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
restore(town, by="overseer")
print(steps)
"""


def run(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose ledger has a bead that is not in its history, and that lies in SQLite's log alone."""
    folder = tmp_path_factory.mktemp("prepared")
    with closing(HistoryTown(folder)) as town:
        town.sling(town.bead("Mend", identity="we-1"))
        town.record()
        root = town.root
    assert run(WRITE_AND_VANISH, root).returncode == 0
    assert (root / "gastown.db-wal").stat().st_size > 0
    return root


def steps_of(prepared: Path, folder: Path) -> int:
    """How many steps a restore has that is not killed."""
    shutil.copytree(prepared, folder / "whole")
    done = run(RESTORE, folder / "whole", 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def knows(path: Path, bead: str) -> bool:
    with closing(Database(path)) as ledger:
        return beads.find(ledger, bead) is not None


@pytest.mark.timeout(180)
def test_killed_between_any_two_steps_nothing_is_lost_and_the_next_restore_ends_well(
    prepared: Path, tmp_path: Path
) -> None:
    steps = steps_of(prepared, tmp_path)
    assert steps > 10
    for step in range(1, steps + 1):
        root = tmp_path / str(step)
        shutil.copytree(prepared, root)
        killed = run(RESTORE, root, step)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        path = root / "gastown.db"
        if path.exists():  # whichever it is, it is a whole ledger
            with closing(Town(root)) as town:
                assert verify(town).findings == (), step
        again = run(RESTORE, root, 0)
        assert again.returncode == 0, again.stderr
        kept = [
            file
            for file in root.glob("gastown.db.before-restore-*")
            if not file.name.endswith(("-wal", "-shm"))
        ]
        assert any(knows(file, "we-log") for file in kept), step
        with closing(Town(root)) as town:
            seen = verify(town)
            assert (seen.findings, seen.behind) == ((), 0), step
            assert records.read(town.ledger, "we-1") is not None
        assert "error" not in git("fsck", "--no-dangling", cwd=root / "ledger.git")
        assert not list(root.glob("gastown.db.restor*")), step
        shutil.rmtree(root)
