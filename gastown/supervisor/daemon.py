"""The supervisor's life: one per town, woken by a bell, ended by a signal; it keeps nothing it could not see again."""

import logging
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType

from gastown.errors import Busy, GastownError
from gastown.ledger import events
from gastown.supervisor.act import Hands
from gastown.supervisor.tick import Tick
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import Doorbell, ring

HEARTBEAT = 10.0
"""Seconds after which it looks again by itself, should a bell have been lost."""

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
        with lock(town.places.supervisor_lock, what="the supervisor of this town"):
            Supervisor(town).live()
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

    def __init__(self, town: Town) -> None:
        self._town = town
        self._stopping = False

    def live(self) -> None:
        """Run until a signal says stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        bell = Doorbell(self._town.places.wake)
        hands = Hands(self._town)
        tick = Tick(self._town, hands)
        self._record("supervisor.started")
        log.info("supervising %s", self._town.root)
        try:
            while not self._stopping:
                until = self._look(tick)
                if bell.wait(self._pause(until)):
                    bell.wait(SETTLE)
        finally:
            hands.rest()
            tick.say_goodbye()
            bell.close()
            self._record("supervisor.stopped")
            log.info("stopped")

    def _look(self, tick: Tick) -> datetime | None:
        try:
            return tick.run()
        except GastownError as error:
            log.info("could not look: %s", error.message)
        except Exception:  # a fault of ours must not end the care for thirty agents
            log.exception("a fault of ours; the next look comes with the heartbeat")
        return None

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
