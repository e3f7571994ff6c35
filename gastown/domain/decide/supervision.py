"""What to do about each agent's session and each rig's queue: facts and now in, actions with reasons out."""

import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.actions import (
    Action,
    FinishDone,
    LeaveAlone,
    Park,
    RecordEnd,
    RingDoorbell,
    StartQueue,
    StartSession,
    StopSession,
)
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.supervised import AgentFacts, Hooked, LastStart, PastStart, QueueFacts, RestartPolicy
from gastown.domain.terminal import Session

LONGEST_PAUSE = timedelta(minutes=5)
FIRST_QUEUE_PAUSE = timedelta(seconds=0.2)
LONGEST_QUEUE_PAUSE = timedelta(minutes=2)
SESSION_ENDED = "the session ended"
STOPPED_BY_PERSON = "gt down"
CUT_OFF = "its start was cut off: who started it was killed"
UNSEEN = "could not look"
"""How causes begin that were a tool's silence: they make the pauses longer, and spend no budget."""
NOBODYS_FAULT = frozenset({STOPPED_BY_PERSON, CUT_OFF})
"""Causes that say nothing about the work."""
CAUSES = 3
"""Budgets of one cause that all causes together may spend: one that always has another face ends as well."""
UNPRIMED = timedelta(seconds=45)
"""How long the start callback may take before the doorbell is typed."""
TALK = timedelta(minutes=10)
"""How long a session is left to a person who prompted it after its work was done."""
_OF_THE_MOMENT = re.compile(r"\S*\d\S*")
_DOUBLINGS = 20
"""More would be longer than any pause."""


