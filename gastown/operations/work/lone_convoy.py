"""The convoy that every slung bead is in; a lone bead gets one of its own."""

from datetime import datetime

from gastown.domain.beads import Bead
from gastown.domain.convoys import LONE
from gastown.domain.identity import CONVOY_PREFIX
from gastown.ledger import bead_writes, convoys, events, graph
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database


def convoy_around(ledger: Database, bead: Bead, *, by: str, now: datetime) -> str:
    """The convoy that tracks the bead, opened inside the present transaction where none does."""
    if (convoy := convoys.convoy_of(ledger, bead.id)) is not None:
        return convoy
    new = NewBead(
        title=bead.title, prefix=CONVOY_PREFIX, type="convoy", priority=bead.priority, owner=by,
        metadata={LONE: True},
    )  # fmt: skip
    convoy = bead_writes.insert(ledger, new, by=by, now=now)
    graph.add_dependency(ledger, convoy, bead.id, "tracks", by=by, now=now)
    events.append(
        ledger, by, "convoy.created", convoy, now, title=bead.title, owner=by, tracks=[bead.id], beads=1
    )
    return convoy
