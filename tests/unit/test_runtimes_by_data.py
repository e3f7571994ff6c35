import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from gastown.domain.callback_words import in_claudes_words, start_words
from gastown.domain.observed import Present, Unknown
from gastown.domain.runtime import Callback, Launch, Permission, Runtime, Start
from gastown.errors import Invalid, NotFound, Refused
from gastown.settings import runtimes
from gastown.world.agents import registry

TOWN = Path("/home/ann/town")
FOLDER = TOWN / "run" / "agents" / "web.polecats.Toast"
ID = "2f0c1a58-9d4e-4d7c-8a53-1f3d6a6b7c8d"
TINY = """
[runtime]
program = "tiny"
[arguments]
begin = ["tiny"]
prompt = ["-p", "{prompt}"]
[permissions]
ask = ["-a"]
"""


def own(town: Path, text: str, name: str = "tiny") -> Path:
    """A file of the town's own for that agent CLI."""
    file = town / "runtimes" / f"{name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def launch(
    runtime: Runtime,
    permission: Permission = Permission.UNATTENDED,
    *,
    prompt: str = "",
    model: str = "",
    resume: bool = False,
    callbacks: frozenset[Callback] = frozenset(Callback),
) -> Launch:
    start = Start(
        town=TOWN, address="web/polecats/Toast", worktree=TOWN / "web" / "polecats" / "Toast", folder=FOLDER,
        conversation=ID, prompt=prompt, permission=permission, model=model, resume=resume, callbacks=callbacks,
    )  # fmt: skip
    return runtime.launch(start)


# --- those that come with us

COMMAND_LINES = {
    "gemini, fresh": (
        "gemini", False,
        ["gemini", "--approval-mode", "yolo", "--model", "big", "--session-id", ID, "-i", "Begin."],
    ),
    "gemini, resumed": (
        "gemini", True,
        ["gemini", "--approval-mode", "yolo", "--model", "big", "--resume", ID, "-i", "Begin."],
    ),
    "copilot, fresh": (
        "copilot", False,
        ["copilot", "--plugin-dir", f"{FOLDER}/plugin", "--yolo", "--model", "big", "--session-id", ID, "-i", "Begin."],
    ),
    "copilot, resumed": (
        "copilot", True,
        ["copilot", "--plugin-dir", f"{FOLDER}/plugin", "--yolo", "--model", "big", "--resume", ID, "-i", "Begin."],
    ),
    "opencode": ("opencode", False, ["opencode", "--model", "big", "--prompt", "Begin."]),
    "pi": ("pi", False, ["pi", "--model", "big", "Begin."]),
}  # fmt: skip


