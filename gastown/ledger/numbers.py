"""Numbers that only go up: whether events and rows of the journal are missing, and the fences stand where they stood.

Every row of events and of the journal gets the next number, and a transaction that comes to nothing takes none: a
number that is not there is a row that somebody took away.
"""

from collections.abc import Iterator

from gastown.ledger import history
from gastown.ledger.database import Database
from gastown.ledger.history import Highest


def lost_events(database: Database) -> Iterator[str]:
    """The events that are not there any more, in words."""
    return _gaps(database, "events", "event", "events")


def lost_changes(database: Database) -> Iterator[str]:
    """The rows of the journal that are not there any more, in words."""
    return _gaps(database, "changes", "row of the journal", "rows of the journal")


def fences_behind(database: Database, told: Highest) -> Iterator[str]:
    """Where a number could be given out that was given out before, as the rows say or another place has `told`."""
    next_after, used = history.given_out(database), history.highest(database)
    for what, counter, highest in (
        ("assignment", next_after.generation, max(used.generation, told.generation)),
        ("session", next_after.incarnation, max(used.incarnation, told.incarnation)),
    ):
        if counter < highest:
            yield f"the counter of {what}s stands at {counter}, but {what} {highest} was given out before"


def _gaps(database: Database, table: str, one: str, many: str) -> Iterator[str]:
    for row in database.rows("numbers", f"gaps_in_{table}"):
        first, last = row["first"], row["last"]
        yield f"{one} {first} is not there" if first == last else f"{many} {first} to {last} are not there"