def supervise(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Action:
    """Choose the one thing to do about this agent's session, and say why."""
    match agent.session:
        case Unknown(why):
            return LeaveAlone(agent.address, f"cannot see the session: {why}")
        case Present(session):
            return _running(agent, session, policy, now)
        case Absent():
            return _not_running(agent, policy, now)


def _running(agent: AgentFacts, session: Session, policy: RestartPolicy, now: datetime) -> Action:
    start, hook = agent.last_start, agent.hook
    if hook is not None and hook.done_wished_at is not None:
        return FinishDone(agent.address, hook.generation, "gt done was begun and not finished")
    if (
        hook is not None
        and start is not None
        and (session.incarnation or start.incarnation) < start.incarnation
    ):
        return _start(agent, hook, policy, now, "a session of an older start came late")
    if (
        hook is not None
        and start is not None
        and start.generation == hook.generation
        and start.ended_at is None
    ):
        return _unprimed(agent, session, start, now) or LeaveAlone(agent.address, f"works on {hook.bead}")
    if hook is None and agent.last_outcome == "unslung" and not session.attached:
        return _in_conversation(agent, now) or StopSession(agent.address, session, "its work was taken back")
    if not agent.turn_ended:
        return LeaveAlone(agent.address, "its last turn has not ended")
    if session.attached:
        return LeaveAlone(agent.address, "a person is watching its session")
    if (talk := _in_conversation(agent, now)) is not None:
        return talk
    if hook is not None:
        return _start(agent, hook, policy, now, "an older session has ended its turn")
    return StopSession(agent.address, session, "nothing on the hook and the turn has ended")


def _unprimed(agent: AgentFacts, session: Session, start: LastStart, now: datetime) -> Action | None:
    """The doorbell for an agent whose start callback brought nothing; typed once, and never over a person's text."""
    if start.primed_at is not None or start.rung_at is not None:
        return None
    if now - start.began_at < UNPRIMED:
        return LeaveAlone(agent.address, "is starting", start.began_at + UNPRIMED)
    if not agent.turn_ended or session.attached or session.ever_attached:
        return None
    return RingDoorbell(agent.address, session, start.incarnation, "it was never told what is on its hook")


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
    return _start(agent, hook, policy, now, "no session runs")


def _start(agent: AgentFacts, hook: Hooked, policy: RestartPolicy, now: datetime, because: str) -> Action:
    """A new session for what is on the hook, unless a person or the budget says no."""
    if agent.paused is not None:
        return LeaveAlone(agent.address, f"paused: {agent.paused}")
    if (spent := parked_because(hook.starts, policy)) is not None:
        return Park(agent.address, hook.bead, spent)
    if (until := _pause(hook, policy, now)) is not None and until > now:
        return LeaveAlone(agent.address, f"waits before the next start{_last_cause(hook)}", until)
    return StartSession(agent.address, f"{hook.bead} is hooked, {because}{_last_cause(hook)}")


def _last_cause(hook: Hooked) -> str:
    """How the last session for this work ended, for whoever wonders why it does not run."""
    ended = [start.cause for start in hook.starts if start.cause is not None]
    return f" (the last one: {ended[-1]})" if ended else ""


def parked_because(starts: Sequence[PastStart], policy: RestartPolicy) -> str | None:
    """Why no more sessions are started for a bead with these starts behind it; None while there is budget."""
    fruitless = [start for start in _fruitless(starts, policy) if not (start.cause or "").startswith(UNSEEN)]
    counted = Counter(_kind(start) for start in fruitless)
    for start in reversed(fruitless):
        if (times := counted[_kind(start)]) >= policy.budget:
            return f"{times} sessions ended without progress: {start.cause}"
    if len(fruitless) >= policy.budget * CAUSES:
        return f"{len(fruitless)} sessions ended without progress, each time differently; last: {fruitless[-1].cause}"
    return None


def _fruitless(starts: Sequence[PastStart], policy: RestartPolicy) -> Sequence[PastStart]:
    """The starts that came to nothing since the last progress, whatever their causes, oldest first.

    Progress is a head where the branch was never before, or a session that lived long enough.
    """
    run: list[PastStart] = []
    heads: set[str] = set()
    for start in starts:
        if _moved(heads, start.head):
            run.clear()
        if start.ended_at is None:
            continue
        if _moved(heads, start.ended_head) or start.ended_at - start.began_at >= policy.patience:
            run.clear()
        elif start.cause not in NOBODYS_FAULT:
            run.append(start)
    return run


def _moved(heads: set[str], head: str | None) -> bool:
    """Whether the branch is where it never was; remembers it. A head that could not be read is no move."""
    if head is None or head in heads:
        return False
    heads.add(head)
    return len(heads) > 1


def _kind(start: PastStart) -> str:
    """The cause without what differs from time to time: process ids, times, names of the moment."""
    return _OF_THE_MOMENT.sub("#", start.cause or "")


def _pause(hook: Hooked, policy: RestartPolicy, now: datetime) -> datetime | None:
    fruitless = _fruitless(hook.starts, policy)
    last = fruitless[-1].ended_at if fruitless else None
    if last is None or last > now or len(fruitless) < 2:  # noqa: PLR2004 - the first restart is at once
        return None
    doubled: timedelta = policy.first_pause * 2 ** min(len(fruitless) - 2, _DOUBLINGS)
    return last + min(doubled, LONGEST_PAUSE)


def within_slots(
    actions: Sequence[Action],
    agents: Sequence[AgentFacts],
    most: int,
    under_way: AbstractSet[str] = frozenset(),
) -> Sequence[Action]:
    """Of all sessions to be started, only so many that no more than `most` run; the most urgent, oldest first.

    A slot is held by a session that cannot be seen or whose end is not recorded yet, and by an agent that
    something is `under_way` for: its session may begin at any moment.
    """
    running = sum(agent.address in under_way or _holds_slot(agent) for agent in agents)
    replaced = {agent.address for agent in agents if isinstance(agent.session, Present)}
    hooks = {agent.address: agent.hook for agent in agents if agent.hook is not None}
    new = [a for a in actions if isinstance(a, StartSession) and a.agent not in replaced | under_way]
    new.sort(key=lambda a: (hooks[a.agent].priority, hooks[a.agent].slung_at))
    late = {a.agent for a in new[max(0, most - running) :]}
    return [
        LeaveAlone(a.agent, f"waits its turn: {most} polecats run")
        if isinstance(a, StartSession) and a.agent in late
        else a
        for a in actions
    ]


def _holds_slot(agent: AgentFacts) -> bool:
    unrecorded = agent.last_start is not None and agent.last_start.ended_at is None
    return unrecorded or not isinstance(agent.session, Absent)


def tend_queue(queue: QueueFacts) -> Action | None:
    """Whether the rig's queue process is to be started."""
    if queue.running or not queue.to_do:
        return None
    return StartQueue(queue.rig, f"{queue.to_do} in the queue, no process runs")


@dataclass(frozen=True, slots=True)
class QueueStarts:
    """The newest start of a queue process, when the next one may be, and how many came to nothing before."""

    began: datetime
    not_before: datetime
    in_vain: int


def queue_started(before: QueueStarts | None, now: datetime) -> QueueStarts:
    """What to remember of a start now; `before` is the last one if nothing has landed or come back since."""
    in_vain = 0 if before is None or now - before.not_before > LONGEST_QUEUE_PAUSE else before.in_vain + 1
    pause = min(FIRST_QUEUE_PAUSE * 2 ** min(in_vain, _DOUBLINGS), LONGEST_QUEUE_PAUSE)
    return QueueStarts(now, now + pause, in_vain)