@pytest.mark.parametrize("name, resume, words", COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_data_becomes_a_command_line(name: str, resume: bool, words: list[str]) -> None:  # noqa: FBT001
    assert list(launch(registry.runtime(name), prompt="Begin.", model="big", resume=resume).argv) == words


def test_what_was_not_chosen_is_left_out() -> None:
    assert list(launch(registry.runtime("opencode")).argv) == ["opencode"]
    assert list(launch(registry.runtime("pi")).argv) == ["pi"]


@pytest.mark.parametrize("name", runtimes.names(None))
def test_all_that_come_with_us_are_whole_and_write_only_into_the_agents_folder(name: str) -> None:
    runtime = registry.runtime(name)
    begun = launch(runtime)
    assert (runtime.name, begun.argv[0]) == (name, runtime.program)
    assert runtime.how_to_get_it
    assert runtime.seen_versions
    assert all(file.is_relative_to(FOLDER) for file in begun.files)
    assert "{" not in " ".join([*begun.argv, *begun.env.values()]).replace('{"*":"allow"}', "")


def test_gemini_calls_us_through_settings_that_lie_over_the_users() -> None:
    begun = launch(registry.runtime("gemini"))
    file = FOLDER / "gemini.json"
    said = json.loads(begun.files[file])
    assert begun.env["GEMINI_CLI_SYSTEM_SETTINGS_PATH"] == str(file)
    assert said["security"] == {"folderTrust": {"enabled": False}}
    commands = {event: groups[0]["hooks"][0]["command"] for event, groups in said["hooks"].items()}
    assert commands == {
        "SessionStart": f"{TOWN}/bin/gt prime --hook --form gemini",
        "BeforeAgent": f"{TOWN}/bin/gt-callback UserPromptSubmit",
        "AfterAgent": f"{TOWN}/bin/gt-callback Stop",
        "SessionEnd": f"{TOWN}/bin/gt-callback SessionEnd",
    }


def test_copilot_calls_us_through_a_plugin() -> None:
    files = launch(registry.runtime("copilot")).files
    assert json.loads(files[FOLDER / "plugin" / "plugin.json"])["hooks"] == "hooks.json"
    hooks = json.loads(files[FOLDER / "plugin" / "hooks.json"])["hooks"]
    assert hooks["sessionStart"][0]["bash"] == f"{TOWN}/bin/gt prime --hook --form copilot"
    assert hooks["agentStop"][0]["bash"] == f"{TOWN}/bin/gt-callback Stop"


def test_only_callbacks_that_the_role_wants_are_asked_for() -> None:
    begun = launch(registry.runtime("gemini"), callbacks=frozenset({Callback.REPORT}))
    hooks = json.loads(begun.files[FOLDER / "gemini.json"])["hooks"]
    assert sorted(hooks) == ["AfterAgent", "BeforeAgent", "SessionEnd"]
    assert hooks["AfterAgent"][0]["hooks"][0]["command"].endswith("gt-callback TurnEnd")


def test_a_level_of_permissions_that_nobody_has_seen_is_refused() -> None:
    with pytest.raises(Refused, match="pi cannot be started") as caught:
        launch(registry.runtime("pi"), Permission.ASK)
    assert "unattended" in caught.value.hint


@pytest.mark.parametrize(
    "form, told",
    [
        ("gemini", {"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "HOOK: we-1\n“x”"}}),
        ("copilot", {"additionalContext": "HOOK: we-1\n“x”"}),
    ],
)  # fmt: skip
def test_a_briefing_in_the_form_that_reaches_the_model(form: str, told: object) -> None:
    assert json.loads(start_words("HOOK: we-1\n“x”", form)) == told


@pytest.mark.parametrize("form", ["", "claude", "codex"])
def test_other_clis_hand_plain_text_on(form: str) -> None:
    assert start_words("HOOK: we-1", form) == "HOOK: we-1"


# --- the town's own


def test_a_town_can_add_one_and_change_ours_key_by_key(tmp_path: Path) -> None:
    own(tmp_path, TINY)
    file = own(tmp_path, '[runtime]\nprogram = "gemini-nightly"\n[environment]\nX = "{worktree}"\n', "gemini")
    assert {"tiny", "gemini", "claude"} <= set(registry.names(tmp_path))
    begun = launch(registry.runtime("tiny", tmp_path), Permission.ASK, prompt="Begin {now}.")
    assert list(begun.argv) == ["tiny", "-a", "-p", "Begin {now}."]
    gemini = registry.runtime("gemini", tmp_path)
    assert gemini.program == "gemini-nightly"
    assert launch(gemini).env["X"] == str(TOWN / "web" / "polecats" / "Toast")
    assert launch(gemini).env["GEMINI_CLI_NO_RELAUNCH"] == "true"
    assert runtimes.read("gemini", tmp_path).source.startswith(f"{file} + ")
    assert "tiny" not in registry.names()


def test_one_that_is_not_there_is_not_found_and_the_hint_names_the_others(tmp_path: Path) -> None:
    own(tmp_path, TINY)
    for name in ("nobody", "../../etc/passwd", "Tiny", ""):
        with pytest.raises(NotFound) as caught:
            registry.runtime(name, tmp_path)
        assert "claude" in caught.value.hint
        assert "tiny" in caught.value.hint


BROKEN = {
    "no TOML": ("[runtime", "Expected"),
    "a table nobody knows": (TINY + "[hooks]\n", "nobody knows [hooks]"),
    "a key nobody knows": (TINY + "[screen]\nidle = 'x'\n", "nobody knows screen.idle"),
    "no program": ("[arguments]\nbegin = ['x']\n", "runtime.program is missing"),
    "no command": ("[runtime]\nprogram = 'x'\n", "arguments.begin is missing"),
    "a prompt that is not there": (TINY.replace("{prompt}", "now"), "arguments.prompt says nowhere {prompt}"),
    "a place nobody fills in": (TINY + "edits = ['{bead}']\n", "nobody fills in {bead}"),
    "a level that is none": (TINY + "all = []\n", "nobody knows permissions.all"),
    "a file of the user's": (TINY + "[files]\n'{worktree}/x' = 'y'\n", "does not lie beneath {folder}"),
    "a file that climbs out": (TINY + "[files]\n'{folder}/../x' = 'y'\n", "does not lie beneath {folder}"),
    "a pattern that is none": (TINY + "[screen]\nready = '('\n", "screen.ready is no regular expression"),
    "a format nobody knows": (TINY + "[callbacks]\nformat = 'x'\nfile = '{folder}/x'\n", "callbacks.format is 'x'"),
    "calls without callbacks": (TINY + "[features]\nprimes = true\n", "without [callbacks]"),
    "a resume without words": (TINY + "[features]\nresumes = true\n", "needs arguments.resume"),
    "nothing that would tell it": (
        TINY.replace('prompt = ["-p", "{prompt}"]\n', ""), "nothing would tell it that there is work",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, message", BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    file = own(tmp_path, text)
    with pytest.raises(Invalid) as mistake:
        runtimes.read("tiny", tmp_path)
    assert message in mistake.value.message
    assert str(file) in mistake.value.message


# --- what they do, by their screens

SCREENS = tomllib.loads((Path(__file__).parent / "screens.toml").read_text(encoding="utf-8"))
ABOVE = "esc to interrupt (esc to cancel)\n" * 20 + "x\n" * 20


@pytest.mark.parametrize("seen", SCREENS.values(), ids=SCREENS)
def test_what_it_does_is_known_by_the_bottom_of_its_screen(seen: Mapping[str, str]) -> None:
    match registry.runtime(seen["runtime"]).status(1, {}, lambda: ABOVE + seen["screen"]):
        case Present(status):
            assert status.activity == seen["activity"]
        case other:
            assert isinstance(other, Unknown)
            assert not seen["activity"]


def test_a_transcript_is_found_by_its_pattern(tmp_path: Path) -> None:
    kept = tmp_path / ".gemini" / "tmp" / "w" / "chats" / "session-2026-11-20T15-31-2f0c1a58.jsonl"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert registry.runtime("gemini").transcript(ID, {"HOME": str(tmp_path)}) == kept
    assert registry.runtime("copilot").transcript(ID, {"HOME": str(tmp_path)}) is None
    assert registry.runtime("pi").transcript(ID, {"HOME": str(tmp_path)}) is None


def test_what_a_start_callback_was_told_is_read_by_one_set_of_names() -> None:
    told = {"sessionId": ID, "source": "new", "cwd": "/w"}
    assert in_claudes_words(told) == {"session_id": ID, "source": "startup", "cwd": "/w"}
    assert in_claudes_words({"session_id": ID, "source": "resume"}) == {"session_id": ID, "source": "resume"}
