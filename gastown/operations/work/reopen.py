"""Opening closed beads again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.decide.closing import check_hands_off
from gastown.domain.fields import check_text
from gastown.domain.molecules import check_reopens
from gastown.ledger import bead_writes, events, graph
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.work.changeable import must_be_changeable
from gastown.operations.work.named import named
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Reopened:
    """One bead that is not closed now; `already`: it was not before, and nothing changed."""

    id: str
    title: str
    status: BeadStatus
    already: bool


def reopen(town: Town, ids: Sequence[str], *, reason: str = "", by: Caller) -> Sequence[Reopened]:
    """Open all these beads again, or none; also what has landed. Convoys that ended with them go on.

    Raises NotFound, and Refused for what was deleted, merge requests, molecules and their steps.
    """
    by.must_be_current()
    reason, now = check_text(reason, "reason").strip(), town.clock.now()
    results = list[Reopened]()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        for bead in named(ledger, ids):
            check_hands_off(bead)
            check_reopens(bead)
            must_be_changeable(town, bead, by=by)
            if bead.type == "convoy":
                opened = _convoy(ledger, bead.id, reason, by=by, now=now)
            elif opened := bead_writes.reopen(ledger, bead.id, by=by.address, now=now):
                events.append(
                    ledger, by.address, "bead.reopened", bead.id, now, reason=reason, was=bead.close_reason
                )
                if graph.is_tracked(ledger, bead.id):
                    from gastown.operations.work.convoys import reopen_for

                    reopen_for(ledger, bead.id, by=by.address, now=now)
            status = BeadStatus.OPEN if opened else bead.status
            results.append(Reopened(bead.id, bead.title, status, already=not opened))
    return results


def _convoy(ledger: Database, convoy: str, reason: str, *, by: Caller, now: datetime) -> bool:
    """A convoy tells itself that it is open again; one in which nothing is stays closed."""
    from gastown.operations.work.convoys import take_up

    return take_up(ledger, convoy, reason, by=by.address, now=now)
