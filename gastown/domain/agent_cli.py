"""An agent CLI that needs no code of ours: how it is started and how it shows what it does, as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gastown.domain.permission import Permission
from gastown.domain.runtime import Features
from gastown.domain.screen import Patterns

PLACES = frozenset({"town", "address", "worktree", "folder", "conversation", "prompt", "model", "home"})
"""What may stand between braces: `{worktree}`."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


class CallbackFormat(StrEnum):
    """Whose format a file with callbacks has, and what the start callback's output must look like."""

    CLAUDE = "claude"
    """Plain output reaches the model."""
    GEMINI = "gemini"
    COPILOT = "copilot"


@dataclass(frozen=True, slots=True)
class Arguments:
    """Its command line: `begin`, the permission, the model, the conversation, the prompt, in this order."""

    begin: tuple[str, ...]
    permissions: Mapping[Permission, tuple[str, ...]]
    """Levels that are missing are those it cannot be started with."""
    model: tuple[str, ...] = ()
    """If a model was chosen."""
    new: tuple[str, ...] = ()
    """For a fresh conversation."""
    resume: tuple[str, ...] = ()
    """For one that goes on."""
    prompt: tuple[str, ...] = ()
    """If there are first words."""


@dataclass(frozen=True, slots=True)
class AgentCli:
    """One agent CLI as its TOML file describes it. Texts may hold places, as `{worktree}`."""

    name: str
    summary: str
    program: str
    install: str
    version: tuple[str, ...]
    """The command that prints its version; empty: nobody knows one."""
    seen_versions: tuple[str, ...]
    passes: tuple[str, ...]
    arguments: Arguments
    features: Features
    screen: Patterns = field(default_factory=Patterns)
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts by their places, all beneath `{folder}`."""
    callbacks: CallbackFormat | None = None
    callbacks_file: str = ""
    transcript: str = ""
    """Where it keeps a conversation: `*`, `{home}`, and `{conversation}` or `{short}`, its first part."""
    source: str = ""
    """The files this was read from."""


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each place that `values` names filled in; other braces stay as they are."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_places(text: str) -> tuple[str, ...]:
    """What stands between braces like a place, and is none."""
    return tuple(name for name in _PLACE.findall(text) if name not in PLACES)
