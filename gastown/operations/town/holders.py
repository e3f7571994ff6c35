"""Ending whoever holds one of the town's locks: the supervisor, or a rig's queue."""

import contextlib
import os
import signal
import time

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Unavailable
from gastown.town import Town
from gastown.world.locks import held

PATIENCE = 20.0


def stop_holder(town: Town, name: str) -> int | None:
    """Ask whoever holds the lock to end, and wait until it has; None when nobody held it. Raises Unavailable."""
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
