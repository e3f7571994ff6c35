"""A molecule: which of its steps are done, the one that is to be done now in full, and what comes next."""

from dataclasses import dataclass

from gastown.domain.beads import BeadStatus
from gastown.domain.identity import OVERSEER
from gastown.domain.molecules import Molecule, Step
from gastown.errors import NotFound
from gastown.ledger import agents, beads, molecules
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class MoleculePage:
    """A molecule and how far it has come."""

    id: str
    title: str
    formula: str
    status: BeadStatus
    wisp: bool
    bead: str | None
    """What it was poured for."""
    description: str
    """Of a digest: the summary."""
    done: int
    total: int
    current: Step | None
    """None: no step is left."""
    next: Step | None
    steps: tuple[Step, ...]


def molecule_page(town: Town, what: str) -> MoleculePage:
    """The molecule of that id, of that step, or of that bead: its newest open one, else its newest. Raises NotFound."""
    bead = beads.get(town.ledger, what)
    match bead.type:
        case "molecule":
            found = molecules.get(town.ledger, bead.id)
        case "step":
            found = molecules.of_step(town.ledger, bead.id)
        case _:
            found = next(iter(molecules.of_bead(town.ledger, bead.id)), None)
    if found is None:
        raise NotFound(f"no steps were poured for {bead.id}", f"bd mol pour FORMULA --for {bead.id}")
    return _page(found)


def hooked(town: Town, caller: str) -> str:
    """What is on the caller's hook. Raises NotFound."""
    if caller == OVERSEER:
        raise NotFound("you are the human: you have no hook", "bd mol current BEAD")
    agent = agents.get(town.ledger, caller)
    if agent is None or agent.hook_bead is None:
        raise NotFound("nothing is on your hook", "bd mol current BEAD")
    return agent.hook_bead


def _page(found: Molecule) -> MoleculePage:
    following = [step for step in found.steps if not step.is_done][1:]
    return MoleculePage(
        found.id, found.title, found.formula, found.status, found.is_wisp, found.bead, found.description,
        found.done, len(found.steps), found.current, following[0] if following else None, found.steps,
    )  # fmt: skip
