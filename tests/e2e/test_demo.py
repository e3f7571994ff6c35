"""The demo plays to its end, and leaves nothing behind, also when it is interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gastown.world.processes import marked
from tests.e2e.stage import a_remote
from tests.support import eventually, git

ROOT = Path(__file__).resolve().parents[2]
DEMO = [sys.executable, str(ROOT / "scripts" / "demo.py")]

ANOTHER_TOWNS_AGENT = {
    "GT_TOWN": "/nowhere", "GT_ADDRESS": "gastown/polecats/Toast", "GT_CREDENTIAL": "of another town",
    "GT_INCARNATION": "7", "GT_ROLE": "polecat", "GT_RIG": "gastown",
}  # fmt: skip
"""Who plays the demo while working on Gas Town."""

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(240)]


def test_all_three_beads_land_though_agent_and_supervisor_are_killed(tmp_path: Path) -> None:
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    town = tmp_path / "town"
    for attempt in ("once", "twice"):
        played = subprocess.run(
            [*DEMO, "--town", str(town / attempt), "--repo", str(origin)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert played.returncode == 0, played.stdout + played.stderr
        assert played.stdout.count("SIGKILL") == 2
        assert "goes on with the same branch" in played.stdout
        assert played.stdout.count("landed ") >= 3
        assert marked({"GT_TOWN": str(town / attempt)}) == ()
    assert "crier.sh" in git("ls-tree", "--name-only", "main:town-demo", cwd=origin)


UNKILLABLE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import demo
demo.Demo._kill = lambda *_: False
sys.exit(demo.main())
"""


def test_a_demo_that_killed_nobody_says_so_and_has_failed(tmp_path: Path) -> None:
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    played = subprocess.run(
        [sys.executable, "-c", UNKILLABLE, str(ROOT / "scripts"), "--town", str(tmp_path / "t"), "--repo", str(origin)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, check=False,
        env={**os.environ, "GT_SCRIPTED_PACE": "0.1"},
    )  # fmt: skip
    assert played.returncode == 1, played.stdout + played.stderr
    assert "nobody was killed on the way, though one agent and one supervisor were to be" in played.stdout
    assert "SIGKILL" not in played.stdout
    assert marked({"GT_TOWN": str(tmp_path / "t")}) == ()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_an_interrupted_demo_leaves_no_process(tmp_path: Path, ending: signal.Signals) -> None:
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    town = tmp_path / "town"
    playing = subprocess.Popen(
        [*DEMO, "--town", str(town), "--repo", str(origin)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, **ANOTHER_TOWNS_AGENT, "GT_SCRIPTED_PACE": "5"}, start_new_session=True,
    )  # fmt: skip
    try:
        mark = {"GT_TOWN": str(town), "GT_ROLE": "polecat"}
        eventually(lambda: marked(mark), within=60, what="an agent to work")
        os.killpg(playing.pid, ending)
        said, _ = playing.communicate(timeout=60)
    finally:
        playing.kill()
    assert playing.returncode == 130, said
    assert marked({"GT_TOWN": str(town)}) == ()
