"""The one place that chooses which SQLite this process uses; nobody loads two."""

import os
import time

try:
    import pysqlite3.dbapi2 as sqlite3
except ImportError:  # pragma: no cover - where no wheel exists
    import sqlite3  # type: ignore[no-redef]

__all__ = [
    "FIRST_SOUND", "NOTHING", "POLL_SECONDS", "checkpoints_are_safe", "connect", "identity", "patiently", "sqlite3",
]  # fmt: skip

POLL_SECONDS = 0.02
"""SQLite's own waiting for a lock, which looks less and less often: in a crowd who came first would be served last,
or never. So it waits no longer than this, again and again."""

FIRST_SOUND = (3, 51, 3)
"""Older versions can lose acknowledged writes when two connections checkpoint and write at the same
instant (the WAL-reset bug, SQLite 3.7.0 to 3.51.2)."""

NOTHING = (0, 0)
"""The identity of what is not there."""


def identity(path: str | os.PathLike[str]) -> tuple[int, int]:
    """What tells the file that lies there now from every other."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - callbacks do without pathlib
    except FileNotFoundError:
        return NOTHING
    return seen.st_dev, seen.st_ino


def connect(path: str | os.PathLike[str], *, create: bool = False) -> sqlite3.Connection:
    """Open a ledger that is there; it is made only when it should be. Without transactions of Python's own.

    An empty file that was made by mistake would have SQLite delete the log of whatever file comes there next.
    """
    name = os.path.abspath(path)  # noqa: PTH100 - callbacks do without pathlib
    for sign in "%?#":
        name = name.replace(sign, f"%{ord(sign):02x}")
    uri = f"file://{name}?mode={'rwc' if create else 'rw'}"
    return sqlite3.connect(uri, uri=True, timeout=POLL_SECONDS, isolation_level=None, check_same_thread=False)


def checkpoints_are_safe() -> bool:
    """Whether this SQLite may checkpoint by itself; otherwise only the supervisor does, under a lock."""
    return tuple(sqlite3.sqlite_version_info) >= FIRST_SOUND


def patiently(
    connection: sqlite3.Connection, statement: str, values: object = (), *, seconds: float
) -> sqlite3.Cursor:
    """Execute a statement, again for so long while somebody else has the file. Raises SQLite's own errors."""
    late = 0.0
    while True:
        try:
            return connection.execute(statement, values)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        except sqlite3.OperationalError as error:
            now = time.monotonic()
            late = late or now + seconds
            if now >= late or "locked" not in str(error):
                raise
