"""What can be worked on at once."""

from gastown.ledger import ready as ledgered
from gastown.ledger.ready import ReadyBead
from gastown.town import Town
from gastown.views.assignees import one_address

MOST = 10_000
COUNTED = 10_000
"""How far it is counted how many are ready."""


def ready(
    town: Town, rig: str | None = None, most: int = MOST, *, assignee: str | None = None
) -> tuple[ReadyBead, ...]:
    """Beads that are open, unblocked and not in a queue, of one rig or of all; urgent first, then old first.

    Raises NotFound for an unknown rig.
    """
    name = town.rig(rig).name if rig is not None else None
    who = _address(town, assignee)
    return tuple(ledgered.first(town.ledger, rig=name, now=town.clock.now(), most=most, assignee=who))


def ready_count(town: Town, rig: str | None = None, *, assignee: str | None = None) -> int:
    """How many there are, counted up to about `COUNTED`."""
    who = _address(town, assignee)
    return ledgered.count(town.ledger, town.clock.now(), rig=rig, assignee=who, most=COUNTED)


def _address(town: Town, assignee: str | None) -> str | None:
    return None if assignee is None else one_address(town, assignee)
