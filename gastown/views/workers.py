"""The agents of a town as people see them: who works on what, since when, and how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gastown.domain.briefing import one_line
from gastown.domain.identity import parse_address
from gastown.domain.observed import Absent, Present
from gastown.domain.supervised import AgentFacts, RestartPolicy
from gastown.domain.worker_state import Situation, WorkerState, worker_states
from gastown.town import Town
from gastown.world.locks import held


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One agent: `state` and `why` are computed now."""

    address: str
    short: str
    rig: str
    name: str
    session: str
    """The name of its session, whether it runs or not."""
    bead: str | None
    title: str | None
    generation: int | None
    since: datetime | None
    """When the work was slung; without work, when the last one ended."""
    state: WorkerState
    why: str
    until: datetime | None
    """When the state may change by itself."""
    last_sign: datetime | None
    """The last output or input of its session; without one, the last that was heard of it."""
    attached: int
    """How many terminals of people show it."""


def worker_lines(town: Town, agents: Sequence[AgentFacts], most: int) -> tuple[WorkerLine, ...]:
    """One line for every agent, when at most `most` sessions may run."""
    situations = worker_states(agents, RestartPolicy(), most, town.clock.now())
    return tuple(_line(agent, _seen_by_its_lock(town, agent, situations[agent.address])) for agent in agents)


def _seen_by_its_lock(town: Town, agent: AgentFacts, situation: Situation) -> Situation:
    """Between the ledger's word and the first look at a new session, only the agent's lock tells of the start."""
    if situation.state is not WorkerState.STALLED or not isinstance(agent.session, Absent):
        return situation
    if not isinstance(held(town.places.lock(agent.address)), Present):
        return situation
    return replace(situation, state=WorkerState.WORKING, why="its session is being started", until=None)


def _line(agent: AgentFacts, situation: Situation) -> WorkerLine:
    address, session, hook = parse_address(agent.address), agent.session, agent.hook
    return WorkerLine(
        address=agent.address,
        short=address.short,
        rig=agent.rig,
        name=address.name,
        session=agent.session_name,
        bead=hook.bead if hook else None,
        title=hook.title if hook else None,
        generation=hook.generation if hook else None,
        since=hook.slung_at if hook else agent.last_assignment_ended,
        state=situation.state,
        why=one_line(situation.why),
        until=situation.until,
        last_sign=session.value.activity if isinstance(session, Present) else _last_heard(agent),
        attached=session.value.attached if isinstance(session, Present) else 0,
    )


def _last_heard(agent: AgentFacts) -> datetime | None:
    start = agent.last_start
    if start is None:
        return None
    return max(
        t for t in (start.began_at, start.primed_at, start.prompted_at, start.ended_at) if t is not None
    )
