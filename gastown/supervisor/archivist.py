"""Seeing to it that nothing is lost with a conversation that ends or is compacted, beside the ticks."""

import logging
import time
from threading import Thread

from gastown.errors import GastownError
from gastown.operations.sessions.archive import archive_ended, next_end
from gastown.operations.sessions.keep_state import is_due, keep_states
from gastown.town import Town

AGAIN = 60.0
"""Seconds until another try, after one that failed."""

GLANCE = 2.0
"""Seconds between two looks at the ledger's counter of commits, which cost microseconds."""

LAST_WAIT = 5.0

log = logging.getLogger("gastown.supervisor")


class Archivist:
    """Looks when the ledger has changed. While nothing changes it reads one counter."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._version = -1
        self._due: float | None = None
        self._not_before = 0.0
        self._thread: Thread | None = None
        self._told = ""

    def look(self) -> float:
        """Begin to copy what is due; gives the seconds until the next look. Raises nothing."""
        now = time.monotonic()
        try:
            self._notice(now)
        except GastownError:
            return GLANCE  # the tick says what is wrong with the ledger
        if self._due is None:
            return GLANCE
        due = max(self._due, self._not_before)
        if now < due:
            return min(GLANCE, max(0.05, due - now))
        if self._thread is None or not self._thread.is_alive():
            self._due, self._version = None, -1
            self._thread = Thread(target=self._run, name="archive", daemon=True)
            self._thread.start()
        return GLANCE

    def finish(self) -> None:
        """Give what is under way some seconds, before the supervisor leaves; what is cut off is done anew."""
        if self._thread is not None:
            self._thread.join(LAST_WAIT)

    def _notice(self, now: float) -> None:
        version = self._town.ledger.data_version()
        if version == self._version:
            return
        self._version = version
        end = next_end(self._town)
        if is_due(self._town):
            self._due = now
        elif end is not None:
            self._due = now + max(0.0, (end - self._town.clock.now()).total_seconds())

    def _run(self) -> None:
        """Runs beside the ticks, with a town of its own; whatever goes wrong is told once."""
        town = Town(self._town.root, clock=self._town.clock)
        try:
            keep_states(town)
            archive_ended(town)
            self._told = ""
        except GastownError as error:
            self._failed(f"what conversations had is not kept: {error.message} {error.hint}")
        except Exception:  # a fault of ours must not end the care for the agents
            log.exception("a fault of ours; what conversations had is not kept")
            self._failed("")
        finally:
            town.close()

    def _failed(self, why: str) -> None:
        self._not_before = time.monotonic() + AGAIN
        if why and why != self._told:
            self._told = why
            log.info("%s", why)
