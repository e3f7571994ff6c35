"""The main job with the real Codex: told by its callbacks, done with real tools, landed on main."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.codex_cli import environment, prepare_home
from tests.e2e.model_responses import ResponsesServer
from tests.e2e.model_rules import POLECAT
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]


@pytest.fixture
def model() -> Iterator[ResponsesServer]:
    with ResponsesServer(POLECAT) as server:
        yield server


@pytest.fixture
def codex_stage(
    tmp_path: Path, private_home: Path, pinned_codex: Path, model: ResponsesServer
) -> Iterator[Stage]:
    """A town whose agents are the user's own Codex, which trusts no folder yet."""
    home = prepare_home(private_home, model.url())
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage = Stage(tmp_path / "town", env=environment(home, pinned_codex))
    stage.gt("install", str(stage.root), "--agent", "codex")
    stage.gt(
        "rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", "--permissions", "unattended"
    )
    yield stage
    stage.end()


def test_codex_lands_a_bead_on_main(
    codex_stage: Stage, model: ResponsesServer, private_home: Path, tmp_path: Path
) -> None:
    stage = codex_stage
    before = (private_home / ".codex" / "config.toml").read_text()
    bead = stage.file("Greet the world", 'echo "hello from $GT_ADDRESS" > hello.txt', "echo 'exit 0' > ok.sh")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    told = [exchange.request for exchange in model.exchanges if exchange.rule == "the next step"]
    assert f"HOOK: {bead}" in told[0].heard
    assert len(told) == 3
    assert git("show", "main:hello.txt", cwd=tmp_path / "origin.git") == "hello from web/polecats/Toast"
    assert git("log", "-1", "--format=%an", "main", cwd=tmp_path / "origin.git") == "web/polecats/Toast"
    assert len(stage.events("agent.started")) == len(stage.events("bead.landed")) == 1
    assert stage.events("agent.primed")[0]["source"] == "startup"
    assert len(stage.events("agent.prompted")) == 1
    assert git("status", "--porcelain", "--ignored", cwd=stage.root / "web" / "polecats" / "Toast") == ""
    assert str(stage.root) not in (private_home / ".codex" / "config.toml").read_text().replace(before, "")
    pids = [event["pid"] for event in stage.events("agent.started")]
    eventually(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids),
        within=30,
        what="the end of the session",
    )
