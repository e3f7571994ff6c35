"""Work of a rig that has commits: what landed, what waits in the queue, what is on hooks."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Work:
    """A bead with commits, who made them, and where they are."""

    bead: str
    title: str
    status: str
    agent: str
    request: str | None
    """Its merge request; None: it is on a hook."""
    rev: str
    """What landed, what was submitted, or the branch it is done on."""
    landed_on: str | None
    """Where the target was before it landed, if it has landed and that is known."""


def landed(database: Database, rig: str) -> Sequence[Work]:
    """All that landed, in the order in which it did."""
    return [
        Work(
            row["bead"],
            row["title"],
            row["status"],
            row["agent"],
            row["id"],
            row["landing_new"],
            row["landing_old"],
        )
        for row in database.rows("work", "landed", rig=rig)
    ]


def in_flight(database: Database, rig: str) -> Sequence[Work]:
    """What waits to land, oldest first, then what agents work on."""
    queued = [
        Work(row["bead"], row["title"], row["status"], row["agent"], row["id"], row["commit_id"], None)
        for row in database.rows("work", "in_queue", rig=rig)
    ]
    hooked = [
        Work(
            row["bead"],
            row["title"],
            row["status"],
            row["agent"],
            None,
            f"refs/heads/{row['branch']}",
            None,
        )
        for row in database.rows("work", "on_hooks", rig=rig)
    ]
    return [*queued, *hooked]
