"""The status file that an agent CLI keeps about itself, in Claude Code's format: one for each process."""

import json
import time
from pathlib import Path
from typing import cast

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus

TRIES = 3
PAUSE = 0.02
"""Seconds between two tries: a file that is being rewritten is whole again by then."""


def read_status(folder: Path, pid: int) -> Observed[AgentStatus]:
    """What `<folder>/<pid>.json` says; Absent without that file, Unknown when it never made sense.

    The file survives a SIGKILL of the agent: callers know from elsewhere that the process lives.
    """
    seen = _read_once(folder / f"{pid}.json", pid)
    for _ in range(TRIES - 1):
        if not isinstance(seen, Unknown):
            break
        time.sleep(PAUSE)
        seen = _read_once(folder / f"{pid}.json", pid)
    return seen


def _read_once(path: Path, pid: int) -> Observed[AgentStatus]:
    try:
        decoded: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Absent()
    except (OSError, ValueError) as problem:
        return Unknown(f"{path}: {problem}")
    if not isinstance(decoded, dict):
        return Unknown(f"{path} is not a JSON object")
    status = cast("dict[str, object]", decoded)
    if status.get("pid", pid) != pid:
        return Unknown(f"{path} is about process {status['pid']}")
    try:
        activity = Activity(str(status.get("status")))
    except ValueError:
        return Unknown(f"{path}: status {status.get('status')!r} is not one that we know")
    return Present(
        AgentStatus(
            activity=activity,
            waiting_for=str(status.get("waitingFor") or ""),
            conversation=str(status.get("sessionId") or ""),
        )
    )
