"""What a start callback prints so that it reaches the model, in each agent CLI's own format."""

import json
from collections.abc import Mapping

PLAIN = "claude"
"""Claude Code, Codex and the scripted agent hand on plain text."""


def start_words(text: str, form: str) -> str:
    """The briefing as the start callback of an agent CLI with this format must print it; unknown ones get it plain."""
    given = FORMS.get(form)
    return json.dumps(given(text), ensure_ascii=False) if given is not None else text


def _gemini(text: str) -> Mapping[str, object]:
    return {"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": text}}


def _copilot(text: str) -> Mapping[str, object]:
    return {"additionalContext": text}


FORMS = {"gemini": _gemini, "copilot": _copilot}
