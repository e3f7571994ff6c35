"""Messages in the ledger: beads with what only messages have beside them."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.messages import METADATA, Message, Urgency
from gastown.ledger.database import Database, Row


def add(  # noqa: PLR0913 - one for each column
    database: Database,
    bead: str,
    *,
    sender: str,
    recipient: str,
    now: datetime,
    kind: str = "note",
    urgency: Urgency = Urgency.NORMAL,
    about: str | None = None,
    generation: int | None = None,
    incarnation: int | None = None,
) -> None:
    """Make the bead, which is there and of that type, a message, inside the present transaction."""
    database.write(
        "messages", "add", id=bead, sender=sender, recipient=recipient, kind=kind, urgency=urgency, about=about,
        generation=generation, incarnation=incarnation, at=stamp(now),
    )  # fmt: skip


def get(database: Database, identity: str) -> Message | None:
    """The message of exactly that id."""
    row = database.row("messages", "by_id", id=identity)
    return None if row is None else _message(row)


def unread(database: Database, recipient: str) -> Sequence[Message]:
    """What `recipient` has not been shown yet, the most urgent first, then the oldest."""
    return [_message(row) for row in database.rows("messages", "unread", recipient=recipient)]


def newest_unread(database: Database, recipient: str) -> datetime | None:
    """When the newest message came that others sent to `recipient`, and that it was not shown yet."""
    row = database.row("messages", "newest_unread", recipient=recipient)
    return moment_or_none(row["sent_at"]) if row else None


def of_recipient(database: Database, recipient: str, most: int) -> Sequence[Message]:
    """The newest messages to `recipient`, read or not, the newest first."""
    return [
        _message(row) for row in database.rows("messages", "of_recipient", recipient=recipient, most=most)
    ]


def notes_to_self(database: Database, agent: str, most: int = 10) -> Sequence[Message]:
    """What the agent's sessions left for those after them, seen or not, the newest first."""
    return [_message(row) for row in database.rows("messages", "notes_to_self", agent=agent, most=most)]


def notes_for(
    database: Database, agent: str, *, reader: int | None, generation: int | None
) -> Sequence[Message]:
    """What the agent's sessions left for the incarnation `reader`, the newest first.

    All that is unread, and besides what is of the assignment `generation` or was read by `reader` itself; never what
    `reader` wrote.
    """
    rows = database.rows("messages", "notes_for", agent=agent, reader=reader, generation=generation)
    return [_message(row) for row in rows]


def waiting(database: Database, recipient: str) -> Sequence[Message]:
    """What `recipient` has not read, and questions to it that are open, the most urgent first, then the oldest."""
    return [_message(row) for row in database.rows("messages", "waiting", recipient=recipient)]


def waits_for_answer(database: Database, sender: str, recipient: str) -> bool:
    """Whether a question of `sender` to `recipient` is open."""
    return database.row("messages", "open_question", sender=sender, recipient=recipient) is not None


def see(
    database: Database, ids: Iterable[str], *, by: str, incarnation: int | None, now: datetime
) -> Sequence[str]:
    """Write down that their recipient `by` was shown these, inside the present transaction; gives which were new to it.

    What was seen is closed, but for questions: those wait for an answer. A note stays unread for who wrote it.
    """
    wanted = json.dumps(list(ids))
    rows = database.rows("messages", "not_seen", ids=wanted, by=by, incarnation=incarnation)
    new = [str(row["id"]) for row in rows]
    if new:
        at, those = stamp(now), json.dumps(new)
        database.write("messages", "see", ids=those, incarnation=incarnation, at=at)
        database.write("messages", "close", ids=those, by=by, at=at)
    return new


def rebuild(database: Database) -> int:
    """Make the rows of messages whose beads came back from the record, inside the present transaction; gives how many.

    Only the town's own beads are messages: those of a rig may come from other towns.
    """
    return database.write("messages", "rebuild", path=f"$.{METADATA}")


def _message(row: Row) -> Message:
    return Message(
        id=row["id"], sender=row["sender"], recipient=row["recipient"], subject=row["title"], body=row["description"],
        kind=row["kind"], urgency=Urgency(row["urgency"]), about=row["about"], generation=row["generation"],
        incarnation=row["incarnation"], sent_at=moment(row["sent_at"]), seen_at=moment_or_none(row["seen_at"]),
        seen_by=row["seen_by"], is_open=row["status"] != "closed",
    )  # fmt: skip
