"""Copies of a ledger: whole and consistent while others write, on the disk before they have their name."""

import os
from pathlib import Path

from gastown.errors import Refused, Unavailable
from gastown.ledger.failures import said_plainly
from gastown.ledger.old_file import BESIDE
from gastown.ledger.sqlite import sqlite3


def copy(source: Path, target: Path) -> None:
    """Copy the ledger at `source` to `target`, where nothing may be. Raises Refused, Invalid, Busy or Unavailable.

    The copy is one file, without a log beside it, and has its name only when all of it is on the disk.
    """
    half = target.with_name(f".{target.name}.{os.getpid()}")
    remove(half)
    try:
        with said_plainly(source):
            if os.access(source.parent, os.W_OK):
                _vacuum(f"{source.absolute().as_uri()}?mode=rw", half)
            else:  # SQLite could not put its own files beside it
                _vacuum(f"{source.absolute().as_uri()}?mode=ro&immutable=1", half)
        with said_plainly(target):
            half.chmod(0o600)
            sync(half)
            _name(half, target)
    finally:
        remove(half)


def _vacuum(uri: str, half: Path) -> None:
    connection = sqlite3.connect(uri, uri=True, timeout=10)
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # opens it, or tells why not
        connection.execute("VACUUM INTO ?", (str(half),))
    finally:
        connection.close()


def _name(half: Path, target: Path) -> None:
    """Give it its name unless something has that: a link is never made over anything."""
    taken = Refused(f"there is {target} already", "name another file, or none")
    try:
        os.link(half, target)
    except FileExistsError as there:
        raise taken from there
    except OSError as error:  # a disk without links
        if os.path.lexists(target):
            raise taken from error
        half.rename(target)
    half.unlink(missing_ok=True)
    sync(target.parent)


def sync(path: Path) -> None:
    """See that a file, or the names in a folder, are on the disk. Raises Unavailable."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}", "check the disk") from error


def remove(path: Path) -> None:
    """Remove a database with the files of SQLite's own beside it."""
    for end in ("", *BESIDE):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
