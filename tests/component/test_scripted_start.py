import json
import subprocess
import sys
from pathlib import Path

import pytest

from gastown.scripted.conversation import new_id
from tests.component.scripted_town import PATIENCE, ScriptedTown

pytestmark = pytest.mark.needs("git")

VETO = "echo 'rm is forbidden here' >&2; exit 2"


@pytest.fixture
def town(tmp_path: Path) -> ScriptedTown:
    return ScriptedTown(tmp_path / "town")


def run(
    town: ScriptedTown, *arguments: str, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it without a terminal: it ends when its input does."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "gastown.scripted", *arguments],
        cwd=town.worktree,
        env={**town.environment, **environment},
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def settings(town: ScriptedTown, **commands: str) -> str:
    hooks = {event: [{"hooks": [{"type": "command", "command": line}]}] for event, line in commands.items()}
    path = town.root / "settings.json"
    path.write_text(json.dumps({"hooks": hooks}))
    return str(path)


@pytest.mark.parametrize("text", ["", "[town]\nname = 'x'\n", "[town]\nscripted_allowed = 'yes'\n", "[town"])
def test_it_refuses_to_run_in_a_town_that_does_not_allow_it(town: ScriptedTown, text: str) -> None:
    (town.root / "town.toml").write_text(text)
    refused = run(town, "Begin.")
    assert refused.returncode == 1
    assert refused.stderr.startswith("scripted: ")
    assert not town.calls


def test_it_refuses_to_run_outside_a_town(town: ScriptedTown) -> None:
    refused = run(town, GT_TOWN="")
    assert refused.returncode == 1
    assert "GT_TOWN is not set" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-flag"],
        ["--settings", "/no/such/file"],
        ["--session-id", "not-a-uuid"],
        ["--resume", "0b7c1e52-5a0e-4a53-9d3c-6f2f60d0c7aa"],
        ["two", "prompts"],
    ],
    ids=" ".join,
)
def test_arguments_without_sense_are_refused_in_one_line(town: ScriptedTown, arguments: list[str]) -> None:
    refused = run(town, *arguments)
    assert refused.returncode == 1
    assert refused.stderr.startswith("scripted: ")
    assert "Traceback" not in refused.stderr


def test_a_conversation_is_begun_once_and_resumed_by_its_id(town: ScriptedTown) -> None:
    conversation, callbacks = (
        new_id(),
        settings(town, SessionStart="cat >> $GT_TOWN/starts; echo >> $GT_TOWN/starts"),
    )
    assert run(town, "--settings", callbacks, "--session-id", conversation, "hello").returncode == 0
    assert run(town, "--settings", callbacks, "--session-id", conversation, "hello").returncode == 1
    assert run(town, "--settings", callbacks, "--resume", conversation, "hello").returncode == 0
    starts = [json.loads(line) for line in (town.root / "starts").read_text().splitlines()]
    assert [(start["session_id"], start["source"]) for start in starts] == [
        (conversation, "startup"),
        (conversation, "resume"),
    ]
    transcript = Path(starts[1]["transcript_path"])
    assert transcript.name == f"{conversation}.jsonl"
    assert (
        len([line for line in transcript.read_text().splitlines() if json.loads(line)["type"] == "user"]) == 2
    )


def test_without_a_terminal_it_answers_its_input_and_ends(town: ScriptedTown) -> None:
    town.bead("echo one > one")
    done = run(town, typed="gt prime\n")
    assert done.returncode == 0
    assert "● we-1 is done." in done.stdout
    assert "\x1b" not in done.stdout
    assert town.subjects == ["we-1: Write some files (step 1/1)"]


def test_a_home_elsewhere_is_used(town: ScriptedTown, tmp_path: Path) -> None:
    run(town, "hello", GT_SCRIPTED_HOME=str(tmp_path / "home"))
    assert list((tmp_path / "home" / "projects").glob("*/*.jsonl"))
    assert not (town.root / "run").exists()


def test_a_worktree_with_modules_named_like_ours_changes_nothing(town: ScriptedTown) -> None:
    for name in ("gastown/__init__.py", "json.py"):
        path = town.worktree / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('not me')\n")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Nothing on my hook.")


def test_a_callback_can_veto_a_tool(town: ScriptedTown) -> None:
    town.bead("rm README")
    callbacks = settings(town, PreToolUse=f"grep -q 'rm README' && {{ {VETO}; }}; true")
    done = run(town, "--settings", callbacks, typed="gt prime\n")
    assert "A callback forbids it: rm is forbidden here" in done.stdout
    assert (town.worktree / "README").exists()
    assert "gt done" not in town.calls


def test_callbacks_of_tools_are_told_of_failures_by_their_own_name(town: ScriptedTown) -> None:
    town.bead("exit 3")
    log = "cat >> $GT_TOWN/tools; echo >> $GT_TOWN/tools"
    run(town, "--settings", settings(town, PostToolUse=log, PostToolUseFailure=log), typed="gt prime\n")
    tools = [json.loads(line) for line in (town.root / "tools").read_text().splitlines()]
    assert [(tool["hook_event_name"], tool["tool_input"]["command"]) for tool in tools] == [
        ("PostToolUse", "gt prime"),
        ("PostToolUse", "bd show we-1 --json"),
        ("PostToolUseFailure", "exit 3"),
    ]


def test_a_callback_that_never_answers_is_given_up(town: ScriptedTown) -> None:
    path = Path(settings(town))
    entry = {"type": "command", "command": "sleep 60", "timeout": 0.2}
    path.write_text(json.dumps({"hooks": {"SessionStart": [{"matcher": "startup", "hooks": [entry]}]}}))
    done = run(town, "--settings", str(path), typed="hello\n")
    assert "callback SessionStart failed (exit 124) no answer in 0.2 s" in done.stdout
    assert "I only know what my hook tells me." in done.stdout
