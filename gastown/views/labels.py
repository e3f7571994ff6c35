"""The labels of a bead, and all labels there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.ledger import beads
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class LabelCount:
    """A label, and how many beads have it, closed ones too."""

    label: str
    beads: int


def labels_of(town: Town, bead: str) -> Sequence[str]:
    """The labels of one bead. Raises NotFound or Refused."""
    return beads.labels(town.ledger, beads.get(town.ledger, bead).id)


def labels_of_town(town: Town) -> Sequence[LabelCount]:
    """All labels in alphabetical order."""
    rows = town.ledger.rows("beads", "label_counts")
    return [LabelCount(row["label"], row["beads"]) for row in rows]
