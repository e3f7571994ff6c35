"""Deleted beads: no list and no beginning of an id finds them, but whoever wants one back."""

from gastown.domain.beads import Bead
from gastown.errors import NotFound, Refused
from gastown.ledger import beads
from gastown.ledger.database import Database


def named(database: Database, identity: str) -> Bead:
    """The bead of exactly that id, deleted or not, else the one deleted bead whose id begins so, else as `beads.get`.

    Raises NotFound or Refused.
    """
    found = beads.find(database, identity)
    if found is not None:
        return found
    ids = (
        [str(row["id"]) for row in database.rows("beads", "husks_like", prefix=identity)] if identity else []
    )
    if len(ids) > 1:
        raise Refused(f"{identity!r} could be {', '.join(ids)}", "write more of the id")
    found = beads.find(database, ids[0]) if ids else None
    if found is not None:
        return found
    try:
        return beads.get(database, identity)
    except NotFound as missing:
        raise NotFound(missing.message, "gt log shows what was deleted") from missing
