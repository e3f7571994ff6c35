"""Conversations with agent CLIs in the ledger: for seance and costs, never for liveness."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain.assignments import Incarnation
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.runtime import Usage
from gastown.ledger.database import Database, Row


class Conversation(NamedTuple):
    """One conversation of an agent with its CLI."""

    id: str
    agent: str
    incarnation: int
    runtime: str
    bead: str | None
    transcript: str | None
    """The CLI's own file, which is never changed; it may be gone."""
    started_at: datetime
    ended_at: datetime | None
    why: str | None
    archived: str | None
    """The town's copy, beneath the town's folder."""
    archived_at: datetime | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


def add(
    database: Database,
    identity: str,
    incarnation: Incarnation,
    *,
    runtime: str,
    transcript: str | None,
    now: datetime,
) -> None:
    """Record a conversation of this incarnation with its agent CLI; one that is known goes on."""
    database.write(
        "conversations", "add", id=identity, agent=incarnation.agent, incarnation=incarnation.id, runtime=runtime,
        bead=incarnation.bead, transcript=transcript, at=stamp(now),
    )  # fmt: skip


def get(database: Database, identity: str) -> Conversation | None:
    """The conversation of that id."""
    row = database.row("conversations", "by_id", id=identity)
    return None if row is None else _conversation(row)


def of_agent(database: Database, agent: str) -> Sequence[Conversation]:
    """Every conversation of the agent, oldest first."""
    return [_conversation(row) for row in database.rows("conversations", "of_agent", agent=agent)]


def of_bead(database: Database, bead: str) -> Sequence[Conversation]:
    """Every conversation that was about the bead, oldest first."""
    return [_conversation(row) for row in database.rows("conversations", "of_bead", bead=bead)]


def every(database: Database, most: int) -> Sequence[Conversation]:
    """The newest conversations of all agents, the newest first."""
    return [_conversation(row) for row in database.rows("conversations", "every", most=most)]


def beginning(database: Database, start: str) -> Sequence[Conversation]:
    """Up to 20 conversations whose ids begin so."""
    return [_conversation(row) for row in database.rows("conversations", "beginning", start=start)]


class Ended(NamedTuple):
    """A conversation that is over, and of which no copy was made since."""

    conversation: Conversation
    over_at: datetime | None
    """When its incarnation ended: that is its end, too, if nobody told of one."""
    over_why: str | None


def ended(database: Database, until: datetime) -> Sequence[Ended]:
    """Conversations that ended by then, and whose transcripts are to be copied, the oldest first."""
    return [
        Ended(_conversation(row), moment_or_none(row["over_at"]), row["over_why"])
        for row in database.rows("conversations", "ended", until=stamp(until))
    ]


def archive(database: Database, over: Ended, copy: str | None, usage: Usage | None, now: datetime) -> bool:
    """Record where the copy lies and what the conversation took; False when it has gone on meanwhile.

    `copy` is None where there was nothing to copy: then what an earlier copy told stays.
    """
    known = over.conversation
    return bool(
        database.write(
            "conversations", "archive", id=known.id, incarnation=known.incarnation,
            ended_at=stamp(known.ended_at) if known.ended_at else None,
            over_at=stamp(over.over_at) if over.over_at else None, over_why=over.over_why, at=stamp(now), archived=copy,
            input_tokens=usage.input_tokens if usage else None, output_tokens=usage.output_tokens if usage else None,
            cost_usd=usage.cost_usd if usage else None,
        )
    )  # fmt: skip


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["id"], agent=row["agent"], incarnation=row["incarnation"], runtime=row["runtime"], bead=row["bead"],
        transcript=row["transcript"], started_at=moment(row["started_at"]), ended_at=moment_or_none(row["ended_at"]),
        why=row["why"], archived=row["archived"], archived_at=moment_or_none(row["archived_at"]),
        input_tokens=row["input_tokens"], output_tokens=row["output_tokens"], cost_usd=row["cost_usd"],
    )  # fmt: skip
