import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from gastown.domain.runtime import Launch, Permission, Start
from gastown.errors import NotFound, Refused
from gastown.world.agents import registry
from gastown.world.agents.claude import ALLOWED, ClaudeRuntime, refuse_root

TOWN = Path("/home/ann/town")
FOLDER = TOWN / "run" / "agents" / "web.polecats.Toast"


@pytest.fixture(autouse=True)
def in_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests: root may start agents here."""
    monkeypatch.setenv("IS_SANDBOX", "1")


def launch(permission: Permission = Permission.ASK, *, prompt: str = "Begin.", model: str = "") -> Launch:
    return ClaudeRuntime().launch(
        Start(
            town=TOWN,
            address="web/polecats/Toast",
            worktree=TOWN / "web" / "polecats" / "Toast",
            folder=FOLDER,
            conversation="2f0c1a58-9d4e-4d7c-8a53-1f3d6a6b7c8d",
            prompt=prompt,
            permission=permission,
            model=model,
        )
    )


@pytest.mark.parametrize(
    "permission, flags",
    [
        (Permission.ASK, ["--permission-mode", "default"]),
        (Permission.EDITS, ["--permission-mode", "acceptEdits"]),
        (Permission.UNATTENDED, ["--dangerously-skip-permissions"]),
    ],
)
def test_every_permission_level_has_its_flags(permission: Permission, flags: list[str]) -> None:
    assert list(launch(permission).argv) == [
        "claude",
        "--settings",
        f"{FOLDER}/settings.json",
        "--session-id",
        "2f0c1a58-9d4e-4d7c-8a53-1f3d6a6b7c8d",
        "--name",
        "web/polecats/Toast",
        *flags,
        f"--allowedTools={ALLOWED[permission]}",
        "--",
        "Begin.",
    ]


def test_who_may_edit_may_commit_and_who_must_ask_may_only_call_us() -> None:
    assert "git commit" in ALLOWED[Permission.EDITS]
    assert ALLOWED[Permission.ASK] == "Bash(gt:*),Bash(bd:*)"


def test_a_prompt_that_looks_like_an_option_stays_a_prompt() -> None:
    assert list(launch(prompt="--help me", model="opus").argv)[-4:] == ["--model", "opus", "--", "--help me"]


def test_without_a_prompt_it_waits_for_one() -> None:
    assert launch(prompt="").argv[-1] == "--allowedTools=Bash(gt:*),Bash(bd:*)"


@pytest.mark.parametrize("permission", Permission)
def test_its_settings_name_the_callbacks_and_spend_nothing_when_idle(permission: Permission) -> None:
    [(path, content)] = launch(permission).files.items()
    settings = json.loads(content)
    assert path == FOLDER / "settings.json"
    assert settings["hooks"]["SessionStart"][0]["hooks"][0]["command"] == f"{TOWN}/bin/gt prime --hook"
    assert settings["hooks"]["Stop"][0]["hooks"][0]["command"] == f"{TOWN}/bin/gt-callback Stop"
    assert settings["promptSuggestionEnabled"] is settings["idleCompaction"] is False
    assert settings.get("skipDangerousModePermissionPrompt", False) is (permission is Permission.UNATTENDED)


@pytest.mark.parametrize(
    "uid, sandbox, refused",
    [(0, None, True), (0, "0", True), (0, "true", True), (0, "1", False), (1000, None, False)],
)
def test_root_is_refused_outside_a_sandbox(uid: int, sandbox: str | None, refused: bool) -> None:  # noqa: FBT001
    environment = {} if sandbox is None else {"IS_SANDBOX": sandbox}
    if not refused:
        refuse_root(uid, environment)
        return
    with pytest.raises(Refused, match="root") as caught:
        refuse_root(uid, environment)
    assert "--permissions edits" in caught.value.hint


@pytest.mark.parametrize(
    "name, passed",
    [
        ("ANTHROPIC_BASE_URL", True),
        ("CLAUDE_CONFIG_DIR", True),
        ("CLAUDE_CODE_USE_BEDROCK", True),
        ("CLAUDE_CODE_OAUTH_TOKEN", True),
        ("IS_SANDBOX", True),
        ("https_proxy", True),
        ("NODE_EXTRA_CA_CERTS", True),
        # What Claude Code 2.1.328 puts into the environment of its own tools:
        ("AI_AGENT", False),
        ("CLAUDECODE", False),
        ("CLAUDE_CODE_CHILD_NOTES_DIR", False),
        ("CLAUDE_CODE_CHILD_SESSION", False),
        ("CLAUDE_CODE_ENTRYPOINT", False),
        ("CLAUDE_CODE_EXECPATH", False),
        ("CLAUDE_CODE_MESSAGING_SOCKET", False),
        ("CLAUDE_CODE_MESSAGING_TOKEN", False),
        ("CLAUDE_CODE_SESSION_ATTENDED", False),
        ("CLAUDE_CODE_SESSION_ID", False),
        ("CLAUDE_EFFORT", False),
        ("CLAUDE_ENV_FILE", False),
        ("CLAUDE_PID", False),
        ("CLAUDE_PROJECT_DIR", False),
        # The user's own business:
        ("GITHUB_TOKEN", False),
        ("SSH_AUTH_SOCK", False),
    ],
)
def test_the_users_login_passes_and_the_marks_of_a_nested_session_do_not(name: str, passed: bool) -> None:  # noqa: FBT001
    assert any(fnmatchcase(name, pattern) for pattern in ClaudeRuntime().passes) is passed


@pytest.mark.parametrize("name", registry.MODULES)
def test_the_registry_knows_every_runtime_by_its_name(name: str) -> None:
    assert registry.runtime(name).name == name


def test_an_unknown_runtime_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="'gpt'") as caught:
        registry.runtime("gpt")
    assert "claude" in caught.value.hint
    assert "scripted" in caught.value.hint
