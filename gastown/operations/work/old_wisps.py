"""Removing wisps that ended a while ago: what no record has needs no room for ever."""

from datetime import timedelta

from gastown.ledger import events, molecules, wisps
from gastown.operations.molecules.of_work import burn_into
from gastown.town import Town

AFTER = timedelta(days=1)
"""How long a wisp that is closed can still be looked at."""

MOST = 500
"""Wisps that are removed at one go; what is left has its turn with the next."""

TOLD = 100
"""Ids that the event names."""

BY = "supervisor"


def remove_old_wisps(town: Town) -> int:
    """Remove wisps that were closed more than a day ago, with what hangs on them; gives how many, steps not counted.

    Those stay that something open leans on, that were ever on a hook, and the steps of work that goes on. Writes
    nothing, and locks nothing, when there is nothing to remove.
    """
    now = town.clock.now()
    if not wisps.ended_before(town.ledger, now - AFTER, most=1):
        return 0
    with town.ledger.transaction() as ledger:
        gone = wisps.ended_before(ledger, now - AFTER, most=MOST)
        for wisp in gone:
            molecule = molecules.get(ledger, wisp)
            if molecule is not None:
                burn_into(ledger, molecule, by=BY, now=now)
        molecules.forget(ledger, gone)
        if gone:
            events.append(ledger, BY, "wisps.removed", "wisps", now, wisps=len(gone), ids=list(gone[:TOLD]))
    return len(gone)
