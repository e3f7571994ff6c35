"""Carrying actions out: what may take long runs beside the tick, one thing at a time for each agent."""

import logging
import sys
import time
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
    ReportSilence,
    RingDoorbell,
    StartQueue,
    StartSession,
    StopSession,
)
from gastown.domain.decide.queues import LONGEST_QUEUE_PAUSE, QueueStarts, queue_started
from gastown.errors import Busy, GastownError
from gastown.ledger import agents, merges
from gastown.operations.merge.gate_environment import queue_mark
from gastown.operations.sessions.environment import without_identity
from gastown.operations.sessions.report import tell_parked
from gastown.supervisor.deeds import Deed, carry_out
from gastown.town import Town
from gastown.world.process import spawn
from gastown.world.wake import ring

WORKERS = 4

log = logging.getLogger("gastown.supervisor")


class Hands:
    """Does what was decided. Sessions are started and stopped in threads, each with its own doors to the town."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._starting = ThreadPoolExecutor(WORKERS, thread_name_prefix="starting")
        self._tidying = ThreadPoolExecutor(WORKERS, thread_name_prefix="tidying")
        self._busy: dict[str, ThreadPoolExecutor] = {}
        self._put_off = False
        self._guard = Lock()
        self._doing: set[str] = set()
        self._queues: dict[str, QueueStarts] = {}

    def do(self, action: Action) -> None:
        """Carry out one action, or begin to; what is under way for the same agent is not begun twice."""
        match action:
            case LeaveAlone():
                return
            case StartSession():
                self._beside(self._starting, action)  # a silent remote must not keep the others waiting
            case RingDoorbell() | StopSession() | RecordEnd() | FinishDone() | ReportSilence():
                self._beside(self._tidying, action)
            case Park(agent, bead, because):
                found = agents.get(self._town.ledger, agent)
                unwanted = found is not None and found.wanted_at is None
                tell_parked(self._town, agent, bead, because, mail=bead is None and unwanted)
            case StartQueue(rig):
                self._start_queue(rig)

    def rest(self, patience: float) -> bool:
        """Begin nothing more, and give what is under way some seconds; False when it needs more."""
        for pool in (self._starting, self._tidying):
            pool.shutdown(wait=False, cancel_futures=True)
        late = time.monotonic() + patience
        while self._doing and time.monotonic() < late:
            time.sleep(0.02)
        return not self._doing

    def under_way(self) -> frozenset[str]:
        """The agents whom something is being done for at this moment."""
        with self._guard:
            return frozenset(self._busy)

    def look_again_at(self, now: datetime) -> datetime | None:
        """When a queue that was started in vain may be started again."""
        return min((q.not_before for q in self._queues.values() if q.not_before > now), default=None)

    def _beside(self, pool: ThreadPoolExecutor, action: Deed) -> None:
        """Have it done by a free hand; without one it is put off, and decided anew by then."""
        with self._guard:
            if action.agent in self._busy:
                return
            if sum(busy is pool for busy in self._busy.values()) >= WORKERS:
                self._put_off = True
                return
            self._busy[action.agent] = pool
        pool.submit(self._run, action)

    def _run(self, action: Deed) -> None:
        key, town = action.agent, Town(self._town.root, clock=self._town.clock)
        achieved = False
        self._doing.add(key)
        try:
            achieved = carry_out(town, action)
        except Busy as busy:
            log.info("%s: passed by, %s", key, busy.message)
        except GastownError as error:
            log.info("%s: %s", key, error.message)
        except Exception:  # a fault of ours must not end the care for the other agents
            log.exception("%s: a fault of ours", key)
        finally:
            town.close()
            self._doing.discard(key)
            with self._guard:
                self._busy.pop(key, None)
                put_off, self._put_off = self._put_off, False
            if achieved or put_off:  # else the next look comes with the heartbeat: what fails must not spin
                ring(self._town.places.wake)

    def _start_queue(self, rig: str) -> None:
        now = self._town.clock.now()
        before = self._queues.get(rig)
        if before is not None and merges.news(self._town.ledger, rig, before.began):
            before = None  # what failed before must not keep new work waiting
        if (
            before is not None and now < before.not_before <= now + LONGEST_QUEUE_PAUSE
        ):  # else the clock was set back
            return
        if before is not None and merges.ended_since(self._town.ledger, rig, before.began):
            before = None
        self._queues[rig] = queue_started(before, now)
        env = {**without_identity(), "PYTHONPATH": str(Path(gastown.__file__).parent.parent)}
        log_file = self._town.places.logs / f"queue-{rig}.log"
        argv = [sys.executable, "-P", "-m", "gastown", "mq", "run", rig]
        env |= {"GT_TOWN": str(self._town.root), **queue_mark(self._town, rig)}
        spawn(argv, cwd=self._town.root, env=env, log=log_file)
