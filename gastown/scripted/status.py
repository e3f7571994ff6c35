"""The status file: what this agent does right now, in Claude Code's format, for whoever watches it."""

import contextlib
import json
import os
import time
from typing import Literal, TypeAlias

from gastown.scripted.place import Place, write_atomically

Activity: TypeAlias = Literal["idle", "busy", "waiting", "shell"]


class StatusFile:
    """Written anew at each change; gone after every end but SIGKILL."""

    def __init__(self, place: Place, pane: str | None) -> None:
        self._place = place
        self._pane = pane

    def show(self, conversation: str, activity: Activity, waiting_for: str = "") -> None:
        """A disk that is full or a folder that is gone never stops the agent."""
        status = {
            "pid": os.getpid(),
            "sessionId": conversation,
            "cwd": str(self._place.cwd),
            "status": activity,
            "waitingFor": waiting_for or None,
            "updatedAt": int(time.time() * 1000),
            "tmuxPane": self._pane,
        }
        with contextlib.suppress(OSError):
            write_atomically(self._place.status_file, json.dumps(status) + "\n")

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._place.status_file.unlink(missing_ok=True)
