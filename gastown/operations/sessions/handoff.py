"""Handing off: a fresh session is to take this one's place; the supervisor sees to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.assignments import Caller, Incarnation
from gastown.domain.endings import HANDOFF
from gastown.domain.messages import Kind, Urgency
from gastown.domain.roles import Capability
from gastown.errors import GastownError, Refused
from gastown.ledger import agents, events, incarnations
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.known import must_command
from gastown.operations.sessions.permission import permit
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.sessions.state import state_of
from gastown.operations.talk.send import send
from gastown.town import Town
from gastown.world.wake import ring

LEAST = timedelta(minutes=1)
"""How long a session must have lived that began by a handoff and has committed nothing, before it hands off itself."""

LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class HandedOff:
    """Whose session is to be replaced. `already`: that was wished before; then only the note is new."""

    agent: str
    bead: str | None
    """What is on its hook, and so goes on."""
    incarnation: int
    note: str | None
    """The message that was kept for the next session."""
    already: bool
    wished_at: datetime


def hand_off(town: Town, *, note: str = "", collect: bool = False, by: Caller) -> HandedOff:
    """Wish a fresh session in the place of the caller's own, on the same hook; `note` is kept for that.

    `collect` adds to the note how far the work is. Repeated in the same session, it gives what the first one did, and
    keeps another note. Raises Refused for people, an older session, a role that may not, and a session that took over
    by a handoff less than a minute ago and has committed nothing since.
    """
    by.must_be_current()
    if by.is_human:
        raise Refused("you are the human: you have no session to hand off", "gt handoff AGENT")
    permit(town, by, Capability.HANDOFF, "hand off its session")
    told = "\n\n".join(part for part in (note.strip(), _state(town, by.address) if collect else "") if part)
    now, head = town.clock.now(), _head(town, by.address)
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        session = _own(ledger, by)
        _refuse_loop(ledger, session, head, now)
        kept = _keep(town, ledger, by, told, now) if told else None
        handed = _wish(ledger, session, by, kept, now)
    ring(town.places.wake)
    return handed


def hand_off_another(town: Town, address: str, *, note: str = "", by: Caller) -> HandedOff:
    """Wish a fresh session in the place of another agent's, at the end of its turn; `note` goes to it as mail.

    Raises Refused when no session of it runs, or the caller may not.
    """
    must_command(town, address, by=by, deed="hand off")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        session = incarnations.newest(ledger, address)
        if session is None or session.ended_at is not None:
            raise Refused(f"{address} has no session to hand off", f"gt session start {address}")
        kept = None
        if note.strip():
            subject, body = _letter(note.strip())
            kept = send(
                town, ledger, sender=by.address, recipient=address, subject=subject, body=body, now=now,
                urgency=Urgency.HIGH, about=session.bead, generation=by.generation, incarnation=by.incarnation,
            )  # fmt: skip
        handed = _wish(ledger, session, by, kept, now)
    ring(town.places.wake)
    return handed


def _own(ledger: Database, by: Caller) -> Incarnation:
    session = incarnations.get(ledger, by.incarnation or 0)
    if session is None or session.ended_at is not None:
        raise Refused(f"this session of {by.address} is over already", "end your turn")
    return session


def _head(town: Town, address: str) -> str | None:
    """Where its worktree stands; None without one, or when it cannot be read."""
    from gastown.world.git.status import head_of

    if not has_worktree(town, address):
        return None
    try:
        return head_of(folder_of(town, address))
    except GastownError:
        return None


def _refuse_loop(ledger: Database, session: Incarnation, head: str | None, now: datetime) -> None:
    """A session that is about to hand off what it was handed, and has made nothing of it."""
    if session.handoff_at is not None or now - session.began_at >= LEAST:
        return
    if None not in {head, session.head} and head != session.head:
        return
    every = incarnations.of_agent(ledger, session.agent)
    before = [each for each in every if each.id < session.id][-1:]
    if before and before[0].why == HANDOFF:
        left = max(1, int((session.began_at + LEAST - now).total_seconds()))
        raise Refused(
            f"this session took over by a handoff {int((now - session.began_at).total_seconds())} s ago",
            f"go on with what is on your hook: gt hook\nif you must hand off again, you can in {left} s",
        )


def _state(town: Town, address: str) -> str:
    return state_of(town, address).text


def _keep(town: Town, ledger: Database, by: Caller, note: str, now: datetime) -> str:
    """The note as a message of the agent to itself."""
    work = agents.open_assignment(ledger, by.address)
    subject, body = _letter(note)
    return send(
        town, ledger, sender=by.address, recipient=by.address, subject=subject, body=body, now=now, kind=Kind.HANDOFF,
        about=work.bead if work else None, generation=work.generation if work else None, incarnation=by.incarnation,
    )  # fmt: skip


def _letter(note: str) -> tuple[str, str]:
    """Subject and body: the first line, and what follows it; all of it follows a first line that is long."""
    first, _, rest = note.partition("\n")
    if len(first) <= LONGEST_SUBJECT:
        return first, rest.strip()
    return f"{first[: LONGEST_SUBJECT - 1]}…", note


def _wish(ledger: Database, session: Incarnation, by: Caller, note: str | None, now: datetime) -> HandedOff:
    work = agents.open_assignment(ledger, session.agent)
    bead = work.bead if work else None
    fresh = incarnations.wish_handoff(ledger, session.id, by=by.address, now=now)
    if fresh:
        events.append(
            ledger, by.address, "agent.handoff_wished", session.agent, now, bead=bead, incarnation=session.id,
            note=note,
        )  # fmt: skip
    return HandedOff(
        agent=session.agent, bead=bead, incarnation=session.id, note=note, already=not fresh,
        wished_at=now if fresh else (session.handoff_at or now),
    )  # fmt: skip
