"""Who changed what of a bead, and when."""

from dataclasses import dataclass

from gastown.ledger import beads, journal
from gastown.ledger.journal import Change
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class BeadHistory:
    """The newest changes of a bead, oldest first."""

    id: str
    title: str
    ephemeral: bool
    """A wisp: its changes are not kept."""
    left_out: int
    """How many older changes there are."""
    changes: tuple[Change, ...]


def history(town: Town, what: str, most: int) -> BeadHistory:
    """The changes of the bead of that id, or of the one id that begins so. Raises NotFound or Refused.

    `most` 0: all of them.
    """
    with town.ledger.snapshot() as ledger:
        bead = beads.get(ledger, what)
        found = journal.of_bead(ledger, bead.id, most)
    return BeadHistory(bead.id, bead.title, found.ephemeral, found.left_out, found.changes)
