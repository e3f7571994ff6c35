"""What a start callback prints so that it reaches the model, in each agent CLI's own format."""

import json
from collections.abc import Mapping

PLAIN = "claude"
"""Claude Code, Codex and the scripted agent hand on plain text."""


def start_words(text: str, form: str) -> str:
    """The briefing as the start callback of an agent CLI with this format must print it; unknown ones get it plain."""
    given = FORMS.get(form)
    return json.dumps(given(text), ensure_ascii=False) if given is not None else text


def in_claudes_words(told: Mapping[str, str]) -> dict[str, str]:
    """What a start callback was told, by the names and words that Claude Code has for it."""
    named = {NAMES.get(name, name): value for name, value in told.items()}
    if named.get("source") in SOURCES:
        named["source"] = SOURCES[named["source"]]
    return named


def _gemini(text: str) -> Mapping[str, object]:
    return {"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": text}}


def _copilot(text: str) -> Mapping[str, object]:
    return {"additionalContext": text}


NAMES = {"sessionId": "session_id", "transcriptPath": "transcript_path"}
SOURCES = {"new": "startup"}
"""Copilot's."""
FORMS = {"gemini": _gemini, "copilot": _copilot}
