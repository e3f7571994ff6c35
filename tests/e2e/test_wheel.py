"""The wheel, installed into an empty environment, runs the main job by itself."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import OUTSIDE
from tests.e2e.stage import GATE, Stage, a_remote
from tests.support import git

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(400)]


def checked(*words: str | Path, cwd: Path) -> str:
    """Run a program of the developer's own, with the developer's environment: it may reach the package index."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd, env=OUTSIDE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The bin folder of an empty environment into which only the wheel and the locked dependencies went."""
    source = tmp_path / "source"
    checked("git", "clone", "-q", str(ROOT), str(source), cwd=tmp_path)
    checked(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=source)
    checked(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    pip: list[str | Path] = [tmp_path / "env" / "bin" / "python", "-m", "pip", "-q", "install"]
    checked(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    checked(*pip, "--no-deps", wheel, cwd=tmp_path)
    return tmp_path / "env" / "bin"


@pytest.fixture
def stage(programs: Path, tmp_path: Path) -> Iterator[Stage]:
    """A town of that installation."""
    stage = Stage(tmp_path / "town", programs=programs)
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage.gt("install", str(stage.root), "--agent", "scripted")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", GATE)
    yield stage
    stage.end()


def test_the_wheel_alone_brings_a_bead_to_main(stage: Stage, tmp_path: Path) -> None:
    bead = stage.file("Greet", "echo hi > greet.txt")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    assert git("show", "main:greet.txt", cwd=tmp_path / "origin.git") == "hi"
    assert str(stage.programs) in (stage.root / "bin" / "gt").read_text()
