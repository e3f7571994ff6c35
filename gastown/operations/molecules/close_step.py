"""Closing a step and going on with the next, in one transaction: a crash falls before it or after it."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.fields import check_text
from gastown.domain.molecules import Molecule, Step
from gastown.errors import Invalid, Refused
from gastown.ledger import agents, bead_writes, beads, events, graph, molecules
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Continued:
    """A closed step, and the one that is to be done now."""

    step: str
    title: str
    molecule: str
    bead: str | None
    """What the molecule was poured for."""
    already: bool
    """It was closed before: this call changed nothing about it."""
    done: int
    total: int
    next: Step | None
    """None: no step is left."""
    waits_for: tuple[str, ...]
    """What keeps `next` from being begun; empty: it is claimed."""


def close_and_continue(town: Town, step: str, *, reason: str = "", by: Caller) -> Continued:
    """Close a step and claim the next for the caller, or for whoever has the work on its hook if a person calls.

    Safe to repeat: a step that is closed stays so, and the first open one is claimed, or is still. Raises NotFound,
    Invalid when it is no step, and Refused when an earlier one is open, it is another agent's, or its molecule
    is closed.
    """
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        molecule, one = _find(ledger, step)
        whom = _check_hook(ledger, molecule, by) or by.address
        if not one.is_done:
            _close(ledger, molecule, one, check_text(reason, "reason").strip(), by=by, now=now)
        following, waits_for = claim(ledger, molecule.id, whom, by=by.address, now=now)
        after = molecules.get(ledger, molecule.id) or molecule
        _tell(ledger, after, one, following, by=by.address, now=now)
    return Continued(
        one.id,
        one.title,
        after.id,
        after.bead,
        one.is_done,
        after.done,
        len(after.steps),
        following,
        waits_for,
    )


def close_one(ledger: Database, step: str, reason: str, *, by: Caller, now: datetime) -> None:
    """Close a step inside the present transaction, and nobody is at the next. Raises as `close_and_continue` does."""
    molecule, one = _find(ledger, step)
    _check_hook(ledger, molecule, by)
    if not one.is_done:
        _close(ledger, molecule, one, reason, by=by, now=now)
        _tell(ledger, molecules.get(ledger, molecule.id) or molecule, one, None, by=by.address, now=now)


def claim(
    ledger: Database, molecule: str, whom: str, *, by: str, now: datetime
) -> tuple[Step | None, tuple[str, ...]]:
    """Inside the present transaction, let `whom` be at the first open step; with what that waits for, if anything."""
    found = molecules.get(ledger, molecule)
    step = found.current if found else None
    if step is None:
        return None, ()
    if step.status is BeadStatus.IN_PROGRESS and step.assignee not in {None, whom}:
        return step, (f"{step.assignee}, who is at it",)
    if step.status not in {BeadStatus.OPEN, BeadStatus.IN_PROGRESS}:
        return step, (f"a person: it is {step.status}",)
    if waits_for := graph.open_blockers(ledger, step.id):
        return step, tuple(waits_for)
    if (step.status, step.assignee) != (BeadStatus.IN_PROGRESS, whom):
        bead_writes.set_status(
            ledger, step.id, step.status, BeadStatus.IN_PROGRESS, assignee=whom, by=by, now=now
        )
    again = molecules.get(ledger, molecule)
    return again.current if again else None, ()


def _find(ledger: Database, what: str) -> tuple[Molecule, Step]:
    bead = beads.get(ledger, what)
    molecule = molecules.of_step(ledger, bead.id) if bead.type == "step" else None
    if molecule is None:
        raise Invalid(f"{bead.id} is a {bead.type}, not a step of a molecule", "bd close without --continue")
    return molecule, next(step for step in molecule.steps if step.id == bead.id)


def _check_hook(ledger: Database, molecule: Molecule, by: Caller) -> str | None:
    """Who has the work on its hook. Raises Refused when that is another agent than the one that calls."""
    holder = agents.holder(ledger, molecule.bead) if molecule.bead else None
    if not by.is_human and holder not in {None, by.address}:
        raise Refused(f"{molecule.bead} is on the hook of {holder}, and its steps are too", "gt hook")
    return holder


def _close(
    ledger: Database, molecule: Molecule, step: Step, reason: str, *, by: Caller, now: datetime
) -> None:
    if molecule.status is BeadStatus.CLOSED:
        raise Refused(f"{molecule.id}, which {step.id} is a step of, is closed", f"bd show {molecule.id}")
    if waits_for := graph.open_blockers(ledger, step.id):
        raise Refused(f"{step.id} waits for {', '.join(waits_for)}", f"bd close {waits_for[0]} --continue")
    if not by.is_human and step.assignee not in {None, by.address}:
        raise Refused(f"{step.assignee} is at {step.id}", f"bd show {step.id}")
    bead_writes.close(ledger, step.id, reason, by=by.address, now=now)


def _tell(
    ledger: Database, molecule: Molecule, step: Step, following: Step | None, *, by: str, now: datetime
) -> None:
    """Write what happened; a molecule that stands alone, or is recorded, closes with its last step."""
    if not step.is_done:
        events.append(
            ledger, by, "step.closed", step.id, now, title=step.title, molecule=molecule.id, bead=molecule.bead,
            next=following.id if following else None,
        )  # fmt: skip
    stays = molecule.is_wisp and molecule.bead is not None
    if molecule.current is not None or stays:
        return
    if bead_writes.close(ledger, molecule.id, "all its steps are done", by=by, now=now):
        events.append(ledger, by, "molecule.closed", molecule.id, now, bead=molecule.bead)
