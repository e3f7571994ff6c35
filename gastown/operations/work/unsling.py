"""Taking work back from a hook; branch and files stay where they are."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.errors import Refused
from gastown.ledger import agents, beads, events
from gastown.operations.sessions.caller import fence
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Unslung:
    """What was taken back from whom; its commits stay on `branch`."""

    bead: str
    agent: str
    generation: int
    branch: str | None


def unsling(town: Town, address: str, *, by: Caller) -> Unslung:
    """Clear the agent's hook: the bead is open again. Raises Refused when nothing is on it or it is being submitted."""
    by.must_be_current()
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        assignment = agents.open_assignment(ledger, address)
        if assignment is None:
            raise Refused(f"nothing is on {address}'s hook", "gt status")
        if assignment.done_commit is not None or assignment.no_change is not None:
            raise Refused(f"{address} has finished {assignment.bead}; it is being submitted", "gt mq list")
        agents.end_assignment(ledger, assignment.generation, "unslung", now)
        agents.unhook(ledger, address, assignment.bead)
        beads.set_status(
            ledger, assignment.bead, BeadStatus.HOOKED, BeadStatus.OPEN, assignee=None, by=by.address, now=now
        )
        events.append(
            ledger,
            by.address,
            "bead.unslung",
            assignment.bead,
            now,
            agent=address,
            generation=assignment.generation,
        )
    ring(town.places.wake)
    return Unslung(assignment.bead, address, assignment.generation, assignment.branch)
