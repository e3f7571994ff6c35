"""Starts of sessions as budgets count them: when each began and ended, why, and what moved in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gastown.domain.clock import moment, moment_or_none
from gastown.domain.identity import OVERSEER
from gastown.domain.supervised import PastStart
from gastown.ledger import incarnations, molecules
from gastown.ledger.database import Database, Row


def of_bead(database: Database, bead: str) -> tuple[PastStart, ...]:
    """Those for a bead since a person last slung it, oldest first."""
    rows = incarnations.starts_of_bead(database, bead)
    return _past(rows, molecules.steps_done_at(database, bead) if len(rows) > 1 else ())


def without_work(database: Database, agent: str, since: datetime) -> tuple[PastStart, ...]:
    """Those of an agent that were for no bead, since that moment, oldest first."""
    return _past(incarnations.starts_without_work(database, agent, since))


def for_mail(database: Database, agent: str, since: datetime | None) -> tuple[PastStart, ...]:
    """Those that were told nothing, from the first unread mail on that came after `since`, oldest first."""
    return _past(incarnations.starts_for_mail(database, agent, since))


def _past(rows: Iterable[Row], steps: Sequence[datetime] = ()) -> tuple[PastStart, ...]:
    return tuple(
        PastStart(
            began_at=moment(row["began_at"]),
            head=row["head"],
            ended_at=moment_or_none(row["ended_at"]),
            cause=row["why"],
            ended_head=row["ended_head"],
            by_agent=row["handoff_by"] not in {None, OVERSEER},
            steps=sum(_is_in(step, row) for step in steps),
        )
        for row in rows
    )


def _is_in(step: datetime, row: Row) -> bool:
    """Whether the step was done in that session."""
    ended = moment_or_none(row["ended_at"])
    return moment(row["began_at"]) <= step and (ended is None or step <= ended)
