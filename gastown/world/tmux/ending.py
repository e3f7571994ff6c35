"""How sessions and the server end: whole process trees, and it is looked at that they are gone."""

import contextlib
import time
from collections.abc import Callable, Sequence

from libtmux.exc import LibTmuxException

from gastown.domain.terminal import Session
from gastown.errors import Unavailable
from gastown.world import processes
from gastown.world.tmux import script
from gastown.world.tmux.door import Door
from gastown.world.tmux.objects import TownServer


def end_session(
    door: Door, session: Session, pids: Sequence[int], is_gone: Callable[[], bool], grace: float
) -> None:
    """End what runs in its panes, whose processes are `pids`, then the session. Unavailable if some stays."""
    survivors = processes.end_tree(*pids, grace=grace)
    same = script.equal("session_created", int(session.started.timestamp()))
    door.tell([script.only_if(f"{session.id}:", same, script.command("kill-session", "-t", session.id))])
    if survivors:
        raise Unavailable(f"could not end {processes.named(survivors)}", hint="look at them with ps")
    if not _within(door.deadline, is_gone):
        raise Unavailable(f"tmux did not end the session {session.name}")


def end_pane(door: Door, session: Session, is_gone: Callable[[], bool], grace: float) -> None:
    """End what runs in its own pane, and that; the session stays, with what a person has in it."""
    survivors = processes.end_tree(session.pane_pid, grace=grace)
    same = script.equal("pane_pid", session.pane_pid)
    door.tell([script.only_if(session.pane, same, script.command("kill-pane", "-t", session.pane))])
    if survivors:
        raise Unavailable(f"could not end {processes.named(survivors)}", hint="look at them with ps")
    if not _within(door.deadline, is_gone):
        raise Unavailable(f"tmux did not end the pane of {session.name}")


def set_aside(door: Door, session: Session, name: str, *, ours: bool) -> None:
    """Rename a session that is in the way; unless it is `ours`, it is only a person's from now on."""
    unset = [] if ours else ["@gt_pane", "@gt_name", "@gt_incarnation", *script.ABOUT_AN_AGENT]
    door.tell([
        script.command("rename-session", "-t", f"{session.id}:", name),
        *script.options(f"{session.id}:", dict.fromkeys(unset, "")),
    ])  # fmt: skip


def end_server(door: Door, grace: float) -> None:
    """End every server of this socket, reachable or not, and all that runs in it. Unavailable if some stays."""
    servers = door.servers()
    panes = [pane.pid for server in servers for pane in processes.children(server.pid)]
    survivors = processes.end_tree(*panes, grace=grace)
    with contextlib.suppress(Unavailable, LibTmuxException):  # silent, or without its socket
        TownServer(door).kill()
    if not _within(1.0, lambda: not any(map(processes.alive, servers))):
        survivors += processes.end(servers, grace=grace)
    if survivors:
        raise Unavailable(f"could not end {processes.named(survivors)}", hint="look at them with ps")


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    """Whether it comes true in that time."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True
