"""Convoys end when all they track has ended."""

from datetime import datetime

from gastown.ledger import bead_writes, convoys, events
from gastown.ledger.database import Database


def close_finished(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Inside the present transaction, close every convoy that tracks `bead` and has nothing open left."""
    for convoy in convoys.finished_convoys(ledger, bead):
        if bead_writes.close(ledger, convoy, "all it tracks has landed", by=by, now=now):
            events.append(ledger, by, "convoy.landed", convoy, now)
