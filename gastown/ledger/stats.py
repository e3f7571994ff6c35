"""Counting the ledger's beads."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.beads import FILED_TYPES, TYPES
from gastown.domain.clock import moment, stamp
from gastown.ledger import ready
from gastown.ledger.database import Database

OURS = frozenset(TYPES) - frozenset(FILED_TYPES)
"""Types that Gas Town makes for itself."""


@dataclass(frozen=True, slots=True)
class Oldest:
    """The oldest work that is not closed."""

    id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many beads there are of what; all but `types` without those that Gas Town makes for itself."""

    total: int
    statuses: dict[str, int]
    types: dict[str, int]
    """Of those that are not closed."""
    priorities: dict[int, int]
    """Of those that are not closed."""
    ready: int
    blocked: int
    """Open work that waits for other beads."""
    oldest: Oldest | None
    closed_lately: int
    """Work that was closed since the given moment."""
    lead_lately: timedelta | None
    """The mean time from filing to closing of that."""
    lead: timedelta | None
    """The same of all work that is closed."""


def counts(database: Database, *, rig: str | None, since: datetime, now: datetime) -> Counts:
    """All figures, of one rig or of all."""
    statuses, types, priorities = Counter[str](), Counter[str](), Counter[int]()
    for row in database.rows("stats", "counts", rig=rig):
        if row["status"] != "closed":
            types[row["type"]] += row["beads"]
        if row["type"] in OURS:
            continue
        statuses[row["status"]] += row["beads"]
        if row["status"] != "closed":
            priorities[row["priority"]] += row["beads"]
    lead = database.row("stats", "lead", rig=rig, since=stamp(since)) or {}
    blocked = database.row("stats", "blocked", rig=rig) or {"beads": 0}
    return Counts(
        total=statuses.total(),
        statuses=dict(statuses.most_common()),
        types=dict(types.most_common()),
        priorities=dict(sorted(priorities.items())),
        ready=ready.count(database, now, rig=rig),
        blocked=blocked["beads"],
        oldest=_oldest(database, rig),
        closed_lately=lead["lately"],
        lead_lately=_span(lead["seconds_lately"]),
        lead=_span(lead["seconds"]),
    )


def _oldest(database: Database, rig: str | None) -> Oldest | None:
    row = database.row("stats", "oldest", rig=rig)
    return None if row is None else Oldest(row["id"], row["title"], moment(row["created_at"]))


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=round(seconds))
