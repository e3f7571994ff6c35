"""The ledger's file: opening it, its versions, and transactions."""

import os
import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from gastown.errors import Busy, GastownError, Invalid, NotFound
from gastown.ledger.failures import BUSY_SECONDS, said_plainly
from gastown.ledger.sqlite import (
    NOTHING,
    POLL_SECONDS,
    checkpoints_are_safe,
    connect,
    identity,
    patiently,
    sqlite3,
)

Row = Mapping[str, Any]

FILE_NAME = "gastown.db"
COMING = ".restored-"
"""Behind its name: a file that stands ready to take the place of the one there."""

REPLACED_SECONDS = 2.0
"""For so long a file is opened again, because another takes its place."""

CACHE_KIBIBYTES = 32_000
"""At most, for the pages of one transaction: releasing an epic of 100,000 beads touches thousands."""

PRAGMAS = (
    "journal_mode = WAL",  # it is, but for a copy
    "synchronous = FULL",
    "fullfsync = ON",
    "foreign_keys = ON",
    f"cache_size = -{CACHE_KIBIBYTES}",
)
APPLICATION_ID = 0x67740001
"""Marks the file as a ledger of ours in SQLite's header."""

_HERE = Path(__file__).parent
_NAMED = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def query(topic: str, name: str) -> str:
    """The SQL called `name` in `queries/<topic>.sql`."""
    return _topic(topic)[name]


