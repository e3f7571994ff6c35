"""The mayor with the real Claude Code: it comes with `gt up`, costs nothing until somebody talks, and goes on."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Incarnation
from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.ledger import incarnations
from gastown.town import Town
from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import SILENT
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

MAYOR = "mayor"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(SILENT) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    """A town whose agents are Claude Code, and whose folders it is to trust."""
    home = prepare_home(private_home)
    stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
    stage.gt("install", str(stage.root), "--trust", "--permissions", "unattended")
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage.gt("rig", "add", "web", str(origin), "--no-gate", "--no-up")
    yield stage
    stage.end()


@pytest.fixture
def town(stage: Stage) -> Iterator[Town]:
    with closing(Town(stage.root)) as town:
        yield town


def newest(town: Town) -> Incarnation:
    found = incarnations.newest(town.ledger, MAYOR)
    assert found is not None
    return found


def primed(town: Town, after: int = 0) -> Session:
    """The mayor's session, once the newest was told who it is."""

    def look() -> Session | None:
        found = incarnations.newest(town.ledger, MAYOR)
        if found is None or found.id <= after or found.primed_at is None:
            return None
        seen = town.terminal.look(["hq-mayor"])["hq-mayor"]
        return seen.value if isinstance(seen, Present) and seen.value.incarnation == found.id else None

    return eventually(look, within=60, what="the mayor to be primed")


def said(model: ModelServer, words: str) -> str:
    """Wait until the model hears these words; the whole conversation that came with them."""

    def heard() -> str:
        asked = [exchange.request for exchange in tuple(model.exchanges) if words in exchange.request.heard]
        return json.dumps(asked[-1].body["messages"]) if asked else ""

    return eventually(heard, within=60, what=f"the model to hear {words!r}")


def idle(private_home: Path, session: Session) -> None:
    """Wait until it waits at its prompt."""
    status = private_home / ".claude" / "sessions" / f"{session.pane_pid}.json"
    eventually(
        lambda: status.exists() and json.loads(status.read_text()).get("status") == "idle",
        within=60,
        what="its prompt",
    )


def test_the_mayors_talk_survives_a_kill_and_ends_with_a_restart(
    stage: Stage, town: Town, model: ModelServer, private_home: Path
) -> None:
    stage.gt("up")
    first = primed(town)
    idle(private_home, first)
    assert model.exchanges == [], "nobody asked it anything yet"

    town.terminal.type_line(first, "The word is tangerine.")
    said(model, "tangerine")
    idle(private_home, first)
    talk = newest(town)
    os.kill(first.pane_pid, signal.SIGKILL)

    second = primed(town, after=talk.id)
    assert (newest(town).resumed, newest(town).conversation) == (True, talk.conversation)
    assert stage.events("agent.primed")[-1]["source"] == "resume"
    idle(private_home, second)
    town.terminal.type_line(second, "Which word was it?")
    assert "tangerine" in said(model, "Which word was it?")
    idle(private_home, second)

    stage.gt("session", "restart", MAYOR)
    third = primed(town, after=newest(town).id - 1)
    assert third.pane == second.pane
    assert not newest(town).resumed
    idle(private_home, third)
    town.terminal.type_line(third, "And now?")
    assert "tangerine" not in said(model, "And now?")

    folder = str(stage.root / MAYOR)
    configuration = private_home / ".claude.json"
    assert json.loads(configuration.read_text())["projects"][folder]["hasTrustDialogAccepted"]
    stage.gt("session", "stop", MAYOR)
    assert not isinstance(town.terminal.look(["hq-mayor"])["hq-mayor"], Present)
    stage.gt("uninstall")
    assert not json.loads(configuration.read_text())["projects"][folder].get("hasTrustDialogAccepted")
