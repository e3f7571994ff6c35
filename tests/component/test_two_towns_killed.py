"""A pull that is killed at any step and begun again ends as one that was not."""

import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gastown.ledger import events
from gastown.operations.history.verify import verify
from gastown.operations.work.depend import depend
from gastown.operations.work.label import label
from gastown.town import Town
from tests.component.two_towns import bead, beads, change, two_towns
from tests.conftest import ROOT
from tests.support import git
from tests.towns import HUMAN

PULL = """
import os, signal, sys
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from gastown.ledger import records
from gastown.ledger.database import Database
from gastown.operations.history import joining, pull
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository
from tests.towns import HUMAN

at, steps = int(sys.argv[3]), 0

def step():
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name):
    original = getattr(owner, name)

    @wraps(original)
    def stepping(*args, **kwargs):
        step()
        done = original(*args, **kwargs)
        step()
        return done

    setattr(owner, name, stepping)

for owner, name in [(LedgerRepository, "write"), (LedgerRepository, "move"), (joining, "apply"),
                    (records, "replace"), (records, "insert_many"), (pull.ledger_remotes, "fetch")]:
    around(owner, name)
committing = Database.transaction

@contextmanager
def transaction(self):
    with committing(self) as ledger:
        yield ledger
        step()
    step()

Database.transaction = transaction
pull.pull(Town(Path(sys.argv[1])), sys.argv[2], by=HUMAN)
print(steps)
"""


def pulled(town: Path, hub: Path, at: int) -> subprocess.CompletedProcess[str]:
    """Let a process of its own pull, and end itself at that step (0: never)."""
    return subprocess.run(
        [sys.executable, "-c", PULL, str(town), str(hub), str(at)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town `here` that has yet to pull what `there` has pushed: a collision, a circle, conflicts and news."""
    folder = tmp_path_factory.mktemp("prepared")
    two = two_towns(folder)
    x, y = bead(two.here, "X"), bead(two.here, "Y")
    two.meet()
    change(two.here, x, title="X, ours")
    change(two.there, x, title="X, theirs")
    depend(two.here, x, y, by=HUMAN)
    depend(two.there, y, x, by=HUMAN)
    label(two.there, [y, "theirs"], by=HUMAN)
    bead(two.there, "The first", "issue-7")
    bead(two.here, "The second", "issue-7")
    bead(two.there, "News")
    two.push(two.there)
    for town in (two.here, two.there):
        town.close()
    return folder


def test_wherever_it_is_killed(prepared: Path, tmp_path: Path) -> None:
    hub = prepared / "hub.git"
    shutil.copytree(prepared / "here", tmp_path / "whole")
    whole = pulled(tmp_path / "whole" / "town", hub, 0)
    assert whole.returncode == 0, whole.stderr
    with closing(Town(tmp_path / "whole" / "town")) as town:
        wanted = beads(town)
    tree = git("rev-parse", "main:beads", cwd=tmp_path / "whole" / "town" / "ledger.git")
    for at in range(1, int(whole.stdout) + 1):
        home = tmp_path / str(at)
        shutil.copytree(prepared / "here", home)
        assert pulled(home / "town", hub, at).returncode == -signal.SIGKILL
        again = pulled(home / "town", hub, 0)
        assert again.returncode == 0, again.stderr
        with closing(Town(home / "town")) as town:
            assert beads(town) == wanted, at
            assert verify(town).findings == (), at
            told = [each for each in events.last(town.ledger, 50) if each.type == "bead.reidentified"]
            assert len(told) == 1
        ours = home / "town" / "ledger.git"
        assert git("rev-parse", "main:beads", cwd=ours) == tree
        tip = git("rev-parse", "main", cwd=hub)
        assert git("merge-base", "main", tip, cwd=ours) == tip  # theirs is in, so that a push can follow
        shutil.rmtree(home)
