"""What the API answers to the real Claude Code shows as what it is; nothing starts anew for it, and a word goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.claude_town import a_claude_town, agent_line, started, typed
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, Fail, Rule, spent
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

TOAST = "web/polecats/Toast"
BAD_DAYS = (
    (Fail(429), "rate_limit", "its provider refuses more for now"),
    (spent(3600), "rate_limit", "its provider refuses more for now"),
    (Fail(401), "authentication_failed", "its login is refused"),
    (Fail(529), "server_error", "gave no answer"),
)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(POLECAT) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    with a_claude_town(tmp_path, private_home, pinned_claude, model) as stage:
        yield stage


def test_each_refusal_is_named_in_one_session_and_a_persons_word_makes_it_go_on(
    stage: Stage, model: ModelServer, tmp_path: Path
) -> None:
    model.rules = bad_day(BAD_DAYS[0][0])
    bead = stage.file("Greet the world", "echo hello > hello.txt")
    stage.gt("sling", bead, "polecat/Toast")
    first = started(stage)
    for number, (reply, failure, words) in enumerate(BAD_DAYS):
        if number:
            model.rules = bad_day(reply)
            typed(stage, f"Try again, the {number}. time.")
        seen = failures(stage, number + 1)
        assert seen[-1] == failure
        line = agent_line(stage, TOAST)
        assert (line["state"], line["failure"]) == ("stalled", failure), line
        (waiting,) = [each for each in stage.json("status")["waiting"] if each["kind"] == "failure"]
        assert waiting["what"].startswith(f"hit {failure}: ")
        assert words in waiting["what"]
        assert failure in " ".join(stage.gt("status").split())
        assert failure in " ".join(stage.gt("agents").split())
    asked = len(model.exchanges)
    model.rules = POLECAT
    typed(stage, "Go on.")
    stage.has_landed(bead)
    assert git("show", "main:hello.txt", cwd=tmp_path / "origin.git") == "hello"
    assert len(stage.events("agent.starting")) == len(stage.events("agent.started")) == 1
    assert stage.events("agent.pushed") == []
    assert asked <= 2 * len(BAD_DAYS), "a retry each, and no more"
    assert {each.request.conversation for each in model.exchanges} == {
        stage.events("agent.starting")[0]["conversation"]
    }
    assert first.incarnation is not None


def bad_day(reply: Fail) -> list[Rule]:
    return [*HOUSEKEEPING, Rule("a bad day", lambda _: True, lambda _: reply)]


def failures(stage: Stage, many: int) -> list[str]:
    """The failures of turns, once there are so many."""

    def found() -> list[str]:
        errors = [str(event["error"]) for event in stage.events("agent.failed")]
        return errors if len(errors) >= many else []

    return eventually(found, within=60, what=f"failure {many}", every=0.2)
