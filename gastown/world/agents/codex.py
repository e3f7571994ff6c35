"""OpenAI's Codex as an agent of a town: its argv, its callbacks, and what it shows of itself."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import (
    AgentStatus,
    Features,
    Fork,
    Launch,
    Permission,
    Screen,
    Start,
    Usage,
    unseen,
)
from gastown.domain.screen import Patterns, read_screen
from gastown.errors import Refused, Unavailable
from gastown.world.agents.settings_file import callback_settings
from gastown.world.process import run

SEEN_VERSIONS = ("0.169.0",)
"""Driven by our tests."""

SCREEN = Patterns(
    # Also shown while it works, and behind a dialog: those are looked for first.
    ready=r"^\s*\S Ask Codex to do anything",
    busy=r"\besc to interrupt\b",
    waiting=r"\b(enter|esc)\b.* (confirm|continue|cancel|back|skip|quit)\Z",
)

LABELS: Mapping[str, str] = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "user_prompt_submit",
    "PreToolUse": "pre_tool_use",
    "PostToolUse": "post_tool_use",
    "PreCompact": "pre_compact",
    "Stop": "stop",
    "SessionEnd": "session_end",
}
"""The events of our callbacks that it knows, and what it calls them where it keeps what is trusted."""

WITHOUT_MATCHER = frozenset({"UserPromptSubmit", "Stop", "SessionEnd"})
"""Events for which it leaves a matcher out of account."""

SHORTEST = {"SessionEnd": 3}
"""Seconds: for these events it lowers any longer limit to this one, before it computes the sum."""

FLAGS_LAYER = "/<session-flags>/config.toml"
"""What it calls the settings that come with `-c`, where it keeps what is trusted."""

DEADLINE = 15.0
"""Seconds for a question to the CLI itself."""


class Codex:
    """OpenAI's `codex`, with the user's own login and settings; nothing of ours is written anywhere.

    All that is ours comes with `-c`: the callbacks, each with the sum that Codex would keep for it had its user
    approved it, so that these are trusted and no others are; and that this one session trusts its folder.
    """

    name: str = "codex"
    program: str = "codex"
    how_to_get_it: str = "npm install -g @openai/codex"
    passes: Sequence[str] = (
        "CODEX_HOME",
        "CODEX_CA_CERTIFICATE",
        "OPENAI_*",
        "AZURE_OPENAI_*",
        "AWS_*",
        "ALL_PROXY",
        "all_proxy",
    )
    seen_versions: Sequence[str] = SEEN_VERSIONS
    features: Features = Features(
        primes=True, reports=True, propels=True, guards=True, resumes=True, pastes=True
    )

    def launch(self, start: Start) -> Launch:
        """Without the shared server: that one would run every agent's tools as the first one, and outlive us."""
        argv = ["codex", "--no-daemon", "--no-alt-screen", *_permission(start)]
        # A login shell reads profiles that set PATH anew: neither gt nor the agent's own git would be found.
        argv += _settings("check_for_update_on_startup=false", "allow_login_shell=false")
        argv += _settings(f'projects={{{_text(str(start.worktree))}={{trust_level="trusted"}}}}')
        argv += _settings(*_callbacks(callback_settings(start.town, start.callbacks)))
        argv += ["--model", start.model] if start.model else []
        argv += ["resume", start.conversation] if start.resume else []
        argv += ["--", start.prompt] if start.prompt else []
        return Launch(argv=argv, env={}, files={})

    def status(self, pid: int, env: Mapping[str, str], screen: Screen = unseen) -> Observed[AgentStatus]:  # noqa: ARG002
        return read_screen(screen(), SCREEN)

    def version(self) -> Observed[str]:
        if shutil.which("codex") is None:
            return Absent()
        try:
            answer = run(["codex", "--version"], deadline=DEADLINE)
        except Unavailable as error:
            return Unknown(error.message)
        number = answer.out.strip().rpartition(" ")[2]
        return Present(number) if answer.status == 0 and number else Unknown("`codex --version` failed")

    def transcript(self, conversation: str, env: Mapping[str, str]) -> Path | None:
        home = Path(env.get("CODEX_HOME") or Path(env.get("HOME") or Path.home()) / ".codex")
        found = sorted((home / "sessions").glob(f"*/*/*/rollout-*-{conversation}.jsonl"))
        return found[-1] if found else None

    def usage(self, transcript: Path) -> Usage | None:
        """Each `token_count` holds the sum of all before it; it never says what they cost."""
        total: Mapping[str, Any] | None = None
        with transcript.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if '"token_count"' in line:
                    total = _total(line) or total
        if total is None:
            return None
        return Usage(int(total.get("input_tokens", 0)), int(total.get("output_tokens", 0)), None)

    def fork(self, fork: Fork) -> Launch:  # noqa: ARG002
        raise Refused("nobody has measured how Codex answers in a fork", "read its transcript")


