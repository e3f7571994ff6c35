"""The callbacks section of a settings file in Claude Code's format, for every agent CLI that reads it."""

import shlex
from pathlib import Path

REPORTED_EVENTS = ("UserPromptSubmit", "Stop", "StopFailure", "Notification", "PreCompact", "SessionEnd")
"""What the agent CLI tells `gt-callback` about; the start is for `gt prime` alone."""

TIME_LIMIT = 60
"""Seconds after which the agent CLI gives up waiting for one callback."""


def callback_settings(town: Path) -> dict[str, object]:
    """The settings that make an agent of `town` read its hook at the start and report what happens to it.

    A fresh dict each time, ready for `json.dumps`; callers add what else their CLI understands. The commands
    name the town's own `gt` and `gt-callback` in full, quoted for the shell.
    """
    commands = {"SessionStart": _command(town / "bin" / "gt", "prime", "--hook")}
    commands |= {event: _command(town / "bin" / "gt-callback", event) for event in REPORTED_EVENTS}
    return {"hooks": {event: [{"hooks": [_entry(command)]}] for event, command in commands.items()}}


def _command(program: Path, *arguments: str) -> str:
    return shlex.join([str(program), *arguments])


def _entry(command: str) -> dict[str, object]:
    return {"type": "command", "command": command, "timeout": TIME_LIMIT}
