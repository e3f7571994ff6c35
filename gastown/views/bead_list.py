"""Beads that a person asks for by what they are, and the parts of one bead."""

from dataclasses import dataclass, replace

from gastown.domain.beads import TYPES, BeadStatus
from gastown.errors import Invalid
from gastown.ledger import beads, lists
from gastown.ledger.lists import BeadList, Wanted
from gastown.town import Town
from gastown.views.assignees import addresses


@dataclass(frozen=True, slots=True)
class Parts:
    """The children of a bead."""

    id: str
    title: str
    status: BeadStatus
    total: int
    closed: int
    children: BeadList


def bead_list(town: Town, wanted: Wanted) -> BeadList:
    """The beads that are wanted; a parent may be named by the beginning of its id, an assignee by its short name.

    Raises NotFound for an unknown rig or parent, Refused for an ambiguous one, Invalid for an unknown order or type.
    """
    rig = town.rig(wanted.rig).name if wanted.rig is not None else None
    with town.ledger.snapshot() as ledger:
        for word in wanted.types:
            if word not in TYPES and not lists.has_type(ledger, word):
                raise Invalid(f"{word!r} is no type, and no bead has it", f"types: {', '.join(TYPES)}")
        parent = beads.get(ledger, wanted.parent).id if wanted.parent is not None else None
        who = tuple(address for name in wanted.assignees for address in addresses(town, name))
        return lists.find(ledger, replace(wanted, rig=rig, parent=parent, assignees=who))


def children(town: Town, what: str, *, closed: bool, most: int) -> Parts:
    """The parts of the bead of that id, or of the one id that begins so; closed ones too if wanted."""
    from gastown.ledger import pages

    with town.ledger.snapshot() as ledger:
        bead = beads.get(ledger, what)
        total, done = pages.count_children(ledger, bead.id)
        found = lists.find(ledger, Wanted(parent=bead.id, closed=closed, most=most))
    return Parts(bead.id, bead.title, bead.status, total, done, found)