def _total(line: str) -> Mapping[str, Any] | None:
    try:
        total = json.loads(line)["payload"]["info"]["total_token_usage"]
    except (ValueError, LookupError, TypeError):
        return None
    return cast("Mapping[str, Any]", total) if isinstance(total, dict) else None


def _permission(start: Start) -> Sequence[str]:
    """Codex asks when a command wants to leave its sandbox; there gt and git must reach the town's files."""
    if start.permission is Permission.UNATTENDED:
        return ["--dangerously-bypass-approvals-and-sandbox"]
    folders = ",".join(_text(str(folder)) for folder in _writable(start))
    writable = f"sandbox_workspace_write.writable_roots=[{folders}]"
    return ["--ask-for-approval", "on-request", "--sandbox", "workspace-write", *_settings(writable)]


def _writable(start: Start) -> Sequence[Path]:
    """The town; and by name the worktree's git folders, which Codex's sandbox else takes out of what may be written."""
    try:
        pointer = (start.worktree / ".git").read_text(encoding="utf-8")
    except OSError:
        return [start.town]
    own = Path(pointer.removeprefix("gitdir:").strip())
    return [start.town, own.parent.parent, own]


def _settings(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("-c", setting)]


def _callbacks(settings: Mapping[str, Any]) -> Iterator[str]:
    """Our callbacks in Claude Code's format as settings of Codex's, and that they are trusted."""
    trusted: list[str] = []
    for event, groups in settings["hooks"].items():
        if event not in LABELS:
            continue
        written = [_group(event, group) for group in groups]
        yield f"hooks.{event}=[{','.join(map(_toml, written))}]"
        for at, group in enumerate(written):
            for position, entry in enumerate(group["hooks"]):
                key = f"{FLAGS_LAYER}:{LABELS[event]}:{at}:{position}"
                approved = {"enabled": True, "trusted_hash": _sum(event, group, entry)}
                trusted.append(f"{_text(key)}={_toml(approved)}")
    if trusted:
        yield f"hooks.state={{{','.join(trusted)}}}"


def _group(event: str, group: Mapping[str, Any]) -> Mapping[str, Any]:
    entries = [
        {**entry, "timeout": min(entry["timeout"], SHORTEST.get(event, entry["timeout"]))}
        for entry in group["hooks"]
    ]
    matcher = {} if event in WITHOUT_MATCHER else {k: v for k, v in group.items() if k == "matcher"}
    return {**matcher, "hooks": entries}


def _sum(event: str, group: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """The sum by which Codex (0.169.0) knows an approved callback: of what it does, as sorted JSON."""
    known = {
        **{key: value for key, value in group.items() if key == "matcher"},
        "event_name": LABELS[event],
        "hooks": [{"async": False, **entry}],
    }
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _toml(value: object) -> str:
    """Texts, numbers, truths, lists and tables in one line of TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case Mapping():
            return f"{{{','.join(f'{key}={_toml(inner)}' for key, inner in value.items())}}}"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list():
            return f"[{','.join(map(_toml, value))}]"  # pyright: ignore[reportUnknownArgumentType]
        case int():
            return str(value)
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
