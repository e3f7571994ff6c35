"""The process table: who carries which mark in its environment, who descends from whom, and how they end."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

from gastown.errors import Unavailable

_GRACE = 3.0
"""Seconds in which a process may end by itself after being asked to."""

_LAST_WAIT = 2.0
"""Seconds after SIGKILL; who is still there is stuck in the kernel."""

_ROUNDS = 8
"""How often we look again for what was forked while we ended the others."""

_POLITE_ROUNDS = 3
"""After these nobody is asked any more: what starts itself anew when asked to end is killed unasked."""

_SAME = 2.0
"""Seconds by which two readings of one start may differ: the boot time moves when the clock is set."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process; a later one that was given the same id has another `created` (seconds since the epoch)."""

    pid: int
    created: float


def marked(marks: Mapping[str, str]) -> tuple[Process, ...]:
    """Every process whose environment, as it was when its program started, holds all of `marks`.

    What another user's processes carry cannot be read, so they are not ours. On macOS neither can that of
    Apple's own programs (/bin/sh): there `tree` finds what this does not. Unavailable when the process
    table cannot be read.
    """
    return tuple(process for process, _ in _marked(marks))


def environment(process: Process) -> Mapping[str, str] | None:
    """The environment with which its program started; None when it is gone or not ours to read."""
    try:
        found = psutil.Process(process.pid)
        return found.environ() if _is(found, process) else None
    except psutil.Error:
        return None


def tree(*pids: int) -> tuple[Process, ...]:
    """These, their descendants, and, where one leads a session, the members of that and their descendants.

    Members are found even when the leader has ended and left them to init.
    """
    parents = {found: parent for found in _pids() if (parent := _parent(found)) is not None}
    members = {found for found in parents if found in pids or _session(found) in pids}
    grown = True
    while grown:
        more = {found for found, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return tuple(process for found in sorted(members) if (process := _process(found)) is not None)


def children(pid: int) -> tuple[Process, ...]:
    """Those that `pid` itself has started, or that were left to it."""
    return tuple(
        process for found in _pids() if _parent(found) == pid and (process := _process(found)) is not None
    )


def alive(process: Process) -> bool:
    """Whether that very process still runs; a zombie does not."""
    try:
        found = psutil.Process(process.pid)
        return _is(found, process) and found.status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def find_command(needle: Sequence[str]) -> tuple[Process, ...]:
    """Every process whose command line holds these words in this order, one after the other."""
    wanted = list(needle)
    found: list[Process] = []
    for pid in _pids():
        words = command(pid)
        if any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)):
            found.extend(filter(None, [_process(pid)]))
    return tuple(found)


def command(pid: int) -> list[str]:
    """The command line of a process; empty when it is gone or not ours to read."""
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def end(processes: Iterable[Process], *, grace: float = _GRACE) -> tuple[Process, ...]:
    """Ask them to end (SIGTERM, later SIGHUP), wait `grace` seconds in all, then SIGKILL; return survivors.

    Without grace they are killed unasked. The calling process and its ancestors are never ended and not
    among the survivors. Children are not looked for: give them too.
    """
    spared = _ourselves()
    left = [process for process in processes if process.pid not in spared]
    asking = (((signal.SIGTERM, signal.SIGCONT), grace / 3), ((signal.SIGHUP,), grace * 2 / 3))
    for signals, patience in (*(asking if grace > 0 else ()), ((signal.SIGKILL,), _LAST_WAIT)):
        left = [process for process in left if alive(process)]
        for process in left:
            _send(process, signals)
        left = _outlasting(left, patience)
    return tuple(left)


def end_tree(*pids: int, grace: float = _GRACE) -> tuple[Process, ...]:
    """End `tree(*pids)`, also what it forks meanwhile; return survivors. The caller and its ancestors stay."""
    leaders = {pid: _process(pid) for pid in pids}
    survivors: list[Process] = []
    for turn in range(_ROUNDS):
        passed_by = _ourselves() | {process.pid for process in survivors}
        mine = [pid for pid, leader in leaders.items() if _is_still(pid, leader)]
        left = [process for process in tree(*mine) if process.pid not in passed_by and alive(process)]
        if not left:
            break
        survivors.extend(end(left, grace=grace if turn < _POLITE_ROUNDS else 0))
    return tuple(survivors)


def end_marked(
    marks: Mapping[str, str],
    *,
    spare: Callable[[Mapping[str, str]], bool] | None = None,
    grace: float = _GRACE,
) -> None:
    """End every process that carries `marks`, but for those whose environment `spare` says yes to.

    Looks again until none is left, because some fork while they are being ended; Unavailable, naming them,
    when some stay. The calling process and its ancestors are left alone.
    """
    found: list[Process] = []
    for turn in range(_ROUNDS):
        spared = _ourselves()
        found = [
            process
            for process, env in _marked(marks)
            if process.pid not in spared and alive(process) and not (spare and spare(env))
        ]
        if not found:
            return
        end(found, grace=grace if turn < _POLITE_ROUNDS else 0)
    raise Unavailable(f"could not end {named(found)}", hint="look at them with ps, then try again")


def named(processes: Iterable[Process]) -> str:
    """Programs and ids, for a message."""
    return ", ".join(f"{_program(process.pid)} ({process.pid})" for process in processes)


def _marked(marks: Mapping[str, str]) -> Iterator[tuple[Process, Mapping[str, str]]]:
    """Who carries the marks. Who just replaces its program shows no environment: it is looked at again."""
    left = _pids()
    for pause in (0.0, 0.003, 0.01):
        time.sleep(pause)
        empty: list[int] = []
        for pid in left:
            env = _environ(pid)
            if env is None:
                continue
            if not env:
                empty.append(pid)
            elif marks.items() <= env.items() and (process := _process(pid)) is not None:
                yield process, env
        left = [pid for pid in empty if _may_be_starting(pid)]
        if not left:
            return


def _pids() -> list[int]:
    try:
        return psutil.pids()
    except (OSError, psutil.Error) as problem:
        raise Unavailable(f"the process table cannot be read: {problem}") from problem


def _environ(pid: int) -> Mapping[str, str] | None:
    try:
        return psutil.Process(pid).environ()
    except psutil.Error:
        return None


def _may_be_starting(pid: int) -> bool:
    """Whether a process without environment may just be replacing its program (a kernel thread never is)."""
    return _parent(pid) not in {None, 0, 2}


def _process(pid: int) -> Process | None:
    try:
        return Process(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _is(found: psutil.Process, process: Process) -> bool:
    return abs(found.create_time() - process.created) < _SAME


def _is_still(pid: int, before: Process | None) -> bool:
    """Whether this id is unused, or still used by the same process."""
    now = _process(pid)
    return now is None or (before is not None and abs(now.created - before.created) < _SAME)


def _parent(pid: int) -> int | None:
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _program(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return "a process"


def _ourselves() -> set[int]:
    """The calling process and its ancestors."""
    here = psutil.Process()
    return {0, 1, here.pid, *(parent.pid for parent in here.parents())}


def _send(process: Process, numbers: Iterable[int]) -> None:
    for number in numbers:
        try:
            os.kill(process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def _outlasting(processes: list[Process], patience: float) -> list[Process]:
    until = time.monotonic() + patience
    pause = 0.002
    while left := [process for process in processes if alive(process)]:
        if time.monotonic() >= until:
            return left
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return []
