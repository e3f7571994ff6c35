"""Taking in whoever descends from a program when their parents end, and ending them: where the system can (Linux)."""

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

from gastown.errors import Unavailable
from gastown.world import processes

_PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h: orphans among our descendants become our children, not those of init."""

_PAUSE = 0.05
"""Seconds between two looks for orphans that have ended; their programs may be waited for by others."""

_ROUNDS = 8


class Adoption:
    """Orphans of one program that is run meanwhile. Elsewhere than on Linux it knows of none."""

    def __init__(self) -> None:
        self._before = frozenset(child.pid for child in processes.children(os.getpid()))
        self._done = threading.Event()
        self._reaper: threading.Thread | None = None
        self._own = 0

    def started(self, pid: int) -> None:
        """Know the program itself, whose end is somebody else's to wait for; from now on orphans leave no zombies."""
        self._own = pid
        self._reaper = threading.Thread(target=self._reap_on, name=f"orphans of {pid}", daemon=True)
        self._reaper.start()

    def end(self) -> None:
        """End all orphans with all that descends from them. Raises Unavailable, naming them, when some stay."""
        self._done.set()
        if self._reaper is not None:
            self._reaper.join()
        left: list[processes.Process] = []
        for _ in range(_ROUNDS):
            taken = [child for child in processes.children(os.getpid()) if child.pid not in self._before]
            left = [child for child in taken if processes.alive(child)]
            if left:
                processes.end_tree(*(child.pid for child in left))
            for child in taken:
                _reap(child.pid)
            if not left:
                return
        raise Unavailable(f"could not end {processes.named(left)}", "look at them with ps, then try again")

    def _reap_on(self) -> None:
        while not self._done.wait(_PAUSE):
            while (pid := _ended()) and pid not in self._before and pid != self._own:
                _reap(pid)


@contextmanager
def adopting() -> Generator[Adoption]:
    """Within the block, and not after it, orphaned descendants become ours; at its end they are ended.

    Nothing hides from that: neither a session of its own nor an empty environment. What ran as our child before
    the block is left alone. Raises Unavailable at its end when somebody stays.
    """
    if sys.platform != "linux" or not _take_in(wanted=True):
        yield _NoAdoption()
        return
    adoption = Adoption()
    try:
        yield adoption
    finally:
        try:
            adoption.end()
        finally:
            _take_in(wanted=False)


class _NoAdoption(Adoption):
    """Where orphans go to init at once."""

    def __init__(self) -> None:
        """Look at nothing."""

    def started(self, pid: int) -> None:
        """Start nothing."""

    def end(self) -> None:
        """End nothing."""


def _take_in(*, wanted: bool) -> bool:
    """Become, or cease to be, whom orphans are left to; False where that is not possible."""
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _ended() -> int:
    """A child of ours that has ended and that nobody has waited for yet; 0: there is none."""
    if sys.platform != "linux":
        return 0
    try:
        seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return 0 if seen is None else seen.si_pid


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
