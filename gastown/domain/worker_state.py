"""The situation of an agent, named: computed from facts whenever somebody asks, held in no column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gastown.domain.actions import LeaveAlone, Park, StartSession
from gastown.domain.decide.slots import within_slots
from gastown.domain.decide.supervision import supervise
from gastown.domain.failures import explained
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Restart
from gastown.domain.runtime import Activity
from gastown.domain.supervised import AgentFacts, Hooked, LastStart, RestartPolicy

STARTING = timedelta(seconds=60)
"""How long an agent CLI may take from its start to its first prompt."""


QUIET = timedelta(minutes=2)
"""How long an agent may sit at its prompt with work on its hook before it is a person's business."""


class WorkerState(StrEnum):
    """What an agent does, in one word."""

    WORKING = "working"
    IDLE = "idle"
    """It has no work; its session is gone, or stays and waits at its prompt."""
    STALLED = "stalled"
    """It has work, and the work does not move."""
    ZOMBIE = "zombie"
    """It has no work, and its session is still there."""
    WAITING_TURN = "waiting-turn"
    """It has work, and its session may not start yet: slots are taken, or an older session still talks."""
    PARKED = "parked"
    """It has work, and nobody tries any more until a person says so."""
    DEFERRED = "deferred"
    """It has work that nobody begins until somebody says so."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """A worker's state and the reason for it; `until` is when it may change by itself."""

    state: WorkerState
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a running agent from going on until a person acts."""

    why: str
    failure: str | None = None
    """Its CLI's own word, when it gave up."""
    asks: bool = False
    """Whether it shows a question right now."""
    question: str | None = None
    """The message in which it asked."""


def worker_states(
    agents: Sequence[AgentFacts], policy: RestartPolicy, most: int, now: datetime
) -> Mapping[str, Situation]:
    """The situation of every agent by address, when at most `most` sessions may run at the same time."""
    wanted = [supervise(agent, policy, now) for agent in agents]
    allowed = within_slots(wanted, agents, most)
    return {
        agent.address: Situation(WorkerState.WAITING_TURN, may.because)
        if isinstance(want, StartSession) and isinstance(may, LeaveAlone)
        else worker_state(agent, policy, now)
        for agent, want, may in zip(agents, wanted, allowed, strict=True)
    }


