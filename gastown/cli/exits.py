"""The exit codes, and which failure leads to which; never 2, which an agent CLI reads as a veto."""

import errno
from collections.abc import Mapping

from gastown.errors import Busy, GastownError, Invalid, NotFound, Refused, Unavailable

DONE = 0
NOT_POSSIBLE = 1
USAGE = 64
INVALID = 65
UNAVAILABLE = 69
BUG = 70
BUSY = 75
INTERRUPTED = 130

OF_KIND: Mapping[type[GastownError], int] = {
    NotFound: NOT_POSSIBLE,
    Refused: NOT_POSSIBLE,
    Invalid: INVALID,
    Unavailable: UNAVAILABLE,
    Busy: BUSY,
}

_THE_MACHINE = {
    errno.ENOSPC: "make room, then try again",
    errno.EDQUOT: "make room, then try again",
    errno.EROFS: "the disk is mounted read-only",
    errno.EACCES: "check the rights of the file and its folder",
    errno.EPERM: "check the rights of the file and its folder",
    errno.EIO: "check the disk",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (ulimit -n)",
    errno.ENOMEM: "free some memory",
    errno.EAGAIN: "the machine runs out of processes; try again",
}


def code(error: GastownError) -> int:
    """The exit code for one of our errors."""
    return OF_KIND.get(type(error), NOT_POSSIBLE)


def of_the_machine(error: OSError) -> Unavailable | None:
    """The machine's own failures in plain words; None for those that are a fault of ours."""
    if error.errno not in _THE_MACHINE:
        return None
    where = f"{error.filename}: " if error.filename else ""
    return Unavailable(f"{where}{error.strerror}", _THE_MACHINE[error.errno])
