"""The supervisor's life: one per town, woken by a bell, ended by a signal; it keeps nothing it could not see again."""

import contextlib
import logging
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from types import FrameType

from gastown.errors import Busy, GastownError
from gastown.ledger import events
from gastown.ledger.sqlite import checkpoints_are_safe
from gastown.operations.town.self_description import describe_self
from gastown.supervisor.act import Hands
from gastown.supervisor.archivist import Archivist
from gastown.supervisor.follower import Follower
from gastown.supervisor.historian import Historian
from gastown.supervisor.tick import Tick
from gastown.town import Town
from gastown.world.locks import Held, lock
from gastown.world.wake import Doorbell, ring

HEARTBEAT = 10.0
"""Seconds after which it looks again by itself, should a bell have been lost."""

PATIENCE = 10.0
"""Seconds for what is under way when it is told to stop; every step of it can be cut off and carried on later."""

FOLDING = 60.0
"""Seconds between two times that the ledger's log is folded into its file."""

SETTLE = 0.03
"""Seconds in which bells that ring together are taken for one."""

log = logging.getLogger("gastown.supervisor")


def run(root: Path) -> int:
    """Supervise the town at `root` until SIGTERM or SIGINT. Gives the exit status: 75 when another one does."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    town = Town(root)
    try:
        with lock(town.places.supervisor_lock, what="the supervisor of this town") as held:
            if town.places.down.exists():  # since we were sent for
                log.info("a person took the town down; this one leaves")
                return 0
            describe_self(town, os.getpid())
            Supervisor(town, held).live()
    except Busy as busy:
        log.info("%s; this one leaves", busy.message)
        return 75
    except GastownError as error:
        log.info("%s %s", error.message, error.hint)
        return 69
    except OSError as error:  # a full disk, more likely than not
        log.info("%s", error.strerror)
        return 69
    return 0


class Supervisor:
    """Ticks when it is woken, at its heartbeat, and when an action asked to be looked at again."""

    def __init__(self, town: Town, held: Held) -> None:
        self._town = town
        self._held = held
        self._stopping = False
        self._folded = 0.0

    def live(self) -> None:
        """Run until a signal says stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        bell = Doorbell(self._town.places.wake)
        hands = Hands(self._town)
        tick = Tick(self._town, hands)
        historian, archivist = Historian(self._town), Archivist(self._town)
        follower = Follower(self._town)
        self._record("supervisor.started")
        log.info("supervising %s", self._town.root)
        try:
            while not self._stopping:
                self._leave_if_disowned()
                until = self._look(tick, follower)
                self._fold_log()
                self._wait(bell, historian, archivist, self._pause(until))
        finally:
            follower.rest()
            at_rest = hands.rest(PATIENCE)
            tick.say_goodbye()
            bell.close()
            self._record("supervisor.stopped")
            archivist.finish()
            historian.finish()
            log.info("stopped")
            if not at_rest:
                log.info("something is still under way; whoever comes next carries it on")
                os._exit(0)

    def _leave_if_disowned(self) -> None:
        """End at once when the town was removed, or another one made in its place: this one is not ours."""
        if not self._held.still_counts():
            log.info("this town is gone; its supervisor leaves without touching anything")
            os._exit(0)

    def _fold_log(self) -> None:
        """Where SQLite may not fold its log into the file by itself, do it now and then, under a lock."""
        if checkpoints_are_safe() or time.monotonic() - self._folded < FOLDING:
            return
        self._folded = time.monotonic()
        with (
            contextlib.suppress(GastownError),
            lock(self._town.places.lock("checkpoint"), what="the ledger's log"),
        ):
            self._town.ledger.checkpoint()

    def _look(self, tick: Tick, follower: Follower) -> datetime | None:
        try:
            moments = (follower.look(), tick.run())
            return min((moment for moment in moments if moment is not None), default=None)
        except GastownError as error:
            log.info("could not look: %s", error.message)
        except Exception:  # a fault of ours must not end the care for thirty agents
            log.exception("a fault of ours; the next look comes with the heartbeat")
        return None

    def _wait(self, bell: Doorbell, historian: Historian, archivist: Archivist, seconds: float) -> None:
        """Until somebody rings or the time is over; meanwhile history and archive are kept up."""
        late = time.monotonic() + seconds
        while not self._stopping and (left := late - time.monotonic()) > 0:
            if bell.wait(min(left, historian.look(), archivist.look())):
                bell.wait(SETTLE)
                return

    def _pause(self, until: datetime | None) -> float:
        if until is None:
            return HEARTBEAT
        return min(HEARTBEAT, max(0.05, (until - self._town.clock.now()).total_seconds()))

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        ring(self._town.places.wake)

    def _record(self, type_: str) -> None:
        with self._town.ledger.transaction() as ledger:
            events.append(ledger, "supervisor", type_, "supervisor", self._town.clock.now())
