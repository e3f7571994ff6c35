"""The callbacks of the settings file: which commands an event calls, and what their answers mean."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gastown.scripted.foreign import mapping, sequence
from gastown.scripted.place import NotHere

TIME_LIMIT = 60.0
"""Seconds for one callback, unless its entry says less."""

CONTEXT_CAP = 10_000
PREVIEW = 2_000
"""Characters: output beyond the cap reaches the agent only as a preview of this length, as in Claude Code."""

VETO = 2
"""The exit status with which a callback forbids what it was told of."""


class Command(NamedTuple):
    line: str
    """For `sh -c`."""
    limit: float


class Answer(NamedTuple):
    """What one callback said: plain text for the context, or JSON, or a veto."""

    status: int
    out: str
    err: str

    @property
    def forbids(self) -> str | None:
        """Why it forbids what it was told of: exit status 2, `decision: block`, or a permission denied."""
        if self.status == VETO:
            return self.err.strip() or "a callback forbids it"
        said, specific = self._json, mapping(self._json.get("hookSpecificOutput"))
        if said.get("decision") == "block":
            return str(said.get("reason") or "a callback forbids it")
        if specific.get("permissionDecision") == "deny":
            return str(specific.get("permissionDecisionReason") or "a callback forbids it")
        return None

    @property
    def context(self) -> str:
        """What it adds to the context; nothing when it failed."""
        if self.status != 0:
            return ""
        if self._json:
            return str(mapping(self._json.get("hookSpecificOutput")).get("additionalContext") or "")
        return self.out

    @property
    def _json(self) -> Mapping[str, object]:
        if self.status != 0 or not self.out.lstrip().startswith("{"):
            return {}
        try:
            return mapping(json.loads(self.out))
        except ValueError:
            return {}


class Callbacks:
    """The `hooks` of a settings file in Claude Code's format; what makes no sense there is passed over."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._events = mapping(settings.get("hooks"))

    def commands(self, event: str, subject: str) -> Sequence[Command]:
        """What to run for `event`; `subject` (a source, a tool's name) is what matchers look at."""
        groups = [mapping(group) for group in sequence(self._events.get(event))]
        entries = [
            mapping(entry)
            for group in groups
            if _matches(str(group.get("matcher") or ""), subject)
            for entry in sequence(group.get("hooks"))
        ]
        return [
            Command(str(entry["command"]), _limit(entry.get("timeout")))
            for entry in entries
            if entry.get("type") == "command" and entry.get("command")
        ]


def read_settings(path: Path | None) -> Mapping[str, object]:
    """The settings file, if there is one. Raises NotHere when it is missing or no JSON."""
    if path is None:
        return {}
    try:
        settings: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise NotHere(f"settings file {path}: {problem}") from problem
    return mapping(settings)


def capped(text: str) -> str:
    """`text` as it reaches the agent: whole, or a preview of it."""
    if len(text) <= CONTEXT_CAP:
        return text
    return f"{text[:PREVIEW]}\n[{len(text)} characters are too many; only the first {PREVIEW} are shown]\n"


def _matches(matcher: str, subject: str) -> bool:
    if matcher in {"", "*"}:
        return True
    try:
        return re.fullmatch(matcher, subject) is not None
    except re.error:
        return False


def _limit(timeout: object) -> float:
    return min(TIME_LIMIT, float(timeout)) if isinstance(timeout, int | float) and timeout > 0 else TIME_LIMIT
