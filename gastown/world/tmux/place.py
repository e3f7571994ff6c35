"""Where a town's tmux socket lies: in the town, or near the root when the town's own path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from gastown.errors import Refused

_PRIVATE = 0o700

LONGEST = 100
"""Bytes of a socket's path: `sun_path` has 104 on macOS and 108 on Linux, and tmux appends `.lock`."""


def socket_path(town: Path) -> Path:
    """The town's socket, in a folder that nobody else can write.

    Refused when that folder would be the short one under /tmp and somebody else has taken its name.
    """
    near = town / "run" / "tmux.sock"
    if len(os.fsencode(near)) <= LONGEST:
        return near
    digest = hashlib.sha256(os.fsencode(town)).hexdigest()[:16]
    folder = Path("/tmp") / f"gt-{os.getuid()}-{digest}"  # noqa: S108 - checked below
    _own(folder)
    return folder / "tmux.sock"


def _own(folder: Path) -> None:
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Refused(f"{folder} belongs to somebody else", hint="move the town to a shorter path")
    if stat.S_IMODE(found.st_mode) != _PRIVATE:
        folder.chmod(_PRIVATE)
