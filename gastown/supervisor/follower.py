"""Slung convoys flow on: looked through when the ledger has changed or a bead's time has come, beside the ticks."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from gastown.errors import GastownError
from gastown.operations.work.follow import follow
from gastown.town import Town
from gastown.world.wake import ring

AGAIN = timedelta(minutes=1)
"""When what could not be slung is tried once more, if nothing changes meanwhile."""

log = logging.getLogger("gastown.supervisor")


class Follower:
    """Has one look at a time, in a thread of its own: slinging at crew asks git, and git may take long."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="following")
        self._looking: Future[None] | None = None
        self._seen = -1
        """The ledger's counter of changes when it was last looked at."""
        self._due: datetime | None = None
        """When to look again though nothing has changed."""

    def look(self) -> datetime | None:
        """Begin a look if there is reason for one; gives when there is one again by time alone."""
        if self._looking is not None and not self._looking.done():
            return None  # it rings when it has slung something
        version, now = self._town.ledger.data_version(), self._town.clock.now()
        if version != self._seen or (self._due is not None and self._due <= now):
            self._seen, self._due = version, None
            self._looking = self._hand.submit(self._run)
            return None
        return self._due

    def rest(self) -> None:
        """Begin nothing more. A look that is under way may be cut off: each bead is slung whole or not at all."""
        self._hand.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        town = Town(self._town.root, clock=self._town.clock)
        try:
            followed = follow(town)
            again = town.clock.now() + AGAIN if followed.refused else None
            self._due = min((moment for moment in (followed.due, again) if moment is not None), default=None)
        except GastownError as error:
            log.info("slung convoys could not be looked through: %s", error.message)
            self._due = town.clock.now() + AGAIN
        except Exception:  # a fault of ours must not end the supervisor's care for the agents
            log.exception("a fault of ours while following slung convoys")
            self._due = town.clock.now() + AGAIN
        finally:
            town.close()
            ring(town.places.wake)
