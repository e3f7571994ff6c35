"""The one door to other programs: run one with a deadline that ends it, leave one running, or become one."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from gastown.errors import Unavailable

_TIDY_UP = 1.0
"""Seconds between SIGTERM and SIGKILL: git removes its lock files in that time."""

_LOOK_AGAIN = 0.05
"""Seconds after which a silent pipe makes us ask whether the program itself has ended."""

_LAST_WORDS = 0.2
"""Seconds that are left, after the end of a program, to those who still hold its output."""

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: `status` is its exit status, or minus the signal that ended it."""

    status: int
    out: str
    err: str


class _TooLateError(Exception):
    """The deadline passed."""


class _Heard:
    """What a program says into a pipe: the last `limit` bytes of it."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        self.pipe = pipe
        self._limit = limit
        self._kept = bytearray()

    def move(self) -> bool:
        """Read what is there; False at its end."""
        data = os.read(self.pipe.fileno(), _PIECE)
        self._kept += data
        if len(self._kept) > 2 * self._limit:
            del self._kept[: -self._limit]
        return bool(data)

    def text(self) -> str:
        return self._kept[-self._limit :].decode("utf-8", "replace")


class _Said:
    """What we have to say to a program."""

    def __init__(self, pipe: IO[bytes], text: str) -> None:
        self.pipe = pipe
        self._rest = memoryview(text.encode("utf-8", "surrogateescape"))
        os.set_blocking(pipe.fileno(), False)

    def move(self) -> bool:
        """Write what fits; False when all is said, or nobody listens any more."""
        try:
            self._rest = self._rest[os.write(self.pipe.fileno(), self._rest[:_PIECE]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return bool(self._rest)


def run(
    argv: Sequence[str],
    *,
    deadline: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    input: str | None = None,  # noqa: A002 - subprocess calls it so
    limit: int = 4_000_000,
    started: Callable[[int], None] | None = None,
) -> Finished:
    """Run `argv` and report how it ended; a non-zero status is not an exception.

    It gets a session of its own, so no terminal can be asked for a password, and `input` or nothing as its
    standard input. Of its output and of its errors the last `limit` bytes are kept; undecodable bytes are
    replaced. Whatever it leaves running in its own process group is ended when it ends; what made itself a
    session of its own (a daemon) lives on, and is not waited for even if it holds the output open.
    `started` is told its process id.

    `Unavailable` when it cannot be started, and when it has not ended within `deadline` seconds: then its
    whole group has been ended.
    """
    until = time.monotonic() + deadline
    child = _start(argv, cwd, env, stdin=subprocess.DEVNULL if input is None else subprocess.PIPE)
    heard = [_Heard(pipe, limit) for pipe in (child.stdout, child.stderr) if pipe]
    said = [_Said(pipe, input or "") for pipe in (child.stdin,) if pipe]
    try:
        if started is not None:
            started(child.pid)
        status = _converse(child, heard, said, until)
    except _TooLateError:
        raise Unavailable(f"{_called(argv)} did not answer within {deadline:g} s") from None
    finally:
        if child.returncode is None:
            _end_group(child)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()
    return Finished(status, *(stream.text() for stream in heard))


def spawn(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
    """Start `argv` as a background process that outlives us, and return its process id.

    It has a session of its own, nothing as standard input, `log` appended to as output, and no other file
    of ours. `Unavailable` when it cannot be started.

    It stays our child while we live, so that its id is certain; a thread waits for it, so that it leaves
    no zombie under a caller who lives longer than it does. A caller who ends first hands it to init.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        child = _start(argv, cwd, env, out=out)
    finally:
        os.close(out)
    threading.Thread(target=child.wait, name=f"wait for {child.pid}", daemon=True).start()
    return child.pid


def exec_into(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> NoReturn:
    """Become `argv`. `Unavailable` when that is not possible."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(argv[0], list(argv), dict(os.environ if env is None else env))  # noqa: S606
    except OSError as problem:
        raise _not_started(argv, None, problem) from problem


def _start(
    argv: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    *,
    stdin: int = subprocess.DEVNULL,
    out: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=stdin, stdout=out, stderr=out, start_new_session=True
        )
    except (OSError, ValueError) as problem:
        raise _not_started(argv, cwd, problem) from problem


def _not_started(argv: Sequence[str], cwd: Path | None, problem: OSError | ValueError) -> Unavailable:
    if cwd is not None and not cwd.is_dir():
        return Unavailable(f"{_called(argv)} cannot run in {cwd}: there is no such folder")
    if isinstance(problem, FileNotFoundError):
        return Unavailable(f"{argv[0]} is not installed", hint=f"install {Path(argv[0]).name}, or mend PATH")
    why = problem.strerror if isinstance(problem, OSError) else str(problem)
    return Unavailable(f"{_called(argv)} cannot be started: {why}")


def _called(argv: Sequence[str]) -> str:
    """The program and, unless it is an option, its first argument."""
    verb = [word for word in argv[1:2] if not word.startswith("-")]
    return " ".join([Path(argv[0]).name, *verb])


def _converse(
    child: subprocess.Popen[bytes], heard: Sequence[_Heard], said: Sequence[_Said], until: float
) -> int:
    """Feed and hear the child until it has ended; `_TooLateError` when it has not by `until`."""
    with selectors.DefaultSelector() as watch:
        for ear in heard:
            watch.register(ear.pipe, selectors.EVENT_READ, ear)
        for mouth in said:
            watch.register(mouth.pipe, selectors.EVENT_WRITE, mouth)
        while watch.get_map() and child.poll() is None:
            _move(watch, min(_LOOK_AGAIN, _left(until)))
        status = _await(child, until)
        _end_group(child)
        enough = time.monotonic() + _LAST_WORDS
        while watch.get_map() and _move(watch, 0.0) and time.monotonic() < enough:
            pass
        return status


def _move(watch: selectors.BaseSelector, patience: float) -> bool:
    """Move what can be moved now; False when nothing could."""
    ready = watch.select(patience)
    for key, _ in ready:
        stream: _Heard | _Said = key.data
        if not stream.move():
            watch.unregister(key.fileobj)
            stream.pipe.close()
    return bool(ready)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TooLateError
    return left


def _await(child: subprocess.Popen[bytes], until: float) -> int:
    """Wait for the end of a child that has closed its pipes: mostly it is only microseconds away."""
    pause = 0.00002
    while (status := child.poll()) is None:
        time.sleep(min(pause, _left(until)))
        pause = min(2 * pause, _LOOK_AGAIN)
    return status


def _end_group(leader: subprocess.Popen[bytes]) -> None:
    """End what is left of the group: SIGTERM, a moment to tidy up, SIGKILL.

    Orphans that nobody reaps still count as members, so without its leader a group is not waited for long.
    """
    now = time.monotonic()
    late, orphaned = now + _TIDY_UP, now + _LAST_WORDS
    present = _signal_group(leader.pid, signal.SIGTERM) and _signal_group(leader.pid, signal.SIGCONT)
    while present and time.monotonic() < (late if leader.poll() is None else orphaned):
        time.sleep(0.002)
        present = leader.poll() is None or _signal_group(leader.pid, 0)
    if present and _signal_group(leader.pid, signal.SIGKILL):
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel: nobody can end it now
            leader.wait(_TIDY_UP)


def _signal_group(group: int, number: int) -> bool:
    """False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
