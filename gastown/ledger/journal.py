"""The journal of the ledger: who changed which field of a bead, when, from what to what."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.clock import moment
from gastown.ledger.database import Database, Row

BEGAN = "is"
"""What a change is called that tells the whole bead: it was filed, restored or pulled."""

OF_RECORDS = "written"
"""What a change is called that only notes when fields were written elsewhere."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one write changed: each field's old and new value, or under `BEGAN` all fields that had any."""

    seq: int
    at: datetime
    by: str
    what: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Journal:
    """The newest changes of a bead, oldest first, and how many older ones were left out."""

    changes: tuple[Change, ...]
    left_out: int
    ephemeral: bool
    """A wisp: its changes are not kept."""


def of_bead(database: Database, bead: str, most: int) -> Journal:
    """The changes of the bead of exactly that id; `most` 0: all of them."""
    row = database.row("journal", "key_of", id=bead)
    key = str(row["key"]) if row else ""
    rows = database.rows("journal", "of_bead", key=key, most=most or -1)
    count = database.row("journal", "count_of_bead", key=key)
    total = int(count["changes"]) if count else 0
    changes = tuple(_change(each) for each in reversed(rows))
    return Journal(changes, total - len(rows), bool(row and row["ephemeral"]))


def values(change: Change) -> Sequence[tuple[str, object, object]]:
    """Field, old and new value of all that changed; not for what began a bead."""
    pairs = ((field, pair) for field, pair in change.what.items() if field not in (BEGAN, OF_RECORDS))
    return [(field, pair[0], pair[1]) for field, pair in pairs if isinstance(pair, list)]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def _change(row: Row) -> Change:
    return Change(row["seq"], moment(row["at"]), row["by"], json.loads(row["what"]))
