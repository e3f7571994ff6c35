"""The single statements that change beads; who calls them appends the event that tells of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.clock import stamp, stamp_or_none
from gastown.errors import Busy, Refused
from gastown.ledger.database import Database

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 5


@dataclass(frozen=True, slots=True)
class NewBead:
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
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])


def insert(database: Database, new: NewBead, *, by: str, now: datetime) -> str:
    """Write a new bead inside the present transaction; gives its id. Refused when the id is taken."""
    import uuid

    identity = new.id or _draw(database, new.prefix)
    if new.id and database.row("beads", "by_id", id=new.id):
        raise Refused(f"there is a bead {new.id} already", f"bd show {new.id}")
    database.write(
        "beads", "insert",
        id=identity, uid=str(uuid.uuid4()), rig=new.rig, title=new.title, description=new.description,
        design=new.design, acceptance=new.acceptance, notes=new.notes, type=new.type, status=new.status,
        priority=new.priority, assignee=new.assignee, owner=new.owner, external_ref=new.external_ref,
        due=stamp_or_none(new.due), defer_until=stamp_or_none(new.defer_until), ephemeral=int(new.ephemeral),
        metadata=json.dumps(new.metadata, ensure_ascii=False), at=stamp(now), by=by,
    )  # fmt: skip
    return identity


def _draw(database: Database, prefix: str) -> str:
    from random import SystemRandom  # not secrets: that loads OpenSSL

    chance = SystemRandom()
    for length in range(ID_LENGTH, ID_LENGTH + 20):
        identity = f"{prefix}-" + "".join(chance.choices(_DIGITS, k=length))
        if database.row("beads", "by_id", id=identity) is None:
            return identity
    raise Busy("no free id was found", "try again")  # pragma: no cover - twenty collisions in a row


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
