"""Wisps in the ledger: which of them nobody needs any more."""

from collections.abc import Sequence
from datetime import datetime

from gastown.domain.clock import stamp
from gastown.ledger.database import Database


def ended_before(database: Database, moment: datetime, *, most: int) -> Sequence[str]:
    """Wisps that were closed before that moment, on which nothing open leans and that were never on a hook.

    Steps, and molecules of a bead, are none of them: they end with what they are beneath.
    """
    return [str(row["id"]) for row in database.rows("wisps", "ended_before", moment=stamp(moment), most=most)]
