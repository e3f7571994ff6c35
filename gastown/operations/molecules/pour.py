"""Pouring: making a molecule of a formula, a bead with its steps as children."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import LONGEST_TITLE, Bead, BeadStatus
from gastown.domain.formulas import Cooked, check_complete
from gastown.domain.identity import TOWN_PREFIX
from gastown.errors import Refused
from gastown.ledger import bead_writes, beads, events, graph, molecules
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.custody import custody
from gastown.ledger.database import Database
from gastown.operations.molecules.cook import cook_for
from gastown.operations.sessions.caller import fence
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Poured:
    """The molecule that was made, and its steps in their order."""

    molecule: str
    title: str
    formula: str
    bead: str | None
    wisp: bool
    steps: tuple[str, ...]


def pour(
    town: Town,
    what: str,
    given: Mapping[str, str],
    *,
    by: Caller,
    bead: str = "",
    rig: str | None = None,
    wisp: bool = False,
) -> Poured:
    """Make a molecule of the formula of that name or file, below `bead` if one is given; `wisp`: without a record.

    Raises NotFound, Invalid when a value is missing, and Refused when the bead is closed, has an open molecule, or is
    a wisp and the molecule is none.
    """
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        below = beads.get(ledger, bead) if bead else None
        if below is not None:
            _check(ledger, below, what, wisp=wisp)
        home = (below.rig if below else None) or rig
        cooked = cook_for(town, what, given, rig=home, bead=below)
        made = pour_into(town, ledger, cooked, bead=below, rig=home, wisp=wisp, by=by.address, now=now)
        events.append(
            ledger, by.address, "molecule.poured", made.molecule, now, bead=made.bead, formula=made.formula,
            steps=len(made.steps), wisp=wisp,
        )  # fmt: skip
    return made


def pour_into(
    town: Town,
    ledger: Database,
    cooked: Cooked,
    *,
    bead: Bead | None,
    rig: str | None,
    wisp: bool,
    by: str,
    now: datetime,
) -> Poured:
    """Write the molecule inside the present transaction; the caller tells of it. Raises Invalid for missing values."""
    check_complete(cooked)
    title = f"{cooked.formula}: {bead.title}"[:LONGEST_TITLE] if bead else cooked.formula
    priority = bead.priority if bead else 2
    new = NewBead(
        title, rig=rig, prefix=town.rig(rig).prefix if rig else TOWN_PREFIX, description=cooked.description,
        type="molecule", priority=priority, owner=by, ephemeral=wisp,
        metadata={"formula": cooked.formula, "vars": dict(cooked.variables)},
    )  # fmt: skip
    molecule = bead_writes.insert(ledger, new, by=by, now=now)
    if bead is not None:
        graph.add_dependency(ledger, molecule, bead.id, "parent-child", by=by, now=now)
    steps: list[str] = []
    for position, step in enumerate(cooked.steps, 1):
        child = NewBead(
            step.title, rig=rig, id=f"{molecule}.{position}", description=step.description,
            acceptance=step.acceptance, type="step", priority=priority, ephemeral=wisp,
            metadata={"name": step.id, "position": position},
        )  # fmt: skip
        bead_writes.insert(ledger, child, by=by, now=now)
        graph.add_dependency(ledger, child.id, molecule, "parent-child", by=by, now=now)
        if steps:
            graph.add_dependency(ledger, child.id, steps[-1], "blocks", by=by, now=now)
        steps.append(child.id)
    return Poured(molecule, title, cooked.formula, bead.id if bead else None, wisp, tuple(steps))


def _check(ledger: Database, bead: Bead, formula: str, *, wisp: bool) -> None:
    if bead.status is BeadStatus.CLOSED:
        raise Refused(f"{bead.id} is closed: {bead.close_reason or 'no reason given'}", f"bd show {bead.id}")
    if bead.type in ("molecule", "step"):
        raise Refused(f"{bead.id} is a {bead.type}: nothing is poured into it", "name the bead it is for")
    if bead.ephemeral and not wisp:
        raise Refused(
            f"{bead.id} is a wisp, and nothing that lasts is beneath one",
            f"bd mol wisp {formula} --for {bead.id}",
        )
    if (request := custody(ledger, bead.id).live_request) is not None:
        raise Refused(f"{bead.id} waits in the merge queue as {request}", f"gt mq reject {request}")
    if (there := molecules.open_of_bead(ledger, bead.id)) is not None:
        raise Refused(f"{bead.id} has the open molecule {there.id}", f"bd mol current {there.id}")
