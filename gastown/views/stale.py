"""What is not closed and has not changed for long."""

from dataclasses import replace
from datetime import timedelta

from gastown.domain.beads import BeadStatus
from gastown.errors import Invalid
from gastown.ledger import lists
from gastown.ledger.lists import BeadList, Wanted
from gastown.town import Town


def stale(town: Town, *, days: int, statuses: tuple[BeadStatus, ...], rig: str | None, most: int) -> BeadList:
    """Beads that nobody has changed for so many days, the longest forgotten first.

    Raises Invalid for a number of days that is none, NotFound for an unknown rig.
    """
    try:
        before = town.clock.now() - timedelta(days=days)
    except OverflowError as error:
        raise Invalid(f"nothing is {days} days old", "bd stale --days 30") from error
    wanted = Wanted(updated_before=before, sort="updated", reverse=True, most=most)
    open_ones = tuple(s for s in BeadStatus if s is not BeadStatus.CLOSED)
    name = town.rig(rig).name if rig is not None else None
    return lists.find(town.ledger, replace(wanted, statuses=statuses or open_ones, rig=name))