def worker_state(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Situation:
    """Name the situation of `agent`, whatever the slots are."""
    match agent.session:
        case Unknown(why):
            return Situation(WorkerState.UNKNOWN, f"cannot see the session: {why}")
        case Absent():
            return _not_running(agent, policy, now)
        case Present() if agent.work is not None:
            return _running(agent, agent.work, policy, now)
        case Present():
            return _without_work(agent, policy, now)


def _not_running(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Situation:
    if agent.hook is None and agent.wanted is None:
        if agent.paused is None and agent.is_woken_by_mail:
            action = supervise(agent, policy, now)
            return Situation(
                WorkerState.PARKED if isinstance(action, Park) else WorkerState.IDLE, action.because
            )
        return Situation(
            WorkerState.IDLE, f"paused: {agent.paused}" if agent.paused else "nothing on the hook"
        )
    match supervise(agent, policy, now):
        case Park(because=why):
            return Situation(WorkerState.PARKED, why)
        case LeaveAlone(because=why) if agent.work is None and agent.wanted is None:
            return Situation(WorkerState.DEFERRED, why)
        case LeaveAlone(because=why, until=until):
            parked = agent.paused is not None or is_started_by_hand(agent)
            return Situation(WorkerState.PARKED if parked else WorkerState.STALLED, why, until)
        case action:
            return Situation(WorkerState.STALLED, action.because)


def is_started_by_hand(agent: AgentFacts) -> bool:
    """Whether only a person starts its session, work or not."""
    return not isinstance(agent.role, Unknown) and agent.role.restart is Restart.NEVER


def _without_work(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Situation:
    """A session that nothing on a hook is for: it stays, or is about to go."""
    ended = agent.turn_ended
    if (obstacle := needs_a_person(agent, now)) is not None:
        state = WorkerState.STALLED if agent.stays else WorkerState.ZOMBIE if ended else WorkerState.WORKING
        return Situation(state, obstacle.why)
    if not agent.stays:
        return Situation(
            WorkerState.ZOMBIE if ended else WorkerState.WORKING, supervise(agent, policy, now).because
        )
    if ended:
        return Situation(
            WorkerState.IDLE, f"{agent.hook.bead} is deferred" if agent.hook else "waits for work"
        )
    return Situation(WorkerState.WORKING, "in a turn, with nothing on its hook")


def _running(agent: AgentFacts, hook: Hooked, policy: RestartPolicy, now: datetime) -> Situation:
    start = agent.last_start
    if hook.done_wished_at is not None:
        return Situation(WorkerState.WORKING, "hands its work over")
    if start is None or start.generation != hook.generation:
        return Situation(WorkerState.WAITING_TURN, supervise(agent, policy, now).because)
    if start.handoff_at is not None and start.ended_at is None:
        action = supervise(agent, policy, now)
        return Situation(
            WorkerState.PARKED if isinstance(action, Park) else WorkerState.WORKING, action.because
        )
    if (obstacle := needs_a_person(agent, now)) is not None:
        return Situation(WorkerState.STALLED, obstacle.why)
    match agent.status:
        case Unknown(why):
            return Situation(WorkerState.WORKING, f"its session runs; cannot see what it does: {why}")
        case _ if agent.turn_ended:
            return _at_its_prompt(start, now)
        case Present() | Absent():
            return Situation(WorkerState.WORKING, f"works on {hook.bead}")


def _at_its_prompt(start: LastStart, now: datetime) -> Situation:
    if start.prompted_at is None and now - start.began_at < STARTING:
        return Situation(WorkerState.WORKING, "is starting")
    return Situation(WorkerState.STALLED, "its turn has ended with work on the hook")


def needs_a_person(agent: AgentFacts, now: datetime) -> Obstacle | None:
    """What a person has to do something about; None when this agent is not known to need one."""
    if not isinstance(agent.session, Present):
        return None
    quiet = now - agent.session.value.activity >= QUIET
    match agent.status:
        case Present(status) if status.activity is Activity.WAITING:
            what = status.waiting_for or "it did not say to what"
            return Obstacle(f"waits for an answer: {what}", asks=True)
        case Present(status) if status.activity is not Activity.IDLE:
            return None
        case _ if agent.last_start is None or (agent.work is None and not agent.stays):
            return None
        case _ if agent.question is not None and agent.turn_ended:
            return Obstacle(f"waits for your answer to {agent.question}", asks=True, question=agent.question)
        case Present():
            return _failure(agent.last_start) or _left_off(agent.work, agent.last_start, quiet=quiet)
        case Unknown():
            return _failure(agent.last_start)
        case Absent() if agent.turn_ended:
            return _failure(agent.last_start) or _left_off(agent.work, agent.last_start, quiet=quiet)
        case Absent():
            return _failure(agent.last_start) or _silence(agent, agent.last_start, now)


def _failure(start: LastStart) -> Obstacle | None:
    if start.failure is None or start.ended_at is not None:
        return None
    return Obstacle(explained(start.failure), start.failure)


def _left_off(hook: Hooked | None, start: LastStart, *, quiet: bool) -> Obstacle | None:
    if hook is None or not quiet or hook.done_wished_at is not None:
        return None
    if start.generation != hook.generation and not start.lasting:
        return None
    told = "; its monitor was told" if start.reported_at is not None else ""
    return Obstacle(f"its turn has ended with work on the hook{told}")


def _silence(agent: AgentFacts, start: LastStart, now: datetime) -> Obstacle | None:
    if start.primed_at is not None or now - start.began_at < STARTING:
        return None
    if agent.work is None and not agent.features.primes:
        return None
    return Obstacle("said nothing since its start; its CLI may be asking something")
