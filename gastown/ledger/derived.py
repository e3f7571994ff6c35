"""What triggers keep for speed, readiness and full text: making it anew, and checking it."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from gastown.errors import Invalid
from gastown.ledger.database import Database


def rebuild(database: Database) -> None:
    """Compute all of it anew from beads, dependencies and comments, inside the present transaction."""
    with without_triggers(database):
        for name in ("empty_readiness", "fill_readiness", "hold_kids", "fill_text", "fill_text_of_comments"):
            database.write("derived", name)


def check(database: Database) -> Sequence[str]:
    """What of it differs from what it should be, in words; nothing is changed."""
    with database.snapshot():
        database.write("derived", "shadow_readiness")
        database.write("derived", "index_shadow")
        for name in ("fill_readiness", "hold_kids"):
            database.write("derived", name)
        wrong = [str(row["id"]) for row in database.rows("derived", "differing")]
    return [*(f"the readiness of {bead} is not what it should be" for bead in wrong), *_check_text(database)]


def _check_text(database: Database) -> Sequence[str]:
    problems: list[str] = []
    for name, what in (("check_text", "beads"), ("check_text_of_comments", "comments")):
        try:
            with database.transaction():
                database.write("derived", name)
        except Invalid:
            problems.append(f"the full text of {what} is not what it should be")
    return problems


@contextmanager
def without_triggers(database: Database) -> Generator[None]:
    """Let rows come and go without triggers, inside the present transaction: for loading many at once.

    Whoever loads beads so calls `rebuild`, and writes their journal.
    """
    triggers = database.rows("derived", "triggers")
    for trigger in triggers:
        database.define(f'DROP TRIGGER "{trigger["name"]}"')
    yield
    for trigger in triggers:
        database.define(str(trigger["sql"]))


@contextmanager
def without_indexes(database: Database, tables: Sequence[str]) -> Generator[None]:
    """Let rows come into these tables without indexes that only serve speed, inside the present transaction.

    Made anew at the end, they are sorted once: that pays where as many come as there are, or more.
    """
    indexes = database.rows("derived", "indexes", tables=json.dumps(list(tables)))
    for index in indexes:
        database.define(f'DROP INDEX "{index["name"]}"')
    yield
    for index in indexes:
        database.define(str(index["sql"]))
