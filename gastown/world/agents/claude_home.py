"""Where Claude Code keeps its things."""

from collections.abc import Mapping
from pathlib import Path


def folder(environment: Mapping[str, str]) -> Path:
    """Its folder, for someone with this environment."""
    chosen = environment.get("CLAUDE_CONFIG_DIR")
    return Path(chosen) if chosen else _home(environment) / ".claude"


def configuration(environment: Mapping[str, str]) -> Path:
    """The file that it reads at its start and writes to all the time; that of old versions comes first."""
    old = folder(environment) / ".config.json"
    if old.exists():
        return old
    beside = folder(environment) if environment.get("CLAUDE_CONFIG_DIR") else _home(environment)
    return beside / ".claude.json"


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment["HOME"]) if environment.get("HOME") else Path.home()
