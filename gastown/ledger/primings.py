"""Primings in the ledger: what an agent was told at its start and after, and when."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from gastown.domain.clock import moment, stamp
from gastown.ledger.database import Database, Row


class Priming(NamedTuple):
    """One time an agent was told its work."""

    incarnation: int
    conversation: str
    """Empty: it was asked for by hand."""
    source: str
    at: datetime
    characters: int
    told: Mapping[str, str]
    """For each section a digest of what it said."""


def add(
    database: Database,
    incarnation: int,
    *,
    conversation: str,
    source: str,
    characters: int,
    told: Mapping[str, str],
    now: datetime,
) -> None:
    """Write down what an agent is told, inside the present transaction."""
    database.write(
        "primings", "add", incarnation=incarnation, conversation=conversation, source=source, at=stamp(now),
        characters=characters, told=json.dumps(dict(told), ensure_ascii=False),
    )  # fmt: skip


def newest(database: Database, incarnation: int) -> Priming | None:
    """What this incarnation was told last."""
    row = database.row("primings", "newest", incarnation=incarnation)
    return None if row is None else _priming(row)


def of_conversation(database: Database, agent: str, conversation: str) -> Priming | None:
    """What this conversation of the agent was told last, by whichever incarnation."""
    row = database.row("primings", "of_conversation", agent=agent, conversation=conversation)
    return None if row is None else _priming(row)


def _priming(row: Row) -> Priming:
    return Priming(
        incarnation=row["incarnation"], conversation=row["conversation"], source=row["source"], at=moment(row["at"]),
        characters=row["characters"], told=json.loads(row["told"]),
    )  # fmt: skip
