"""Agents that somebody names to have them started, stopped or paused: those there are, and those there may be."""

from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.domain.roles import Capability, Scope
from gastown.errors import NotFound, Refused
from gastown.ledger import agents
from gastown.ledger.agents import AgentRow
from gastown.ledger.database import Database
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.sessions.place import role_of, session_of
from gastown.town import Town


def must_command(town: Town, address: str, *, by: Caller, deed: str) -> None:
    """Raise Refused unless the caller may do this with another agent's session; its own it cannot replace.

    An agent of a rig has only those of its rig to command.
    """
    by.must_be_current()
    permit(town, by, Capability.SESSIONS, f"{deed} others")
    if by.address == address:
        raise Refused(f"an agent does not {deed} itself", "gt handoff begins a fresh session of yours")
    must_be_of_rig(by, parse_address(address).rig, f"{deed} agents")


def known(town: Town, ledger: Database, address: str, now: datetime) -> AgentRow:
    """The agent, inside the present transaction; the only one of its role is made known when it is first named.

    Raises NotFound when there is none, or its rig is gone.
    """
    session_of(town, address)
    agent = agents.get(ledger, address)
    if agent is not None and agent.removed_at is None:
        return agent
    where, role = parse_address(address), role_of(town, address)
    fits = (role.scope is Scope.RIG) == (where.rig is not None) and role.many != where.is_alone
    if not fits or role.many:
        raise NotFound(f"there is no agent {address}", "gt agents")
    agents.add(ledger, where, now)
    made = agents.get(ledger, address)
    if made is None:  # pragma: no cover - it was written in this very transaction
        raise NotFound(f"there is no agent {address}", "gt agents")
    return made
