"""Bringing deleted beads back from the events of their deletion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.clock import stamp
from gastown.domain.records import COLUMNS, Json, Record
from gastown.domain.roles import Capability
from gastown.errors import NotFound
from gastown.ledger import beads, events, husks, records
from gastown.ledger.database import Database, Row
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.work.convoys import settle
from gastown.operations.work.links_again import link_again
from gastown.town import Town

ENDS = frozenset({"status", "issue_type", "closed_at", "closed_by", "close_reason"})
"""What every deletion writes."""

NEVER_WRITTEN = frozenset({"updated_at", "updated_by"})


@dataclass(frozen=True, slots=True)
class Undeleted:
    """A bead that is back; `already`: it was never gone. `left_out`: links to what is gone, or that no longer fit."""

    id: str
    title: str
    status: BeadStatus
    already: bool
    left_out: Sequence[str]


def undelete(town: Town, identity: str, *, by: Caller) -> Undeleted:
    """Make a deleted bead what it was, with labels, comments and its links in both directions.

    Raises NotFound when there is none, or it was deleted elsewhere, so that only history has it.
    """
    by.must_be_current()
    permit(town, by, Capability.DELETE, "bring back beads")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        husk = husks.named(ledger, identity)
        if husk.rig is not None:
            must_be_of_rig(by, husk.rig, "bring back beads")
        if husk.type != "tombstone":
            return Undeleted(husk.id, husk.title, husk.status, already=True, left_out=())
        record, links = _kept(ledger, husk)
        if husk.closed_at is not None:  # whatever the clock that was read then: this is later
            now = max(now, husk.closed_at + timedelta(milliseconds=1))
        told: Record = {"id": husk.id, "updated_at": stamp(now), "updated_by": by.address}
        written = _written(record, records.read(ledger, husk.id) or {}, stamp(now))
        records.replace(ledger, {**record, **told, "written": written})
        left_out = link_again(ledger, husk.id, links, by=by, now=now)
        events.append(ledger, by.address, "bead.undeleted", husk.id, now, title=husk.title)
        settle(ledger, husk.id, by=by.address, now=now)
        back = beads.get(ledger, husk.id)
    return Undeleted(back.id, back.title, back.status, already=False, left_out=left_out)


def _kept(ledger: Database, husk: Bead) -> tuple[Record, Sequence[Row]]:
    """What the bead was, without when its fields were written, and the links from it and to it."""
    event = events.last_of_type(ledger, husk.id, "bead.deleted")
    record = event.payload.get("record") if event else None
    if event is None or not isinstance(record, dict):
        raise NotFound(
            f"{husk.id} was deleted in another copy of this ledger, so its text is not here",
            f"gt ledger log {husk.id}    gt ledger restore --at COMMIT",
        )
    kept = dict(cast("Record", record))
    kept.pop("dependencies", None)
    links = [dict(link) for link in _objects(event.payload.get("links"))]
    was = kept["id"]  # its id may be another by now
    for link in links:
        link |= {end: husk.id for end in ("bead", "depends_on") if link[end] == was}
    return kept, links


def _written(record: Record, husk: Record, now: str) -> dict[str, Json]:
    """When each field was written last: now, if the husk holds something else, so that this is newer than that."""
    before = record.get("written")
    changed = {name for name in COLUMNS.values() if record.get(name) != husk.get(name)} | ENDS
    earlier = before if isinstance(before, dict) else {}
    return {**earlier, **dict.fromkeys(changed - NEVER_WRITTEN, now)}


def _objects(found: object) -> Sequence[Mapping[str, Json]]:
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("dict[str, Json]", item) for item in items if isinstance(item, dict)]
