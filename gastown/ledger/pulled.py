"""What the ledger must be asked, and told, when beads of another town come into it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.clock import stamp
from gastown.domain.records import Record
from gastown.ledger import records
from gastown.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Occupant:
    """Whoever has an id now."""

    uid: str
    is_wisp: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Why a bead stays as it is here, in words; `bead` is the work that it belongs to, often itself."""

    bead: str
    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A bead that was changed lately; `leans`: also what it leans on was."""

    uid: str
    id: str
    leans: bool


def held(database: Database) -> Mapping[str, Held]:
    """Beads that somebody works on here or that are in a queue here, with their molecules and steps, by id."""
    rows = database.rows("pulled", "held")
    return {str(row["id"]): Held(str(row["bead"]), str(row["why"])) for row in rows}


def occupant(database: Database, identity: str) -> Occupant | None:
    """The bead or wisp of exactly that id."""
    row = database.row("pulled", "occupant", id=identity)
    return None if row is None else Occupant(str(row["uid"]), bool(row["ephemeral"]))


def id_of(database: Database, uid: str) -> str | None:
    """What the bead of that uid is called here; None when there is none, or it is a wisp."""
    row = database.row("pulled", "by_uid", uid=uid)
    return None if row is None or row["ephemeral"] else str(row["id"])


def rename(database: Database, uid: str, identity: str, *, by: str, now: datetime) -> None:
    """Give a bead or wisp another id, which must be free, inside the present transaction; all that names it follows."""
    database.write("pulled", "rename", uid=uid, new=identity, at=stamp(now), by=by)


def changed(database: Database, since: int) -> Sequence[Changed]:
    """The beads that have changed since that row of the journal."""
    rows = database.rows("pulled", "changed_since", seq=since)
    return [Changed(str(row["uid"]), str(row["id"]), bool(row["leans"])) for row in rows]


def how_many(database: Database) -> int:
    """How many beads there are, wisps not counted."""
    return int(database.rows("history", "count_beads")[0]["beads"])


def note_written(database: Database, new: Iterable[Record]) -> None:
    """Let the journal say of new beads when each of their fields was written, inside the present transaction."""
    noted = ({"uid": one["uid"], "written": json.dumps(one["written"])} for one in new if one.get("written"))
    database.write_many("records", "note_written", noted)


class Known:
    """The beads of the ledger, by id, as records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and occupant(self._database, identity) is not None

    def get(self, identity: str) -> Record | None:
        """The bead of that id; wisps are none."""
        return records.read(self._database, identity)
