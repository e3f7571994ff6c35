"""The failures of SQLite and of the file system around a ledger, in plain words."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gastown.errors import Busy, GastownError, Invalid, Unavailable
from gastown.ledger.sqlite import sqlite3

BUSY_SECONDS = 10.0
NEEDED_BYTES = 65536
"""What SQLite must find room for to read: its index of the log; on a full disk it says no more than disk I/O error."""


@contextmanager
def said_plainly(path: Path) -> Generator[None]:
    """Turn the failures of SQLite and of the file system into ours, each with what to do about it."""
    try:
        yield
    except sqlite3.Error as error:
        raise _plain(error, path) from error
    except OSError as error:
        raise Unavailable(
            f"the ledger {path} cannot be reached: {error.strerror}", "check the folder's rights and the disk"
        ) from error
    except UnicodeEncodeError as error:
        raise Invalid("a text among this is not valid UTF-8", "type it again") from error
    except OverflowError as error:
        raise Invalid("a number among this is too large", "use a smaller one") from error


def _plain(error: Exception, path: Path) -> GastownError:
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        raise error  # its text holds the condition's, and "blocked" is in one
    if "locked" in text or "busy" in text or "locking protocol" in text:
        return Busy(f"the ledger was busy for {BUSY_SECONDS:g} s", "try again")
    is_of_the_disk = "unable to open" in text or "disk I/O" in text
    if "is full" in text or (is_of_the_disk and _is_full(path.parent)):
        return Unavailable(
            f"the disk of {path.parent} is full; nothing was changed", "make room, then try again"
        )
    if "readonly" in text or "read-only" in text:
        return Unavailable(
            f"the ledger {path} cannot be written", "check the rights of the file and its folder"
        )
    if path.is_dir():
        return Invalid(f"{path} is a folder, not a ledger", "gt ledger restore keeps it aside and makes one")
    if is_of_the_disk:
        return Unavailable(
            f"the ledger {path} cannot be read or written: {text}", "check the folder's rights and the disk"
        )
    if isinstance(error, sqlite3.OperationalError | sqlite3.ProgrammingError):
        raise error  # a fault of ours, not of the file
    return Invalid(
        f"the ledger {path} is damaged or not a database: {text}",
        "nothing was changed; gt ledger restore brings it back from its history",
    )


def _is_full(folder: Path) -> bool:
    """Whether the disk of a folder has no room for a file of SQLite's own, or for no more files at all."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < NEEDED_BYTES or (disk.f_files > 0 and disk.f_favail == 0)
