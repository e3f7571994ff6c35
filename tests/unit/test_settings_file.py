import json
import shlex
import sys
from pathlib import Path

from gastown.domain.runtime import Callback, Permission, Start
from gastown.scripted.callbacks import Callbacks
from gastown.world.agents.scripted import Scripted
from gastown.world.agents.settings_file import REPORTED_EVENTS, callback_settings

TOWN = Path("/home/ann's/my town")


def test_the_start_primes_and_all_else_is_reported_by_the_towns_own_programs() -> None:
    callbacks = Callbacks(callback_settings(TOWN))
    (start,) = callbacks.commands("SessionStart", "startup")
    assert shlex.split(start.line) == [f"{TOWN}/bin/gt", "prime", "--hook"]
    for event in REPORTED_EVENTS:
        (command,) = callbacks.commands(event, "")
        assert shlex.split(command.line) == [f"{TOWN}/bin/gt-callback", event]


def test_each_caller_gets_settings_of_its_own() -> None:
    callback_settings(TOWN).clear()
    assert callback_settings(TOWN)


def test_the_scripted_agent_is_started_with_this_python_and_its_settings_file() -> None:
    start = Start(
        town=TOWN,
        address="web/polecats/Toast",
        worktree=TOWN / "web" / "polecats" / "Toast",
        folder=TOWN / "run" / "agents" / "web.polecats.Toast",
        conversation="c0ffee",
        prompt="--begin",
        permission=Permission.ASK,
        model="",
    )
    launch = Scripted().launch(start)
    ((path, text),) = launch.files.items()
    assert path.parent == start.folder
    assert json.loads(text) == callback_settings(TOWN)
    assert launch.argv[:4] == [sys.executable, "-P", "-m", "gastown.scripted"]
    assert launch.argv[4:] == ["--settings", str(path), "--session-id", "c0ffee", "--", "--begin"]


def test_only_what_a_role_wants_is_called() -> None:
    def told(*callbacks: Callback) -> dict[str, list[str]]:
        known = Callbacks(callback_settings(TOWN, frozenset(callbacks)))
        names = ("SessionStart", "Stop", "PreToolUse", "UserPromptSubmit")
        words = {
            name: [shlex.split(each.line)[-1] for each in known.commands(name, "Bash")] for name in names
        }
        return {name: each for name, each in words.items() if each}

    assert told() == {}
    assert told(Callback.PRIME) == {"SessionStart": ["--hook"]}
    assert told(Callback.REPORT) == {"Stop": ["TurnEnd"], "UserPromptSubmit": ["UserPromptSubmit"]}
    assert told(Callback.REPORT, Callback.PROPEL)["Stop"] == ["Stop"]
    assert told(Callback.GUARD) == {"PreToolUse": ["PreToolUse"]}


def test_the_guard_hears_of_tools_that_run_commands_or_write_files_alone() -> None:
    callbacks = Callbacks(callback_settings(TOWN))
    assert [
        bool(callbacks.commands("PreToolUse", tool)) for tool in ("Bash", "Edit", "Write", "Read", "Grep")
    ] == [
        *[True] * 3,
        *[False] * 2,
    ]
