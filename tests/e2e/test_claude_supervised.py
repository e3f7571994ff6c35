"""The real Claude Code under supervision: what its provider answers is said in words, and silence is told of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, SILENT, Fail, Rule, spent
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(240)]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(POLECAT) as server:
        yield server


@pytest.fixture
def claude_stage(
    tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer
) -> Iterator[Stage]:
    """A town whose agents are the real Claude Code."""
    home = prepare_home(private_home)
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
    stage.gt("install", str(stage.root), "--permissions", "unattended", "--trust")
    trusting = ("--permissions", "unattended", "--trust")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *trusting)
    yield stage
    stage.end()


def heard(model: ModelServer, words: str) -> int:
    """How often a model was asked in a conversation that began with these words."""
    return sum(words in str(exchange.request.messages) for exchange in tuple(model.exchanges))


def waiting(stage: Stage, kind: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = [line for line in stage.json("status")["waiting"] if line["kind"] == kind]
    return found[0] if found else None


def fails(reply: Callable[[], Fail]) -> list[Rule]:
    return [*HOUSEKEEPING, Rule("a bad day", lambda _: True, lambda _: reply())]


ANSWERS: dict[str, tuple[Callable[[], Fail], str, str]] = {
    "429": (lambda: spent(3600), "rate_limit", "refuses more for now"),
    "401": (lambda: Fail(401), "authentication_failed", "its login is refused"),
    "529": (lambda: Fail(529), "server_error", "gave no answer"),
}


@pytest.mark.parametrize("reply, failure, words", ANSWERS.values(), ids=ANSWERS)
def test_what_the_provider_answers_is_said_and_a_restart_goes_on(
    claude_stage: Stage, model: ModelServer, reply: Callable[[], Fail], failure: str, words: str
) -> None:
    stage = claude_stage
    model.rules = fails(reply)
    bead = stage.file("Greet the world", "echo hello > hello.txt")
    stage.gt("sling", bead, "polecat/Toast")
    line = eventually(lambda: waiting(stage, "failure"), within=90, what=f"{failure} to be shown", every=0.5)
    assert line["who"] == "web/Toast"
    assert line["what"].startswith(f"hit {failure}: ")
    assert words in line["what"]
    (worker,) = stage.json("status")["working"]
    assert (worker["state"], worker["failure"]) == ("stalled", failure)
    assert line["what"] in stage.gt("status").replace("\n", " ")
    model.rules = POLECAT
    stage.gt("session", "restart", "web/Toast")
    stage.has_landed(bead, within=90)
    assert waiting(stage, "failure") is None


def test_who_stops_with_work_is_pushed_a_few_times_and_then_its_witness_is_told(
    claude_stage: Stage, model: ModelServer
) -> None:
    stage = claude_stage
    model.rules = SILENT
    bead = stage.file("Greet the world", "echo hello > hello.txt")
    stage.gt("sling", bead, "polecat/Toast")
    (left_off,) = eventually(
        lambda: stage.events("agent.left_off"), within=90, what="the word about it", every=0.5
    )
    assert (left_off["subject"], left_off["bead"], left_off["to"]) == (
        "web/polecats/Toast",
        bead,
        "web/witness",
    )
    assert len(stage.events("agent.pushed")) == 3
    (message,) = [event for event in stage.events("message.sent") if event["to"] == "web/witness"]
    assert message["about"] == bead
    asked = heard(model, "Toast, a polecat")
    assert asked > 0
    eventually(lambda: heard(model, "the witness of web"), within=60, what="the witness to read its mail")
    eventually(lambda: stage.events("agent.stopped"), within=60, what="the witness to be gone again")
    assert heard(model, "Toast, a polecat") == asked, "told once: what waits costs nothing"
    assert len(stage.events("agent.left_off")) == 1
