"""Ending a molecule by hand: burning throws a wisp away, squashing keeps its digest."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.fields import check_text
from gastown.domain.molecules import Molecule, digest, record
from gastown.errors import NotFound, Refused
from gastown.ledger import bead_writes, beads, events, graph, molecules, records
from gastown.ledger.database import Database
from gastown.operations.molecules.of_work import burn_into
from gastown.operations.sessions.caller import fence
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Burned:
    """A wisp that is gone."""

    molecule: str
    bead: str | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Squashed:
    """A molecule that is its digest now. `already`: it was before."""

    molecule: str
    bead: str | None
    summary: str
    already: bool


def burn(town: Town, what: str, *, by: Caller, force: bool = False) -> Burned:
    """Throw a wisp away with its steps; one event remains.

    Raises NotFound; Refused when it is recorded, or somebody else is at one of its steps, unless a person forces it.
    """
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        molecule = _find(ledger, what)
        if not molecule.is_wisp:
            raise Refused(
                f"{molecule.id} is recorded, and is not burned",
                f"bd mol squash {molecule.id}, or bd close {molecule.id} when its steps are closed",
            )
        _check_free(molecule, by, force=force)
        burn_into(ledger, molecule, by=by.address, now=now)
    return Burned(molecule.id, molecule.bead, molecule.done, len(molecule.steps))


def squash(town: Town, what: str, *, by: Caller, summary: str = "", force: bool = False) -> Squashed:
    """Turn a molecule into its digest: a lasting, closed bead that says `summary`, else what became of the steps.

    `undelete` brings recorded steps back, with their texts. Raises NotFound; Refused when somebody else is at one of
    the steps, unless a person forces it.
    """
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        molecule = _find(ledger, what)
        if molecule.is_digest:
            return Squashed(molecule.id, molecule.bead, molecule.description, already=True)
        _check_free(molecule, by, force=force)
        words = check_text(summary, "summary").strip() or digest(molecule)
        _squash(ledger, molecule, words, by=by.address, now=now)
    return Squashed(molecule.id, molecule.bead, words, already=False)


def _squash(ledger: Database, molecule: Molecule, summary: str, *, by: str, now: datetime) -> None:
    steps = [step.id for step in molecule.steps]
    if molecule.is_wisp:
        molecules.forget(ledger, steps)
        if molecule.bead is not None:  # a digest lasts, and so does what it is beneath
            graph.keep(ledger, molecule.bead, by=by, now=now)
    else:
        _bury(ledger, molecule, by=by, now=now)
    molecules.make_digest(ledger, molecule.id, summary, by=by, now=now)
    events.append(
        ledger, by, "molecule.squashed", molecule.id, now, bead=molecule.bead, formula=molecule.formula,
        done=molecule.done, total=len(molecule.steps), steps=list(record(molecule.steps)),
    )  # fmt: skip


def _bury(ledger: Database, molecule: Molecule, *, by: str, now: datetime) -> None:
    """Delete the recorded steps; as of all that is deleted, the events keep what they were, for `bd undelete`."""
    why = f"squashed into {molecule.id}"
    whole = [
        (step, records.read(ledger, step.id), graph.links_of(ledger, step.id)) for step in molecule.steps
    ]
    for step, kept, links in whole:
        bead_writes.bury(ledger, step.id, why, by=by, now=now)
        bead_writes.cut(ledger, step.id, by=by, now=now)
        events.append(
            ledger, by, "bead.deleted", step.id, now, title=step.title, reason=why, record=kept,
            links=[dict(link) for link in links],
        )  # fmt: skip


def _find(ledger: Database, what: str) -> Molecule:
    bead = beads.get(ledger, what)
    found = molecules.get(ledger, bead.id)
    if found is None:
        raise NotFound(f"{bead.id} is a {bead.type}, not a molecule", f"bd mol current {bead.id}")
    return found


def _check_free(molecule: Molecule, by: Caller, *, force: bool) -> None:
    """Raise Refused if somebody else is at one of the steps."""
    if force and not by.is_human:
        raise Refused("only a person forces that", "ask the one who is at it")
    others = [
        step
        for step in molecule.steps
        if step.status is BeadStatus.IN_PROGRESS and step.assignee not in {None, by.address}
    ]
    if others and not force:
        way = "--force, if they are to lose it" if by.is_human else "ask them"
        raise Refused(f"{others[0].assignee} is at {others[0].id}", way)
