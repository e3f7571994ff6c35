"""How an agent that sits before its work is set going: the doorbell, and at last a word to who looks after it."""

from datetime import datetime, timedelta

from gastown.domain.actions import Action, LeaveAlone, ReportSilence, RingDoorbell
from gastown.domain.observed import Present
from gastown.domain.supervised import AgentFacts, Hooked, LastStart
from gastown.domain.terminal import Session

UNPRIMED = timedelta(seconds=45)
"""How long a start, or an answer to the doorbell, may take before more is done."""
MOST_PUSHES = 3
"""How often a stop callback gives the work back between two prompts; `ledger/quick.py` counts."""
MOST_RINGS = 3
"""How often the doorbell is typed to an agent whose CLI has no stop callback, for one piece of work."""


UNTOUCHED = timedelta(minutes=1)
"""For so long nothing may have happened in a session that a person has seen, before anything is typed there."""


def is_starting(start: LastStart, now: datetime) -> bool:
    """Whether its session has only begun, and its first words may not have come to its CLI yet."""
    unheard = start.ended_at is None and start.prompted_at is None and start.turn_ended_at is None
    return unheard and timedelta() <= now - start.began_at < UNPRIMED


def is_typable(agent: AgentFacts, session: Session, now: datetime) -> bool:
    """Whether a line may be typed to it: it waits at its prompt, and no person is at it.

    Whether something that a person wrote stands in the box, who types it looks at the screen.
    """
    if agent.paused is not None or not agent.turn_ended or not isinstance(agent.status, Present):
        return False
    return not (session.ever_attached or session.attached) or now - session.activity >= UNTOUCHED


def tell_of_mail(agent: AgentFacts, session: Session, now: datetime) -> Action | None:
    """The doorbell for mail that came since it was last rung for some; None when there is none, or not now."""
    start = agent.last_start
    if agent.mail_at is None or start is None or start.ended_at is not None or start.failure is not None:
        return None
    if agent.mail_at <= (start.mail_rung_at or start.began_at):
        return None
    if is_typable(agent, session, now):
        return RingDoorbell(agent.address, session, start.incarnation, "mail has come for it", mail=True)
    if agent.paused is None and agent.turn_ended and isinstance(agent.status, Present):
        return LeaveAlone(
            agent.address, "mail waits; a person is at its session", session.activity + UNTOUCHED
        )
    return None


def propel(agent: AgentFacts, session: Session, start: LastStart, work: Hooked, now: datetime) -> Action:
    """What to do about the running session that this work is for."""
    told = start.generation == work.generation
    if start.primed_at is None and not start.rings and timedelta() <= now - start.began_at < UNPRIMED:
        return LeaveAlone(agent.address, "is starting", start.began_at + UNPRIMED)
    if agent.question is not None and told and agent.turn_ended:
        return LeaveAlone(agent.address, f"asked its human, who has not answered {agent.question}")
    if agent.paused is None and agent.turn_ended:
        if is_typable(agent, session, now) and (why := _ring(agent, start, work, now)) is not None:
            told = told and start.primed_at is not None
            return RingDoorbell(agent.address, session, start.incarnation, why, told=told)
        if not session.attached and (why := _left_off(agent, start, work, now)) is not None:
            return ReportSilence(agent.address, start.incarnation, why)
    return LeaveAlone(
        agent.address, f"works on {work.bead}" if told else f"{work.bead} waits for the end of its turn"
    )


def most_rings(*, propels: bool) -> int:
    """How often the doorbell may be typed to an agent for one piece of work."""
    return 1 if propels else MOST_RINGS


def rings_for(start: LastStart, work: Hooked) -> int:
    """How often it was typed for this piece of work."""
    return start.rings if start.rung_at is not None and start.rung_at >= work.slung_at else 0


def _ring(agent: AgentFacts, start: LastStart, work: Hooked, now: datetime) -> str | None:
    """Why the doorbell is typed now; None when it is not."""
    rings, told = rings_for(start, work), start.generation == work.generation
    if rings >= most_rings(propels=agent.features.propels):
        return None
    if not told:
        return "there is new work on its hook" if not rings or _is_past(start.rung_at, now) else None
    if start.failure is not None or not _is_past(start.rung_at or start.began_at, now):
        return None
    if not rings and start.primed_at is None:
        return "it was never told what is on its hook"
    if not rings and agent.features.reports and not (start.prompted_at or start.turn_ended_at):
        return "it has done nothing since its start"
    return None if agent.features.propels else "it ended its turn with work on its hook"


def _left_off(agent: AgentFacts, start: LastStart, work: Hooked, now: datetime) -> str | None:
    """Why it counts as having left off; None while it may still go on, or was told of already."""
    if start.reported_at is not None or start.failure is not None:
        return None
    if agent.features.propels and start.pushes >= MOST_PUSHES and _ended_a_turn_with(start, work):
        return f"it ended its turn with {work.bead} on its hook, {MOST_PUSHES} times told to go on"
    rung = rings_for(start, work) >= most_rings(propels=agent.features.propels)
    if not rung or not _is_past(start.rung_at, now):
        return None
    if not agent.features.propels:
        return f"it ended its turn with {work.bead} on its hook, however often the doorbell was rung"
    if start.rung_at is not None and start.prompted_at is not None and start.prompted_at >= start.rung_at:
        return None
    return f"it does not answer the doorbell, with {work.bead} on its hook"


def _ended_a_turn_with(start: LastStart, work: Hooked) -> bool:
    """Whether the pushes that were counted were for this piece of work."""
    if start.generation == work.generation:
        return True
    return start.turn_ended_at is not None and start.turn_ended_at >= work.slung_at


def _is_past(moment: datetime | None, now: datetime) -> bool:
    """Whether that was long enough ago for an answer; a clock that was set back keeps nobody waiting."""
    return moment is None or not timedelta() <= now - moment < UNPRIMED
