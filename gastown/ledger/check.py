"""Looking at a ledger's file without changing it: is it ours, is it whole, do its references hold."""

from dataclasses import dataclass
from pathlib import Path

from gastown.errors import NotFound
from gastown.ledger.database import APPLICATION_ID
from gastown.ledger.failures import said_plainly
from gastown.ledger.sqlite import sqlite3

MOST = 5
"""Problems that are told."""


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """What a look at the file showed; no problems: it is sound."""

    version: int
    problems: tuple[str, ...]


def check(path: Path) -> LedgerHealth:
    """Read the whole file, for its pages and for its references. Raises NotFound, Invalid, Busy or Unavailable.

    Where nobody has the ledger open it is read without SQLite's own files beside it, which would stay there;
    should that look bad, perhaps because somebody began to write meanwhile, it is read again with them.
    """
    if not path.exists():
        raise NotFound(f"there is no ledger at {path}", "gt ledger restore brings it back from its history")
    with said_plainly(path):
        if not path.with_name(f"{path.name}-wal").exists():
            seen = _read(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
            if not seen.problems:
                return seen
        return _read(f"{path.absolute().as_uri()}?mode=ro")


def _read(uri: str) -> LedgerHealth:
    connection = sqlite3.connect(uri, uri=True, timeout=5)
    try:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        torn = [str(row[0]) for row in connection.execute(f"PRAGMA quick_check({MOST})") if row[0] != "ok"]
        loose = [
            f"row {row[1]} of {row[0]} names something in {row[2]} that is not there"
            for row in connection.execute("PRAGMA foreign_key_check").fetchmany(MOST)
        ]
    finally:
        connection.close()
    strange = [] if mark == APPLICATION_ID else ["it is not marked as a ledger of Gas Town"]
    return LedgerHealth(int(version), tuple(strange + torn + loose))
