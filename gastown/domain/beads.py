"""Beads, the atoms of work, as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gastown.errors import Invalid


class BeadStatus(StrEnum):
    """What people and landings set; whether dependencies block a bead is computed, never stored."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    HOOKED = "hooked"
    BLOCKED = "blocked"
    DEFERRED = "deferred"
    PINNED = "pinned"
    CLOSED = "closed"


class DependencyKind(StrEnum):
    """How one bead leans on another."""

    BLOCKS = "blocks"
    PARENT_CHILD = "parent-child"
    CONDITIONAL_BLOCKS = "conditional-blocks"
    WAITS_FOR = "waits-for"
    RELATED = "related"
    DISCOVERED_FROM = "discovered-from"
    TRACKS = "tracks"
    REPLIES_TO = "replies-to"
    DUPLICATES = "duplicates"
    SUPERSEDES = "supersedes"


ORDERING = frozenset(
    {
        DependencyKind.BLOCKS,
        DependencyKind.PARENT_CHILD,
        DependencyKind.CONDITIONAL_BLOCKS,
        DependencyKind.WAITS_FOR,
    }
)
"""Kinds that say what comes first, and so may not go in a circle."""

BLOCKING = frozenset(ORDERING - {DependencyKind.PARENT_CHILD})
"""Kinds of which the one that leans is not ready before the other has closed."""

WORK_TYPES = ("task", "bug", "feature", "chore", "decision")
"""Types of bead that an agent can be given."""

FILED_TYPES = (*WORK_TYPES, "epic")
"""Types that a person or an agent files by hand; the others are made by what needs them."""

TYPES = (
    *FILED_TYPES,
    "message",
    "molecule",
    "step",
    "gate",
    "convoy",
    "merge-request",
    "escalation",
    "tombstone",
)
"""All types of our own; imported beads may bring others, which are nobody's work."""

LONGEST_ID = 64
LONGEST_TITLE = 500
"""The field's limit in Beads as well."""

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that can repaint a terminal, turn the order of what is read, or are none (half a surrogate pair)."""

BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that count as letters or signs, and show nothing."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)+")


@dataclass(frozen=True, slots=True)
class Bead:
    """One work item as the ledger holds it."""

    id: str
    uid: str
    """Tells it apart from one that drew the same id in another town."""
    rig: str | None
    title: str
    description: str
    design: str
    acceptance: str
    notes: str
    type: str
    status: BeadStatus
    priority: int
    assignee: str | None
    owner: str | None
    created_at: datetime
    created_by: str
    started_at: datetime | None
    updated_at: datetime
    updated_by: str
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    due: datetime | None
    defer_until: datetime | None
    external_ref: str | None
    ephemeral: bool
    """A wisp: it never leaves this ledger's file."""
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beneath a bead."""

    author: str
    body: str
    at: datetime


def check_id(text: str) -> str:
    """Give `text` back if a bead may be called so: a word, a dash, more words (`issue-123`). Raises Invalid."""
    if len(text) > LONGEST_ID or not _ID.fullmatch(text) or ".." in text or text.endswith((".", ".lock")):
        raise Invalid(f"{text!r} cannot be a bead's id", "ids look like we-x7k2m or issue-123")
    return text


def is_visible(text: str) -> bool:
    """Whether it holds anything that can be seen: more than blanks, marks and characters without width."""
    if text.isascii():
        return bool(text.strip())
    from unicodedata import category

    return any(category(character)[0] in "LNPS" and character not in BLANKS for character in text)


def check_title(text: str) -> str:
    """Give the title back on one line. Raises Invalid when it is empty, too long or holds control characters."""
    title = " ".join(text.split())
    if not title:
        raise Invalid("a bead needs a title", 'bd create "What is to be done"')
    if not is_visible(title):
        raise Invalid("nobody could see this title", 'bd create "What is to be done"')
    if len(title) > LONGEST_TITLE:
        raise Invalid(
            f"the title has {len(title)} characters; {LONGEST_TITLE} are the most", "put the rest into -d"
        )
    if UNFIT.search(title):
        raise Invalid("the title holds control characters", "type it again without them")
    return title
