"""What a gate prints: followed while it runs, kept in a file of bounded size, its last lines at hand."""

import contextlib
import os
import selectors
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from gastown.errors import Unavailable
from gastown.operations.merge.evidence import last_lines

HEAD, TAIL = 8_000_000, 2_000_000
"""Bytes that are kept of the beginning and of the end."""

_BLOCK = 1 << 16
_LAST_GULP = 64
"""Blocks read after the gate has ended: more than a FIFO holds, and an end to whoever still talks."""


class GateLog:
    """A FIFO at `pipe` for the gate to write to, copied into `file`.

    A FIFO and not the file itself: a gate that prints without end is slowed down, not the disk filled; and
    one that outlives us meets a closed pipe. While the block runs, the first 8 MB appear in `file` at once;
    of what comes later the last 2 MB are added at the end. A disk that is full costs the file, not the gate.
    """

    def __init__(self, file: Path, pipe: Path) -> None:
        self.pipe = pipe
        self._file = file
        self._total = 0
        self._recent = bytearray()

    def __enter__(self) -> Self:
        try:
            self._open()
        except OSError as problem:
            raise Unavailable(
                f"the gate's log {self._file} cannot be made: {problem.strerror}",
                "check the folder and the disk",
            ) from problem
        self._reader = threading.Thread(target=self._copy, name=f"gate log {self._file.name}", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._end)
        self._reader.join()
        for descriptor in (self._out, self._in, self._hold, self._ended):
            os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            self.pipe.unlink()

    def last_lines(self) -> str:
        """The last lines of what was printed, fit to be shown; to be asked when the block is over."""
        return last_lines(self._recent[-_BLOCK:].decode("utf-8", "replace"))

    def _open(self) -> None:
        for folder in (self.pipe.parent, self._file.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.pipe.unlink()
        os.mkfifo(self.pipe, 0o600)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._out = os.open(self._file, flags, 0o600)
        self._in = os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._hold = os.open(self.pipe, os.O_WRONLY | os.O_CLOEXEC)  # so that reading never meets an end
        self._ended, self._end = os.pipe()

    def _copy(self) -> None:
        with selectors.DefaultSelector() as watch:
            watch.register(self._in, selectors.EVENT_READ)
            watch.register(self._ended, selectors.EVENT_READ)
            while self._ended not in {key.fd for key, _ in watch.select()}:
                self._gulp()
        for _ in range(_LAST_GULP):
            if not self._gulp():
                break
        self._add_the_end()

    def _gulp(self) -> bool:
        """Take one block; False when there is nothing to take."""
        try:
            data = os.read(self._in, _BLOCK)
        except BlockingIOError:
            return False
        self._write(data[: max(0, HEAD - self._total)])
        self._total += len(data)
        self._recent += data
        if len(self._recent) > 2 * TAIL:
            del self._recent[:-TAIL]
        return bool(data)

    def _add_the_end(self) -> None:
        beyond = self._total - HEAD
        if beyond > TAIL:
            self._write(f"\n[… {beyond - TAIL} bytes left out …]\n".encode())
        if beyond > 0:
            self._write(bytes(self._recent[-min(beyond, TAIL) :]))

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._out, data) :]
