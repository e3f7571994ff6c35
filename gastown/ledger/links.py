"""Many links at once: what they lead to, whether they fit, and writing them as one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain.clock import stamp
from gastown.ledger.database import Database


class Place(NamedTuple):
    """A bead that is there and not deleted: the one that it is directly beneath, and whether it is a wisp."""

    parent: str | None
    wisp: bool


def living(database: Database, beads: Iterable[str]) -> Mapping[str, Place]:
    """Those of these beads that are there and not deleted."""
    rows = database.rows("links", "living", ids=json.dumps(list(beads)))
    return {str(row["id"]): Place(row["parent"], bool(row["ephemeral"])) for row in rows}


def comes_after(database: Database, bead: str) -> frozenset[str]:
    """All that must come before the bead, directly or not."""
    return frozenset(str(row["id"]) for row in database.rows("links", "comes_after", id=bead))


def beneath(database: Database, bead: str) -> frozenset[str]:
    """The bead's parts, the parts of these, and so on."""
    return frozenset(str(row["id"]) for row in database.rows("links", "beneath", id=bead))


def is_needed(database: Database, bead: str) -> bool:
    """Whether anything must come after the bead."""
    return database.row("graph", "is_needed", id=bead) is not None


def waiting_for(database: Database, beads: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Those of the beads that wait for one of the others."""
    rows = database.rows("links", "waiting_for", ids=json.dumps(list(beads)), others=json.dumps(list(others)))
    return frozenset(str(row["bead"]) for row in rows)


def write(database: Database, links: Sequence[Mapping[str, object]], *, by: str, now: datetime) -> None:
    """Write these dependencies, as rows of their table, inside the present transaction; those there are stay.

    Whether they fit is for the caller to know. A statement for each would take twenty times as long.
    """
    if links:
        rows = json.dumps([dict(link) for link in links], ensure_ascii=False)
        database.write("links", "touch", links=rows, at=stamp(now), by=by)
        database.write("links", "write", links=rows)


def lost(database: Database, beads: Iterable[str]) -> frozenset[str]:
    """Those of the beads that last and lean on a wisp: no record could tell of that link."""
    return frozenset(str(row["id"]) for row in database.rows("links", "lost", ids=json.dumps(list(beads))))
