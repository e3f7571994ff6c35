"""Beads by what people call them: ids, or enough of their beginnings."""

from collections.abc import Sequence

from gastown.domain.beads import Bead
from gastown.domain.decide.closing import check_alive
from gastown.ledger import beads
from gastown.ledger.database import Database


def named(ledger: Database, ids: Sequence[str]) -> Sequence[Bead]:
    """These beads, each once, in this order. Raises NotFound, Refused for what was deleted or is ambiguous."""
    found = {bead.id: bead for bead in (beads.get(ledger, identity) for identity in ids)}
    for bead in found.values():
        check_alive(bead)
    return list(found.values())


def one_named(ledger: Database, identity: str) -> Bead:
    """The one bead of that name. Raises as `named` does."""
    return named(ledger, (identity,))[0]
