"""Deleting beads: what is left is a husk that no older copy brings back, and all else is in the event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead
from gastown.domain.convoys import check_tracks_nothing
from gastown.domain.decide.closing import TOLD, check_deletable, others_work
from gastown.domain.fields import check_text
from gastown.domain.molecules import check_stepless
from gastown.domain.roles import Capability
from gastown.ledger import bead_writes, beads, convoys, events, graph, molecules, records
from gastown.ledger.custody import custody
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.work.close import children_first, clear_steps, end_facts, end_of_tracked
from gastown.operations.work.convoy_notices import tell_deleted
from gastown.town import Town

TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class Deleted:
    """One bead that is deleted now; `already`: it was before. A wisp is gone for good."""

    id: str
    title: str
    already: bool
    wisp: bool
    taken_from: str | None = None
    """Whose work it was, if a person deleted what somebody had claimed."""


def delete(
    town: Town, ids: Sequence[str], *, reason: str = "", force: bool = False, by: Caller
) -> Sequence[Deleted]:
    """Delete all these beads or none; `undelete` brings them back, but for wisps.

    Raises NotFound, and Refused for what is on a hook or in the queue and for molecules with steps, and without a
    person's `force` for what was ever on a hook, has children, is waited for, or tracks what is open. Who is told how a
    convoy ends is told that it was deleted.
    """
    by.must_be_current()
    permit(town, by, Capability.DELETE, "delete beads")
    reason, now = check_text(reason, "reason").strip(), town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        found = {bead.id: bead for bead in (beads.get(ledger, identity) for identity in ids)}
        for bead in found.values():
            if bead.rig is not None:
                must_be_of_rig(by, bead.rig, "delete beads")
        done = {
            bead.id: _delete(ledger, bead, set(found), reason, force=force, by=by, now=now)
            for bead in children_first(ledger, list(found.values()))
        }
    return [done[identity] for identity in found]


def _delete(
    ledger: Database, bead: Bead, together: set[str], reason: str, *, force: bool, by: Caller, now: datetime
) -> Deleted:
    wisp = bead.ephemeral
    if bead.type == TOMBSTONE:
        return Deleted(bead.id, bead.title, already=True, wisp=wisp)
    facts = end_facts(ledger, bead, custody(ledger, bead.id), force=force, by=by)
    most = len(together) + TOLD + 1
    waiting = () if force else graph.waiting(ledger, bead.id, most=most)
    children = () if force else graph.children(ledger, bead.id, most=most)
    check_deletable(
        facts._replace(
            children=[child for child in children if child not in together],
            waiting=[other for other in waiting if other not in together],
        )
    )
    if bead.type == "molecule":
        check_stepless(molecules.get(ledger, bead.id), together)
    if bead.type == "convoy":
        check_tracks_nothing(bead, facts.tracked)
    unread = convoys.unread(ledger, bead.id) if bead.type == "convoy" else ()
    record, links = records.read(ledger, bead.id), graph.links_of(ledger, bead.id)
    if wisp:
        bead_writes.close(ledger, bead.id, reason, by=by.address, now=now)
    else:
        bead_writes.bury(ledger, bead.id, reason, by=by.address, now=now)
    clear_steps(ledger, bead.id, by=by, now=now)
    end_of_tracked(ledger, bead.id, by=by, now=now)
    bead_writes.cut(ledger, bead.id, by=by.address, now=now)
    if wisp:
        bead_writes.remove_wisp(ledger, bead.id)
    if bead.type == "convoy":
        tell_deleted(ledger, bead, unread, reason, by=by.address, now=now)
    events.append(
        ledger, by.address, "bead.deleted", bead.id, now, title=bead.title, reason=reason,
        **({} if wisp else {"record": record, "links": [dict(link) for link in links]}),
    )  # fmt: skip
    taken = others_work(bead, by.address)
    return Deleted(bead.id, bead.title, already=False, wisp=wisp, taken_from=taken)
