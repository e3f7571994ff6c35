"""The one place where the program sleeps, until a key, a signal, an ended child or the clock wakes it."""

import contextlib
import os
import select
import signal
import termios
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable

from gastown.scripted.endings import Ending
from gastown.scripted.keyboard import Key, Keyboard, Typed
from gastown.scripted.screen import Screen

ESCAPE_GRACE = 0.03
"""Seconds in which the rest of an arrow key's bytes arrive after its escape."""

DOUBLE_PRESS = 2.0
"""Seconds within which a second Ctrl-C ends the program."""

_HEARD = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD, signal.SIGWINCH)


class Watch:
    """Keys and signals, as they come. Only one per process: the signal handlers are its own."""

    def __init__(self, keyboard: Keyboard, screen: Screen, source: int) -> None:
        self.ignores_term = False
        """SIGTERM and SIGHUP do nothing."""
        self.closing = False
        """The program is ending already: no signal is news."""
        self.deaf = False
        """What is typed stays unread."""
        self._keyboard = keyboard
        self._screen = screen
        self._source: int | None = source
        self._typed: deque[Typed] = deque()
        self._interrupted_at = -DOUBLE_PRESS
        self._wakeups, writer = os.pipe()
        os.set_blocking(self._wakeups, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in _HEARD:
            signal.signal(number, lambda _number, _frame: None)

    def sleep(
        self, ready: Callable[[], bool], *, until: float | None = None, heard: Callable[[Typed], None]
    ) -> bool:
        """Sleep until `ready()`, or until `until` on the monotonic clock, and say whether it is ready.

        What is typed meanwhile goes to `heard`. Whatever that raises, and Ending on a signal, comes out here.
        """
        while not ready():
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return False
            if self._typed:
                heard(self._typed.popleft())
            else:
                self._listen(left)
        return True

    def put_back(self, text: str) -> None:
        """Put `text` into the input line, before what is being typed."""
        self._keyboard.line = text + self._keyboard.line
        self._screen.input(self._keyboard.line)

    def clear(self) -> None:
        """Empty the input line."""
        self._keyboard.line = ""
        self._screen.input("")

    def _listen(self, seconds: float | None) -> None:
        sources = [self._wakeups] if self._source is None or self.deaf else [self._wakeups, self._source]
        readable, _, _ = select.select(sources, [], [], seconds)
        if self._source in readable:
            self._read_keys(self._source)
        if self._wakeups in readable:
            for number in os.read(self._wakeups, 4096):
                self._notice(number)

    def _notice(self, number: int) -> None:
        if number == signal.SIGWINCH:
            self._screen.input(self._keyboard.line)
        elif self.closing:
            return
        elif number == signal.SIGINT:
            self._take([Key.INTERRUPT])
        elif number in {signal.SIGTERM, signal.SIGHUP} and not self.ignores_term:
            raise Ending("other", 128 + number)

    def _read_keys(self, source: int) -> None:
        data = _read(source)
        self._take(self._keyboard.feed(data))
        while data and self._keyboard.held and select.select([source], [], [], ESCAPE_GRACE)[0]:
            data = _read(source)
            self._take(self._keyboard.feed(data))
        self._take(self._keyboard.flush())
        if not data:
            self._source = None
            if not self.ignores_term:
                self._typed.append(Key.END)
        self._screen.input(self._keyboard.line)

    def _take(self, typed: Iterable[Typed]) -> None:
        """Queue what was typed. A second Ctrl-C (or SIGINT) soon after the first ends us, whatever we do."""
        for one in typed:
            if one is Key.INTERRUPT and not self.closing:
                now = time.monotonic()
                if now - self._interrupted_at < DOUBLE_PRESS:
                    raise Ending("prompt_input_exit", 128 + signal.SIGINT)
                self._interrupted_at = now
            self._typed.append(one)


def _read(source: int) -> bytes:
    try:
        return os.read(source, 65536)
    except OSError:
        return b""


@contextlib.contextmanager
def single_keys(source: int) -> Generator[None]:
    """While this lasts, a terminal hands over each key at once, Ctrl-C too, and echoes nothing."""
    if not os.isatty(source):
        yield
        return
    before = termios.tcgetattr(source)
    during = termios.tcgetattr(source)
    during[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(source, termios.TCSANOW, during)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(source, termios.TCSANOW, before)
