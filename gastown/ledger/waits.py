"""What keeps beads from being ready: what they wait for, and the parents that hold them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.ledger.database import Database, Row
from gastown.ledger.graph import Link

BLOCKERS_NAMED = 5
DEEPEST = 50
"""Parents above parents that are followed."""


@dataclass(frozen=True, slots=True)
class Held:
    """A bead, and what keeps it and its children from being ready, as the ledger has worked out."""

    id: str
    title: str
    type: str
    status: BeadStatus
    priority: int
    rig: str | None
    assignee: str | None
    created_at: datetime
    defer_until: datetime | None
    close_reason: str | None
    is_open_work: bool
    """Open, of a type that is work, and in no queue."""
    waits: int
    """How many open beads it waits for, with 1 for a parent that holds it up."""
    holds: bool
    """Its children wait for it: it waits itself, or a person has set it to blocked or deferred."""
    parent: str | None
    blockers: tuple[Link, ...]
    """The most urgent open beads that it waits for."""
    blockers_left_out: int

    @property
    def stopped_by_hand(self) -> bool:
        """Whether a person has set it to blocked or deferred."""
        return self.status in (BeadStatus.BLOCKED, BeadStatus.DEFERRED)

    def is_ready(self, now: datetime) -> bool:
        """Whether it can be worked on at once."""
        return self.is_open_work and not self.waits and (self.defer_until is None or self.defer_until <= now)


def held(database: Database, bead: str) -> Held | None:
    """The bead of exactly that id with what it waits for."""
    row = database.row("waits", "state", id=bead)
    if row is None:
        return None
    links = [_link(each) for each in database.rows("waits", "blockers", id=bead, most=BLOCKERS_NAMED)]
    total = len(links)
    if total == BLOCKERS_NAMED:
        total = int((database.row("waits", "count_blockers", id=bead) or {"beads": total})["beads"])
    return _held(row, links, total - len(links))


def parents_that_hold(database: Database, bead: Held) -> Sequence[Held]:
    """The parents because of which the bead waits, the nearest first, up to where the reason lies."""
    chain, below = list[Held](), bead
    while below.parent is not None and len(chain) < DEEPEST:
        above = held(database, below.parent)
        if above is None or not above.holds or above.status is BeadStatus.CLOSED:
            break
        chain.append(above)
        below = above
    return chain


def waiting(database: Database, rig: str | None, most: int) -> Sequence[str]:
    """Ids of beads that wait, or that a person has set to blocked; urgent first, then old first."""
    return [str(row["id"]) for row in database.rows("waits", "waiting", rig=rig, most=most)]


def not_ready(
    database: Database, now: datetime, *, rig: str | None, assignee: str | None, most: int
) -> Sequence[str]:
    """Ids of work that is neither closed nor ready; urgent first, then old first."""
    rows = database.rows("waits", "not_ready", now=stamp(now), rig=rig, assignee=assignee, most=most)
    return [str(row["id"]) for row in rows]


def _held(row: Row, blockers: Sequence[Link], left_out: int) -> Held:
    return Held(
        id=row["id"], title=row["title"], type=row["type"], status=BeadStatus(row["status"]), priority=row["priority"],
        rig=row["rig"], assignee=row["assignee"], created_at=moment(row["created_at"]),
        defer_until=moment_or_none(row["defer_until"]), close_reason=row["close_reason"],
        is_open_work=bool(row["open"]), waits=row["waits"], holds=bool(row["holds"]), parent=row["parent"],
        blockers=tuple(blockers), blockers_left_out=left_out,
    )  # fmt: skip


def _link(row: Row) -> Link:
    return Link(str(row["id"]), str(row["kind"]), str(row["title"]), str(row["status"]))
