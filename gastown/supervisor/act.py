"""Carrying actions out: what may take long runs beside the tick, one thing at a time for each agent."""

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Lock

import gastown
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
from gastown.domain.decide.supervision import QueueStarts, queue_started
from gastown.errors import Busy, GastownError
from gastown.ledger import events, merges
from gastown.operations.merge.gate_environment import queue_mark
from gastown.operations.sessions.doorbell import ring_doorbell
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.environment import without_identity
from gastown.operations.sessions.stop import stop
from gastown.operations.sessions.trace import record_end
from gastown.operations.work.done import finish_done
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.process import spawn
from gastown.world.wake import ring

WORKERS = 4

log = logging.getLogger("gastown.supervisor")


class Hands:
    """Does what was decided. Sessions are started and stopped in threads, each with its own doors to the town."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="hand")
        self._busy: set[str] = set()
        self._guard = Lock()
        self._queues: dict[str, QueueStarts] = {}

    def do(self, action: Action) -> None:
        """Carry out one action, or begin to; what is under way for the same agent is not begun twice."""
        match action:
            case LeaveAlone():
                return
            case StartSession(agent, because):
                self._beside(agent, lambda town: ensure(town, agent, because=because))
            case RingDoorbell(agent, session, incarnation, because):
                self._beside(
                    agent, lambda town: ring_doorbell(town, agent, session, incarnation, because=because)
                )
            case StopSession(agent, session, because):
                self._beside(agent, lambda town: stop(town, agent, session, because=because))
            case RecordEnd(agent, incarnation, because):
                self._beside(agent, lambda town: _record_end(town, agent, incarnation, because))
            case FinishDone(agent, generation):
                self._beside(agent, lambda town: _finish(town, agent, generation))
            case Park(agent, bead, because):
                self._park(agent, bead, because)
            case StartQueue(rig):
                self._start_queue(rig)

    def rest(self) -> None:
        """Let what is under way come to its end, and begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def under_way(self) -> frozenset[str]:
        """The agents whom something is being done for at this moment."""
        with self._guard:
            return frozenset(self._busy)

    def look_again_at(self, now: datetime) -> datetime | None:
        """When a queue that was started in vain may be started again."""
        return min((q.not_before for q in self._queues.values() if q.not_before > now), default=None)

    def _beside(self, key: str, job: Callable[[Town], object]) -> None:
        with self._guard:
            if key in self._busy:
                return
            self._busy.add(key)
        self._pool.submit(self._run, key, job)

    def _run(self, key: str, job: Callable[[Town], object]) -> None:
        town = Town(self._town.root)
        achieved = False
        try:
            job(town)
            achieved = True
        except Busy as busy:
            log.info("%s: passed by, %s", key, busy.message)
        except GastownError as error:
            log.info("%s: %s", key, error.message)
        except Exception:  # a fault of ours must not end the care for the other agents
            log.exception("%s: a fault of ours", key)
        finally:
            town.close()
            with self._guard:
                self._busy.discard(key)
            if achieved:  # else the next look comes with the heartbeat: what fails must not spin
                ring(self._town.places.wake)

    def _park(self, agent: str, bead: str, because: str) -> None:
        """Tell people once that no more sessions are started for a bead."""
        with self._town.ledger.transaction() as ledger:
            told = events.last_of_type(ledger, bead, "bead.parked")
            started = events.last_of_type(ledger, agent, "agent.starting")
            failed = events.last_of_type(ledger, agent, "agent.start_failed")
            newest = max(event.seq for event in (started, failed) if event) if started or failed else 0
            if told is None or told.seq < newest:
                events.append(
                    ledger,
                    "supervisor",
                    "bead.parked",
                    bead,
                    self._town.clock.now(),
                    agent=agent,
                    why=because,
                )

    def _start_queue(self, rig: str) -> None:
        now = self._town.clock.now()
        before = self._queues.get(rig)
        if before is not None and now < before.not_before:
            return
        if before is not None and merges.ended_since(self._town.ledger, rig, before.began):
            before = None
        self._queues[rig] = queue_started(before, now)
        env = {**without_identity(), "PYTHONPATH": str(Path(gastown.__file__).parent.parent)}
        log_file = self._town.places.logs / f"queue-{rig}.log"
        argv = [sys.executable, "-P", "-m", "gastown", "mq", "run", rig]
        env |= {"GT_TOWN": str(self._town.root), **queue_mark(self._town, rig)}
        spawn(argv, cwd=self._town.root, env=env, log=log_file)


def _record_end(town: Town, agent: str, incarnation: int, because: str) -> None:
    with lock(town.places.lock(agent), what=agent):
        record_end(town, agent, incarnation, because)


def _finish(town: Town, agent: str, generation: int) -> None:
    with lock(town.places.lock(agent), what=agent):
        finish_done(town, generation)
