"""Locks between processes: flock on files that hold the pid of whoever has them; the kernel frees them at any end."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Busy, Unavailable

PROBES_PASS_IN = 0.25
"""Somebody who only looks holds a lock for microseconds; takers outwait that."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock while it is held."""

    descriptor: int
    path: Path

    def still_counts(self) -> bool:
        """Whether others find this very lock; False once its file was removed or replaced under us."""
        try:
            there, ours = self.path.stat(), os.fstat(self.descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


@contextmanager
def lock(path: Path, *, what: str, wait: float = 0.0) -> Generator["Held"]:
    """Hold the lock at `path` for as long as the block runs.

    `what` names it in the error. Raises Busy when another process or thread still has it after `wait` seconds,
    Unavailable when the file cannot be made.
    """
    descriptor = _open(path)
    try:
        _take(descriptor, path, what, wait)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        try:
            yield Held(descriptor, path)
        finally:
            os.ftruncate(descriptor, 0)  # the next holder is never taken for this process
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(
            f"the lock {path} cannot be made: {error.strerror}", "check the folder and the disk"
        ) from error


def _take(descriptor: int, path: Path, what: str, wait: float) -> None:
    late = time.monotonic() + max(wait, PROBES_PASS_IN)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > late:
                raise Busy(
                    f"{what} is held by process {_pid(path) or 'unknown'}", "try again in a moment"
                ) from None
            time.sleep(0.02)
        else:
            return


def held(path: Path) -> Observed[int]:
    """Whether somebody holds the lock at `path`, and the pid of who does (0 while it is not written yet)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return Absent()
    except OSError as error:
        return Unknown(f"{path}: {error.strerror}")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Present(_pid(path))
    else:
        return Absent()
    finally:
        os.close(descriptor)


def _pid(path: Path) -> int:
    try:
        return int(path.read_text() or 0)
    except (OSError, ValueError):
        return 0
