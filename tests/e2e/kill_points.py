"""Killing one real operation at its N-th step boundary, in a process of its own, and choosing the Ns."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.killed_child import FROZEN, Order
from tests.support import eventually

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 120.0
MEMORY, ROOM = Path("/dev/shm"), 500_000_000  # noqa: S108 - only towns of tests
ALL = os.environ.get("GASTOWN_KILL_POINTS", "") == "all"
"""GASTOWN_KILL_POINTS=all kills at every boundary; by default they are sampled evenly, so that all takes minutes."""


@dataclass(frozen=True, slots=True)
class Run:
    """How an operation went: the boundaries that it passed, the last of which killed it, if any did."""

    status: int
    boundaries: tuple[str, ...]
    said: str
    frozen: int = 0
    """The process id of the program that ran when it was killed, if that was stopped too."""

    @property
    def killed(self) -> bool:
        """Whether it ended at the boundary that was asked for."""
        return self.status == -signal.SIGKILL

    @property
    def where(self) -> str:
        """The boundary at which it ended."""
        return f"boundary {len(self.boundaries)}: {self.boundaries[-1] if self.boundaries else 'none'}"


class Killer:
    """Runs operations in processes of their own, one at a time, each told at which boundary to end itself."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._journal, self._said = folder / "boundaries", folder / "said"
        self._forker = subprocess.Popen[bytes](
            [sys.executable, "-m", "tests.e2e.killed_child"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # of what was read, nothing may wait in a buffer where select does not see it
            start_new_session=True,
        )

    def run(
        self,
        until: int | str,
        program: str,
        *words: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        freezing: bool = False,
    ) -> Run:
        """Run `program` (see tests.e2e.killed_child.become) until boundary `until`; 0: to its own end.

        A text means the first boundary whose name holds it. With `freezing` the program that it runs at that
        moment is stopped, and goes on when the test says so.
        """
        self.start(until, program, *words, cwd=cwd, env=env, freezing=freezing)
        return self.ended()

    def start(
        self,
        until: int | str,
        program: str,
        *words: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        freezing: bool = False,
    ) -> int:
        """Begin to, and return its process id; `ended` tells how it went."""
        self._said.write_text("")
        order = Order(
            until=until, freezing=freezing, journal=str(self._journal), program=program, words=list(words),
            cwd=str(cwd), env={**os.environ, **(env or {})}, out=str(self._said),
        )  # fmt: skip
        assert self._forker.stdin is not None
        self._forker.stdin.write(json.dumps(order).encode() + b"\n")
        return self._number()

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self._said.read_text(errors="replace")

    def has_ended(self) -> bool:
        """Whether what was started has ended."""
        assert self._forker.stdout is not None
        return bool(select.select([self._forker.stdout], [], [], 0)[0])

    def ended(self) -> Run:
        """Wait for the end of what was started."""
        status = self._number()
        passed = tuple(self._journal.read_text(errors="replace").splitlines())
        said = self.said
        if passed and passed[-1].startswith(FROZEN):
            return Run(status, passed[:-1], said, int(passed[-1].removeprefix(FROZEN)))
        return Run(status, passed, said)

    def close(self) -> None:
        """Run nothing more."""
        self._forker.kill()
        self._forker.wait()
        for pipe in (self._forker.stdin, self._forker.stdout):
            if pipe is not None:
                pipe.close()

    def _number(self) -> int:
        assert self._forker.stdout is not None
        ready, _, _ = select.select([self._forker.stdout], [], [], DEADLINE)
        assert ready, f"no end after {DEADLINE:g} s: {self.said}"
        return int(self._forker.stdout.readline())


def points(total: int, *, most: int) -> tuple[int, ...]:
    """Of the boundaries 1 to `total` all, or about `most` of them, evenly spread, the first and the last included."""
    if ALL or total <= most:
        return tuple(range(1, total + 1))
    return tuple(sorted({1 + round(at * (total - 1) / (most - 1)) for at in range(most)}))


def killed_everywhere(run: Callable[[int], Run], *, most: int) -> Iterator[tuple[int, Run]]:
    """Run it unharmed once, then killed at each of `most` boundaries; gives each point and how it went."""
    whole = run(0)
    assert whole.status == 0, whole.said
    yield 0, whole
    for point in points(len(whole.boundaries), most=most):
        yield point, run(point)


@contextmanager
def in_memory(otherwise: Path) -> Generator[Path]:
    """A new folder on a disk of memory, or `otherwise` where there is none with enough room; gone afterwards."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield otherwise
        return
    folder = Path(tempfile.mkdtemp(prefix="gt-kill-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def thawing(run: Run, *, after: float) -> Generator[None]:
    """Let the program that was frozen go on `after` seconds, and in the end wait until it has ended."""
    timer = threading.Timer(after, thaw, [run])
    timer.start()
    try:
        yield
    finally:
        timer.join()
        eventually(lambda: not thaw(run), within=30, what="the program that was frozen to end")


def thaw(run: Run) -> bool:
    """Let it go on; whether it is still there."""
    if not run.frozen:
        return False
    try:
        os.kill(run.frozen, signal.SIGCONT)
        return "Z" not in Path(f"/proc/{run.frozen}/stat").read_text().rpartition(")")[2]
    except (ProcessLookupError, FileNotFoundError):
        return False


@contextmanager
def told(run: Run) -> Generator[None]:
    """Let a failure say at which boundary the operation had been killed."""
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"killed at {run.where}\n{run.said[-2000:]}")
        raise
