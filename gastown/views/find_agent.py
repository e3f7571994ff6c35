"""Which agent a person means: an address, a short name, a session's name, or a bead and so whoever works on it."""

from collections.abc import Sequence

from gastown.domain.identity import Address, session_name
from gastown.errors import NotFound, Refused
from gastown.ledger import agents, beads
from gastown.ledger.agents import AgentRow
from gastown.town import Town

SHOWN = 12
"""Names of agents that a hint lists."""


def find_agent(town: Town, what: str) -> AgentRow:
    """The agent that `what` names. Raises NotFound, naming the agents there are, and Refused for several."""
    known = agents.all_agents(town.ledger)
    return named_agent(town, what, known) or _who_works_on(town, what, known)


def find_holder(town: Town, what: str) -> AgentRow:
    """As `find_agent`, but a bead means only who has it on the hook now: for commands that take work away."""
    known = agents.all_agents(town.ledger)
    if (agent := named_agent(town, what, known)) is not None:
        return agent
    worker = _who_works_on(town, what, known)
    bead = beads.get(town.ledger, what)
    if worker.hook_bead != bead.id:
        raise Refused(f"{bead.id} is on nobody's hook ({_short(worker)} had it last)", f"bd show {bead.id}")
    return worker


def named_agent(town: Town, what: str, known: Sequence[AgentRow]) -> AgentRow | None:
    """The one of these agents that `what` names itself, not through its work. Raises Refused for several."""
    matches = (
        [agent for agent in known if agent.address == what]
        or [agent for agent in known if what in _forms(agent)]
        or _in_session(town, what, known)
        or [agent for agent in known if agent.name.lower() == what.lower()]
    )
    if len(matches) > 1:
        names = ", ".join(_short(agent) for agent in matches)
        raise Refused(f"{what!r} could be {names}", f"name it in full: {_short(matches[0])}")
    return matches[0] if matches else None


def _forms(agent: AgentRow) -> tuple[str, ...]:
    """`web/Toast`, `Toast`, `polecat/Toast` and `polecats/Toast`."""
    return (_short(agent), agent.name, f"{agent.role}/{agent.name}", f"{agent.role}s/{agent.name}")


def _in_session(town: Town, name: str, known: Sequence[AgentRow]) -> Sequence[AgentRow]:
    prefixes = {rig: settings.prefix for rig, settings in town.rigs.items()}
    return [
        agent
        for agent in known
        if agent.rig in prefixes and session_name(prefixes[agent.rig], agent.name) == name
    ]


def _who_works_on(town: Town, what: str, known: Sequence[AgentRow]) -> AgentRow:
    try:
        bead = beads.get(town.ledger, what)
    except NotFound as missing:
        raise NotFound(f"there is no agent {what!r}, and no such bead", _hint(known)) from missing
    address = agents.holder(town.ledger, bead.id)
    if address is None:
        earlier = agents.assignments_of_bead(town.ledger, bead.id)
        address = earlier[-1].agent if earlier else None
    agent = agents.get(town.ledger, address) if address else None
    if agent is None:
        raise NotFound(f"nobody works on {bead.id} or ever did", f"gt sling {bead.id}")
    return agent


def _hint(known: Sequence[AgentRow]) -> str:
    if not known:
        return 'there are no agents yet; gt sling "What is to be done" makes one'
    names = [_short(agent) for agent in known]
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"agents: {', '.join(names[:SHOWN])}{more}"


def _short(agent: AgentRow) -> str:
    return Address(agent.role, agent.rig, agent.name).short
