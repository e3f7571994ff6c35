"""Stopping the supervisor, and with it, if asked, everything that runs for the town."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from gastown.domain.decide.supervision import STOPPED_BY_PERSON
from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Unavailable
from gastown.ledger import agents, events
from gastown.operations.merge.predecessor import end_all_of_queue
from gastown.operations.sessions.caller import must_be_somebody
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.town.up import SUPERVISOR
from gastown.town import Town
from gastown.world.locks import held

PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Down:
    """What was stopped; `supervisor` is None when none ran."""

    supervisor: int | None
    queues: tuple[str, ...]
    sessions: tuple[str, ...]


def down(town: Town, *, agents_too: bool) -> Down:
    """Stop the supervisor and the queues; with `agents_too` all sessions, and the town's tmux server as well.

    What is on a hook stays there: the next `gt up` carries on. What people run stays as well, be it with GT_TOWN
    in its environment. Raises Unavailable when something does not stop, Refused in a gate of this town.
    """
    must_be_somebody(town)
    supervisor = _stop_holder(town, SUPERVISOR)
    queues = tuple(rig for rig in town.rigs if _stop_holder(town, f"queue.{rig}") is not None)
    sessions = _stop_sessions(town) if agents_too else ()
    return Down(supervisor, queues, sessions)


def _stop_holder(town: Town, name: str) -> int | None:
    """Ask whoever holds the lock to end, and wait until it has."""
    path, late = town.places.lock(name), time.monotonic() + PATIENCE
    asked: int | None = None
    while time.monotonic() < late:
        match held(path):
            case Absent():
                return asked
            case Unknown(why):
                raise Unavailable(f"cannot see whether the {name} runs: {why}", "gt doctor")
            case Present(pid):
                if pid and pid != asked:
                    asked = pid
                    with contextlib.suppress(ProcessLookupError):  # it ends by itself, or another asked it
                        os.kill(pid, signal.SIGTERM)
                time.sleep(0.02)
    raise Unavailable(
        f"the {name} (process {asked}) does not stop", f"kill -9 {asked}: nothing is lost by it"
    )


def _stop_sessions(town: Town) -> tuple[str, ...]:
    seen = town.terminal.sessions()
    if isinstance(seen, Unknown):
        raise Unavailable(f"cannot see the sessions: {seen.why}", "gt doctor")
    town.terminal.close()
    end_leftovers(town, {})
    for rig in town.rigs:
        end_all_of_queue(town, rig)
    _record(town)
    return tuple(session.name for session in seen)


def _record(town: Town) -> None:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        for agent in agents.all_agents(ledger):
            newest = agents.newest_incarnation(ledger, agent.address)
            if newest is None or newest.ended_at is not None:
                continue
            if agents.end_incarnation(ledger, newest.id, STOPPED_BY_PERSON, now):
                events.append(
                    ledger, "overseer", "agent.stopped", agent.address, now, because=STOPPED_BY_PERSON
                )
