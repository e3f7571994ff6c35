"""Which agent a person means: an address, a short name, a session's name, or a bead and so whoever works on it."""

from collections.abc import Sequence

from gastown.domain.identity import TOWN_PREFIX, called, parse_address, session_name
from gastown.domain.roles import Scope
from gastown.errors import GastownError, NotFound, Refused
from gastown.ledger import agents, beads
from gastown.ledger.agents import AgentRow
from gastown.settings import roles
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
    """The one of these agents that `what` names itself, not through its work. Raises Refused for several.

    One that was removed is meant where no other is called so.
    """
    said = what.casefold()
    matches = (
        [agent for agent in known if agent.address == what]
        or [agent for agent in known if said in called(parse_address(agent.address))]
        or _in_session(town, what, known)
    )
    matches = [agent for agent in matches if agent.removed_at is None] or matches
    if len(matches) > 1:
        names = ", ".join(_short(agent) for agent in matches)
        raise Refused(f"{what!r} could be {names}", f"name it in full: {_full(matches)}")
    return matches[0] if matches else None


def name_of(town: Town, address: str) -> str:
    """The shortest that means this agent alone in every command: `Toast`, else `web/Toast`, else its address."""
    known = agents.all_agents(town.ledger)
    parsed = parse_address(address)
    for word in (parsed.short,) if parsed.is_alone else (parsed.name, parsed.short):
        called_so = [
            agent.address for agent in known if word.casefold() in called(parse_address(agent.address))
        ]
        if called_so == [address]:
            return word
    return address


def _full(matches: Sequence[AgentRow]) -> str:
    """The first of them, named so that no other is meant."""
    shorts = [_short(agent) for agent in matches]
    return shorts[0] if shorts.count(shorts[0]) == 1 else matches[0].address


def _in_session(town: Town, name: str, known: Sequence[AgentRow]) -> Sequence[AgentRow]:
    prefixes: dict[str | None, str] = {rig: settings.prefix for rig, settings in town.rigs.items()}
    prefixes[None] = TOWN_PREFIX
    return [
        agent
        for agent in known
        if agent.rig in prefixes
        and session_name(prefixes[agent.rig], parse_address(agent.address).handle) == name
    ]


def _who_works_on(town: Town, what: str, known: Sequence[AgentRow]) -> AgentRow:
    try:
        bead = beads.get(town.ledger, what)
    except NotFound as missing:
        if is_single(town, what):
            raise NotFound(f"{what} was never needed yet", f"gt session start {what}") from missing
        raise NotFound(f"there is no agent {what!r}, and no such bead", _hint(known)) from missing
    address = agents.holder(town.ledger, bead.id)
    if address is None:
        earlier = agents.assignments_of_bead(town.ledger, bead.id)
        address = earlier[-1].agent if earlier else None
    agent = agents.get(town.ledger, address) if address else None
    if agent is None:
        raise NotFound(f"nobody works on {bead.id} or ever did", f"gt sling {bead.id}")
    return agent


def is_single(town: Town, what: str) -> bool:
    """Whether it is the address of the only agent of a role that there is."""
    try:
        address = parse_address(what)
        role = roles.read(address.role, town=town.root, rig=address.rig)
    except GastownError:
        return False
    here = address.rig is None or address.rig in town.rigs
    return here and not role.many and role.scope is (Scope.TOWN if address.rig is None else Scope.RIG)


def _hint(known: Sequence[AgentRow]) -> str:
    if not known:
        return 'there are no agents yet; gt sling "What is to be done" makes one'
    names = [_short(agent) for agent in known if agent.removed_at is None]
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"agents: {', '.join(names[:SHOWN])}{more}"


def _short(agent: AgentRow) -> str:
    return parse_address(agent.address).short
