"""What can be worked on at once."""

from dataclasses import dataclass
from datetime import datetime

from gastown.ledger import beads
from gastown.town import Town

MOST = 10_000


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One bead that nothing keeps from being slung."""

    id: str
    rig: str | None
    title: str
    type: str
    priority: int
    created_at: datetime


def ready(town: Town, rig: str | None = None, most: int = MOST) -> tuple[ReadyLine, ...]:
    """Beads that are open, unblocked and not in a queue, of one rig or of all; urgent first, then old first.

    Raises NotFound for an unknown rig.
    """
    name = town.rig(rig).name if rig is not None else None
    found = beads.ready(town.ledger, rig=name, now=town.clock.now(), most=most)
    return tuple(
        ReadyLine(bead.id, bead.rig, bead.title, bead.type, bead.priority, bead.created_at) for bead in found
    )
