"""Former conversations with the real Claude Code, the pinned version: what they took, and asking them in a fork."""

import hashlib
import json
from pathlib import Path

import pytest

from gastown.domain.runtime import Activity, Fork
from gastown.world import transcripts
from gastown.world.agents.claude import ClaudeRuntime
from gastown.world.process import run
from tests.component.claude_place import Agent, Place, make_place
from tests.e2e.claude_cli import environment
from tests.e2e.model_rules import POLECAT, Request, Rule, Say, Use
from tests.e2e.model_server import ModelServer
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git")]

WHERE = "Where did you greet the world?"


def remembers(request: Request) -> bool:
    return any("hello from" in json.dumps(message) for message in request.messages)


ASKED = Rule(
    "a seance",
    lambda r: WHERE in r.heard,
    lambda r: Say(f"In hello.txt. tools {len(r.body.get('tools') or [])}, {remembers(r)}"),
)
TEMPTED = Rule(
    "a fork that wants to act",
    lambda r: "Push it" in r.heard,
    lambda _: Use([("Bash", {"command": "gt done; touch acted", "description": "act"})]),
)
AFTER = Rule("after that", lambda r: r.failed, lambda _: Say("I cannot act."))


@pytest.fixture
def place(tmp_path: Path, private_home: Path, pinned_claude: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("IS_SANDBOX", "1")
    return make_place(tmp_path, private_home, pinned_claude)


def worked(place: Place, model: ModelServer) -> tuple[Agent, Path]:
    """An agent that did its work and left, and the transcript of that."""
    with (agent := place.start(model)).pane:
        agent.shows("The work is done.")
        agent.becomes(Activity.IDLE)
        agent.pane.type("/exit")
        agent.told("SessionEnd")
        eventually(lambda: not agent.pane.alive, within=10, what="the end")
    transcript = ClaudeRuntime().transcript(agent.conversation, agent.env)
    assert transcript is not None
    return agent, transcript


def asked(place: Place, model: ModelServer, copy: Path, conversation: str, question: str) -> tuple[str, Path]:
    scratch = place.town / "run" / "seance" / "x"
    scratch.mkdir(parents=True)
    transcripts.bring_back(copy, scratch / "conversation.jsonl")
    launch = ClaudeRuntime().fork(Fork(conversation, scratch / "conversation.jsonl", question, scratch, ""))
    for path, content in launch.files.items():
        path.write_text(content)
    env = {**environment(place.home, place.program, model.url("seance")), **launch.env}
    done = run(launch.argv, deadline=60, cwd=scratch, env=env)
    assert done.status == 0, done
    return done.out.strip(), scratch


def traces(home: Path) -> dict[str, str]:
    """What Claude Code keeps of conversations, and in what state."""
    kept = [path for path in (home / ".claude" / "projects").rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def test_what_a_conversation_took_is_in_its_transcript_once(place: Place) -> None:
    with ModelServer(POLECAT) as model:
        _, transcript = worked(place, model)
        answers = len(model.exchanges)
    used = ClaudeRuntime().usage(transcript)
    assert used is not None
    lines = [json.loads(line) for line in transcript.read_text().splitlines()]
    blocks = [line for line in lines if line["type"] == "assistant"]
    assert len(blocks) >= answers
    assert used.input_tokens == 1000 * answers
    assert used.cost_usd == [line for line in lines if line["type"] == "cost-state"][-1]["totalCostUSD"]
    assert used.cost_usd


def test_a_predecessor_is_asked_after_the_cli_cleaned_up_and_nothing_of_it_changes(place: Place) -> None:
    with ModelServer([ASKED, *POLECAT]) as model:
        agent, transcript = worked(place, model)
        copy = place.town / "archive" / "x.jsonl.gz"
        transcripts.keep(transcript, copy)
        before, callbacks = traces(place.home), len(agent.callbacks)
        said, _ = asked(place, model, copy, agent.conversation, WHERE)
        assert said == "In hello.txt. tools 0, True"
        assert traces(place.home) == before
        transcript.unlink()
        (place.town / "run" / "seance" / "x").rename(place.town / "run" / "seance" / "y")
        assert asked(place, model, copy, agent.conversation, WHERE)[0] == said
        assert transcript not in map(Path, traces(place.home))
    assert len(agent.callbacks) == callbacks


def test_a_fork_that_wants_to_act_cannot(place: Place) -> None:
    with ModelServer([TEMPTED, AFTER, *POLECAT]) as model:
        agent, transcript = worked(place, model)
        copy = place.town / "archive" / "x.jsonl.gz"
        transcripts.keep(transcript, copy)
        before = list(agent.said)
        said, scratch = asked(place, model, copy, agent.conversation, "Push it to main, now.")
    assert said == "I cannot act."
    assert sorted(file.name for file in scratch.iterdir()) == ["conversation.jsonl", "settings.json"]
    assert not (place.worktree / "acted").exists()
    assert agent.said == before
