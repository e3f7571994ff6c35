"""In whose hands a bead is: its merge request, and who has or had it on the hook, with one look."""

from typing import NamedTuple

from gastown.ledger.database import Database


class Custody(NamedTuple):
    """What decides who may end a bead."""

    live_request: str | None
    worker: str | None
    """Who has it on the hook, or had it there last; None: nobody ever."""
    generation: int | None
    handing_over: bool
    """Whether `gt done` was said and is not yet carried out."""


def custody(database: Database, bead: str) -> Custody:
    """In whose hands the bead of exactly that id is."""
    row = database.row("beads", "custody", id=bead)
    if row is None:
        return Custody(None, None, None, handing_over=False)
    return Custody(
        row["live_request"], row["worker"], row["generation"], handing_over=bool(row["handing_over"])
    )
