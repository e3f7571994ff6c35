"""Molecules: steps that were poured from a formula, and how far their work has come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import Bead, BeadStatus
from gastown.errors import Refused

HANDED_OVER = "handed over with gt done"
"""Why the steps are closed that were left when the work was handed over."""

NOTE = 240
"""Characters of the reason with which a step was closed that an overview shows."""

_TOLD = 120
"""Characters of a title or a reason that an event keeps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a molecule, as the ledger holds it."""

    id: str
    position: int
    """From 1; the steps are done in this order."""
    name: str
    """What the formula calls it."""
    title: str
    description: str
    acceptance: str
    status: BeadStatus
    assignee: str | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None

    @property
    def is_done(self) -> bool:
        """Whether it is closed."""
        return self.status is BeadStatus.CLOSED


@dataclass(frozen=True, slots=True)
class Molecule:
    """A running workflow: a bead whose children are the steps. A wisp is one that leaves no trace."""

    id: str
    title: str
    description: str
    formula: str
    status: BeadStatus
    is_wisp: bool
    bead: str | None
    """What it was poured for."""
    rig: str | None
    steps: tuple[Step, ...]
    """In the order in which they are done."""
    is_digest: bool = False
    """It was squashed, and says what became of its steps."""

    @property
    def current(self) -> Step | None:
        """The first step that is not closed."""
        return next((step for step in self.steps if not step.is_done), None)

    @property
    def done(self) -> int:
        """How many steps are closed."""
        return sum(step.is_done for step in self.steps)


def check_reopens(bead: Bead) -> None:
    """Raise Refused for a closed molecule, digest or step: what was done in steps is begun anew, not opened."""
    if bead.status is not BeadStatus.CLOSED or bead.type not in ("molecule", "step"):
        return
    formula = bead.metadata.get("formula") or "FORMULA"
    what = "digest of a molecule" if bead.metadata.get("digest") is True else bead.type
    raise Refused(
        f"{bead.id} is a {what}, and those are not opened again",
        f"bd mol pour {formula} --for BEAD begins anew",
    )


def check_stepless(molecule: Molecule | None, together: Collection[str]) -> None:
    """Raise Refused if deleting the molecule left steps that are in nothing; `together`: what is deleted with it."""
    left = [step.id for step in molecule.steps if step.id not in together] if molecule else []
    if molecule is not None and left:
        how = "burn" if molecule.is_wisp else "squash"
        raise Refused(
            f"{molecule.id} is a molecule, and its steps would be left: {left[0]}…",
            f"bd mol {how} {molecule.id}",
        )


def overview(molecule: Molecule) -> str:
    """The steps, a line each: done, and with what words; the present one; to do."""
    present = molecule.current
    marks = {
        step.id: "done" if step.is_done else "now" if step is present else "next" for step in molecule.steps
    }
    return "\n".join(
        f"{marks[step.id]:<4}  {step.position}. {step.id}  {step.title}{_note(step)}"
        for step in molecule.steps
    )


def _note(step: Step) -> str:
    """What whoever closed the step said of it, for who comes after."""
    words = " ".join((step.close_reason or "").split())
    return f": {words if len(words) <= NOTE else words[: NOTE - 1] + '…'}" if words else ""


def full_text(step: Step) -> str:
    """A step in full: its title, what to do, and what must hold when it is done."""
    parts = [step.title, step.description.strip()]
    if step.acceptance.strip():
        parts.append(f"It is done when: {step.acceptance.strip()}")
    return "\n".join(part for part in parts if part)


def digest(molecule: Molecule) -> str:
    """What became of each step, with who and when, a line each."""
    lines = [f"{molecule.formula}: {molecule.done} of {len(molecule.steps)} steps done."]
    return "\n".join([*lines, *(_line(step) for step in molecule.steps)])


def _line(step: Step) -> str:
    if step.closed_at is None:
        return f"{step.position}. {step.title}: not done"
    why = f": {step.close_reason}" if step.close_reason else ""
    return f"{step.position}. {step.title}: {step.closed_by}, {step.closed_at:%Y-%m-%d %H:%M} UTC{why}"


def record(steps: Sequence[Step]) -> Sequence[Mapping[str, object]]:
    """The same for an event: short, and readable for programs."""
    return [
        {
            "step": step.name,
            "title": step.title[:_TOLD],
            "by": step.closed_by,
            "at": step.closed_at.isoformat() if step.closed_at else None,
            "why": (step.close_reason or "")[:_TOLD],
        }
        for step in steps
    ]
