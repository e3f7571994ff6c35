"""The real Claude Code is killed in mid-turn: a crew member's conversation goes on, a polecat begins afresh."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.claude_town import a_claude_town, calls, started, whole
from tests.e2e.model_rules import HOUSEKEEPING, Reply, Request, Rule, Say, bash, words
from tests.e2e.model_server import ModelServer
from tests.e2e.proof import at_rest, rows
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

OILED, BEGUN = "the hinges are oiled", "it has begun"
STEP = "import json, sys; print(json.load(sys.stdin)['current']['id'])"
FIRST = f'bd close $(bd mol current --json | python3 -c "{STEP}") -r "{OILED}"; echo {BEGUN}'
HANGS = "touch $GT_TOWN/run/$(basename $GT_ADDRESS).hangs; sleep 600"
WORK = 'name=$(basename $GT_ADDRESS); echo done > $name && git add -A && git commit -qm "Work of $name" && gt done'


def works(request: Request) -> Reply:
    """One step, then one that hangs; whoever has begun before, or is told of it, ends the work."""
    past = whole(request)
    if "gt done" in used(request):
        return Say("It is done.")
    if OILED in heard(request):
        return bash(WORK)
    if "sleep 600" in used(request):
        return bash(WORK)
    return bash(HANGS if BEGUN in past and "bd close" in used(request) else FIRST)


def used(request: Request) -> str:
    """What was done before in this conversation."""
    return json.dumps([each for each in request.messages if each["role"] == "assistant"])


def heard(request: Request) -> str:
    """What it was told in words, by people and by callbacks."""
    return "\n".join(words(each) for each in request.messages if each["role"] != "assistant")


RULES = [*HOUSEKEEPING, Rule("works", lambda _: True, works)]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(RULES) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    with a_claude_town(tmp_path, private_home, pinned_claude, model) as stage:
        yield stage


def test_one_whose_role_resumes_goes_on_with_its_conversation_and_a_polecat_with_its_steps(
    stage: Stage, model: ModelServer, tmp_path: Path
) -> None:
    stage.gt("crew", "add", "ann")
    work = {"crew-ann": stage.file("Paint the door"), "Toast": stage.file("Mend the window")}
    stage.gt("sling", work["crew-ann"], "web/crew/ann")
    stage.gt("sling", work["Toast"], "polecat/Toast")
    first = {name: started(stage, f"we-{name}") for name in work}
    for name in ("ann", "Toast"):
        eventually((stage.root / "run" / f"{name}.hangs").exists, within=60, what=f"{name} to be in mid-turn")
    for session in first.values():
        os.kill(session.pane_pid, signal.SIGKILL)
    stage.has_landed(*work.values())

    ann, toast = starts(stage, "web/crew/ann"), starts(stage, "web/polecats/Toast")
    assert [each["resumed"] for each in ann] == [False, True], ann
    assert ann[0]["conversation"] == ann[1]["conversation"]
    assert [bool(each.get("resumed")) for each in toast] == [False, False], toast
    assert toast[0]["conversation"] != toast[1]["conversation"]
    assert "its role begins afresh each time" in str(toast[1])
    recorded = "SELECT resumed FROM incarnations WHERE agent = ? ORDER BY id"
    assert rows(stage.root, recorded, "web/crew/ann") == [(0,), (1,)]
    assert rows(stage.root, recorded, "web/polecats/Toast") == [(0,), (0,)]

    resumed = [each.request for each in calls(model) if each.request.conversation == ann[0]["conversation"]]
    assert "bd close" in used(resumed[-1]), "it sees its past"
    fresh = next(
        each.request for each in calls(model) if each.request.conversation == toast[1]["conversation"]
    )
    assert used(fresh) == "[]"
    assert OILED in heard(fresh)
    for name, how in (("web/crew/ann", "resumed"), ("Toast", "afresh")):
        story = [each["what"] for each in stage.json("trail", name)["lines"] if each["kind"] == "started"]
        assert len(story) == 2, story
        assert story[1].startswith(how), story
    assert git("log", "--format=%s", "-2", "main", cwd=tmp_path / "origin.git").count("Work of") == 2
    stage.gt("down", "--agents")
    at_rest(stage.root, tmp_path / "origin.git")


def starts(stage: Stage, agent: str) -> list[dict[str, Any]]:
    return [each for each in stage.events("agent.starting") if each["subject"] == agent]
