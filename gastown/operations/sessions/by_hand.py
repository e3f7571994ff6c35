"""`gt session start`, `stop` and `restart`: what somebody wishes of an agent's session, work or not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.endings import RESTARTED, STOPPED
from gastown.domain.terminal import Session
from gastown.errors import Busy, Refused
from gastown.ledger import agents, events, incarnations
from gastown.ledger.agents import AgentRow
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.ensure import ensure, live_session
from gastown.operations.sessions.environment import kept_environment
from gastown.operations.sessions.known import known, must_command
from gastown.operations.sessions.place import session_of
from gastown.operations.sessions.stop import let_go
from gastown.operations.sessions.trace import end_leftovers
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring

PATIENCE = 20.0
"""Seconds to wait for a start or a stop of the same agent that is under way."""


@dataclass(frozen=True, slots=True)
class Started:
    """What is wished from now on; the supervisor starts the session, unless it `runs` already."""

    agent: str
    session: str
    runs: bool
    undeferred: str | None
    """The bead that may begin now."""
    resumed: str | None
    """Why it was paused until now."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """`session` is None when none ran. `paused`: why nothing is started for the `bead` on its hook; else empty."""

    agent: str
    session: str | None
    bead: str | None
    paused: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The fresh session's incarnation, and the one that it replaced."""

    agent: str
    session: str
    incarnation: int
    ended: int | None


def start(town: Town, address: str, *, by: Caller) -> Started:
    """Have the agent's session run from now on, with work or without; what was put off on its hook begins.

    Raises NotFound for an agent that is not there, Refused when it is paused or the caller may not.
    """
    must_command(town, address, by=by, deed="start")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        agent = known(town, ledger, address, now)
        resumed = _lift(ledger, agent)
        agents.want(ledger, address, by=by.address, now=now)
        undeferred = _undefer(ledger, address)
        events.append(
            ledger, by.address, "agent.wanted", address, now, bead=undeferred, resumed=resumed,
            again=agent.wanted_at is not None,
        )  # fmt: skip
    ring(town.places.wake)
    return Started(
        address, session_of(town, address), live_session(town, address) is not None, undeferred, resumed
    )


def stop(town: Town, address: str, *, by: Caller) -> Stopped:
    """End the agent's session with its whole process tree, and have it come with new work alone.

    Work stays on its hook; so that it is not started again for it, it is paused until somebody starts or resumes it.
    Worktree and branch stay as they are. Raises NotFound, Refused, Busy when somebody works on the agent, and
    Unavailable when the session cannot be seen or something survives.
    """
    must_command(town, address, by=by, deed="stop")
    with lock(town.places.lock(address), what=address, wait=PATIENCE):
        now = town.clock.now()
        with (
            town.ledger.transaction() as ledger
        ):  # the wish first: who is killed now has not stopped for nothing
            fence(ledger, by)
            agent = known(town, ledger, address, now)
            agents.unwant(ledger, address)
            work = agents.open_assignment(ledger, address)
            if work is not None and not work.deferred and agent.paused is None:
                agents.pause(ledger, address, STOPPED)
        session = live_session(town, address)
        if session is not None:
            town.terminal.stop(session)
        end_leftovers(town, {"GT_ADDRESS": address})
        _record_stop(town, address, session, by)
        if work is None:
            newest = incarnations.newest(town.ledger, address)
            let_go(town, address, newest.bead if newest is not None else None)
    ring(town.places.wake)
    paused = agents.get(town.ledger, address)
    return Stopped(
        address,
        session.name if session is not None else None,
        work.bead if work is not None else None,
        (paused.paused or "") if paused is not None and work is not None else "",
    )


def restart(town: Town, address: str, *, by: Caller) -> Restarted:
    """Put a fresh session in the place of the agent's, at once, with a fresh conversation; start one if none runs.

    The wish is written down first: whoever is killed meanwhile leaves a handoff, which the supervisor carries out.
    Raises as `start` and `stop` do, and what starting raises.
    """
    must_command(town, address, by=by, deed="restart")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        agent = known(town, ledger, address, now)
        _lift(ledger, agent)
        before = incarnations.newest(ledger, address)
        if before is not None and before.ended_at is None:
            incarnations.wish_handoff(ledger, before.id, by=by.address, now=now)
        work = agents.open_assignment(ledger, address)
        if work is None and agent.wanted_at is None:
            agents.want(ledger, address, by=by.address, now=now)
        events.append(ledger, by.address, "agent.restarted", address, now, bead=work.bead if work else None)
    ensured = ensure(
        town, address, because=f"{RESTARTED} by {by.address}", restart=True, environment=_environment(town),
        wait=PATIENCE,
    )  # fmt: skip
    if ensured is None:
        raise Busy(f"{address} is just handing in its work", "gt status")
    ended = before.id if before is not None and before.ended_at is None else None
    return Restarted(address, session_of(town, address), ensured.incarnation, ended)


def _environment(town: Town) -> Mapping[str, str]:
    """That of the person who started the supervisor: the session is to be like those that it starts."""
    return kept_environment(town) or os.environ


def _lift(ledger: Database, agent: AgentRow) -> str | None:
    """Take back the pause that a stop made; gives its reason. Refused for one that somebody meant."""
    if agent.paused is None:
        return None
    if agent.paused != STOPPED:
        raise Refused(f"{agent.address} is paused: {agent.paused}", f"gt agent resume {agent.address}")
    agents.pause(ledger, agent.address, None)
    return agent.paused


def _undefer(ledger: Database, address: str) -> str | None:
    work = agents.open_assignment(ledger, address)
    return work.bead if work is not None and agents.undefer(ledger, work.generation) else None


def _record_stop(town: Town, address: str, session: Session | None, by: Caller) -> None:
    """Write it down, once."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        newest = incarnations.newest(ledger, address)
        ended = newest is not None and incarnations.end(ledger, newest.id, STOPPED, now)
        if ended or session is not None:
            events.append(
                ledger, by.address, "agent.stopped", address, now, because=STOPPED,
                session=session.name if session else None,
            )  # fmt: skip
