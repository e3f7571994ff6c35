"""The steps that go with slung work: poured or taken up with the sling, closed with `gt done`, gone when it has landed.

All of it happens inside the transaction of the verb that calls.
"""

from datetime import datetime

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.identity import Address
from gastown.domain.molecules import HANDED_OVER, Molecule, record
from gastown.ledger import bead_writes, events, molecules
from gastown.ledger.database import Database
from gastown.operations.molecules.close_step import claim
from gastown.town import Town


def begin(town: Town, ledger: Database, bead: Bead, agent: Address, *, by: str, now: datetime) -> str | None:
    """Let `agent` be at the first open step of the bead's molecule; gives its id.

    Where none is open, the formula of the agent's role is poured as a wisp; None when the role has none. Raises
    NotFound and Invalid for a formula that cannot be read.
    """
    from gastown.operations.molecules.cook import cook_for
    from gastown.operations.molecules.pour import pour_into
    from gastown.settings import roles

    there = molecules.open_of_bead(ledger, bead.id)
    if there is None:
        formula = roles.read(agent.role, town=town.root, rig=agent.rig).formula
        if not formula:
            return None
        cooked = cook_for(town, formula, {}, rig=agent.rig, bead=bead)
        molecule = pour_into(
            town, ledger, cooked, bead=bead, rig=agent.rig, wisp=True, by=by, now=now
        ).molecule
    else:
        molecule = there.id
        molecules.release_steps(ledger, molecule, by=by, now=now)
    claim(ledger, molecule, str(agent), by=by, now=now)
    return molecule


def let_go(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Nobody is at the bead's steps any more; those that are done stay done."""
    there = molecules.open_of_bead(ledger, bead)
    if there is not None:
        molecules.release_steps(ledger, there.id, by=by, now=now)


def hand_over(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Close what is left of the bead's steps, and their molecules: the work was handed over."""
    for molecule in molecules.of_bead(ledger, bead):
        if molecule.status is BeadStatus.CLOSED:
            continue
        molecules.close_steps(ledger, molecule.id, HANDED_OVER, by=by, now=now)
        bead_writes.close(ledger, molecule.id, HANDED_OVER, by=by, now=now)
        if not molecule.is_wisp:
            events.append(ledger, by, "molecule.closed", molecule.id, now, bead=bead, why=HANDED_OVER)


def clear(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Remove the wisps of a bead that has ended; what became of their steps stays in the log."""
    for molecule in molecules.of_bead(ledger, bead):
        if molecule.is_wisp:
            burn_into(ledger, molecule, by=by, now=now)


def burn_into(ledger: Database, molecule: Molecule, *, by: str, now: datetime) -> None:
    """Remove a wisp and its steps from the file, and tell in one event what became of them."""
    molecules.forget(ledger, [molecule.id, *(step.id for step in molecule.steps)])
    events.append(
        ledger, by, "molecule.burned", molecule.id, now, bead=molecule.bead, formula=molecule.formula,
        done=molecule.done, total=len(molecule.steps), steps=list(record(molecule.steps)),
    )  # fmt: skip
