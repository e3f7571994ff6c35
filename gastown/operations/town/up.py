"""Starting the supervisor in the background."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError, Refused, Unavailable
from gastown.operations.sessions.caller import is_agent, must_be_somebody
from gastown.operations.sessions.environment import keep_environment, kept_environment, without_identity
from gastown.operations.town.holders import stop_holder
from gastown.operations.town.self_description import described, ours
from gastown.town import Town
from gastown.world.locks import held, lock
from gastown.world.process import spawn

SUPERVISOR, STARTING = "supervisor", "starting"
"""Locks: held by the one supervisor; held while one is started, replaced, or no longer wanted."""

PATIENCE = 10.0
DESCRIBES_ITSELF_IN = 1.0
"""Seconds between a supervisor's taking the lock and its telling which Gas Town it is."""


@dataclass(frozen=True, slots=True)
class Up:
    """The supervisor's process id. `already`: it ran before. `replaced`: one of another Gas Town ran until now."""

    pid: int
    already: bool
    replaced: int | None = None


def up(town: Town) -> Up:
    """See that the supervisor runs; a person's replaces one that another version of Gas Town started.

    A person's environment is kept, and given to a supervisor that an agent's command starts. Raises Unavailable
    when tmux is missing or it does not come up, and what opening the ledger raises; Refused in a gate of this town,
    and for an agent when a person took the town down, or none has started a supervisor yet; Busy when another
    start takes long.
    """
    must_be_somebody(town)
    with lock(town.places.lock(STARTING), what="the start of the supervisor", wait=2 * PATIENCE):
        if not is_agent():
            town.places.down.unlink(missing_ok=True)
        replaced: int | None = None
        match held(town.places.lock(SUPERVISOR)):
            case Present(pid) if is_agent() or _is_ours(town, pid):
                return Up(pid, already=True)
            case Present(replaced):
                _stop_all(town)
            case Unknown(why):
                raise Unavailable(f"cannot see whether a supervisor runs: {why}", "gt doctor")
            case Absent():
                pass
        return Up(_start(town), already=False, replaced=replaced)


def ensure_up(town: Town) -> str:
    """Start a missing supervisor for a command that does not depend on it; says what came of it."""
    try:
        up(town)
    except Refused as refused:
        return f"the supervisor is down: {refused.message}; {refused.hint}"
    except GastownError:
        return "the supervisor is down and could not be started; gt up says why"
    return "the supervisor was down; it runs now"


def _is_ours(town: Town, pid: int) -> bool:
    """Whether the running supervisor is of the Gas Town that this process is."""
    late = time.monotonic() + DESCRIBES_ITSELF_IN
    while (told := described(town, pid)) is None and time.monotonic() < late:
        time.sleep(0.02)
    return told == ours()


def _stop_all(town: Town) -> None:
    """End a supervisor of another Gas Town, and its queues; they carry on where they were."""
    stop_holder(town, SUPERVISOR)
    for rig in town.rigs:
        stop_holder(town, f"queue.{rig}")


def _start(town: Town) -> int:
    env = _env(town)
    _check_tools(town)
    log = town.places.logs / "supervisor.log"
    began = log.stat().st_size if log.exists() else 0
    argv = [sys.executable, "-P", "-m", "gastown.supervisor", str(town.root)]
    return _wait(town, spawn(argv, cwd=town.root, env=env, log=log), log, began)


def _env(town: Town) -> dict[str, str]:
    import gastown

    if not is_agent():
        keep_environment(town)
        env = without_identity()
    else:
        if town.places.down.exists():
            raise Refused("a person took the town down", "a person's gt up starts it again")
        kept = kept_environment(town)
        if kept is None:
            raise Refused("no person has started it here yet", "a person's gt up does")
        env = kept
    return {**env, "PYTHONPATH": str(Path(gastown.__file__).parent.parent)}


def _check_tools(town: Town) -> None:
    """Raise now for what would only end up in the supervisor's log, a missing or unreadable ledger among it."""
    from gastown.world.git.command import version as git_version
    from gastown.world.tmux.door import Door
    from gastown.world.tmux.place import socket_path
    from gastown.world.tmux.terminal import CONFIG

    Door(socket_path(town.root), CONFIG, deadline=5).check_version()
    git_version()
    _ = town.settings, town.rigs, town.ledger


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
