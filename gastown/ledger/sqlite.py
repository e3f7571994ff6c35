"""The one place that chooses which SQLite this process uses; nobody loads two."""

try:
    import pysqlite3.dbapi2 as sqlite3
except ImportError:  # pragma: no cover - where no wheel exists
    import sqlite3  # type: ignore[no-redef]

__all__ = ["FIRST_SOUND", "checkpoints_are_safe", "sqlite3"]

FIRST_SOUND = (3, 51, 3)
"""Older versions can lose acknowledged writes when two connections checkpoint and write at the same
instant (the WAL-reset bug, SQLite 3.7.0 to 3.51.2)."""


def checkpoints_are_safe() -> bool:
    """Whether this SQLite may checkpoint by itself; otherwise only the supervisor does, under a lock."""
    return tuple(sqlite3.sqlite_version_info) >= FIRST_SOUND
