"""`gt session start`, `stop` and `restart`: what somebody wishes of an agent's session, work or not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gastown.domain.assignments import Caller
from gastown.domain.decide.budget import parked_because
from gastown.domain.endings import RESTARTED, STOPPED
from gastown.domain.roles import Restart
from gastown.domain.supervised import RestartPolicy
from gastown.domain.terminal import Session
from gastown.errors import Busy, Refused
from gastown.ledger import agents, events, incarnations, past_starts
from gastown.ledger.agents import AgentRow
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.ensure import ensure, live_session
from gastown.operations.sessions.environment import kept_environment
from gastown.operations.sessions.known import known, must_command
from gastown.operations.sessions.place import is_lent, role_of, session_of
from gastown.operations.sessions.report import tell_parked
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
    wanted: bool = True
    """Whether it runs without work, too; else it is there for the work on its hook alone."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """`session` is None when none ran. `paused`: why nothing is started for the `bead` on its hook, or for mail."""

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

    One of those that come for a piece of work and go with it, and that has some, is not wanted beyond that: it takes
    its turn. What an agent wishes again begins no count anew. Raises NotFound for an agent that is not there, Refused
    when it is paused or the caller may not.
    """
    must_command(town, address, by=by, deed="start")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        agent = known(town, ledger, address, now)
        resumed = _lift(ledger, agent)
        undeferred = _undefer(ledger, address)
        has_work = agents.open_assignment(ledger, address) is not None
        wanted = not (has_work and is_lent(role_of(town, address)))
        if wanted and (agent.wanted_at is None or by.is_human):
            agents.want(ledger, address, by=by.address, now=now)
        if wanted:
            events.append(
                ledger, by.address, "agent.wanted", address, now, bead=undeferred, resumed=resumed,
                again=agent.wanted_at is not None,
            )  # fmt: skip
        elif resumed is not None:
            events.append(ledger, by.address, "agent.unpaused", address, now, was=resumed)
        if not wanted and undeferred is not None:
            events.append(ledger, by.address, "bead.undeferred", undeferred, now, agent=address)
    ring(town.places.wake)
    runs = live_session(town, address) is not None
    return Started(address, session_of(town, address), runs, undeferred, resumed, wanted)


def stop(town: Town, address: str, *, by: Caller) -> Stopped:
    """End the agent's session with its whole process tree, and have it come with new work alone.

    Work stays on its hook; so that it is not started again for it, or for mail where its role is started for that, it
    is paused until somebody starts or resumes it. Worktree and branch stay as they are. Raises NotFound, Refused, Busy
    when somebody works on the agent, and Unavailable when the session cannot be seen or something survives.
    """
    must_command(town, address, by=by, deed="stop")
    is_permanent = role_of(town, address).restart is Restart.PERMANENT
    with lock(town.places.lock(address), what=address, wait=PATIENCE):
        now = town.clock.now()
        with (
            town.ledger.transaction() as ledger
        ):  # the wish first: who is killed now has not stopped for nothing
            fence(ledger, by)
            agent = known(town, ledger, address, now)
            agents.unwant(ledger, address)
            work = agents.open_assignment(ledger, address)
            called_for = work is not None and not work.deferred
            if (called_for or is_permanent) and agent.paused is None:
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
        (paused.paused or "") if paused is not None and (work is not None or is_permanent) else "",
    )


def restart(town: Town, address: str, *, by: Caller) -> Restarted:
    """Put a fresh session in the place of the agent's, at once, with a fresh conversation; start one if none runs.

    The wish is written down first: whoever is killed meanwhile leaves a handoff, which the supervisor carries out.
    Raises as `start` and `stop` do, and what starting raises; Refused for agents where that came to nothing too often.
    """
    must_command(town, address, by=by, deed="restart")
    if not by.is_human:
        _must_have_budget(town, address)
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


def _must_have_budget(town: Town, address: str) -> None:
    """Raise Refused, and tell people once, where the session that is to be replaced would be one too many."""
    work, agent, now = (
        agents.open_assignment(town.ledger, address), agents.get(town.ledger, address), town.clock.now(),
    )  # fmt: skip
    if work is not None:
        starts = past_starts.of_bead(town.ledger, work.bead)
    elif agent is not None and agent.wanted_at is not None:
        starts = past_starts.without_work(town.ledger, address, agent.wanted_at)
    else:
        return
    if starts and starts[-1].ended_at is None:
        starts = (*starts[:-1], replace(starts[-1], ended_at=now, cause=RESTARTED, by_agent=True))
    if (spent := parked_because(starts, RestartPolicy())) is not None:
        tell_parked(town, address, work.bead if work else None, spent)
        raise Refused(f"{address} is parked: {spent}", "tell your human: gt mail send overseer")


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
        because = STOPPED if by.is_human else f"{STOPPED} by {by.address}"
        ended = newest is not None and incarnations.end(ledger, newest.id, because, now)
        if ended or session is not None:
            events.append(
                ledger, by.address, "agent.stopped", address, now, because=STOPPED,
                session=session.name if session else None,
            )  # fmt: skip
