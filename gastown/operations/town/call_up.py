"""What `gt up` calls up besides the supervisor: the agents that are to be there, work or not."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from gastown.domain.endings import STOPPED
from gastown.domain.identity import OVERSEER, Address
from gastown.domain.observed import Absent
from gastown.domain.roles import Place, Restart, Role, Scope, Wake
from gastown.errors import GastownError
from gastown.ledger import agents, events
from gastown.operations.sessions.caller import must_be_person
from gastown.operations.sessions.choice import runtime_of
from gastown.operations.sessions.known import known
from gastown.operations.sessions.place import folder_of
from gastown.settings import roles
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Called:
    """One agent that `gt up` is to bring. `already`: it was wanted before. `why_not`: why it is not; else empty."""

    agent: str
    already: bool
    why_not: str = ""


def call_up(town: Town, *, every: bool = False) -> tuple[Called, ...]:
    """Want the agents whose roles wake always; with `every` also the permanent ones that are alone in their role.

    That one cannot run here, because its CLI is missing, not logged in, or would ask whether it may trust the folder,
    is told and keeps nobody else. Raises Refused for agents and in a gate of this town.
    """
    must_be_person(town, "gt up")
    asked = _Asked(town)
    called = tuple(_call(town, address, role, asked) for address, role in _called(town, every=every))
    ring(town.places.wake)
    return called


def _called(town: Town, *, every: bool) -> Iterator[tuple[Address, Role | GastownError]]:
    for rig in (None, *town.rigs):
        scope = Scope.TOWN if rig is None else Scope.RIG
        for name in roles.names(town.root, rig):
            address = Address(name, rig, name)
            try:
                role = roles.read(name, town=town.root, rig=rig)
            except GastownError as broken:
                if rig is None:
                    yield address, broken
                continue
            wanted = role.wake is Wake.ALWAYS or (every and role.restart is Restart.PERMANENT)
            if wanted and role.scope is scope and not role.many and role.restart is not Restart.NEVER:
                yield address, role


def _call(town: Town, address: Address, role: Role | GastownError, asked: "_Asked") -> Called:
    name = str(address)
    if isinstance(role, GastownError):
        return Called(name, already=False, why_not=role.message)
    agent = agents.get(town.ledger, name)
    already = agent is not None and agent.wanted_at is not None
    if agent is not None and agent.paused not in {None, STOPPED}:
        return Called(name, already, f"it is paused: {agent.paused}; gt agent resume {name}")
    if why := asked.why_not(name, role):
        return Called(name, already, why)
    now = town.clock.now()
    try:
        with town.ledger.transaction() as ledger:
            known(town, ledger, name, now)
            if agents.pause(ledger, name, None):
                events.append(ledger, OVERSEER, "agent.unpaused", name, now, was=STOPPED)
            agents.want(ledger, name, by=OVERSEER, now=now)
            if not already:
                events.append(ledger, OVERSEER, "agent.wanted", name, now)
    except GastownError as error:
        return Called(name, already, error.message)
    return Called(name, already)


class _Asked:
    """What agent CLIs can do here; each is asked once."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._known: dict[str, str] = {}

    def why_not(self, address: str, role: Role) -> str:
        """Why the agent cannot run here; empty when nothing speaks against it."""
        try:
            name = runtime_of(self._town, address, None)
            if name not in self._known:
                self._known[name] = _cannot(self._town, name)
            return self._known[name] or self._asks(address, role, name)
        except GastownError as error:
            return f"{error.message}; {error.hint}" if error.hint else error.message

    def _asks(self, address: str, role: Role, runtime: str) -> str:
        """Why it would wait for an answer that nobody gives."""
        from gastown.world.agents import claude_home
        from gastown.world.agents.trust import trusted

        settings, folder = self._town.settings, folder_of(self._town, address)
        if runtime != "claude" or role.place is not Place.FOLDER or settings.trust:
            return ""
        if trusted(folder, claude_home.configuration(os.environ)):
            return ""
        return f"Claude Code would ask whether it may trust {folder}; town.toml answers it: [agents] trust = true"


def _cannot(town: Town, name: str) -> str:
    runtime = town.runtime(name)
    if runtime.program and shutil.which(runtime.program) is None:
        return f"{runtime.program} is not installed; {runtime.how_to_get_it}"
    if name == "claude":
        from gastown.world.agents.claude import login

        if isinstance(login(os.environ), Absent):
            return "Claude Code is not logged in; run claude, then /login"
    return ""
