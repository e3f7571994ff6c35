"""Messages as values: what agents, people and the town itself write to each other."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

BEAD_TYPE = "message"
METADATA = "gastown_message"
"""The key in a message's bead under which stands what only messages have: so the record brings it back."""


class Urgency(StrEnum):
    """How soon a message is to be read."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"


class Kind(StrEnum):
    """What a message is, where that makes a difference; there may be others."""

    NOTE = "note"
    HANDOFF = "handoff"
    """From an agent to itself: what its next session is to know."""
    HELP = "help"
    """Somebody is needed: the recipient is to look at it."""
    NOTICE = "notice"
    """What the town itself tells, and shows elsewhere as well: how a convoy ended."""
    QUESTION = "question"
    """Its sender waits for an answer: it stays open when it was seen, until its recipient closes it."""


class Message(NamedTuple):
    """One message as the ledger holds it."""

    id: str
    sender: str
    recipient: str
    subject: str
    body: str
    kind: str
    urgency: Urgency
    about: str | None
    """The bead it is about."""
    generation: int | None
    """The sender's assignment and incarnation when it was sent; None for people and for the town itself."""
    incarnation: int | None
    sent_at: datetime
    seen_at: datetime | None
    """When its recipient was first shown all of it."""
    seen_by: int | None
    is_open: bool

    @property
    def is_unread(self) -> bool:
        """Whether its recipient has not been shown it yet."""
        return self.seen_at is None and self.is_open


def metadata(
    kind: str, urgency: Urgency, about: str | None, generation: int | None, incarnation: int | None
) -> Mapping[str, object]:
    """What a message's bead keeps of all that only messages have."""
    kept = {
        "kind": kind, "urgency": str(urgency), "about": about, "generation": generation, "incarnation": incarnation,
    }  # fmt: skip
    return {METADATA: {name: value for name, value in kept.items() if value is not None}}
