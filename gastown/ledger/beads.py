"""Beads in the ledger: reading them as values, and the single statements that change them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import Bead, BeadStatus, Comment
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.errors import Busy, NotFound, Refused
from gastown.ledger.database import Database, Row

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
    type: str = "task"
    priority: int = 2
    owner: str | None = None
    external_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One end of a dependency, with the bead at that end."""

    id: str
    kind: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class ConvoyProgress:
    """An open convoy and how much of it has landed."""

    id: str
    title: str
    tracked: int
    landed: int


def insert(database: Database, new: NewBead, *, by: str, now: datetime) -> str:
    """Write a new bead inside the present transaction; gives its id. Refused when the id is taken."""
    import uuid

    identity = new.id or _draw(database, new.prefix)
    if new.id and database.row("beads", "by_id", id=new.id):
        raise Refused(f"there is a bead {new.id} already", f"bd show {new.id}")
    database.write(
        "beads", "insert",
        id=identity, uid=str(uuid.uuid4()), rig=new.rig, title=new.title, description=new.description,
        design=new.design, acceptance=new.acceptance, type=new.type, priority=new.priority, owner=new.owner,
        external_ref=new.external_ref, at=stamp(now), by=by,
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


def get(database: Database, identity: str) -> Bead:
    """The bead of that id, or of the one id that begins with it. Raises NotFound or Refused."""
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
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    matches = [str(row["id"]) for row in database.rows("beads", "ids_like", prefix=escaped)] if prefix else []
    if not matches:
        raise NotFound(f"there is no bead {prefix!r}", "bd ready lists what can be worked on")
    if len(matches) > 1:
        raise Refused(f"{prefix!r} could be {', '.join(matches)}", "write more of the id")
    return matches[0]


def ready(database: Database, *, rig: str | None, now: datetime, most: int) -> Sequence[Bead]:
    """What can be worked on at once: open, unblocked, not deferred, not in a queue; urgent first, then old first."""
    return [_bead(row) for row in database.rows("beads", "ready", rig=rig, now=stamp(now), most=most)]


def ready_count(database: Database, now: datetime) -> int:
    """How many beads `ready` would list without a limit."""
    row = database.row("beads", "ready_count", now=stamp(now))
    return int(row["beads"]) if row else 0


def open_blockers(database: Database, bead: str) -> Sequence[str]:
    """Ids of what must close before this bead can be worked on."""
    return [str(row["id"]) for row in database.rows("beads", "open_blockers", id=bead)]


def blocked_by(database: Database, bead: str) -> Sequence[Link]:
    """What this bead leans on."""
    return [_link(row) for row in database.rows("beads", "blocked_by", id=bead)]


def dependents(database: Database, bead: str) -> Sequence[Link]:
    """What leans on this bead, convoys that track it included."""
    return [_link(row) for row in database.rows("beads", "dependents", id=bead)]


def tracked(database: Database, bead: str) -> Sequence[Link]:
    """What a convoy or a merge request follows."""
    return [_link(row) for row in database.rows("beads", "tracked", id=bead)]


def add_dependency(
    database: Database, bead: str, depends_on: str, kind: str, *, by: str, now: datetime
) -> bool:
    """Write one dependency inside the present transaction; False when it was there already."""
    return bool(
        database.write(
            "beads", "add_dependency", bead=bead, depends_on=depends_on, kind=kind, at=stamp(now), by=by
        )
    )


def path_between(database: Database, start: str, end: str) -> str | None:
    """The shortest chain of blocking dependencies that leads from `start` to `end`, if there is one."""
    before: dict[str, str | None] = {}
    for row in database.rows("beads", "reachable", from_bead=start):
        before.setdefault(row["id"], row["via"])
    if end not in before:
        return None
    path, step = [end], before[end]
    while step is not None:
        path.append(step)
        step = before[step]
    return " → ".join(reversed(path))


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


def set_rig(database: Database, bead: str, rig: str) -> None:
    """Give a bead that belongs to no rig its rig."""
    database.write("beads", "set_rig", id=bead, rig=rig)


def close(database: Database, bead: str, reason: str, *, by: str, now: datetime) -> bool:
    """Close a bead inside the present transaction; False when it is closed already."""
    return bool(database.write("beads", "close", id=bead, reason=reason, at=stamp(now), by=by))


def add_comment(database: Database, bead: str, body: str, *, by: str, now: datetime) -> None:
    """Write a comment beneath a bead inside the present transaction."""
    database.write("beads", "add_comment", bead=bead, author=by, body=body, at=stamp(now))


def comments(database: Database, bead: str) -> Sequence[Comment]:
    """All comments beneath a bead, oldest first."""
    rows = database.rows("beads", "comments", bead=bead)
    return [Comment(str(row["author"]), str(row["body"]), moment(row["at"])) for row in rows]


def labels(database: Database, bead: str) -> Sequence[str]:
    """The labels of a bead."""
    return [str(row["label"]) for row in database.rows("beads", "labels", bead=bead)]


def add_label(database: Database, bead: str, label: str) -> None:
    """Put a label on a bead inside the present transaction."""
    database.write("beads", "add_label", bead=bead, label=label)


def convoy_of(database: Database, bead: str) -> str | None:
    """The open convoy that tracks this bead."""
    row = database.row("beads", "convoy_of", bead=bead)
    return None if row is None else str(row["id"])


def finished_convoys(database: Database, bead: str) -> Sequence[str]:
    """Open convoys that track this bead and have nothing open left."""
    return [str(row["id"]) for row in database.rows("beads", "finished_convoys", bead=bead)]


def open_convoys(database: Database) -> Sequence[ConvoyProgress]:
    """All open convoys with their progress, oldest first."""
    return [
        ConvoyProgress(str(row["id"]), str(row["title"]), int(row["tracked"]), int(row["landed"]))
        for row in database.rows("beads", "open_convoys")
    ]


def open_in_rig(database: Database, rig: str) -> int:
    """How many beads of a rig are not closed."""
    row = database.row("beads", "open_in_rig", rig=rig)
    return int(row["beads"]) if row else 0


def _link(row: Row) -> Link:
    return Link(str(row["id"]), str(row["kind"]), str(row["title"]), str(row["status"]))


def _bead(row: Row) -> Bead:
    return Bead(
        id=row["id"], rig=row["rig"], title=row["title"], description=row["description"], design=row["design"],
        acceptance=row["acceptance"], notes=row["notes"], type=row["type"], status=BeadStatus(row["status"]),
        priority=row["priority"], assignee=row["assignee"], created_at=moment(row["created_at"]),
        created_by=row["created_by"], updated_at=moment(row["updated_at"]), closed_at=moment_or_none(row["closed_at"]),
        close_reason=row["close_reason"], external_ref=row["external_ref"], metadata=json.loads(row["metadata"]),
    )  # fmt: skip
