"""Files that make an agent CLI call us, in the formats of those that do not read Claude Code's."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from gastown.domain.agent_cli import CallbackFormat
from gastown.world.agents.settings_file import TIME_LIMIT, callback_settings

GEMINI = {"BeforeAgent": "UserPromptSubmit", "AfterAgent": "Stop", "SessionEnd": "SessionEnd"}
"""Its own events, and what `gt-callback` calls them."""

COPILOT = {"userPromptSubmitted": "UserPromptSubmit", "agentStop": "Stop", "sessionEnd": "SessionEnd"}


def callback_file(form: CallbackFormat, town: Path) -> Mapping[str, object]:
    """What that file says, ready for `json.dumps`; the commands name the town's own programs in full."""
    prime = [str(town / "bin" / "gt"), "prime", "--hook", "--form", form.value]
    match form:
        case CallbackFormat.CLAUDE:
            return callback_settings(town)
        case CallbackFormat.GEMINI:
            commands = {"SessionStart": prime} | _reports(GEMINI, town)
            return {"hooks": {event: [{"hooks": [_gemini(words)]}] for event, words in commands.items()}}
        case CallbackFormat.COPILOT:
            commands = {"sessionStart": prime} | _reports(COPILOT, town)
            return {"version": 1, "hooks": {event: [_copilot(words)] for event, words in commands.items()}}


def merged(content: str, callbacks: Mapping[str, object]) -> str:
    """A JSON file that says all of `content` and calls us; ValueError where it is none."""
    return json.dumps({**json.loads(content or "{}"), **callbacks}, indent=2) + "\n"


def _reports(events: Mapping[str, str], town: Path) -> dict[str, list[str]]:
    return {event: [str(town / "bin" / "gt-callback"), ours] for event, ours in events.items()}


def _gemini(words: list[str]) -> Mapping[str, object]:
    return {"type": "command", "command": shlex.join(words), "timeout": TIME_LIMIT * 1000}


def _copilot(words: list[str]) -> Mapping[str, object]:
    return {"type": "command", "bash": shlex.join(words), "timeoutSec": TIME_LIMIT}
