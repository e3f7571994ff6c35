"""The real Claude Code's conversation is cleared, then its context fills up: each time it goes on, and lands."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.claude_town import a_claude_town, calls, typed, whole
from tests.e2e.model_rules import HOUSEKEEPING, Fail, Reply, Request, Rule, bash
from tests.e2e.model_server import ModelServer
from tests.e2e.proof import rows
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

FULL = 990_000
"""Tokens that leave no room for another turn."""

BEGINS = "seq 500 > numbers; echo hello > hello.txt"
ENDS = "git add -A && git commit -qm 'Greet the world' && gt done"


def works(request: Request) -> Reply:
    """It fills its context with one step; whoever is told that the conversation goes on ends the work."""
    if "This conversation was told its work before" in whole(request):
        return bash(ENDS)
    return replace(bash(BEGINS), context=FULL)


FAILS = [*HOUSEKEEPING, Rule("a bad day", lambda _: True, lambda _: Fail(401))]
WORKS = [*HOUSEKEEPING, Rule("works", lambda _: True, works)]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(FAILS) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    with a_claude_town(tmp_path, private_home, pinned_claude, model) as stage:
        yield stage


def test_a_cleared_conversation_is_another_one_and_one_that_is_full_goes_on_after_compaction(
    stage: Stage, model: ModelServer, tmp_path: Path
) -> None:
    bead = stage.file("Greet the world")
    stage.gt("sling", bead, "polecat/Toast")
    eventually(lambda: stage.events("agent.failed"), within=60, what="the end of the first turn")
    typed(stage, "/clear")
    eventually(
        lambda: [one for one in stage.events("agent.primed") if one["source"] == "clear"],
        within=40,
        what="a priming after /clear",
    )
    first, second = rows(
        stage.root, "SELECT id, incarnation, ended_at, why FROM conversations ORDER BY started_at"
    )
    assert first[0] == stage.events("agent.starting")[0]["conversation"] != second[0]
    assert first[1] == second[1], "the session is the same"
    assert (first[2] is not None, first[3], second[2]) == (True, "clear", None)

    model.rules = WORKS
    asked = len(calls(model))
    typed(stage, "Go on.")
    stage.has_landed(bead)
    told = [each.request for each in calls(model)[asked:]]
    assert "You are Toast, a polecat of Gas Town" in told[0].heard
    assert {each.conversation for each in told} == {second[0]}
    assert [one["trigger"] for one in stage.events("agent.compacting")] == ["auto"]
    after = next(each for each in told if "was told its work before" in whole(each))
    assert f"HOOK: {bead}" in whole(after)
    assert "files with uncommitted changes" in whole(after)
    assert "You are Toast, a polecat of Gas Town" not in whole(after)
    assert [one["source"] for one in stage.events("agent.primed")] == ["startup", "clear", "compact"]
    assert git("show", "main:hello.txt", cwd=tmp_path / "origin.git") == "hello"
    assert len(stage.events("agent.started")) == 1
    assert stage.events("agent.rung") == [], "nothing of ours was typed"
