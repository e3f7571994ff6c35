"""What is on an agent's hook."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.identity import OVERSEER, Address
from gastown.errors import NotFound
from gastown.ledger import agents, beads, incarnations
from gastown.town import Town
from gastown.views.find_agent import find_agent


@dataclass(frozen=True, slots=True)
class HookPage:
    """An agent and what it must be doing; every field about work is None when nothing is on the hook."""

    agent: str
    short: str
    bead: str | None
    title: str | None
    status: BeadStatus | None
    description: str | None
    generation: int | None
    slung_by: str | None
    since: datetime | None
    branch: str | None
    starts: int
    """How often a session was started for this work."""


def hook(town: Town, who: str) -> HookPage:
    """The hook of the agent that `who` names, in any form `find_agent` knows. Raises NotFound or Refused."""
    if who == OVERSEER:
        raise NotFound("you are the human: you have no hook", "gt hook AGENT, or gt status for all of them")
    agent = find_agent(town, who)
    short = Address(agent.role, agent.rig, agent.name).short
    assignment = agents.open_assignment(town.ledger, agent.address)
    if assignment is None:
        return HookPage(
            agent.address, short, bead=None, title=None, status=None, description=None, generation=None,
            slung_by=None, since=None, branch=None, starts=0,
        )  # fmt: skip
    bead = beads.get(town.ledger, assignment.bead)
    return HookPage(
        agent=agent.address,
        short=short,
        bead=bead.id,
        title=bead.title,
        status=bead.status,
        description=bead.description,
        generation=assignment.generation,
        slung_by=assignment.slung_by,
        since=assignment.started_at,
        branch=assignment.branch,
        starts=len(incarnations.starts_of_bead(town.ledger, bead.id)),
    )
