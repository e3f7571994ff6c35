"""Whom people mean when they name an assignee."""

from collections.abc import Sequence

from gastown.errors import Refused
from gastown.town import Town


def addresses(town: Town, name: str) -> Sequence[str]:
    """Whom a person means as assignee: who is called exactly so, and the agent that is known by that name."""
    from gastown.ledger import agents
    from gastown.views.find_agent import named_agent

    try:
        agent = named_agent(town, name, agents.all_agents(town.ledger))
    except Refused:
        return [name]
    return [name] if agent is None or agent.address == name else [name, agent.address]


def one_address(town: Town, name: str) -> str:
    """Whom a person means, where only one can be asked for: the agent of that name before the name itself."""
    return addresses(town, name)[-1]
