"""Seeing to it that the ledger is recorded in its git history a few seconds after it changed, beside the ticks."""

import contextlib
import logging
import time
from threading import Thread

from gastown.errors import Busy, GastownError
from gastown.ledger import history
from gastown.operations.history.place import FOLDER
from gastown.operations.history.record import Recorded, record
from gastown.operations.work.old_wisps import remove_old_wisps
from gastown.town import Town
from gastown.world.git.ledger_tending import tend, wants_tending

QUIET = 3.0
"""Seconds after the last change: what is done at one go becomes one commit."""

LATEST = 30.0
"""Seconds after the first change, however many follow."""

AGAIN = 60.0
"""Seconds until another try, after one that failed."""

GLANCE = 2.0
"""Seconds between two looks at the ledger's counter of commits, which cost microseconds."""

REMOVAL = 3600.0
"""Seconds between two removals of wisps that ended, and only when the ledger has changed."""

LAST_WAIT = 5.0

log = logging.getLogger("gastown.supervisor")


class Historian:
    """Watches the journal. While nothing changes it reads one counter; no thread, process or file is touched."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._version = -1
        self._seen = -1
        self._recorded = -1
        """The newest row of the journal that is known to be in the history; before the first run nothing is."""
        self._first = self._last = 0.0
        self._not_before = self._next_removal = 0.0
        self._thread: Thread | None = None
        self._told = ""

    def look(self) -> float:
        """Begin to record what is due; gives the seconds until the next look. Raises nothing."""
        now = time.monotonic()
        try:
            self._notice(now)
        except GastownError:
            return GLANCE  # the tick says what is wrong with the ledger
        if self._seen == self._recorded:
            return GLANCE
        due = max(min(self._last + QUIET, self._first + LATEST), self._not_before)
        if now < due:
            return min(GLANCE, due - now)
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._run, args=(self._seen,), name="history", daemon=True)
            self._thread.start()
        return GLANCE

    def _notice(self, now: float) -> None:
        """The counter tells of other connections' commits; the supervisor's own tell only what happened."""
        version = self._town.ledger.data_version()
        if version == self._version:
            return
        self._version = version
        seq = history.newest(self._town.ledger)
        if seq != self._seen:
            self._first = now if self._seen == self._recorded else self._first
            self._last, self._seen = now, seq

    def finish(self) -> None:
        """Record what is not yet, before the supervisor leaves; what takes longer than some seconds can be cut off."""
        if self._thread is not None:
            self._thread.join(LAST_WAIT)
        with contextlib.suppress(GastownError):
            self._version = -1
            self._notice(time.monotonic())
            if self._seen != self._recorded:
                self._thread = Thread(target=self._run, args=(self._seen, True), name="history", daemon=True)
                self._thread.start()
                self._thread.join(2 * LAST_WAIT)

    def _run(self, seq: int, last: bool = False) -> None:  # noqa: FBT001, FBT002 - a thread's arguments
        """Runs beside the ticks: with a town of its own, and whatever goes wrong is told once."""
        town = Town(self._town.root, clock=self._town.clock)
        try:
            self._say(record(town, wait=LAST_WAIT))
            self._recorded = seq
            if not last:
                self._tidy(town)
        except Busy:
            self._not_before = time.monotonic() + LAST_WAIT
        except GastownError as error:
            self._failed(f"the history is not written: {error.message} {error.hint}")
        except Exception:  # a fault of ours must not end the care for the agents
            log.exception("a fault of ours; the history is not written")
            self._failed("")
        finally:
            town.close()

    def _tidy(self, town: Town) -> None:
        """What is due now and then, once something has changed: wisps that ended go, and the history is packed."""
        if time.monotonic() >= self._next_removal:
            self._next_removal = time.monotonic() + REMOVAL
            remove_old_wisps(town)
        if wants_tending(town.root / FOLDER):
            tend(town.root / FOLDER)

    def _say(self, done: Recorded) -> None:
        self._told = ""
        if done.broken:
            log.info("the history could not be read: it is kept as %s, and begun anew", done.broken.name)
        elif done.whole:
            log.info("the history has the whole ledger: %d beads", done.beads)

    def _failed(self, why: str) -> None:
        self._not_before = time.monotonic() + AGAIN
        if why and why != self._told:
            self._told = why
            log.info("%s", why)
