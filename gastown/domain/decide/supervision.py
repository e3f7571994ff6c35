"""What to do about each agent's session and each rig's queue: facts and now in, actions with reasons out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gastown.domain.actions import (
    Action,
    FinishDone,
    LeaveAlone,
    Park,
    RecordEnd,
    StartQueue,
    StartSession,
    StopSession,
)
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.supervised import AgentFacts, Hooked, PastStart, QueueFacts, RestartPolicy
from gastown.domain.terminal import Session

LONGEST_PAUSE = timedelta(minutes=5)
SESSION_ENDED = "the session ended"
STOPPED_BY_PERSON = "gt down"
NOBODYS_FAULT = frozenset({STOPPED_BY_PERSON})
"""Causes that say nothing about the work."""
TALK = timedelta(minutes=10)
"""How long a session is left to a person who prompted it after its work was done."""


def supervise(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Action:
    """Choose the one thing to do about this agent's session, and say why."""
    match agent.session:
        case Unknown(why):
            return LeaveAlone(agent.address, f"cannot see the session: {why}")
        case Present(session):
            return _running(agent, session, now)
        case Absent():
            return _not_running(agent, policy, now)


def _running(agent: AgentFacts, session: Session, now: datetime) -> Action:
    start, hook = agent.last_start, agent.hook
    if hook is not None and hook.done_wished_at is not None:
        return FinishDone(agent.address, hook.generation, "gt done was begun and not finished")
    if hook is not None and start is not None and start.generation == hook.generation:
        return LeaveAlone(agent.address, f"works on {hook.bead}")
    if hook is None and agent.last_outcome == "unslung" and not session.attached:
        return StopSession(agent.address, session, "its work was taken back")
    if not agent.turn_ended:
        return LeaveAlone(agent.address, "its last turn has not ended")
    if session.attached:
        return LeaveAlone(agent.address, "a person is watching its session")
    if (talk := _in_conversation(agent, now)) is not None:
        return talk
    if hook is not None:
        return StartSession(agent.address, f"{hook.bead} is hooked, an older session has ended its turn")
    return StopSession(agent.address, session, "nothing on the hook and the turn has ended")


def _in_conversation(agent: AgentFacts, now: datetime) -> Action | None:
    start = agent.last_start
    if start is None or start.prompted_at is None or agent.last_assignment_ended is None:
        return None
    if start.prompted_at <= agent.last_assignment_ended or now - start.prompted_at > TALK:
        return None
    return LeaveAlone(agent.address, "somebody talks to it since its work was done", start.prompted_at + TALK)


def _not_running(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Action:
    start, hook = agent.last_start, agent.hook
    if start is not None and start.ended_at is None:
        return RecordEnd(agent.address, start.incarnation, start.failure or SESSION_ENDED)
    if hook is None:
        return LeaveAlone(agent.address, "nothing on the hook")
    if hook.done_wished_at is not None:
        return FinishDone(agent.address, hook.generation, "gt done was begun and not finished")
    if agent.paused is not None:
        return LeaveAlone(agent.address, f"paused: {agent.paused}")
    if (spent := parked_because(hook.starts, policy)) is not None:
        return Park(agent.address, hook.bead, spent)
    if (until := _pause(hook, policy)) is not None and until > now:
        return LeaveAlone(agent.address, "waits before the next start", until)
    return StartSession(agent.address, f"{hook.bead} is hooked, no session runs")


def parked_because(starts: Sequence[PastStart], policy: RestartPolicy) -> str | None:
    """Why no more sessions are started for a bead with these starts behind it; None while there is budget."""
    fruitless = _fruitless(starts, policy)
    if not fruitless or len(fruitless) < policy.budget:
        return None
    return f"{len(fruitless)} sessions ended without progress: {fruitless[-1].cause}"


def _fruitless(starts: Sequence[PastStart], policy: RestartPolicy) -> Sequence[PastStart]:
    """The newest ended starts of one cause between which nothing was achieved."""
    run: list[PastStart] = []
    for start in reversed([s for s in starts if s.ended_at is not None]):
        if start.cause in NOBODYS_FAULT:
            continue
        if run and (start.cause != run[0].cause or start.head != run[0].head):
            break
        if start.ended_head is not None and start.ended_head != start.head:
            break
        if start.ended_at is not None and start.ended_at - start.began_at >= policy.patience:
            break
        run.append(start)
    return run[::-1]


def _pause(hook: Hooked, policy: RestartPolicy) -> datetime | None:
    fruitless = _fruitless(hook.starts, policy)
    if len(fruitless) < 2 or fruitless[-1].ended_at is None:  # noqa: PLR2004 - the first restart is at once
        return None
    doubled: timedelta = policy.first_pause * 2 ** (len(fruitless) - 2)
    return fruitless[-1].ended_at + min(doubled, LONGEST_PAUSE)


def within_slots(actions: Sequence[Action], agents: Sequence[AgentFacts], most: int) -> Sequence[Action]:
    """Of all sessions to be started, only so many that no more than `most` run; the most urgent, oldest first."""
    running = sum(not isinstance(agent.session, Absent) for agent in agents)
    replaced = {agent.address for agent in agents if isinstance(agent.session, Present)}
    hooks = {agent.address: agent.hook for agent in agents if agent.hook is not None}
    new = [a for a in actions if isinstance(a, StartSession) and a.agent not in replaced]
    new.sort(key=lambda a: (hooks[a.agent].priority, hooks[a.agent].slung_at))
    late = {a.agent for a in new[max(0, most - running) :]}
    return [
        LeaveAlone(a.agent, f"waits its turn: {most} polecats run")
        if isinstance(a, StartSession) and a.agent in late
        else a
        for a in actions
    ]


def tend_queue(queue: QueueFacts) -> Action | None:
    """Whether the rig's queue process is to be started."""
    if queue.running or not queue.to_do:
        return None
    return StartQueue(queue.rig, f"{queue.to_do} in the queue, no process runs")
