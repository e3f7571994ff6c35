"""What a ledger's file has beyond its history: recorded before another file takes its place."""

from gastown.errors import GastownError
from gastown.ledger.check import check
from gastown.ledger.old_file import OldFile
from gastown.ledger.sqlite import sqlite3
from gastown.operations.history.record import record_rest
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository


def record_unrecorded(town: Town, kept: LedgerRepository, old: OldFile) -> str:
    """See that the history has all that was acknowledged; gives why it cannot, else an empty text.

    For those who hold the lock of the history and, with `old`, that of the file: nobody writes to it meanwhile.
    A file that is damaged, or is not the one whose history that is, adds nothing to it.
    """
    if not old.readable or not kept.exists():
        return ""
    anew = Town(town.root, clock=town.clock)
    try:
        if problems := check(old.path).problems:
            return problems[0]
        return "" if record_rest(anew, kept) else "the history is not that of this file"
    except GastownError as problem:
        return problem.message
    except sqlite3.Error as problem:
        return str(problem)
    finally:
        anew.close()
