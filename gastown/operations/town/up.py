"""Starting the supervisor in the background."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError, Unavailable
from gastown.operations.sessions.environment import without_identity
from gastown.town import Town
from gastown.world.locks import held
from gastown.world.process import spawn

SUPERVISOR = "supervisor"
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Up:
    """The supervisor's process id. `already`: it ran before."""

    pid: int
    already: bool


def up(town: Town) -> Up:
    """See that the supervisor runs. Raises Unavailable when tmux is missing or it does not come up."""
    match held(town.places.lock(SUPERVISOR)):
        case Present(pid):
            return Up(pid, already=True)
        case Unknown(why):
            raise Unavailable(f"cannot see whether a supervisor runs: {why}", "gt doctor")
        case Absent():
            pass
    _check_tools(town)
    log = town.places.logs / "supervisor.log"
    began = log.stat().st_size if log.exists() else 0
    argv = [sys.executable, "-P", "-m", "gastown.supervisor", str(town.root)]
    ours = spawn(argv, cwd=town.root, env=_env(), log=log)
    return Up(_wait(town, ours, log, began), already=False)


def ensure_up(town: Town) -> bool:
    """Start a missing supervisor for a command that does not depend on it; False when it could not be started."""
    try:
        up(town)
    except GastownError:
        return False
    return True


def _env() -> dict[str, str]:
    import gastown

    return {**without_identity(), "PYTHONPATH": str(Path(gastown.__file__).parent.parent)}


def _check_tools(town: Town) -> None:
    """Raise Unavailable or Invalid now for what would only end up in the supervisor's log."""
    from gastown.world.git.command import version as git_version
    from gastown.world.tmux.door import Door
    from gastown.world.tmux.place import socket_path
    from gastown.world.tmux.terminal import CONFIG

    Door(socket_path(town.root), CONFIG, deadline=5).check_version()
    git_version()
    _ = town.settings, town.rigs


def _wait(town: Town, ours: int, log: Path, began: int) -> int:
    """The process id of the supervisor that is there in the end: ours, or one that somebody else started."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        gone = not _exists(ours)  # looked at first: ours leaves only after somebody else has the lock
        match held(town.places.lock(SUPERVISOR)):
            case Present(pid) if pid and town.places.wake.exists():
                return pid
            case Absent() if gone:
                break
            case _:
                time.sleep(0.02)
    said = log.read_bytes()[began:].decode(errors="replace").strip().splitlines()
    raise Unavailable(
        f"the supervisor did not come up: {said[-1] if said else 'it said nothing'}", f"look into {log}"
    )


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
