"""Sessions of a town's terminal: whose they are, and since when they run."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.identity import TOWN_PREFIX, parse_address, session_name
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.terminal import Session
from gastown.errors import NotFound, Unavailable
from gastown.ledger import incarnations
from gastown.ledger.agents import AgentRow
from gastown.town import Town
from gastown.views.agents import agent_list


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session that runs, or one that is to run and does not."""

    session: str
    agent: str | None
    """Whose it is; None: it shows a log, or nobody knows it."""
    runs: bool
    state: str
    why: str
    bead: str | None
    started: datetime | None
    last_sign: datetime | None
    attached: int
    """How many terminals of people show it."""
    incarnation: int | None
    conversation: str | None
    resumed: bool
    """It went on with a former conversation."""
    runtime: str


def session_list(town: Town) -> tuple[SessionLine, ...]:
    """Every session by name, and the agents whose session is wanted and missing. Raises Unavailable."""
    seen = town.terminal.sessions()
    if isinstance(seen, Unknown):
        raise Unavailable(f"cannot see the sessions: {seen.why}", "gt doctor")
    running = {session.name: session for session in seen}
    lines: list[SessionLine] = []
    for agent in agent_list(town):
        if agent.session is None:
            continue
        session = running.pop(agent.session, None)
        if session is None and agent.wanted_at is None:
            continue
        start = incarnations.newest(town.ledger, agent.address)
        lines.append(
            SessionLine(
                session=agent.session, agent=agent.address, runs=session is not None, state=agent.state, why=agent.why,
                bead=agent.bead, started=session.started if session else None,
                last_sign=session.activity if session else None, attached=session.attached if session else 0,
                incarnation=session.incarnation if session else None,
                conversation=start.conversation if start and session else None,
                resumed=bool(start and session and start.resumed), runtime=start.runtime if start and session else "",
            )
        )  # fmt: skip
    lines += [_of_nobody(session) for session in running.values()]
    return tuple(sorted(lines, key=lambda line: line.session))


def _of_nobody(session: Session) -> SessionLine:
    return SessionLine(
        session=session.name, agent=None, runs=True, state="log" if session.incarnation is None else "unknown",
        why="", bead=None, started=session.started, last_sign=session.activity, attached=session.attached,
        incarnation=session.incarnation, conversation=None, resumed=False, runtime="",
    )  # fmt: skip


def session_of(town: Town, agent: AgentRow) -> Session:
    """The agent's session. Raises NotFound when none runs, Unavailable when that cannot be seen."""
    newest = incarnations.newest(town.ledger, agent.address)
    if newest is not None and newest.ended_at is None:
        name = newest.session  # the rig's prefix may have changed since
    else:
        prefix = town.rig(agent.rig).prefix if agent.rig else TOWN_PREFIX
        name = session_name(prefix, parse_address(agent.address).handle)
    match town.terminal.look([name])[name]:
        case Present(session):
            return session
        case Absent():
            raise NotFound(f"{agent.address} has no session now", _way(agent))
        case Unknown(why):
            raise Unavailable(f"cannot see the sessions: {why}", "gt doctor")


def _way(agent: AgentRow) -> str:
    short = parse_address(agent.address).short
    if agent.paused is not None:
        return f"it is paused: {agent.paused}\ngt agent resume {short}"
    if agent.hook_bead is not None:
        return f"{agent.hook_bead} is on its hook: gt up\ngt log {short}"
    return f"nothing is on its hook: gt session start {short} starts one\ngt log {short}"
