"""The supervisor's doorbell: a FIFO into which anyone drops a byte, and that never makes anyone wait."""

import os
import select
import stat
from pathlib import Path

BELL = b"."


def ring(path: Path) -> bool:
    """Wake whoever listens at `path`; False when nobody does."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode) and os.write(descriptor, BELL) > 0
    except BlockingIOError:  # full of bells already
        return True
    except OSError:  # whoever listened has gone this very moment
        return False
    finally:
        os.close(descriptor)


class Doorbell:
    """The listening end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.mkfifo(path, 0o600)
        elif not stat.S_ISFIFO(path.stat().st_mode):
            path.unlink()
            os.mkfifo(path, 0o600)
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def wait(self, seconds: float) -> bool:
        """Sleep until somebody rings or the time is over; True when somebody rang. Further bells are swallowed."""
        readable, _, _ = select.select([self._descriptor], [], [], max(0.0, seconds))
        if not readable:
            return False
        os.read(self._descriptor, 65_536)
        return True

    def close(self) -> None:
        """Stop listening; bells then find nobody."""
        os.close(self._descriptor)
