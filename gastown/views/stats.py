"""How many beads there are of what, what is ready, and how long work takes."""

from dataclasses import dataclass
from datetime import timedelta

from gastown.ledger import stats as counted
from gastown.ledger.stats import Counts
from gastown.town import Town

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of one rig, or of the whole town."""

    rig: str | None
    days: int
    """What `lately` means."""
    counts: Counts


def stats(town: Town, rig: str | None) -> Stats:
    """All figures. Raises NotFound for an unknown rig."""
    name = town.rig(rig).name if rig is not None else None
    now = town.clock.now()
    with town.ledger.snapshot() as ledger:
        return Stats(name, LATELY.days, counted.counts(ledger, rig=name, since=now - LATELY, now=now))
