"""Taking work back from a hook; branch and files stay where they are."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.domain.roles import Capability
from gastown.errors import Refused
from gastown.ledger import agents, bead_writes, events
from gastown.ledger.database import Database
from gastown.operations.molecules import of_work as steps
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.work.own_work import unsaved
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Unslung:
    """What was taken back from whom; its commits stay on `branch`."""

    bead: str
    agent: str
    generation: int
    branch: str | None
    unsaved: str
    """What in its worktree is in no commit, in words; empty: nothing, or nobody knows."""


def unsling(town: Town, address: str, *, by: Caller, bead: str | None = None) -> Unslung:
    """Clear the agent's hook: what is on it is open again.

    Raises Refused when nothing is on it, or not `bead`, if that is named, or it is being submitted.
    """
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        assignment = agents.open_assignment(ledger, address)
        if assignment is None:
            raise Refused(f"nothing is on {address}'s hook", "gt status")
        if bead is not None and assignment.bead != bead:
            raise Refused(
                f"{address} has {assignment.bead} on its hook by now, not {bead}", f"bd show {bead}"
            )
        if address != by.address:
            permit(town, by, Capability.SLING, "take work from others' hooks")
            must_be_of_rig(by, parse_address(address).rig, "take work from agents")
        check_unslingable(assignment)
        put_back(ledger, assignment, by=by, now=now)
    ring(town.places.wake)
    return Unslung(
        assignment.bead, address, assignment.generation, assignment.branch, _unsaved(town, assignment)
    )


def check_unslingable(assignment: Assignment) -> None:
    """Raise Refused for work that its agent has handed over already."""
    if assignment.done_commit is not None or assignment.no_change is not None:
        raise Refused(
            f"{assignment.agent} has finished {assignment.bead}; it is being submitted", "gt mq list"
        )


def _unsaved(town: Town, assignment: Assignment) -> str:
    found = unsaved(town, parse_address(assignment.agent)) if assignment.branch is not None else None
    return found[0] if found else ""


def put_back(ledger: Database, assignment: Assignment, *, by: Caller, now: datetime) -> None:
    """End the assignment within the present transaction: its hook is empty, its bead open."""
    agents.end_assignment(ledger, assignment.generation, "unslung", now)
    agents.unhook(ledger, assignment.agent, assignment.bead)
    bead_writes.set_status(
        ledger, assignment.bead, BeadStatus.HOOKED, BeadStatus.OPEN, assignee=None, by=by.address, now=now
    )
    steps.let_go(ledger, assignment.bead, by=by.address, now=now)
    events.append(
        ledger, by.address, "bead.unslung", assignment.bead, now, agent=assignment.agent,
        generation=assignment.generation,
    )  # fmt: skip
