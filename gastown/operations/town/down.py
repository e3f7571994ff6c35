"""Stopping the supervisor, and with it, if asked, everything that runs for the town."""

import contextlib
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from gastown.domain.decide.budget import STOPPED_BY_PERSON
from gastown.domain.observed import Unknown
from gastown.errors import GastownError, Unavailable
from gastown.ledger import agents, events, incarnations
from gastown.operations.history.record import record
from gastown.operations.merge.predecessor import end_all_of_queue
from gastown.operations.sessions.caller import must_be_person
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.town.holders import PATIENCE, stop_holder
from gastown.operations.town.up import STARTING, SUPERVISOR
from gastown.town import Town
from gastown.world.locks import lock


@dataclass(frozen=True, slots=True)
class Down:
    """What was stopped; `supervisor` is None when none ran."""

    supervisor: int | None
    queues: tuple[str, ...]
    sessions: tuple[str, ...]


def down(town: Town, *, agents_too: bool) -> Down:
    """Stop the supervisor and the queues; with `agents_too` all sessions, and the town's tmux server as well.

    What is on a hook stays there: a person's next `gt up` carries on, and no agent's command does. What people run
    stays as well, be it with GT_TOWN in its environment. The ledger is recorded in its history at last; where it
    cannot be read, everything is stopped all the same. Raises Unavailable when something does not stop, Refused
    for agents and in a gate of this town.
    """
    must_be_person(town, "gt down")
    starting = lock(town.places.lock(STARTING), what="the start of the supervisor", wait=PATIENCE)
    with starting, contextlib.suppress(OSError):  # a full disk keeps nobody from taking the town down
        town.places.down.touch()
    supervisor = stop_holder(town, SUPERVISOR)
    queues = tuple(rig for rig in town.rigs if stop_holder(town, f"queue.{rig}") is not None)
    for rig in town.rigs:
        end_all_of_queue(town, rig)  # one that is just being started holds no lock yet
    with undisturbed():
        sessions = _stop_sessions(town) if agents_too else _recorded(town)
    return Down(supervisor, queues, sessions)


def _recorded(town: Town) -> tuple[()]:
    """Bring the git history up to now; that it cannot be keeps nobody from taking the town down."""
    with contextlib.suppress(GastownError, OSError):
        record(town)
    return ()


@contextmanager
def undisturbed() -> Generator[None]:
    """Outlive the end of the terminal that this was typed in: it may be one of the town's own."""
    if threading.current_thread() is not threading.main_thread():  # signals are not its to decide
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_sessions(town: Town) -> tuple[str, ...]:
    seen = town.terminal.sessions()
    if isinstance(seen, Unknown):
        raise Unavailable(f"cannot see the sessions: {seen.why}", "gt doctor")
    end_leftovers(town, {})
    with contextlib.suppress(
        GastownError
    ):  # a ledger that cannot be read: who restores it needs the town down
        _record(town)
    _recorded(town)
    town.terminal.close()  # last: with it goes our own terminal, if this was typed in one of the town's
    return tuple(session.name for session in seen)


def _record(town: Town) -> None:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        for agent in agents.all_agents(ledger):
            newest = incarnations.newest(ledger, agent.address)
            if newest is None or newest.ended_at is not None:
                continue
            if incarnations.end(ledger, newest.id, STOPPED_BY_PERSON, now):
                events.append(
                    ledger, "overseer", "agent.stopped", agent.address, now, because=STOPPED_BY_PERSON
                )
