"""`gt install DIR --from URL` that is killed at any step and called again makes the same town."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from gastown.operations.history.push import push
from gastown.operations.history.share import share
from gastown.operations.history.verify import verify
from gastown.operations.town.rig_add import add_rig
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.component.two_towns import bead, beads
from tests.conftest import ROOT
from tests.support import a_repository, git
from tests.towns import HUMAN, a_town

KILLS = 12
"""About as many steps are tried of each kind: all of them take minutes, and were tried once."""

INSTALL = """
import os, signal, sys
from functools import wraps
from pathlib import Path
from gastown.operations.town.install_from import RigWishes, install_from
from gastown.world.git.ledger_repository import LedgerRepository

at, steps = int(sys.argv[3]), 0

def step():
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)

def count(event, _arguments):
    if event in ("os.rename", "os.remove", "os.mkdir", "subprocess.Popen"):
        step()

def around(owner, name):
    original = getattr(owner, name)

    @wraps(original)
    def stepping(*args, **kwargs):
        step()
        return original(*args, **kwargs)

    setattr(owner, name, stepping)

for name in ("write", "move", "set_setting"):
    around(LedgerRepository, name)
sys.addaudithook(count)
wishes = RigWishes(no_gate=True)
install_from(Path(sys.argv[1]), sys.argv[2], agent="scripted", name="new", rig=wishes)
print(steps)
"""


def install(folder: Path, url: str, at: int = 0) -> subprocess.CompletedProcess[str]:
    """Install in a process of its own that ends itself at that step (0: never)."""
    words = [sys.executable, "-c", INSTALL, str(folder), url, str(at)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A whole ledger and a rig's repository with shared beads; a bead is on a hook."""
    folder = tmp_path_factory.mktemp("sources")
    a_repository(folder / "work", {"README": "hello"})
    git("clone", "-q", "--bare", str(folder / "work"), str(folder / "code.git"), cwd=folder)
    git("init", "-q", "--bare", str(folder / "hub.git"), cwd=folder)
    with closing(a_town(folder, ())) as town:
        add_rig(town, "web", str(folder / "code.git"), prefix="we", no_gate=True)
        sling(town, bead(town, "Work"), "web/polecats/Toast", by=HUMAN)
        bead(town, "More")
        share(town, "web", by=HUMAN)
        push(town, str(folder / "hub.git"), by=HUMAN)
    return {"rig": str(folder / "code.git"), "ledger": str(folder / "hub.git")}


@pytest.mark.parametrize("kind", ["rig", "ledger"])
def test_wherever_it_is_killed(kind: str, sources: Mapping[str, str], tmp_path: Path) -> None:
    whole = install(tmp_path / "whole", sources[kind])
    assert whole.returncode == 0, whole.stderr
    with closing(Town(tmp_path / "whole")) as town:
        wanted = {name: record["title"] for name, record in beads(town).items()}
        hooks = [row["hook_bead"] for row in town.ledger.rows("agents", "all")]
    assert len(hooks) == (kind == "ledger")
    steps = int(whole.stdout)
    for at in range(1, steps + 1, max(1, steps // KILLS)):
        home = tmp_path / str(at)
        assert install(home, sources[kind], at).returncode == -signal.SIGKILL
        again = install(home, sources[kind])
        assert again.returncode == 0, again.stderr
        with closing(Town(home)) as town:
            assert {name: record["title"] for name, record in beads(town).items()} == wanted, at
            assert [row["hook_bead"] for row in town.ledger.rows("agents", "all")] == hooks
            assert verify(town).findings == (), at
