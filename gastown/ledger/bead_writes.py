"""The single statements that change beads; who calls them appends the event that tells of it."""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.clock import stamp, stamp_or_none
from gastown.errors import Busy, Refused
from gastown.ledger.database import Database

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 5

CHANGED_BY_HAND = (
    "title",
    "description",
    "design",
    "acceptance",
    "notes",
    "type",
    "status",
    "priority",
    "assignee",
    "external_ref",
    "due",
    "defer_until",
)

_NOTHING: Mapping[str, object] = MappingProxyType({})


class NewBead(NamedTuple):
    """What a new bead begins with; `id` empty: one is drawn."""

    title: str
    rig: str | None = None
    prefix: str = ""
    id: str = ""
    description: str = ""
    design: str = ""
    acceptance: str = ""
    notes: str = ""
    type: str = "task"
    status: str = "open"
    priority: int = 2
    assignee: str | None = None
    owner: str | None = None
    external_ref: str | None = None
    due: datetime | None = None
    defer_until: datetime | None = None
    ephemeral: bool = False
    metadata: Mapping[str, object] = _NOTHING


def insert(database: Database, new: NewBead, *, by: str, now: datetime) -> str:
    """Write a new bead inside the present transaction; gives its id. Refused when the id is taken, in any case."""
    identity = new.id or _draw(database, new.prefix)
    taken = database.row("beads", "same_id", id=new.id) if new.id else None
    if taken is not None:
        raise Refused(f"there is a bead {taken['id']} already", f"bd show {taken['id']}")
    database.write(
        "beads", "insert",
        id=identity, uid=uid(), rig=new.rig, title=new.title, description=new.description,
        design=new.design, acceptance=new.acceptance, notes=new.notes, type=new.type, status=new.status,
        priority=new.priority, assignee=new.assignee, owner=new.owner, external_ref=new.external_ref,
        due=stamp_or_none(new.due), defer_until=stamp_or_none(new.defer_until), ephemeral=int(new.ephemeral),
        metadata=json.dumps(dict(new.metadata), ensure_ascii=False), at=stamp(now), by=by,
    )  # fmt: skip
    return identity


def uid() -> str:
    """A random UUID (RFC 9562, version 4); the module of that name takes longer to load than a bead to file."""
    number = int.from_bytes(os.urandom(16)) & ~(0xF000 << 64 | 0xC << 60) | 0x4000 << 64 | 0x8 << 60
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _draw(database: Database, prefix: str) -> str:
    for length in range(ID_LENGTH, ID_LENGTH + 20):
        identity = drawn(prefix, length)
        if database.row("beads", "same_id", id=identity) is None:
            return identity
    raise Busy("no free id was found", "try again")  # pragma: no cover - twenty collisions in a row


def drawn(prefix: str, length: int = ID_LENGTH) -> str:
    """An id by chance, which may be taken."""
    number = int.from_bytes(os.urandom(16))
    return f"{prefix}-" + "".join(_DIGITS[number // 36**place % 36] for place in range(length))


def taken(database: Database, ids: Iterable[str]) -> Mapping[str, str]:
    """The ids of beads that are there and called so, in any case, by these in small letters."""
    rows = database.rows("beads", "same_ids", ids=json.dumps(list(ids)))
    return {str(row["id"]).lower(): str(row["id"]) for row in rows}


def touch(database: Database, bead: str, *, by: str, now: datetime) -> None:
    """Say who is about to change what hangs on the bead, and when: the journal takes it from here."""
    database.write("beads", "touch", id=bead, at=stamp(now), by=by)


def set_status(
    database: Database,
    bead: str,
    was: BeadStatus,
    status: BeadStatus,
    *,
    assignee: str | None,
    by: str,
    now: datetime,
) -> bool:
    """Change the status if it still is `was`; False when somebody was faster."""
    started = stamp(now) if status in (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS) else None
    return bool(
        database.write(
            "beads", "set_status", id=bead, was=was, status=status, assignee=assignee, at=stamp(now), by=by,
            started_at=started,
        )
    )  # fmt: skip


def set_rig(database: Database, bead: str, rig: str, *, by: str, now: datetime) -> None:
    """Give a bead that belongs to no rig its rig."""
    database.write("beads", "set_rig", id=bead, rig=rig, by=by, at=stamp(now))


def close(database: Database, bead: str, reason: str, *, by: str, now: datetime) -> bool:
    """Close a bead inside the present transaction; False when it is closed already."""
    return bool(database.write("beads", "close", id=bead, reason=reason, at=stamp(now), by=by))


def update(database: Database, bead: Bead, changes: Mapping[str, object], *, by: str, now: datetime) -> None:
    """Write these columns of the bead as it was read within the present transaction, and leave the others."""
    values = {column: changes.get(column, getattr(bead, column)) for column in CHANGED_BY_HAND}
    values |= {column: stamp(value) for column, value in values.items() if isinstance(value, datetime)}
    database.write("beads", "update", id=bead.id, at=stamp(now), by=by, **values)


def claim(database: Database, bead: str, *, by: str, now: datetime) -> bool:
    """Make an open bead that waits for nothing `by`'s own work; False when it is not free."""
    return bool(database.write("beads", "claim", id=bead, at=stamp(now), by=by))


def reopen(database: Database, bead: str, *, by: str, now: datetime) -> bool:
    """Make a closed bead open work again, nobody's if an agent had it on its hook; False when it is not closed."""
    return bool(database.write("beads", "reopen", id=bead, at=stamp(now), by=by))


def bury(database: Database, bead: str, reason: str, *, by: str, now: datetime) -> None:
    """Leave only a husk of the bead, inside the present transaction; what hangs on it is cut with `cut`."""
    database.write("beads", "bury", id=bead, reason=reason, at=stamp(now), by=by)


def cut(database: Database, bead: str, *, by: str, now: datetime) -> None:
    """Remove the bead's labels and comments and its links in both directions, inside the present transaction."""
    touch(database, bead, by=by, now=now)
    database.write("beads", "touch_dependents", id=bead, at=stamp(now), by=by)
    for what in ("dependencies", "labels", "comments"):
        database.write("beads", f"cut_{what}", id=bead)


def remove_wisp(database: Database, bead: str) -> None:
    """Remove a wisp on which nothing hangs any more from the file, inside the present transaction."""
    database.write("beads", "remove_wisp", id=bead)


def add_comment(database: Database, bead: str, body: str, *, by: str, now: datetime) -> None:
    """Write a comment beneath a bead inside the present transaction."""
    touch(database, bead, by=by, now=now)
    database.write("beads", "add_comment", bead=bead, author=by, body=body, at=stamp(now))


def add_label(database: Database, bead: str, label: str, *, by: str, now: datetime) -> bool:
    """Put a label on a bead inside the present transaction; False when it had it."""
    if database.row("beads", "has_label", bead=bead, label=label) is not None:
        return False
    touch(database, bead, by=by, now=now)
    return bool(database.write("beads", "add_label", bead=bead, label=label))


def remove_label(database: Database, bead: str, label: str, *, by: str, now: datetime) -> bool:
    """Take a label off a bead inside the present transaction; False when it had none."""
    if database.row("beads", "has_label", bead=bead, label=label) is None:
        return False
    touch(database, bead, by=by, now=now)
    return bool(database.write("beads", "remove_label", bead=bead, label=label))
