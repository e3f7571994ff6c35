"""A ledger's file that is about to be replaced, in whatever state it is: what can still be read of it."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from gastown.domain.records import COLUMNS, DELETED, TOMBSTONE, Record
from gastown.errors import Busy
from gastown.ledger.database import APPLICATION_ID
from gastown.ledger.failures import BUSY_SECONDS
from gastown.ledger.history import Highest
from gastown.ledger.sqlite import connect, patiently, sqlite3

T = TypeVar("T")
BESIDE = ("-wal", "-shm", "-journal")
"""Files of SQLite's own beside a database."""


class OldFile:
    """What lies at a ledger's path: perhaps a ledger, perhaps a damaged one, somebody else's file, or nothing.

    While it is open nobody can write to it, if it can be locked at all. Nothing here raises for what cannot be
    read: it is left out, and `trouble` says why. Raises Busy when somebody writes to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self.version = 0
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        if not self.path.exists():
            self.trouble = "there is none" if not os.path.lexists(self.path) else "it leads nowhere"
            return self
        if not self.path.is_file():
            self.trouble = "it is not a file"
            return self
        try:
            self._open()
        except sqlite3.Error as error:
            self._close()
            if "locked" in str(error):
                raise Busy(f"somebody writes to {self.path} and does not end", "gt down --agents") from error
            self.trouble = str(error)
        except BaseException:
            self._close()
            raise
        return self

    def _open(self) -> None:
        connection = self._connection = connect(self.path)
        mark = patiently(connection, "PRAGMA application_id", seconds=BUSY_SECONDS).fetchone()[0]
        if mark != APPLICATION_ID:
            self.trouble = "it is not a ledger of Gas Town"
            self._close()
            return
        self.version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.row_factory = sqlite3.Row
        patiently(connection, "BEGIN IMMEDIATE", seconds=BUSY_SECONDS)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        """SQLite sees that the file has been moved, and leaves whatever lies at its old name alone."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def readable(self) -> bool:
        """Whether it is a ledger of ours that was opened and locked."""
        return self._connection is not None

    def highest(self) -> Highest:
        """The highest numbers that it ever gave out, as far as that can be read."""
        tables = ("assignments", "incarnations")
        found = {table: self._try(partial(self._number, table), 0) for table in tables}
        return Highest(found["assignments"], found["incarnations"])

    def _number(self, table: str) -> int:
        row = self._rows("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", table)
        return int(next(row)[0])

    def fact(self, name: str) -> str:
        """What is so once for this file."""
        return self._try(lambda: str(next(self._rows("SELECT value FROM facts WHERE name = ?", name))[0]), "")

    def tombstones(self) -> Sequence[Record]:
        """The beads that were deleted."""
        statement = "SELECT * FROM beads WHERE type = ?"
        return self._try(lambda: [_tombstone(row) for row in self._rows(statement, TOMBSTONE)], [])

    def events(self, after: int) -> Iterator[dict[str, object]]:
        """The events after the one of that number, oldest first, up to where they can be read."""
        statement = "SELECT seq, at, actor, type, subject, payload FROM events WHERE seq > ? ORDER BY seq"
        try:
            yield from (dict(row) for row in self._rows(statement, after))
        except sqlite3.Error as error:
            self.trouble = str(error)

    def _rows(self, statement: str, *values: object) -> Iterator[Any]:
        if self._connection is None:
            return iter(())
        return iter(self._connection.execute(statement, values))

    def _try(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except StopIteration:
            return otherwise
        except sqlite3.Error as error:
            self.trouble = str(error)
            return otherwise


def _tombstone(row: Any) -> Record:  # noqa: ANN401 - a row of SQLite's, of any version's columns
    record: Record = {"status": TOMBSTONE}
    for column, name in COLUMNS.items():
        value = row[column] if column in row.keys() else None  # noqa: SIM118 - a row is no mapping
        if column not in ("status", "type") and value not in ("", None, "{}"):
            record[DELETED.get(column, name)] = json.loads(value) if column == "metadata" else value
    return record
