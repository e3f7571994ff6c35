"""What to do about each agent's session: facts and now in, one action with its reason out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gastown.domain.actions import Action, FinishDone, LeaveAlone, Park, RecordEnd, StartSession, StopSession
from gastown.domain.decide.budget import HASTE, SESSION_ENDED, last_cause, parked_because, pause
from gastown.domain.decide.propulsion import UNPRIMED, is_starting, propel, tell_of_mail
from gastown.domain.endings import HANDOFF
from gastown.domain.identity import OVERSEER
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Restart
from gastown.domain.supervised import AgentFacts, Hooked, LastStart, PastStart, RestartPolicy
from gastown.domain.terminal import Session

TALK = timedelta(minutes=10)
"""How long a session is left to a person who prompted it after its work was done."""
LAST_WORDS = timedelta(seconds=10)
"""How long an agent that hands itself off may take to end its turn."""
IN_GOOD_ORDER = frozenset({"prompt_input_exit", "logout"})
"""Claude Code's words for the end of a conversation that somebody wished at its prompt."""
LATE = "a session of an older start came late"


def supervise(agent: AgentFacts, policy: RestartPolicy, now: datetime) -> Action:
    """Choose the one thing to do about this agent's session, and say why."""
    if isinstance(agent.role, Unknown):
        return LeaveAlone(agent.address, f"its role cannot be read: {agent.role.why}")
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
    if start is not None and (session.incarnation or start.incarnation) < start.incarnation:
        return _replace(agent, policy, now, LATE) or _at_rest(agent, session, policy, now)
    if start is not None and start.ended_at is None:
        return _current(agent, session, start, policy, now) or _at_rest(agent, session, policy, now)
    return _at_rest(agent, session, policy, now)


def _current(
    agent: AgentFacts, session: Session, start: LastStart, policy: RestartPolicy, now: datetime
) -> Action | None:
    """What to do about the session of the newest start; None when it has nothing to do any more."""
    work = agent.work
    its_own = work is not None and start.generation == work.generation
    if start.handoff_at is not None and (its_own or start.lasting):
        return _hand_off(agent, start, start.handoff_at, policy, now)
    if (its_own or start.lasting or agent.stays) and (mail := tell_of_mail(agent, session, now)) is not None:
        return mail
    if work is not None and (its_own or start.lasting):
        return propel(agent, session, start, work, now)
    if work is None and agent.stays:
        return LeaveAlone(agent.address, "nothing on the hook; its session stays")
    return None


def _hand_off(
    agent: AgentFacts, start: LastStart, wished: datetime, policy: RestartPolicy, now: datetime
) -> Action:
    """A fresh session in the place of this one, once it has said its last words."""
    if not agent.turn_ended:
        if start.handoff_by != agent.address:
            return LeaveAlone(agent.address, "is handed off when its turn has ended")
        if wished <= now < wished + LAST_WORDS:
            return LeaveAlone(agent.address, "hands itself off", wished + LAST_WORDS)
    if agent.work is None and agent.wanted is None and start.began_at <= now < start.began_at + HASTE:
        return LeaveAlone(agent.address, "waits before the next start", start.began_at + HASTE)
    return _begin(agent, agent.work, policy, now, "a handoff was wished", again=True)


def _at_rest(agent: AgentFacts, session: Session, policy: RestartPolicy, now: datetime) -> Action:
    """What to do about a session that has nothing to do, or belongs to an older start."""
    if _was_taken_back(agent) and not session.attached:
        return _in_conversation(agent, now) or StopSession(agent.address, session, "its work was taken back")
    if not agent.turn_ended:
        return LeaveAlone(agent.address, "its last turn has not ended")
    if (start := agent.last_start) is not None and is_starting(start, now):
        return LeaveAlone(agent.address, "is starting", start.began_at + UNPRIMED)
    if session.attached:
        return LeaveAlone(agent.address, "a person is watching its session")
    if (talk := _in_conversation(agent, now)) is not None:
        return talk
    if (fresh := _replace(agent, policy, now, "an older session has ended its turn")) is not None:
        return fresh
    if agent.stays:
        return LeaveAlone(agent.address, "nothing on the hook; its session stays")
    return StopSession(agent.address, session, "nothing on the hook and the turn has ended")


