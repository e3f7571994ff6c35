"""The agents of a town as people see them: who works on what, since when, and how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gastown.domain.briefing_text import one_line
from gastown.domain.identity import parse_address
from gastown.domain.observed import Absent, Present
from gastown.domain.supervised import AgentFacts, RestartPolicy
from gastown.domain.worker_state import Situation, WorkerState, worker_states
from gastown.ledger import molecules
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
    is_worker: bool = True
    """Whether it is one of a rig's many that come and go with their work."""
    wanted: bool = False
    """Whether its session is to run without work, too."""
    runs: bool = False
    """Whether its session is there."""
    failure: str | None = None
    """What its CLI gave up with, in the CLI's own word."""
    step: str | None = None
    """How far its work has come in its steps: `3/5` while it is at the third of five."""

    @property
    def is_named(self) -> bool:
        """Whether people are told of it when it has no work."""
        return self.is_worker or self.runs or self.wanted or self.bead is not None


def worker_lines(town: Town, agents: Sequence[AgentFacts], most: int) -> tuple[WorkerLine, ...]:
    """One line for every agent, when at most `most` sessions may run."""
    situations = worker_states(agents, RestartPolicy(), most, town.clock.now())
    return tuple(_line(agent, _seen_by_its_lock(town, agent, situations[agent.address])) for agent in agents)


def with_steps(town: Town, lines: Sequence[WorkerLine]) -> tuple[WorkerLine, ...]:
    """The same lines with how far the work on hooks has come."""
    steps = {
        bead: f"{min(done + 1, there_are)}/{there_are}"
        for bead, (done, there_are) in molecules.steps_on_hooks(town.ledger).items()
    }
    return tuple(replace(line, step=steps.get(line.bead or "")) for line in lines)


def _seen_by_its_lock(town: Town, agent: AgentFacts, situation: Situation) -> Situation:
    """Between the ledger's word and the first look at a new session, only the agent's lock tells of the start."""
    if situation.state is not WorkerState.STALLED or not isinstance(agent.session, Absent):
        return situation
    if not isinstance(held(town.places.lock(agent.address)), Present):
        return situation
    return replace(situation, state=WorkerState.WORKING, why="its session is being started", until=None)


def _line(agent: AgentFacts, situation: Situation) -> WorkerLine:
    address, session, hook = parse_address(agent.address), agent.session, agent.hook
    failed = agent.last_start.failure if agent.last_start and agent.last_start.ended_at is None else None
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
        is_worker=agent.is_worker,
        wanted=agent.wanted is not None,
        runs=isinstance(session, Present),
        failure=failed if isinstance(session, Present) else None,
    )


def _last_heard(agent: AgentFacts) -> datetime | None:
    start = agent.last_start
    if start is None:
        return None
    return max(
        t for t in (start.began_at, start.primed_at, start.prompted_at, start.ended_at) if t is not None
    )
