"""Beads in the ledger, read as values."""

import json
from collections.abc import Sequence

from gastown.domain.beads import Bead, BeadStatus, Comment
from gastown.domain.clock import moment, moment_or_none
from gastown.errors import NotFound, Refused
from gastown.ledger.database import Database, Row


def get(database: Database, identity: str) -> Bead:
    """The bead of that id, in any case, or of the one id that begins with it; deleted ones only by exactly their id.

    Raises NotFound or Refused.
    """
    row = database.row("beads", "by_id", id=identity)
    if row is None:
        row = database.row("beads", "by_id", id=_only_match(database, identity))
    if row is None:  # pragma: no cover - it was there a moment ago and nothing deletes beads
        raise NotFound(f"there is no bead {identity!r}", "bd ready lists what can be worked on")
    return _bead(row)


def find(database: Database, identity: str) -> Bead | None:
    """The bead of exactly that id."""
    row = database.row("beads", "by_id", id=identity)
    return None if row is None else _bead(row)


def _only_match(database: Database, prefix: str) -> str:
    matches = [str(row["id"]) for row in database.rows("beads", "ids_like", prefix=prefix)] if prefix else []
    if not matches:
        raise NotFound(f"there is no bead {prefix!r}", "bd ready lists what can be worked on")
    whole = [identity for identity in matches if identity.lower() == prefix.lower()]
    if len(whole) == 1:
        return whole[0]
    if len(matches) > 1:
        raise Refused(f"{prefix!r} could be {', '.join(matches)}", "write more of the id")
    return matches[0]


def comments(database: Database, bead: str) -> Sequence[Comment]:
    """All comments beneath a bead, oldest first."""
    rows = database.rows("beads", "comments", bead=bead)
    return [Comment(str(row["author"]), str(row["body"]), moment(row["at"])) for row in rows]


def labels(database: Database, bead: str) -> Sequence[str]:
    """The labels of a bead."""
    return [str(row["label"]) for row in database.rows("beads", "labels", bead=bead)]


def open_in_rig(database: Database, rig: str) -> int:
    """How many beads of a rig are not closed."""
    row = database.row("beads", "open_in_rig", rig=rig)
    return int(row["beads"]) if row else 0


def _bead(row: Row) -> Bead:
    return Bead(
        id=row["id"], uid=row["uid"], rig=row["rig"], title=row["title"], description=row["description"],
        design=row["design"], acceptance=row["acceptance"], notes=row["notes"], type=row["type"],
        status=BeadStatus(row["status"]), priority=row["priority"], assignee=row["assignee"], owner=row["owner"],
        created_at=moment(row["created_at"]), created_by=row["created_by"],
        started_at=moment_or_none(row["started_at"]), updated_at=moment(row["updated_at"]),
        updated_by=row["updated_by"], closed_at=moment_or_none(row["closed_at"]), closed_by=row["closed_by"],
        close_reason=row["close_reason"], due=moment_or_none(row["due"]),
        defer_until=moment_or_none(row["defer_until"]), external_ref=row["external_ref"],
        ephemeral=bool(row["ephemeral"]), metadata=json.loads(row["metadata"]),
    )  # fmt: skip
