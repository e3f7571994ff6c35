"""Files that make an agent CLI call us, in the formats of those that do not read Claude Code's."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from gastown.domain.agent_cli import CallbackFormat
from gastown.domain.runtime import Callback, Features
from gastown.world.agents.settings_file import TIME_LIMIT, callback_settings, events_of

GEMINI = {"BeforeAgent": "UserPromptSubmit", "AfterAgent": "Stop", "SessionEnd": "SessionEnd"}
"""Its own events, and what Claude Code calls them."""

COPILOT = {"userPromptSubmitted": "UserPromptSubmit", "agentStop": "Stop", "sessionEnd": "SessionEnd"}


def offered(features: Features) -> frozenset[Callback]:
    """What an agent CLI with these features can call us for."""
    can = {
        Callback.PRIME: features.primes,
        Callback.REPORT: features.reports,
        Callback.PROPEL: features.propels,
        Callback.GUARD: features.guards,
    }
    return frozenset(callback for callback, there in can.items() if there)


def callback_file(form: CallbackFormat, town: Path, callbacks: frozenset[Callback]) -> Mapping[str, object]:
    """What that file says, ready for `json.dumps`; the commands name the town's own programs in full."""
    prime = [str(town / "bin" / "gt"), "prime", "--hook", "--form", form.value]
    start = prime if Callback.PRIME in callbacks else None
    match form:
        case CallbackFormat.CLAUDE:
            return callback_settings(town, callbacks)
        case CallbackFormat.GEMINI:
            commands = _commands("SessionStart", start, GEMINI, town, callbacks)
            return {"hooks": {event: [{"hooks": [_gemini(words)]}] for event, words in commands.items()}}
        case CallbackFormat.COPILOT:
            commands = _commands("sessionStart", start, COPILOT, town, callbacks)
            return {"version": 1, "hooks": {event: [_copilot(words)] for event, words in commands.items()}}


def merged(content: str, callbacks: Mapping[str, object]) -> str:
    """A JSON file that says all of `content` and calls us; ValueError where it is none."""
    return json.dumps({**json.loads(content or "{}"), **callbacks}, indent=2) + "\n"


def _commands(
    begins: str,
    prime: list[str] | None,
    events: Mapping[str, str],
    town: Path,
    callbacks: frozenset[Callback],
) -> Mapping[str, list[str]]:
    """The command for each of its own events that has one."""
    named = events_of(callbacks)
    program = str(town / "bin" / "gt-callback")
    reports = {event: [program, named[ours]] for event, ours in events.items() if ours in named}
    return ({begins: prime} if prime else {}) | reports


def _gemini(words: list[str]) -> Mapping[str, object]:
    return {"type": "command", "command": shlex.join(words), "timeout": TIME_LIMIT * 1000}


def _copilot(words: list[str]) -> Mapping[str, object]:
    return {"type": "command", "bash": shlex.join(words), "timeoutSec": TIME_LIMIT}
