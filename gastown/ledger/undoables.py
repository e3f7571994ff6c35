"""What was done lately and can be undone, as the events tell."""

from collections.abc import Sequence

from gastown.domain.undo import UNDONE, Deed, Undoable, undoable
from gastown.ledger import events
from gastown.ledger.database import Database

WITHIN = 50_000
"""Events of all kinds that are looked through."""


def lately(ledger: Database, most: int = 50) -> Sequence[Undoable]:
    """Newest first; what was undone already is left out."""
    told = events.lately(ledger, [*Deed, UNDONE], within=WITHIN, most=most * 4)
    done = _undone(told)
    return [each for each in _undoables(told) if each.id not in done][:most]


def was_undone(ledger: Database, number: int) -> bool:
    """Whether the event of that number was undone, lately."""
    return number in _undone(events.lately(ledger, [UNDONE], within=WITHIN, most=WITHIN))


def _undone(told: Sequence[events.Event]) -> frozenset[object]:
    return frozenset(event.payload.get("event") for event in told if event.type == UNDONE)


def _undoables(told: Sequence[events.Event]) -> Sequence[Undoable]:
    found = (
        undoable(event.seq, event.at, event.actor, event.type, event.subject, event.payload) for event in told
    )
    return [each for each in found if each is not None]
