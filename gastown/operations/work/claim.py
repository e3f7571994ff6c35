"""Taking a bead as one's own work without a hook: of a hundred who try, one has it."""

from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.decide.changing import check_claim
from gastown.errors import Busy
from gastown.ledger import bead_writes, events, graph
from gastown.ledger.custody import custody
from gastown.ledger.database import Database


def claim(ledger: Database, bead: Bead, *, by: Caller, now: datetime) -> bool:
    """Make the bead the caller's, in progress, inside the present transaction; False when it is so already.

    Raises Refused, naming who was faster or what is in the way.
    """
    if bead_writes.claim(ledger, bead.id, by=by.address, now=now):
        events.append(ledger, by.address, "bead.claimed", bead.id, now, title=bead.title)
        return True
    if bead.status is BeadStatus.IN_PROGRESS and bead.assignee == by.address:
        return False
    check_claim(bead, by.address, custody(ledger, bead.id).live_request, _in_the_way(ledger, bead.id))
    raise Busy(f"{bead.id} was just changed", "try again")  # pragma: no cover - one of the rules says why


def _in_the_way(ledger: Database, bead: str) -> str:
    """What must close or be opened before the bead can be worked on; its own blockers, or what is above it."""
    blockers = graph.open_blockers(ledger, bead)
    return ", ".join(blockers) or next(
        (f"what {above} waits for" for above in graph.ancestors(ledger, bead)), ""
    )
