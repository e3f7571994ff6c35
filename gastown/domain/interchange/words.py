"""The words of Beads' files: which fields there are, and what statuses and types mean here."""

from collections.abc import Mapping
from types import MappingProxyType

from gastown.domain.beads import UNFIT, BeadStatus
from gastown.domain.records import Json

NOBODY = "beads"
"""Who made a bead whose line does not tell."""

LONGEST_UID = 64

TEXTS = (
    "description", "design", "acceptance_criteria", "notes", "assignee", "owner", "created_by", "external_ref",
)  # fmt: skip
OF_CLOSED = ("closed_by", "close_reason")
OF_DELETED = ("deleted_by", "delete_reason")
TIMES = ("started_at", "due_at", "defer_until")

FLAGS = frozenset({"ephemeral", "wisp", "pinned", "is_template"})

STATUSES = frozenset(BeadStatus) - {BeadStatus.HOOKED}

TYPES = frozenset(
    {
        "task", "bug", "feature", "epic", "chore", "decision", "message", "molecule", "step", "gate", "convoy",
        "merge-request", "escalation", "agent", "role", "rig", "slot", "event", "queue",
    }
)  # fmt: skip
"""Types that mean the same here, or are the Go town's machinery and nobody's work."""

SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "": "task", "enhancement": "feature", "feat": "feature", "story": "feature", "spike": "task",
        "milestone": "epic", "dec": "decision", "adr": "decision",
    }
)  # fmt: skip
"""Beads' other types, as what they are worked on here."""


def one_line(text: str) -> str:
    """Text for one line of a terminal: blanks are one blank, what could repaint it is replaced."""
    text = " ".join(text.split())
    return text if text.isprintable() and text.isascii() else UNFIT.sub("\ufffd", text)


def kind_of(value: Json) -> str:
    """What a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {str(value)[:20]}"
        case str():
            return f"the text {value[:20]!r}"
        case list():
            return "a list"
        case dict():
            return "an object"
