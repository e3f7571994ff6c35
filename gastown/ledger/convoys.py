"""Convoys in the ledger: what they track, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.ledger.database import Database


@dataclass(frozen=True, slots=True)
class ConvoyProgress:
    """An open convoy and how much of it has landed."""

    id: str
    title: str
    tracked: int
    landed: int


def convoy_of(database: Database, bead: str) -> str | None:
    """The open convoy that tracks this bead."""
    row = database.row("convoys", "convoy_of", bead=bead)
    return None if row is None else str(row["id"])


def finished_convoys(database: Database, bead: str) -> Sequence[str]:
    """Open convoys that track this bead and have nothing open left."""
    return [str(row["id"]) for row in database.rows("convoys", "finished_convoys", bead=bead)]


def open_convoys(database: Database) -> Sequence[ConvoyProgress]:
    """All open convoys with their progress, oldest first."""
    return [
        ConvoyProgress(str(row["id"]), str(row["title"]), int(row["tracked"]), int(row["landed"]))
        for row in database.rows("convoys", "open_convoys")
    ]
