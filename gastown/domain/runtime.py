"""What an agent CLI is to us: how it is started, and how it shows what it is doing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

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


class Callback(StrEnum):
    """What an agent CLI may call us for, where it can."""

    PRIME = "prime"
    """At a start, after compaction and clearing: the briefing."""
    REPORT = "report"
    """Prompts, ends of turns, failures, questions, ends of sessions: written down."""
    PROPEL = "propel"
    """At the end of a turn with work still on the hook: go on."""
    GUARD = "guard"
    """Before a tool: what would hurt others' work is refused."""


@dataclass(frozen=True, slots=True)
class Features:
    """What an agent CLI can do, as somebody measured it."""

    primes: bool = False
    """What its start callback prints reaches the model."""
    reports: bool = False
    """It tells of prompts and ends of turns."""
    propels: bool = False
    """Its stop callback can make it go on."""
    guards: bool = False
    """Its pre-tool callback can refuse."""
    resumes: bool = False
    """A former conversation can go on in a new process."""
    forks: bool = False
    """A question can be asked in a fork of a conversation, without changing it."""
    names_conversations: bool = False
    """It takes the conversation's id from us; else it is known only when it tells."""
    empty_box: str = ""
    """A pattern that its screen fits while nothing stands in its input box; empty: nobody can tell."""
    pastes: bool = False
    """Text reaches its input box by bracketed paste; else by keys."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A former conversation that is asked, in a process that can act on nothing of the town."""

    conversation: str
    transcript: Path
    """A copy of it; the CLI's own file may be gone."""
    question: str | None
    """Answered on standard output; None: a person opens it in their terminal."""
    scratch: Path
    """An empty folder: where it runs, and keeps what it writes."""
    model: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a conversation took, as its transcript tells it."""

    input_tokens: int
    """With those that came from a cache."""
    output_tokens: int
    cost_usd: float | None
    """None: it does not say."""


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
    resume: bool = False
    """`conversation` is there already, and is to go on; only for runtimes that say they can."""
    callbacks: frozenset[Callback] = frozenset(Callback)
    """What the CLI is to call us for."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start it: files to write first (mode 0600), then argv with these additions to its environment."""

    argv: Sequence[str]
    env: Mapping[str, str]
    files: Mapping[Path, str]


def has_empty_box(features: Features, screen: str) -> bool:
    """Whether nothing stands in the input box, as the screen shows; False where nobody can tell."""
    return bool(features.empty_box) and re.search(features.empty_box, screen, re.MULTILINE) is not None


Screen: TypeAlias = Callable[[], str]
"""The text of a session's screen as it is now; looked at only by who needs it. Raises NotFound or Unavailable."""


def unseen() -> str:
    """The screen of nobody."""
    return ""


class Runtime(Protocol):
    """One agent CLI. Pure but for what looks at the CLI's own files: `status`, `transcript`, `usage`."""

    name: str
    program: str
    """What must be on PATH for it to start; empty: it is a part of us."""
    how_to_get_it: str
    """The command that installs that program."""
    passes: Sequence[str]
    """Names (or `PREFIX_*`) of the user's environment variables that it needs."""
    features: Features
    seen_versions: Sequence[str]
    """Those that somebody has driven: of another one nobody knows."""

    def launch(self, start: Start) -> Launch:
        """Say how to start it. `Refused` when this machine or user cannot run it with that permission."""
        ...

    def status(self, pid: int, env: Mapping[str, str], screen: Screen = unseen) -> Observed[AgentStatus]:
        """What the agent with this process id says it does; `env` is its session's environment.

        One that keeps no file about itself is known by its screen, and Unknown without it.
        """
        ...

    def version(self) -> Observed[str]:
        """The installed version; Absent when the program is not installed."""
        ...

    def transcript(self, conversation: str, env: Mapping[str, str]) -> Path | None:
        """Where the CLI keeps a conversation, for one started with this environment; None: nowhere to be seen."""
        ...

    def usage(self, transcript: Path) -> Usage | None:
        """What the conversation in this file took; None when it does not tell. Raises OSError."""
        ...

    def fork(self, fork: Fork) -> Launch:
        """How to ask a former conversation; Refused by a runtime that cannot."""
        ...
