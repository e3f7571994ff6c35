"""The main job with the real Claude Code: slung, done with real tools, judged by the gate, landed on main."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import POLECAT
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(POLECAT) as server:
        yield server


@pytest.fixture
def claude_stage(
    tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer
) -> Iterator[Stage]:
    """A town whose agents are the user's own Claude Code, which has been used before but trusts nothing yet."""
    home = prepare_home(private_home)
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
    stage.gt("install", str(stage.root))
    trusting = ("--permissions", "unattended", "--trust")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *trusting)
    yield stage
    stage.end()


def test_claude_code_lands_a_bead_on_main(
    claude_stage: Stage, model: ModelServer, private_home: Path, tmp_path: Path
) -> None:
    stage = claude_stage
    bead = stage.file("Greet the world", 'echo "hello from $GT_ADDRESS" > hello.txt', "echo 'exit 0' > ok.sh")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    heard = [exchange.request.heard for exchange in model.exchanges]
    assert f"HOOK: {bead}" in heard[0]
    assert [exchange.rule for exchange in model.exchanges][:3] == ["the next step"] * 3
    assert git("show", "main:hello.txt", cwd=tmp_path / "origin.git") == "hello from web/polecats/Toast"
    assert git("log", "-1", "--format=%an", "main", cwd=tmp_path / "origin.git") == "web/polecats/Toast"
    assert len(stage.events("agent.started")) == len(stage.events("bead.landed")) == 1
    assert stage.events("agent.primed")[0]["source"] == "startup"
    assert git("status", "--porcelain", "--ignored", cwd=stage.root / "web" / "polecats" / "Toast") == ""
    goodbye = private_home / ".claude" / "sessions"
    eventually(lambda: not list(goodbye.glob("*.json")), within=30, what="the end of the session")


def test_a_killed_claude_code_carries_on_with_the_same_branch(
    claude_stage: Stage, private_home: Path, tmp_path: Path
) -> None:
    stage = claude_stage
    bead = stage.file("Slow", "echo begun >> story", "sleep 2", "echo done >> story")
    stage.gt("sling", bead, "polecat/Toast")
    story = stage.root / "web" / "polecats" / "Toast" / "story"
    eventually(story.exists, within=30, what="the work to begin")
    [status] = (private_home / ".claude" / "sessions").glob("*.json")
    os.kill(int(status.stem), signal.SIGKILL)
    stage.has_landed(bead)
    assert git("show", "main:story", cwd=tmp_path / "origin.git") == "begun\nbegun\ndone"
    assert len(stage.events("agent.started")) == 2
    assert len(stage.events("bead.landed")) == 1
    branches = git(
        "for-each-ref", "--format=%(refname:short)", "refs/heads/polecat", cwd=stage.root / "web/repo.git"
    )
    assert branches == f"polecat/Toast/{bead}"


def test_the_trust_entry_comes_and_goes_with_the_rig(claude_stage: Stage, private_home: Path) -> None:
    repository = str(claude_stage.root / "web" / "repo.git")

    def projects() -> object:
        return json.loads((private_home / ".claude.json").read_text()).get("projects", {})

    assert projects() == {repository: {"hasTrustDialogAccepted": True}}
    claude_stage.gt("rig", "remove", "web")
    assert projects() == {}
