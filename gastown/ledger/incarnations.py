"""Incarnations in the ledger: one start of a session each, the second fence."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain import endings
from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.ledger.database import Database, Row


class CredentialHolder(NamedTuple):
    """Whose credential it is, and whether it may still act."""

    incarnation: Incarnation
    is_newest: bool


def mint(  # noqa: PLR0913 - one for each column that a start fills
    database: Database,
    agent: str,
    assignment: Assignment | None,
    *,
    credential_hash: str,
    conversation: str,
    session: str,
    head: str | None,
    why_older: str,
    now: datetime,
    runtime: str = "",
    resumed: bool = False,
    lasting: bool = False,
    because: str = "",
) -> int:
    """Begin a new incarnation, for that assignment or without work, and end all older ones; gives its id."""
    database.write("incarnations", "end_older", agent=agent, at=stamp(now), why=why_older)
    database.write(
        "incarnations", "mint", agent=agent, generation=assignment.generation if assignment else None,
        bead=assignment.bead if assignment else None, credential_hash=credential_hash, conversation=conversation,
        session=session, head=head, runtime=runtime, resumed=resumed, lasting=lasting, because=because, at=stamp(now),
    )  # fmt: skip
    return database.last_id()


def take_up(database: Database, incarnation: int, assignment: Assignment) -> bool:
    """Let a lasting session work on this assignment from now on; False when it does, has ended, or is not lasting."""
    return bool(
        database.write(
            "incarnations", "take_up", id=incarnation, generation=assignment.generation, bead=assignment.bead
        )
    )


def started(database: Database, incarnation: int, pane_pid: int) -> None:
    """Record the process id with which the session began."""
    database.write("incarnations", "started", id=incarnation, pane_pid=pane_pid)


def wish_handoff(database: Database, incarnation: int, *, by: str, now: datetime) -> bool:
    """Record that a fresh session is to take its place; False when that is wished already, or it has ended."""
    return bool(database.write("incarnations", "wish_handoff", id=incarnation, by=by, at=stamp(now)))


def end(database: Database, incarnation: int, why: str, now: datetime, *, head: str | None = None) -> bool:
    """Record that it is over; False when that is known already."""
    return bool(database.write("incarnations", "end", id=incarnation, why=why, at=stamp(now), head=head))


def get(database: Database, incarnation: int) -> Incarnation | None:
    """The incarnation of that id."""
    row = database.row("incarnations", "by_id", id=incarnation)
    return None if row is None else _incarnation(row)


def newest(database: Database, agent: str) -> Incarnation | None:
    """The only incarnation of the agent that may act."""
    row = database.row("incarnations", "newest", agent=agent)
    return None if row is None else _incarnation(row)


def of_agent(database: Database, agent: str) -> Sequence[Incarnation]:
    """Every start of the agent's sessions, oldest first."""
    return [_incarnation(row) for row in database.rows("incarnations", "of_agent", agent=agent)]


def by_credential(database: Database, credential_hash: str) -> CredentialHolder | None:
    """Whose credential has that hash."""
    row = database.row("incarnations", "by_credential", hash=credential_hash)
    if row is None:
        return None
    newest_generation = row["lasting"] or row["generation"] == row["newest_generation"]
    return CredentialHolder(
        _incarnation(row), is_newest=row["id"] == row["newest"] and bool(newest_generation)
    )


def is_current(database: Database, incarnation: int) -> bool:
    """Whether it is the newest incarnation of its agent and, unless it lasts, on its newest assignment."""
    return database.row("incarnations", "is_current", id=incarnation) is not None


def rung(
    database: Database, incarnation: int, now: datetime, *, since: datetime | None = None, most: int = 1
) -> bool:
    """Record that the doorbell is typed to this incarnation; False when that is enough already, or it is over.

    At most `most` times for what was slung at `since`; without it, at most once.
    """
    return bool(
        database.write(
            "incarnations",
            "rung",
            id=incarnation,
            at=stamp(now),
            since=stamp(since) if since else "",
            most=most,
        )
    )


def rung_for_mail(database: Database, incarnation: int, newest: datetime, now: datetime) -> bool:
    """Record that the doorbell is typed for mail; False when that was so since the newest came, or it is over."""
    return bool(
        database.write("incarnations", "rung_for_mail", id=incarnation, newest=stamp(newest), at=stamp(now))
    )


def reported(database: Database, incarnation: int, now: datetime) -> bool:
    """Record that somebody was told that it stopped with work on its hook; False when that was so before."""
    return bool(database.write("incarnations", "reported", id=incarnation, at=stamp(now)))


def primed(database: Database, incarnation: int, now: datetime) -> None:
    """Record that this incarnation was told its work."""
    database.write("incarnations", "primed", id=incarnation, at=stamp(now))


def starts_of_bead(database: Database, bead: str) -> Sequence[Row]:
    """Starts of sessions for a bead since a person last slung it, oldest first."""
    reset = database.row("incarnations", "last_human_sling", bead=bead)
    return database.rows(
        "incarnations", "starts_of_bead", bead=bead, reset=reset["generation"] if reset else 0
    )


def starts_without_work(database: Database, agent: str, since: datetime) -> Sequence[Row]:
    """Starts of an agent's sessions that were for no bead, since that moment, oldest first."""
    return database.rows("incarnations", "starts_without_work", agent=agent, since=stamp(since))


def told_of_mail_until(database: Database, agent: str) -> datetime | None:
    """Until when the newest session of the agent knew of its mail that was told anything; None when none was."""
    row = database.row("incarnations", "newest_primed", agent=agent)
    if row is None:
        return None
    return endings.told_of_mail_until(
        began_at=moment(row["began_at"]), rung_at=moment_or_none(row["mail_rung_at"]),
        ended_at=moment_or_none(row["ended_at"]), why=row["why"],
    )  # fmt: skip


def starts_for_mail(database: Database, agent: str, since: datetime | None) -> Sequence[Row]:
    """Starts without work that were told nothing, from the first unread mail on that came after `since`."""
    return database.rows("incarnations", "starts_for_mail", agent=agent, since=stamp(since) if since else "")


def compacting(database: Database, until: datetime) -> Sequence[Incarnation]:
    """Sessions that told of a compaction since what they have was kept, and of which nothing was kept after `until`."""
    return [_incarnation(row) for row in database.rows("incarnations", "compacting", until=stamp(until))]


def kept(database: Database, incarnation: int, now: datetime) -> bool:
    """Record that what it has was kept; False when it has ended."""
    return bool(database.write("incarnations", "kept", id=incarnation, at=stamp(now)))


def _incarnation(row: Row) -> Incarnation:
    return Incarnation(
        id=row["id"], agent=row["agent"], generation=row["generation"], bead=row["bead"], session=row["session"],
        conversation=row["conversation"], began_at=moment(row["began_at"]), primed_at=moment_or_none(row["primed_at"]),
        ended_at=moment_or_none(row["ended_at"]), why=row["why"], runtime=row["runtime"], resumed=bool(row["resumed"]),
        lasting=bool(row["lasting"]), handoff_at=moment_or_none(row["handoff_at"]), handoff_by=row["handoff_by"],
        failure=row["failure"], turn_ended_at=moment_or_none(row["turn_ended_at"]),
        prompted_at=moment_or_none(row["prompted_at"]), head=row["head"], ended_head=row["ended_head"],
    )  # fmt: skip
