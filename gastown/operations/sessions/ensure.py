"""The one function that starts or replaces an agent's session; any process may carry on after any of its steps."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.decide.budget import SESSION_ENDED
from gastown.domain.endings import HANDOFF, RESTARTED
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Restart
from gastown.domain.terminal import Session
from gastown.errors import Unavailable
from gastown.ledger import agents, incarnations, messages
from gastown.operations.sessions.begin import Wish, begin
from gastown.operations.sessions.place import role_of, session_of
from gastown.town import Town
from gastown.world.locks import lock


@dataclass(frozen=True, slots=True)
class Ensured:
    """The session that runs for the agent; `started` is False when it ran already."""

    agent: str
    bead: str | None
    """What it works on; None: it is there without work."""
    incarnation: int
    started: bool


def ensure(
    town: Town,
    address: str,
    *,
    because: str,
    restart: bool = False,
    environment: Mapping[str, str] | None = None,
    wait: float = 0,
) -> Ensured | None:
    """See that a session of the newest incarnation runs for the agent; None when none is to.

    One is to run for work on its hook that was not handed in, or deferred; while the agent is wanted; in the place
    of one whose handoff is wished; and for mail to whoever looks after something. For an agent that is paused or gone
    none is. `restart`: a person's wish, so what is begun begins afresh, also where it is deferred.

    Holds the agent's lock meanwhile: raises Busy when somebody else does after `wait` seconds. Raises Unavailable
    when the present state cannot be seen; then nothing was changed. A start that fails is recorded, so that it
    counts. What is passed on to the session comes from `environment`, else from ours.
    """
    with lock(town.places.lock(address), what=address, wait=wait):
        agent = agents.get(town.ledger, address)
        if agent is None or agent.removed_at is not None or agent.paused is not None:
            return None
        newest, session = incarnations.newest(town.ledger, address), live_session(town, address)
        handoff = newest if session is not None and newest is not None and _is_wished(newest) else None
        work = agents.open_assignment(town.ledger, address)
        if work is not None and (work.done_commit is not None or work.no_change is not None):
            return None  # what was handed in is carried to its end first
        wanted = agent.wanted_at is not None or handoff is not None or _has_mail(town, address)
        if not wanted and (work is None or (work.deferred and not restart)):
            return None
        if session is not None and newest is not None and _serves(newest, session, work):
            return Ensured(address, work.bead if work else None, newest.id, started=False)
        wish = Wish(
            address=address,
            assignment=work,
            lasting=work is None or agent.wanted_at is not None or (handoff is not None and handoff.lasting),
            name=session.name if session is not None else session_of(town, address),
            because=because,
            replaces=session,
            why_older=_why_older(newest, restart=restart),
            afresh=restart,
            goes_on=handoff is not None and handoff.handoff_by == address,
            environment=os.environ if environment is None else environment,
        )
        return Ensured(address, work.bead if work else None, begin(town, wish), started=True)


def _has_mail(town: Town, address: str) -> bool:
    """Whether mail is work for it: it looks after something, and no session was told of the newest."""
    if role_of(town, address).restart is not Restart.PERMANENT:
        return False
    mail, until = (
        messages.newest_unread(town.ledger, address),
        incarnations.told_of_mail_until(town.ledger, address),
    )
    return mail is not None and (until is None or mail > until)


def live_session(town: Town, address: str) -> Session | None:
    """Its live session, by the name that it began with, or that it would have today."""
    newest = incarnations.newest(town.ledger, address)
    names = [session_of(town, address)]
    if newest is not None and newest.ended_at is None and newest.session not in names:
        names.insert(0, newest.session)  # the rig's prefix has changed since
    found: Session | None = None
    for name, seen in town.terminal.look(names).items():
        match seen:
            case Unknown(why):
                raise Unavailable(f"cannot see whether {name} runs: {why}", "gt doctor")
            case Present(session):
                found = found or session
            case Absent():
                pass
    return found


def _is_wished(newest: Incarnation) -> bool:
    """Whether a fresh session is to take its place."""
    return newest.ended_at is None and newest.handoff_at is not None


def _serves(newest: Incarnation, session: Session, work: Assignment | None) -> bool:
    """Whether what runs is what is to run."""
    if session.incarnation != newest.id or newest.handoff_at is not None:
        return False
    if newest.ended_at is not None:
        return False  # it was taken for ended, and its callbacks count for nothing
    return newest.lasting or work is None or newest.generation == work.generation


def _why_older(newest: Incarnation | None, *, restart: bool) -> str:
    if restart:
        return RESTARTED
    return HANDOFF if newest is not None and newest.handoff_at is not None else SESSION_ENDED
