"""Other programs: each in a session of its own, with bounded output, and ended as a group."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from gastown.scripted.keyboard import Typed
from gastown.scripted.watch import Watch

GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""

LIMIT = 1_000_000
"""Bytes of output that are kept: the last ones."""

TIMED_OUT = 124
NOT_STARTED = 127


class Finished(NamedTuple):
    """How it ended; a negative status is the signal that ended it."""

    status: int
    out: str
    err: str


class Children:
    """Starts programs in one folder and waits for them; output goes through unlinked files in `scratch`."""

    def __init__(self, watch: Watch, cwd: Path, scratch: Path) -> None:
        self._watch = watch
        self._cwd = cwd
        self._scratch = scratch

    def run(
        self,
        argv: Sequence[str],
        *,
        heard: Callable[[Typed], None],
        text: str = "",
        limit: float | None = None,
        together: bool = False,
    ) -> Finished:
        """Run `argv` with `text` as its standard input. Its group ends with us if waiting is cut short.

        `together` puts standard error into `out`, in order. After `limit` seconds it is ended: TIMED_OUT.
        """
        with self._file(text) as given, self._file() as out, self._file() as err:
            try:
                child = subprocess.Popen(
                    argv,
                    cwd=self._cwd,
                    stdin=given,
                    stdout=out,
                    stderr=subprocess.STDOUT if together else err,
                    start_new_session=True,
                )
            except OSError as problem:
                return Finished(NOT_STARTED, "", f"{argv[0]}: {problem.strerror}")
            until = None if limit is None else time.monotonic() + limit
            try:
                in_time = self._watch.sleep(lambda: child.poll() is not None, until=until, heard=heard)
            finally:
                if child.returncode is None:
                    end_group(child)
            status = child.wait() if in_time else TIMED_OUT
            return Finished(status, _tail(out), _tail(err) if in_time else f"no answer in {limit:g} s")

    @contextlib.contextmanager
    def _file(self, text: str = "") -> Generator[FileIO]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        path = self._scratch / f"{os.getpid()}.{time.monotonic_ns()}"
        with FileIO(path, "x+") as file:
            path.unlink()
            file.write(text.encode(errors="replace"))
            file.seek(0)
            yield file


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and all that it started in its group: kindly, then not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _tail(file: FileIO) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LIMIT))
    return file.readall().decode(errors="replace")
