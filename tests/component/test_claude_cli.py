"""The real Claude Code, the pinned version, with stand-ins for our own commands and a pretend model."""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present
from gastown.domain.runtime import Activity, Permission
from gastown.world.agents.claude import SEEN_VERSIONS, ClaudeRuntime, login
from gastown.world.agents.trust import Before, TrustRecord, add_trust, remove_trust, trusted
from tests.component.claude_place import Place, make_place
from tests.e2e.claude_cli import environment
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, After, Fail, Rule, Say, Use, spent
from tests.e2e.model_server import ModelServer
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git")]


@pytest.fixture
def place(tmp_path: Path, private_home: Path, pinned_claude: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("IS_SANDBOX", "1")
    return make_place(tmp_path, private_home, pinned_claude)


def uses(tool: str, **given: object) -> Sequence[Rule]:
    """A model that calls one tool, and is content with what comes of it."""
    return [
        *HOUSEKEEPING,
        Rule("the call", lambda r: len(r.latest) == len(r.messages), lambda _: Use([(tool, given)])),
        Rule("content", lambda _: True, lambda _: Say("So be it.")),
    ]


def test_it_gets_its_hook_from_the_start_callback_works_commits_and_says_done(place: Place) -> None:
    with ModelServer(POLECAT) as model, (agent := place.start(model)).pane:
        agent.shows("The work is done.")
        status = agent.becomes(Activity.IDLE)
        stop = agent.told("Stop")
    assert "HOOK: we-x7k2m" in model.exchanges[0].request.heard
    assert [exchange.rule for exchange in model.exchanges] == ["the next step"] * 3 + ["all is done"]
    assert status.conversation == agent.conversation == stop["session_id"]
    assert json.loads((place.town / "primed").read_text())["source"] == "startup"
    assert agent.said == ["gt prime --hook", "gt done"]
    assert git("log", "-1", "--format=%s", cwd=place.worktree).startswith("we-x7k2m: ")
    assert git("show", "HEAD:hello.txt", cwd=place.worktree) == "hello from web/polecats/Toast"
    assert git("status", "--porcelain", "--ignored", cwd=place.worktree) == ""
    events = [event for event, _ in agent.callbacks]
    assert events == ["UserPromptSubmit", *["PreToolUse"] * 3, "Stop", "SessionEnd"]


def test_its_status_and_its_callbacks_tell_what_it_does(place: Place) -> None:
    rules = [
        Rule("slow", lambda r: r.heard.endswith("think"), lambda _: After(1, Say("Thought."))),
        *uses("Bash", command="touch made", description="make a file"),
    ]
    with ModelServer(rules) as model, (agent := place.start(model, Permission.ASK)).pane:
        assert agent.becomes(Activity.WAITING).waiting_for == "permission prompt"
        assert agent.told("Notification")["notification_type"] == "permission_prompt"
        assert not (place.worktree / "made").exists()
        agent.pane.press("Enter")
        agent.shows("So be it.")
        agent.becomes(Activity.IDLE)
        agent.pane.type("think")
        agent.becomes(Activity.BUSY)
        agent.becomes(Activity.IDLE)
        agent.pane.type("/compact")
        assert agent.told("PreCompact")["trigger"] == "manual"
        primed_again = eventually(lambda: agent.said[1:], within=10, what="a second prime")
    assert (place.worktree / "made").exists()
    assert primed_again == ["gt prime --hook"]


def test_a_background_command_keeps_it_in_status_shell_and_wakes_it_at_its_end(place: Place) -> None:
    rules = uses("Bash", command="until [ -e end ]; do sleep 0.1; done", run_in_background=True)
    with ModelServer(rules) as model, (agent := place.start(model)).pane:
        agent.becomes(Activity.SHELL)
        assert agent.told("Stop")["background_tasks"]
        (place.worktree / "end").touch()
        agent.becomes(Activity.IDLE)
    prompts = [str(given["prompt"]) for event, given in agent.callbacks if event == "UserPromptSubmit"]
    assert [prompt.partition(">")[0] for prompt in prompts[1:]] == ["<task-notification"]


@pytest.mark.parametrize(
    "permission, tool, given, asked",
    [
        pytest.param(
            Permission.ASK, "Bash", {"command": "gt done && bd ready"}, False, id="ask: our commands"
        ),
        pytest.param(Permission.ASK, "Write", {"file_path": "new", "content": "x"}, True, id="ask: a file"),
        pytest.param(
            Permission.EDITS, "Write", {"file_path": "new", "content": "x"}, False, id="edits: a file"
        ),
        pytest.param(Permission.ASK, "Bash", {"command": "git commit -m x"}, True, id="ask: a commit"),
        pytest.param(Permission.EDITS, "Bash", {"command": "git commit -m x"}, False, id="edits: a commit"),
        pytest.param(Permission.EDITS, "Bash", {"command": "python3 x.py"}, True, id="edits: a program"),
    ],
)
def test_the_permission_level_decides_what_it_asks_for(
    permission: Permission,
    tool: str,
    given: Mapping[str, str],
    asked: bool,  # noqa: FBT001
    place: Place,
) -> None:
    given = {
        name: str(place.worktree / value) if name == "file_path" else value for name, value in given.items()
    }
    with ModelServer(uses(tool, **given)) as model, (agent := place.start(model, permission)).pane:
        if asked:
            agent.becomes(Activity.WAITING)
        else:
            agent.shows("So be it.")


@pytest.mark.parametrize(
    "failure, error",
    [(Fail(529), "server_error"), (Fail(401), "authentication_failed"), (spent(3600), "rate_limit")],
)
def test_when_the_model_fails_it_says_so_and_goes_idle(failure: Fail, error: str, place: Place) -> None:
    with (
        ModelServer([Rule("fail", lambda _: True, lambda _: failure)]) as model,
        (agent := place.start(model)).pane,
    ):
        assert agent.told("StopFailure")["error"] == error
        agent.becomes(Activity.IDLE)
    assert "Stop" not in dict(agent.callbacks)


def test_ended_by_a_signal_it_says_goodbye_and_leaves_no_status(place: Place) -> None:
    with ModelServer(POLECAT) as model, (agent := place.start(model)).pane:
        agent.told("Stop")
        os.kill(agent.pane.pid, signal.SIGTERM)
        agent.told("SessionEnd")
        eventually(lambda: not agent.pane.alive, within=10, what="the end")
    assert agent.status == Absent()


def test_only_the_trust_entry_saves_it_from_a_question_at_the_start(place: Place) -> None:
    configuration = place.home / ".claude.json"
    assert remove_trust(TrustRecord(configuration, str(place.repository), Before.NO_ENTRY))
    with ModelServer(POLECAT) as model:
        with (agent := place.start(model)).pane:
            agent.shows("trust this folder")
            assert agent.status == Absent()
        assert not model.exchanges
        add_trust(place.repository, configuration)
        with (agent := place.start(model)).pane:
            agent.told("Stop")
    assert trusted(place.repository, configuration)


def test_its_version_is_one_that_we_have_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", environment(place.home, place.program, "")["PATH"])
    assert ClaudeRuntime().version() in [Present(version) for version in SEEN_VERSIONS]
    monkeypatch.setenv("PATH", str(place.town))
    assert ClaudeRuntime().version() == Absent()


def test_it_knows_whether_the_user_has_logged_in(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"PATH": environment(place.home, place.program, "")["PATH"], "HOME": str(place.home)}
    monkeypatch.setenv("PATH", known["PATH"])
    assert login(known) == Absent()
    assert login({**known, "ANTHROPIC_API_KEY": "nobody"}) == Present("ANTHROPIC_API_KEY")
    assert login({**known, "CLAUDE_CODE_USE_BEDROCK": "1"}) == Present("third_party")
    account = {"accessToken": "x", "refreshToken": "y", "expiresAt": 1 << 50, "scopes": ["user:inference"]}
    (place.home / ".claude").mkdir(exist_ok=True)
    (place.home / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": account}))
    assert login(known) == Present("claude.ai")
    assert login({**known, "HOME": str(place.town)}) == Absent()
    assert not (place.town / ".claude.json").exists()
