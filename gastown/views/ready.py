"""What can be worked on at once."""

from gastown.ledger import ready as ledgered
from gastown.ledger.ready import ReadyBead
from gastown.town import Town

MOST = 10_000


def ready(town: Town, rig: str | None = None, most: int = MOST) -> tuple[ReadyBead, ...]:
    """Beads that are open, unblocked and not in a queue, of one rig or of all; urgent first, then old first.

    Raises NotFound for an unknown rig.
    """
    name = town.rig(rig).name if rig is not None else None
    return tuple(ledgered.first(town.ledger, rig=name, now=town.clock.now(), most=most))
