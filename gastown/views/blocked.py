"""Open work that waits: for which beads, and because of which parents."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.ledger import waits
from gastown.ledger.waits import Held
from gastown.town import Town
from gastown.views.explain import Reason, parents, waits_for


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """One bead that waits, and why."""

    id: str
    title: str
    type: str
    status: BeadStatus
    priority: int
    rig: str | None
    created_at: datetime
    blockers: tuple[str, ...]
    """Ids of the most urgent open beads that it waits for itself."""
    blockers_left_out: int
    parents: tuple[str, ...]
    """Ids of the parents that hold it up, the nearest first."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class BlockedList:
    """The first of them, and whether there are more."""

    lines: tuple[BlockedLine, ...]
    more: bool


def blocked(town: Town, rig: str | None, most: int) -> BlockedList:
    """Beads that wait or that a person has set to blocked; urgent first, then old first. Raises NotFound."""
    name = town.rig(rig).name if rig is not None else None
    with town.ledger.snapshot() as ledger:
        ids = waits.waiting(ledger, name, most + 1)
        found = [waits.held(ledger, identity) for identity in ids[:most]]
        lines = tuple(_line(town, bead) for bead in found if bead is not None)
    return BlockedList(lines, len(ids) > most)


def _line(town: Town, bead: Held) -> BlockedLine:
    chain = waits.parents_that_hold(town.ledger, bead)
    by_hand = (
        [Reason("status", "a person has set it to blocked")] if bead.status is BeadStatus.BLOCKED else []
    )
    return BlockedLine(
        id=bead.id,
        title=bead.title,
        type=bead.type,
        status=bead.status,
        priority=bead.priority,
        rig=bead.rig,
        created_at=bead.created_at,
        blockers=tuple(link.id for link in bead.blockers),
        blockers_left_out=bead.blockers_left_out,
        parents=tuple(above.id for above in chain),
        reasons=(*by_hand, *waits_for(bead), *parents(chain)),
    )
