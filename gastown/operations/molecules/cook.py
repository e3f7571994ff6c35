"""Cooking: a formula with all its texts filled, before anything is poured."""

from collections.abc import Mapping

from gastown.domain.beads import Bead
from gastown.domain.formulas import Cooked
from gastown.domain.formulas import cook as fill
from gastown.ledger import beads
from gastown.settings import formulas
from gastown.town import Town


def cook(
    town: Town, what: str, given: Mapping[str, str], *, rig: str | None = None, bead: str = ""
) -> Cooked:
    """The formula of that name or file, filled for a bead or for none; `rig` is the bead's if it has one.

    What a formula declares of `bead`, `rig`, `target` and `gate` need not be given. Raises NotFound and Invalid;
    variables without a value are told in `missing`.
    """
    found = beads.get(town.ledger, bead) if bead else None
    return cook_for(town, what, given, rig=(found.rig if found else None) or rig, bead=found)


def cook_for(
    town: Town, what: str, given: Mapping[str, str], *, rig: str | None, bead: Bead | None
) -> Cooked:
    """The same for a bead that was read already."""
    settings = town.rig(rig) if rig else None
    known = {"bead": bead.id if bead else "", "rig": rig or ""}
    if settings is not None:
        known |= {"target": settings.target, "gate": settings.gate}
    return fill(formulas.read(what, town=town.root, rig=rig), given, known)
