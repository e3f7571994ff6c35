"""A program of ours that ends itself with SIGKILL at its N-th step boundary; run by tests.e2e.kill_points.

A boundary lies before and after every external program is started and after its end, around every COMMIT,
around every file that is opened to be written, and before every rename, removal, new folder and signal. Nothing
in the product knows of it: what it calls in Python and in SQLite is wrapped here, in this process alone.
"""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn, TypedDict

PRELOADED = (
    "gastown.cli.app", "gastown.cli.lazy", "gastown.cli.output", "gastown.cli.plain", "gastown.cli.place",
    "gastown.operations.merge.run", "gastown.operations.sessions.ensure", "gastown.operations.sessions.stop",
    "gastown.operations.town.install", "gastown.operations.town.rig_add", "gastown.operations.work.done",
    "gastown.supervisor.daemon", "gastown.world.git.landing", "gastown.world.git.worktrees", "gastown.world.processes",
    "gastown.world.tmux.ending",
)  # fmt: skip
"""What operations import; nothing of it runs before the fork."""

BEFORE = {
    *("os.chmod", "os.kill", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.symlink", "os.truncate"),
}
"""Audit events of Python's, raised before the deed."""

STATEMENTS = ("COMMIT", "PRAGMA JOURNAL_MODE", "PRAGMA WAL_CHECKPOINT", "VACUUM")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
FROZEN = "frozen: "
"""In the journal after the last boundary: the process id of a program that goes on when it gets SIGCONT."""

_SHOWN = 240


class Countdown:
    """Counts boundaries, writes each into the journal, and ends this process at the one that was asked for."""

    def __init__(self, until: int | str, journal: Path, *, freezing: bool = False) -> None:
        self._until = until
        self._freezing = freezing
        self._is_over = False
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
        self._passed = 0
        self._guard = threading.RLock()  # a signal is a boundary too, also the last one

    def pass_by(self, what: str, program: int = 0) -> None:
        """One more boundary. If it is the last, the `program` that runs meanwhile may be stopped, to go on later."""
        with self._guard:
            if self._is_over:
                return
            self._passed += 1
            line = what.replace("\n", " ")[:_SHOWN]
            os.write(self._journal, f"{line}\n".encode(errors="replace"))
            self._is_over = self._is_last(line, program)
            if self._is_over:
                if program and self._freezing and _stopped(program):
                    os.write(self._journal, f"{FROZEN}{program}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

    def foresee(self, what: str, program: int) -> None:
        """Stop the program already, if the boundary to come is the last: it must not act before."""
        if isinstance(self._until, str) and self._until in what and self._freezing:
            _stopped(program)

    def _is_last(self, line: str, program: int) -> bool:
        if isinstance(self._until, str):
            return self._until in line and (program > 0 or not self._freezing)
        return self._until == self._passed


def _stopped(program: int) -> bool:
    """Stop it; False when it has ended already."""
    try:
        os.kill(program, signal.SIGSTOP)
    except ProcessLookupError:
        return False
    return True


class Feed:
    """What a program reads; says when it has got all."""

    def __init__(self, pipe: IO[bytes], done: Callable[[], None]) -> None:
        self._pipe = pipe
        self._done = done

    def fileno(self) -> int:
        return self._pipe.fileno()

    def close(self) -> None:
        is_first = not self._pipe.closed
        self._pipe.close()
        if is_first:
            self._done()


def wrap_programs(countdown: Countdown) -> None:
    """Boundaries around every external program."""

    class Popen(subprocess.Popen[Any]):
        def __init__(self, args: Sequence[str], *more: Any, **options: Any) -> None:  # noqa: ANN401 - as it is
            self._name = _named(args)
            countdown.pass_by(f"before {self._name}")
            super().__init__(args, *more, **options)
            fed = f"fed {self._name}"
            if self.stdin is not None:
                countdown.foresee(fed, self.pid)
                feed: Any = Feed(self.stdin, lambda: countdown.pass_by(fed, self.pid))
                self.stdin = feed
            countdown.pass_by(f"during {self._name}", self.pid)

        def poll(self) -> int | None:
            return self._told(super().poll)

        def wait(self, timeout: float | None = None) -> int:
            wait = super().wait
            return self._told(lambda: wait(timeout)) or 0

        def _told(self, ask: Callable[[], int | None]) -> int | None:
            known = self.returncode is not None
            status = ask()
            if status is not None and not known:
                countdown.pass_by(f"after {self._name}")
            return status

    subprocess.Popen = Popen  # type: ignore[assignment, misc]


def _named(args: Sequence[str]) -> str:
    """The command line without the options that all our gits have."""
    words = [str(word) for word in args]
    while "-c" in words and words[0] == "git":
        at = words.index("-c")
        del words[at : at + 2]
    return " ".join(words)


def wrap_ledger(countdown: Countdown) -> None:
    """Boundaries around every COMMIT, and what else writes at once."""
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3  # type: ignore[no-redef]

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> Any:  # noqa: ANN401 - as it is
            if not sql.upper().startswith(STATEMENTS):
                return super().execute(sql, *values)
            countdown.pass_by(f"before {sql}")
            answer = super().execute(sql, *values)
            countdown.pass_by(f"after {sql}")
            return answer

    real = sqlite3.connect

    def connect(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
        return real(*args, factory=Connection, **options)

    sqlite3.connect = connect


def wrap_files(countdown: Countdown) -> None:
    """Boundaries around what changes files."""
    real_open, real_io_open = os.open, io.open

    def opened(path: Any, flags: int, *more: Any, **options: Any) -> int:  # noqa: ANN401 - as it is
        descriptor = real_open(path, flags, *more, **options)
        if flags & WRITES and _counts(path):
            countdown.pass_by(f"opened {path}")
        return descriptor

    def io_opened(path: Any, mode: str = "r", *more: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
        file = real_io_open(path, mode, *more, **options)
        if set(mode) & set("wax+") and _counts(path):
            countdown.pass_by(f"opened {path}")
        return file

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in BEFORE and not sys.is_finalizing():
            countdown.pass_by(f"{event} {' '.join(map(str, args[:2]))}")

    os.open = opened
    io.open = io_opened  # type: ignore[assignment]
    sys.addaudithook(audit)


def _counts(path: object) -> bool:
    return isinstance(path, str | Path) and not str(path).startswith(("/dev/null", "/dev/tty", "/proc/"))


def become(countdown: Countdown, program: str, words: Sequence[str]) -> None:
    """Count from here on, and be `program`: gt, bd, supervisor, or `module:function`, which gets the words."""
    wrap_programs(countdown)
    wrap_ledger(countdown)
    wrap_files(countdown)
    sys.argv = [program, *words]
    match program:
        case "gt" | "bd":
            from gastown.cli import app

            (app.main if program == "gt" else app.bd)()
        case "supervisor":
            from gastown.supervisor.daemon import run

            sys.exit(run(Path(words[0])))
        case _:
            module, _, function = program.partition(":")
            getattr(import_module(module), function)(*words)


class Order(TypedDict):
    """What one child is to do, where, and in which environment."""

    until: int | str
    freezing: bool
    journal: str
    program: str
    words: list[str]
    cwd: str
    env: dict[str, str]
    out: str


def serve() -> None:
    """Fork a child for every order that comes in, and tell its pid and its status: importing once saves minutes."""
    for module in PRELOADED:
        import_module(module)
    for line in sys.stdin:
        order: Order = json.loads(line)
        pid = os.fork()
        if not pid:
            _be(order)
        _tell(pid)
        _, status = os.waitpid(pid, 0)
        _tell(os.waitstatus_to_exitcode(status))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _be(order: Order) -> NoReturn:
    status = 70
    try:
        os.setsid()
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        for number, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, order["out"], os.O_WRONLY),
            (2, order["out"], os.O_WRONLY),
        ):
            os.dup2(os.open(path, flags | os.O_APPEND, 0o600), number)
        countdown = Countdown(order["until"], Path(order["journal"]), freezing=order["freezing"])
        become(countdown, order["program"], order["words"])
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - the end of this process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