def _was_taken_back(agent: AgentFacts) -> bool:
    """Whether its session was for work alone, and the work is its no more."""
    lasting = agent.last_start is not None and agent.last_start.lasting
    return agent.work is None and agent.last_outcome == "unslung" and not lasting and not agent.stays


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
        return _ended(agent, start)
    if hook is not None and hook.done_wished_at is not None:
        return FinishDone(agent.address, hook.generation, "gt done was begun and not finished")
    if (fresh := _replace(agent, policy, now, "no session runs")) is not None:
        return fresh
    if agent.is_woken_by_mail:
        return _begin(agent, None, policy, now, "mail waits for it")
    return LeaveAlone(agent.address, f"{hook.bead} is deferred" if hook else "nothing on the hook")


def _ended(agent: AgentFacts, start: LastStart) -> Action:
    """Its session is gone: write it down, and that nobody wants it any more where that is what its role says."""
    if start.handoff_at is not None:
        return RecordEnd(agent.address, start.incarnation, HANDOFF)
    because = start.failure or SESSION_ENDED
    return RecordEnd(agent.address, start.incarnation, because, unwants=_unwants(agent, start))


def _unwants(agent: AgentFacts, start: LastStart) -> bool:
    if agent.wanted is None or isinstance(agent.role, Unknown):
        return False
    match agent.role.restart:
        case Restart.PERMANENT:
            return False
        case Restart.TRANSIENT:
            return start.failure is None and start.left_because in IN_GOOD_ORDER
        case Restart.TEMPORARY | Restart.NEVER:
            return True


def _replace(agent: AgentFacts, policy: RestartPolicy, now: datetime, because: str) -> Action | None:
    """A new session if there is work for one, or it is wanted without."""
    if agent.work is None and agent.wanted is None:
        return None
    return _begin(agent, agent.work, policy, now, because)


def _begin(
    agent: AgentFacts,
    work: Hooked | None,
    policy: RestartPolicy,
    now: datetime,
    because: str,
    *,
    again: bool = False,
) -> Action:
    """A new session, unless a person, its role or the budget says no; `again`: in the place of one that runs."""
    if agent.paused is not None:
        return LeaveAlone(agent.address, f"paused: {agent.paused}")
    if not again and _is_never_started(agent):
        return LeaveAlone(agent.address, "only a person starts it")
    starts = work.starts if work else _starts_without_work(agent)
    if (spent := parked_because(starts, policy)) is not None:
        return Park(agent.address, work.bead if work else None, spent)
    if (until := pause(starts, policy, now)) is not None:
        return LeaveAlone(agent.address, f"waits before the next start{last_cause(starts)}", until)
    what = (
        f"{work.bead} is hooked"
        if work
        else "its session is wanted"
        if agent.wanted
        else "it has something to do"
    )
    return StartSession(agent.address, f"{what}, {because}{last_cause(starts)}")


def _starts_without_work(agent: AgentFacts) -> Sequence[PastStart]:
    """Those since its session was wanted, and those that would have begun what was put off on its hook.

    Where nobody wants it, those that mail called for and that have not seen it.
    """
    if agent.wanted is None:
        return agent.mail_starts if agent.is_woken_by_mail else ()
    put_off = agent.hook.starts if agent.hook is not None else ()
    since = [start for start in put_off if start.began_at >= agent.wanted.since]
    return sorted((*agent.wanted.starts, *since), key=lambda start: start.began_at)


def _is_never_started(agent: AgentFacts) -> bool:
    """Whether only a person starts it, and none has wished for a session since the last one."""
    if isinstance(agent.role, Unknown) or agent.role.restart is not Restart.NEVER:
        return False
    start, wish = agent.last_start, agent.wanted
    return wish is None or wish.by != OVERSEER or (start is not None and start.began_at >= wish.since)
