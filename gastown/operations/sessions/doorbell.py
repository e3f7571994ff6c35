"""The doorbell: one fixed line, typed to an agent that waits at its prompt with work on its hook."""

import contextlib
import os

from gastown.domain.assignments import Assignment
from gastown.domain.decide.propulsion import UNTOUCHED, most_rings
from gastown.domain.observed import Present
from gastown.domain.runtime import Activity, Callback, Runtime, has_empty_box
from gastown.domain.terminal import Session
from gastown.errors import GastownError
from gastown.ledger import agents, events, incarnations, messages
from gastown.operations.sessions.choice import runtime_of
from gastown.operations.sessions.place import role_of
from gastown.town import Town
from gastown.world.locks import lock

LINE = "There is work on your hook. Run: gt prime"
MAIL = "There is mail for you. Run: gt mail inbox"

SCREEN = 60
"""Lines of a screen in which an agent CLI shows what it does."""

STATUS_FILES = ("HOME", "CLAUDE_CONFIG_DIR", "GT_SCRIPTED_HOME")
"""Variables that say where agent CLIs keep their status files."""


def ring_doorbell(
    town: Town, address: str, session: Session, incarnation: int, *, because: str, told: bool = False
) -> bool:
    """Type the line to that very session, as often as one piece of work allows, and only where no person ever was.

    `told`: it has been told its work before. False, and nothing is recorded, when it was told only now, was rung
    often enough, does not wait at its prompt, or cannot be seen. Raises Busy when somebody works on the agent,
    NotFound when the session ends and Refused when a person comes at that very moment.
    """
    with lock(town.places.lock(address), what=address):
        if _due(town, address, incarnation, told=told) is None:
            return False
        runtime = town.runtime(_runtime(town, address))
        if not _waits(town, runtime, session):
            return False
        propels = runtime.features.propels and Callback.PROPEL in role_of(town, address).callbacks
        now, most = town.clock.now(), most_rings(propels=propels)
        with town.ledger.transaction() as ledger:
            work = _due(town, address, incarnation, told=told)
            if work is None or not incarnations.rung(
                ledger, incarnation, now, since=work.started_at, most=most
            ):
                return False
            events.append(
                ledger, "supervisor", "agent.rung", address, now, incarnation=incarnation, because=because
            )
        _type(town, runtime, session, LINE)
    return True


def ring_for_mail(town: Town, address: str, session: Session, incarnation: int, *, because: str) -> bool:
    """Type the line about mail to that very session, once for all that has come by now; as `ring_doorbell` does.

    False, and nothing is recorded, when it has read its mail meanwhile.
    """
    with lock(town.places.lock(address), what=address):
        runtime = town.runtime(_runtime(town, address))
        if messages.newest_unread(town.ledger, address) is None or not _waits(town, runtime, session):
            return False
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            current, newest = incarnations.newest(ledger, address), messages.newest_unread(ledger, address)
            if current is None or current.id != incarnation or newest is None:
                return False
            if not incarnations.rung_for_mail(ledger, incarnation, newest, now):
                return False
            events.append(
                ledger, "supervisor", "agent.rung", address, now, incarnation=incarnation, because=because
            )
        _type(town, runtime, session, MAIL)
    return True


def _type(town: Town, runtime: Runtime, session: Session, line: str) -> None:
    """Type it; where no person ever was, it is refused at every key should one come."""
    town.terminal.type_line(session, line, untouched=not _is_touched(session), paste=runtime.features.pastes)


def _is_touched(session: Session) -> bool:
    return bool(session.ever_attached or session.attached)


def _due(town: Town, address: str, incarnation: int, *, told: bool) -> Assignment | None:
    """What it is to be rung for: it is still the one that may act on the hook, and knows no more than before."""
    newest, work = incarnations.newest(town.ledger, address), agents.open_assignment(town.ledger, address)
    if newest is None or newest.id != incarnation or newest.ended_at is not None:
        return None
    if work is None or work.deferred or work.is_done_wished:
        return None
    its_own = newest.generation == work.generation
    if not (its_own or newest.lasting) or (its_own and newest.primed_at is not None and not told):
        return None
    return work


def _runtime(town: Town, address: str) -> str:
    """The agent CLI that its session began with."""
    newest = incarnations.newest(town.ledger, address)
    known = newest.runtime if newest is not None else ""
    return known or runtime_of(town, address, agents.open_assignment(town.ledger, address))


def _waits(town: Town, runtime: Runtime, session: Session) -> bool:
    """Whether it is there and waits at its prompt, by its own word or as its screen shows, and no person is at it.

    Where one ever was, nothing may have happened for a while, and nothing stand in the box.
    """
    match town.terminal.look([session.name])[session.name]:
        case Present(seen) if (seen.id, seen.pane_pid) == (session.id, session.pane_pid):
            pass
        case _:
            return False
    if _is_touched(seen) and not _is_left(town, runtime, seen):
        return False
    environment = {name: os.environ[name] for name in STATUS_FILES if name in os.environ}
    status = runtime.status(
        session.pane_pid,
        environment | {"GT_TOWN": str(town.root)},
        lambda: town.terminal.capture(session, SCREEN),
    )
    return isinstance(status, Present) and status.value.activity is Activity.IDLE


def _is_left(town: Town, runtime: Runtime, session: Session) -> bool:
    """Whether the person has left it alone for a while, and half a line of theirs does not stand in its box."""
    if town.clock.now() - session.activity < UNTOUCHED:
        return False
    with contextlib.suppress(GastownError):
        return has_empty_box(runtime.features, town.terminal.capture(session, SCREEN))
    return False
