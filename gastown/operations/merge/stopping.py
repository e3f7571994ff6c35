"""Ending a queue process from outside: a signal becomes an exception, once."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

ASKS_TO_END = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Stopped(BaseException):
    """Somebody asked this process to end; passes through every `except Exception`."""


@contextmanager
def stopped_by_signals() -> Generator[None]:
    """Within the block the first SIGTERM or SIGHUP raises `Stopped`, the first SIGINT KeyboardInterrupt.

    Further ones are ignored, so that whatever is ended on the way out is ended whole. A signal that was
    ignored before (nohup) stays so. Outside the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ASKS_TO_END}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def stop(number: int, _frame: FrameType | None) -> None:
        for one in heard:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else Stopped

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
