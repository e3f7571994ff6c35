"""The real Codex in a town: kept from the target, pushed on, handed off, killed and resumed."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.town import Town
from tests.e2e.codex_cli import environment, prepare_home
from tests.e2e.model_responses import ResponsesServer
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, Request, Rule, Say, bash
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

NOTE = "The hinges are oiled. Next: paint the door."


def whole(request: Request) -> str:
    return json.dumps([*request.messages])


PUSHES_FIRST = [
    *HOUSEKEEPING,
    Rule(
        "it tries to land by itself",
        lambda r: bool(r.plan) and "git push" not in str(r.body.get("messages")).partition("HOUSE")[2],
        lambda _: bash("git push origin HEAD:main # HOUSE"),
    ),
    *POLECAT,
]
HANDS_OFF = [
    *HOUSEKEEPING,
    Rule(
        "it has handed off", lambda r: "a fresh session takes your place" in whole(r), lambda _: Say("Bye.")
    ),
    Rule(
        "it hands off",
        lambda r: bool(r.plan and not r.plan.done) and NOTE not in whole(r),
        lambda _: bash(f"echo oiled > hinges && gt handoff --collect -m '{NOTE}'", "I hand off."),
    ),
    *POLECAT,
]
TALKS = [*HOUSEKEEPING, Rule("it talks", lambda _: True, lambda r: Say(f"I heard {len(r.messages)} things."))]


@pytest.fixture
def model() -> Iterator[ResponsesServer]:
    with ResponsesServer(POLECAT) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_codex: Path, model: ResponsesServer) -> Iterator[Stage]:
    home = prepare_home(private_home, model.url())
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage = Stage(tmp_path / "town", env=environment(home, pinned_codex))
    stage.gt("install", str(stage.root), "--agent", "codex")
    unattended = ("--permissions", "unattended")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *unattended)
    yield stage
    stage.end()


def session(stage: Stage, name: str) -> Session:
    def seen() -> Session | None:
        there = Town(stage.root).terminal.look([name])[name]
        return there.value if isinstance(there, Present) else None

    return eventually(seen, within=20, what=f"{name} to run")


def test_it_hands_itself_off_and_the_next_one_has_its_note(
    stage: Stage, model: ResponsesServer, tmp_path: Path
) -> None:
    model.rules = HANDS_OFF
    bead = stage.file("Paint the door", "echo red > door")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    assert git("show", "main:door", cwd=tmp_path / "origin.git") == "red"
    assert git("show", "main:hinges", cwd=tmp_path / "origin.git") == "oiled"
    first, second = stage.events("agent.started")
    assert first["pid"] != second["pid"]
    assert [event["source"] for event in stage.events("agent.primed")] == ["startup", "startup"]
    told = [exchange.request.heard for exchange in model.answered_by("the next step")]
    assert NOTE.partition(".")[0] in told[0]


def test_it_is_kept_from_the_target_and_pushed_on_when_it_stops(
    stage: Stage, model: ResponsesServer, tmp_path: Path
) -> None:
    model.rules = PUSHES_FIRST
    bead = stage.file("Greet the world", "echo hello > hello.txt")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    (refused,) = stage.events("agent.refused")
    assert "git push origin HEAD:main" in refused["command"]
    assert model.answered_by("a step failed")
    assert len(stage.events("agent.pushed")) == 1
    assert git("show", "main:hello.txt", cwd=tmp_path / "origin.git") == "hello"


def test_a_talk_with_the_mayor_goes_on_after_a_kill(stage: Stage, model: ResponsesServer) -> None:
    model.rules = TALKS
    stage.gt("mayor")
    town = Town(stage.root)
    before = session(stage, "hq-mayor")
    eventually(lambda: "Ask Codex" in town.terminal.capture(before, 40), within=20, what="the prompt")
    town.terminal.type_line(before, "my favourite colour is mauve", paste=True)
    eventually(lambda: stage.events("agent.turn_ended"), within=20, what="the answer")
    os.kill(before.pane_pid, signal.SIGKILL)
    eventually(lambda: len(stage.events("agent.started")) == 2, within=40, what="the next start")
    after = session(stage, "hq-mayor")
    eventually(lambda: "mauve" in town.terminal.capture(after, 60), within=20, what="the old talk")
    _, second = stage.events("agent.starting")
    assert second["resumed"] is True