@cache
def _topic(topic: str) -> dict[str, str]:
    parts = _NAMED.split((_HERE / "queries" / f"{topic}.sql").read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


class Database:
    """One process's connection to a town's ledger.

    Reads see the last commit. Writes happen inside `transaction()`, which takes the write lock at once,
    so no read before a write can go stale. Raises `Busy`, `Invalid` or `Unavailable`, never SQLite's own.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        late = 0.0
        with said_plainly(path):
            while not self._open(create=create):
                late = late or time.monotonic() + REPLACED_SECONDS
                if time.monotonic() > late:
                    raise self._replaced()
                time.sleep(POLL_SECONDS)

    def _open(self, *, create: bool) -> bool:
        """Open the file; False when another takes its place meanwhile.

        SQLite opens the file at once, and its log, by name, with the first read: should another file have come
        between, that may be the other's log. Reading it does no harm; more is done only if it is the same file.
        """
        self._file = identity(self.path)
        if not create and not self.path.exists():
            if any(self.path.parent.glob(f"{self.path.name}{COMING}*")):
                return False
            raise self._replaced()
        self._connection = connect(self.path, create=create)
        try:
            self._connection.row_factory = sqlite3.Row
            if create and self._file == NOTHING:
                self._file = identity(self.path)
            version = self._version()
            if identity(self.path) == self._file:
                self._prepare(version, create=create)
                return True
        except (sqlite3.Error, GastownError):
            self._connection.close()
            if identity(self.path) == self._file:
                raise
        except BaseException:
            self._connection.close()
            raise
        self._connection.close()
        return False

    def _prepare(self, version: int, *, create: bool) -> None:
        if version > _newest():
            raise Invalid(
                f"{self.path} was written by a newer Gas Town (ledger version {version}, this one knows {_newest()})",
                "upgrade gastown here; nothing was changed",
            )
        if not version and not create:
            raise Invalid(f"{self.path} is empty: it holds no ledger", "gt ledger restore")
        if version < _newest():
            self._migrate(version)
        for pragma in PRAGMAS:
            self._execute(f"PRAGMA {pragma}")
        if not checkpoints_are_safe():
            self._execute("PRAGMA wal_autocheckpoint = 0")

    def _version(self) -> int:
        with self.snapshot():  # somebody may be making it just now
            mark = self._execute("PRAGMA application_id").fetchone()[0]
            version = self._execute("PRAGMA user_version").fetchone()[0]
            foreign = self._execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (mark or version or foreign):
            raise Invalid(
                f"{self.path} is not a ledger of Gas Town",
                "nothing was changed; look at the file, then gt ledger restore: it is kept aside",
            )
        return int(version)

    def _migrate(self, version: int) -> None:
        """Bring the file to the newest version, one transaction a step; a copy of the old file stays beside it."""
        self._execute("PRAGMA journal_mode = WAL")
        # while tables change places; references are checked at the end
        self._execute("PRAGMA foreign_keys = OFF")
        if version:
            self._copy_aside(version)
        for number, script in _migrations():
            if number > version:
                self._migrate_once(number, script)

    def _migrate_once(self, number: int, script: str) -> None:
        with self.transaction():
            if self._execute("PRAGMA user_version").fetchone()[0] >= number:
                return  # another process was faster
            for statement in _statements(script):
                self._execute(statement)
            if self._execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise Invalid(
                    f"{self.path} names things that are not there, so it was not brought to version {number}",
                    "nothing was changed; gt ledger restore",
                )
            self._execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._execute(f"PRAGMA user_version = {number}")

    def _copy_aside(self, version: int) -> None:
        """Keep the whole file as it is now; a copy that was cut off, or is another thread's, has another name."""
        from threading import get_ident  # not for everybody who opens a ledger

        aside = self.path.with_name(f"{self.path.name}.before-{version + 1}")
        if not aside.exists():
            half = aside.with_name(f"{aside.name}.{os.getpid()}-{get_ident()}")
            half.unlink(missing_ok=True)
            self._execute("VACUUM INTO ?", (str(half),))
            half.replace(aside)

    def _execute(self, statement: str, values: object = ()) -> sqlite3.Cursor:
        return patiently(self._connection, statement, values, seconds=BUSY_SECONDS)

    def rows(self, topic: str, name: str, /, **values: object) -> list[Row]:
        """All rows of a named query, each readable by column name."""
        with said_plainly(self.path):
            return self._execute(query(topic, name), values).fetchall()

    def select(self, statement: str, values: Mapping[str, object]) -> list[Row]:
        """All rows of a statement put together from parts of `query`: every value in it must be bound."""
        with said_plainly(self.path):
            return self._execute(statement, values).fetchall()

    def row(self, topic: str, name: str, /, **values: object) -> Row | None:
        """The first row of a named query."""
        with said_plainly(self.path):
            row: Row | None = self._execute(query(topic, name), values).fetchone()
            return row

    def write(self, topic: str, name: str, /, **values: object) -> int:
        """Run a named statement inside the present transaction; gives the number of rows it changed."""
        with self._writing():
            return int(self._execute(query(topic, name), values).rowcount)

    def write_many(self, topic: str, name: str, rows: Iterable[Mapping[str, object]], /) -> None:
        """Run a named statement for each row of values, inside the present transaction."""
        with self._writing():
            self._connection.executemany(query(topic, name), rows)

    def define(self, statement: str) -> None:
        """Change the schema inside the present transaction."""
        with self._writing():
            self._execute(statement)

    def _writing(self) -> AbstractContextManager[None]:
        if not self._connection.in_transaction:
            raise AssertionError("writes belong inside Database.transaction()")
        return said_plainly(self.path)

    def stream(self, topic: str, name: str, /, **values: object) -> Iterator[Row]:
        """The rows of a named query one by one, for results that memory should not hold."""
        with said_plainly(self.path):
            yield from self._execute(query(topic, name), values)

    def last_id(self) -> int:
        """The integer key of the row that the last insert of this connection made."""
        with said_plainly(self.path):
            return int(self._execute("SELECT last_insert_rowid()").fetchone()[0])

    @contextmanager
    def transaction(self) -> Generator["Database"]:
        """All or nothing. Entered again inside itself, it joins the transaction that runs."""
        if self._connection.in_transaction:
            yield self
            return
        try:
            with said_plainly(self.path):
                self._begin()
            yield self
            with said_plainly(self.path):
                self._execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def snapshot(self) -> Generator["Database"]:
        """Let all reads inside see one and the same commit; writers are not kept waiting."""
        with said_plainly(self.path):
            self._execute("BEGIN")
        try:
            yield self
        finally:
            self._roll_back()

    def _begin(self) -> None:
        """Whoever replaces the file holds its write lock: after this look it stays where it is until the end."""
        self._execute("BEGIN IMMEDIATE")
        if identity(self.path) != self._file:  # what is written here nobody would ever read
            raise self._replaced()

    def _replaced(self) -> GastownError:
        if not self.path.exists():
            return NotFound(f"there is no ledger at {self.path}", "gt ledger restore brings it back")
        return Busy(f"the ledger {self.path} has just been replaced by another file", "try again")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # some failures end it by themselves
            self._execute("ROLLBACK")

    def data_version(self) -> int:
        """A number that changes whenever another connection has committed."""
        with said_plainly(self.path):
            return int(self._execute("PRAGMA data_version").fetchone()[0])

    def is_replaced(self) -> bool:
        """Whether another file has taken this one's place: nobody writes here any more, so it never changes."""
        try:
            return identity(self.path) not in (NOTHING, self._file)
        except OSError:
            return False

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, if nobody is in the way."""
        with said_plainly(self.path):
            self._execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        self._connection.close()


def _migrations() -> list[tuple[int, str]]:
    files = sorted((_HERE / "migrations").glob("[0-9]*.sql"))
    return [(int(file.name.split("_")[0]), file.read_text()) for file in files]


@cache
def _newest() -> int:
    return max(int(file.name.split("_")[0]) for file in (_HERE / "migrations").glob("[0-9]*.sql"))


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
