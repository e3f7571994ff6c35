"""The one page of a town: who works on what, what waits for the human, the queues, the convoys, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.supervised import AgentFacts
from gastown.domain.worker_state import WorkerState
from gastown.ledger import agents, convoys, ready
from gastown.ledger.convoys import ConvoyProgress
from gastown.town import Town
from gastown.views.next_step import next_step
from gastown.views.queue import QueueLine, queue_lines
from gastown.views.rig_list import RigLine, rig_line
from gastown.views.supervised import observe_agents
from gastown.views.waiting import WaitingLine, waiting_lines
from gastown.views.workers import WorkerLine, with_steps, worker_lines
from gastown.world.locks import held

CONVOYS = 8
"""Convoys that the page shows."""

NEWS = frozenset({"landed", "closed"})
"""Kinds of lines that nothing has to be done about."""


@dataclass(frozen=True, slots=True)
class SupervisorLine:
    """Whether somebody looks after the town."""

    state: str
    """up, down or unknown"""
    pid: int | None
    since: datetime | None
    why: str | None
    """Why it is unknown."""


@dataclass(frozen=True, slots=True)
class TownStatus:
    """The town at one moment. What could not be seen is named in `cannot_see`, and unknown in its line."""

    name: str
    path: str
    at: datetime
    supervisor: SupervisorLine
    rigs: tuple[RigLine, ...]
    waiting: tuple[WaitingLine, ...]
    working: tuple[WorkerLine, ...]
    """Every agent that is not idle."""
    idle: tuple[WorkerLine, ...]
    """Workers without work; of all others those whose session runs or is to run."""
    queues: tuple[QueueLine, ...]
    convoys: tuple[ConvoyProgress, ...]
    """The oldest open ones that somebody asked for."""
    convoys_open: int
    """How many of those there are in all."""
    ready: int
    """Beads that could be slung at once."""
    max_polecats: int
    cannot_see: tuple[str, ...]
    next: str
    """The most useful command to type now."""


def town_status(town: Town) -> TownStatus:
    """The whole page, from the ledger, one look at the terminal, and what agents say of themselves.

    A silent or missing terminal is no error. Raises what reading settings and ledger raises.
    """
    settings, rigs, now = town.settings, town.rigs, town.clock.now()
    facts = observe_agents(town)
    workers = with_steps(town, worker_lines(town, facts, settings.max_polecats))
    supervisor, queues = supervisor_line(town), queue_lines(town)
    waiting = waiting_lines(town, facts, workers, rigs)
    first = ready.first(town.ledger, rig=None, now=now, most=1)
    return TownStatus(
        name=settings.name,
        path=str(town.root),
        at=now,
        supervisor=supervisor,
        rigs=tuple(rig_line(rig) for rig in rigs.values()),
        waiting=waiting,
        working=tuple(line for line in workers if line.state is not WorkerState.IDLE),
        idle=tuple(line for line in workers if line.state is WorkerState.IDLE and line.is_named),
        queues=queues,
        convoys=tuple(convoys.open_convoys(town.ledger, CONVOYS)),
        convoys_open=convoys.counts(town.ledger)[0],
        ready=ready.count(town.ledger, now),
        max_polecats=settings.max_polecats,
        cannot_see=_cannot_see(town, supervisor, facts, queues),
        next=next_step(
            rigs=tuple(rigs),
            supervised=supervisor.state != "down",
            blind=supervisor.state == "unknown" or any(line.state is WorkerState.UNKNOWN for line in workers),
            waiting=tuple(line for line in waiting if line.kind not in NEWS),
            workers=workers,
            queues=queues,
            ready=first[0] if first else None,
        ),
    )


def supervisor_line(town: Town) -> SupervisorLine:
    """Whether the supervisor runs, and since when; its lock tells."""
    path = town.places.supervisor_lock
    match held(path):
        case Present(pid):
            try:
                since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except OSError:
                since = None
            return SupervisorLine("up", pid or None, since, None)
        case Absent():
            return SupervisorLine("down", None, None, None)
        case Unknown(why):
            return SupervisorLine("unknown", None, None, why)


def _cannot_see(
    town: Town, supervisor: SupervisorLine, facts: Sequence[AgentFacts], queues: Sequence[QueueLine]
) -> tuple[str, ...]:
    unseen = [f"cannot see the supervisor: {supervisor.why}"] if supervisor.state == "unknown" else []
    unseen += [
        f"cannot see the sessions: {agent.session.why}"
        for agent in facts
        if isinstance(agent.session, Unknown)
    ]
    unseen += [
        f"cannot see what {agent.session_name} does: {agent.status.why}"
        for agent in facts
        if isinstance(agent.status, Unknown)
    ]
    unseen += [
        f"cannot see what {agent.address} is: {agent.role.why}"
        for agent in facts
        if isinstance(agent.role, Unknown)
    ]
    unseen += [f"cannot see {line.rig}'s queue process" for line in queues if line.process == "unknown"]
    seen = {agent.address for agent in facts}
    unseen += [
        f"{agent.address} has {agent.hook_bead} on its hook, but there is no rig {agent.rig} any more"
        for agent in agents.all_agents(town.ledger)
        if agent.hook_bead is not None and agent.address not in seen
    ]
    return tuple(dict.fromkeys(unseen))
