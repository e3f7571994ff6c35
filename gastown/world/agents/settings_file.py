"""The callbacks section of a settings file in Claude Code's format, for every agent CLI that reads it."""

import shlex
from pathlib import Path

from gastown.domain.runtime import Callback

REPORTED_EVENTS = ("UserPromptSubmit", "Stop", "StopFailure", "Notification", "PreCompact", "SessionEnd")
"""What the agent CLI tells `gt-callback` about; the start is for `gt prime` alone."""

GUARDED_TOOLS = "Bash|Edit|MultiEdit|NotebookEdit|Write"
"""A pattern of the tools that run commands or write files."""

EVERY = frozenset(Callback)

TIME_LIMIT = 60
"""Seconds after which the agent CLI gives up waiting for one callback."""


def callback_settings(town: Path, callbacks: frozenset[Callback] = EVERY) -> dict[str, object]:
    """The settings that make an agent of `town` call us for all of `callbacks`: priming, reports, going on, the guard.

    A fresh dict each time, ready for `json.dumps`; callers add what else their CLI understands. The commands
    name the town's own `gt` and `gt-callback` in full, quoted for the shell.
    """
    ours = town / "bin" / "gt-callback"
    commands = {event: _command(ours, what) for event, what in events_of(callbacks).items()}
    if Callback.PRIME in callbacks:
        commands = {"SessionStart": _command(town / "bin" / "gt", "prime", "--hook"), **commands}
    return {"hooks": {event: [_group(event, command)] for event, command in commands.items()}}


def events_of(callbacks: frozenset[Callback]) -> dict[str, str]:
    """The CLI's events that `gt-callback` is to hear of, and under which name.

    The end of a turn goes by another one where nobody is to be told to go on.
    """
    named = {event: event for event in REPORTED_EVENTS if Callback.REPORT in callbacks}
    if Callback.PROPEL in callbacks:
        named["Stop"] = "Stop"
    elif "Stop" in named:
        named["Stop"] = "TurnEnd"
    if Callback.GUARD in callbacks:
        named["PreToolUse"] = "PreToolUse"
    return named


def _group(event: str, command: str) -> dict[str, object]:
    matcher = {"matcher": GUARDED_TOOLS} if event == "PreToolUse" else {}
    return {**matcher, "hooks": [_entry(command)]}


def _command(program: Path, *arguments: str) -> str:
    return shlex.join([str(program), *arguments])


def _entry(command: str) -> dict[str, object]:
    return {"type": "command", "command": command, "timeout": TIME_LIMIT}
