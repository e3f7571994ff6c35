"""What surrounds one bead: what it leans on, what needs it, what it is made of; never more than a page can show."""

from collections.abc import Sequence

from gastown.ledger.database import Database, Row
from gastown.ledger.graph import Link

MOST = 1000
"""Links of one sort; an epic may have a hundred thousand children."""


def leans_on(database: Database, bead: str) -> Sequence[Link]:
    """What this bead leans on; not what it tracks."""
    return _links(database, "leans_on", bead)


def tracks(database: Database, bead: str) -> Sequence[Link]:
    """What a convoy or a merge request follows."""
    return _links(database, "tracks", bead)


def needed_by(database: Database, bead: str) -> Sequence[Link]:
    """What leans on this bead; not what tracks it."""
    return _links(database, "needed_by", bead)


def tracked_by(database: Database, bead: str) -> Sequence[Link]:
    """Convoys and merge requests that follow this bead."""
    return _links(database, "tracked_by", bead)


def children(database: Database, bead: str) -> Sequence[Link]:
    """The parts of this bead, steps in their order, all else urgent first; `kind` is the type of each."""
    return _links(database, "children", bead)


def count_children(database: Database, bead: str) -> tuple[int, int]:
    """How many parts the bead has, and how many of them are closed; deleted ones left out."""
    row = database.row("pages", "count_children", parent=bead)
    return (row["beads"], row["closed"]) if row else (0, 0)


def held_by(database: Database, bead: str) -> Sequence[str]:
    """Ids of the parents because of which the bead waits, the nearest first, up to where the reason lies."""
    return [str(row["id"]) for row in database.rows("pages", "held_by", id=bead)]


def has_requests(database: Database, bead: str) -> bool:
    """Whether the bead was ever handed to the merge queue, or is a merge request itself."""
    return database.row("pages", "has_requests", id=bead) is not None


def _links(database: Database, name: str, bead: str) -> Sequence[Link]:
    return [_link(row) for row in database.rows("pages", name, id=bead, most=MOST)]


def _link(row: Row) -> Link:
    return Link(str(row["id"]), str(row["kind"]), str(row["title"]), str(row["status"]))
