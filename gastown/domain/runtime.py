"""What an agent CLI is to us: how it is started, and how it shows what it is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gastown.domain.observed import Observed
from gastown.domain.permission import Permission as Permission  # noqa: PLC0414 - it is a part of this too


class Activity(StrEnum):
    """What the agent CLI says of itself; the words are Claude Code's."""

    IDLE = "idle"
    BUSY = "busy"
    WAITING = "waiting"
    SHELL = "shell"


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """Read from the agent CLI's own status file: `waiting_for` says what a waiting one wants."""

    activity: Activity
    waiting_for: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Start:
    """All that a runtime needs to know to start one agent."""

    town: Path
    address: str
    worktree: Path
    folder: Path
    """A folder of this agent's own under `<town>/run/agents/`, for files the CLI is to read."""
    conversation: str
    """A fresh UUID."""
    prompt: str
    """The first words to the agent; its start callback brings the rest."""
    permission: Permission
    model: str
    """Empty: the CLI's own default."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start it: files to write first (mode 0600), then argv with these additions to its environment."""

    argv: Sequence[str]
    env: Mapping[str, str]
    files: Mapping[Path, str]


class Runtime(Protocol):
    """One agent CLI. Pure but for `status`, which looks at the CLI's own status file."""

    name: str
    program: str
    """What must be on PATH for it to start; empty: it is a part of us."""
    how_to_get_it: str
    """The command that installs that program."""
    passes: Sequence[str]
    """Names (or `PREFIX_*`) of the user's environment variables that it needs."""

    def launch(self, start: Start) -> Launch:
        """Say how to start it. `Refused` when this machine or user cannot run it with that permission."""
        ...

    def status(self, pid: int, env: Mapping[str, str]) -> Observed[AgentStatus]:
        """What the agent with this process id says it does; `env` is its session's environment."""
        ...

    def version(self) -> Observed[str]:
        """The installed version; Absent when the program is not installed."""
        ...
