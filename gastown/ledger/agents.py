"""Agents, their hooks, assignments and incarnations in the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.identity import Address, address_called
from gastown.ledger.database import Database, Row


class AgentRow(NamedTuple):
    """An agent as the ledger knows it."""

    address: str
    role: str
    rig: str | None
    name: str
    hook_bead: str | None
    runtime: str | None
    paused: str | None


class CredentialHolder(NamedTuple):
    """Whose credential it is, and whether it may still act."""

    incarnation: Incarnation
    is_newest: bool
    assignment_open: bool


def add(database: Database, address: Address, now: datetime) -> bool:
    """Make the agent known inside the present transaction; False when it is already."""
    return bool(
        database.write(
            "agents",
            "add",
            address=str(address),
            role=address.role,
            rig=address.rig,
            name=address.name,
            at=stamp(now),
        )
    )


def get(database: Database, address: str) -> AgentRow | None:
    """The agent at `address`."""
    row = database.row("agents", "by_address", address=address)
    return None if row is None else _agent(row)


def all_agents(database: Database, rig: str | None = None) -> Sequence[AgentRow]:
    """All agents, or those of one rig in the order in which they were made."""
    rows = database.rows("agents", "all") if rig is None else database.rows("agents", "in_rig", rig=rig)
    return [_agent(row) for row in rows]


def address_of(database: Database, name: str) -> str:
    """The address of the agent that people mean by `name`; the name itself if that is none or several."""
    return address_called(name, (agent.address for agent in all_agents(database)))


def holder(database: Database, bead: str) -> str | None:
    """The agent on whose hook the bead is."""
    row = database.row("agents", "holder", bead=bead)
    return None if row is None else str(row["address"])


def hook(database: Database, address: str, bead: str) -> bool:
    """Put the bead on an empty hook; False when the hook is taken."""
    return bool(database.write("agents", "hook", address=address, bead=bead))


def unhook(database: Database, address: str, bead: str) -> bool:
    """Clear the hook if this bead is on it."""
    return bool(database.write("agents", "unhook", address=address, bead=bead))


def assign(database: Database, bead: str, agent: str, *, by: str, runtime: str | None, now: datetime) -> int:
    """Begin an assignment; gives its generation."""
    database.write("agents", "assign", bead=bead, agent=agent, by=by, runtime=runtime, at=stamp(now))
    return database.last_id()


def assignment(database: Database, generation: int) -> Assignment | None:
    """The assignment of that generation."""
    return _assignment_or_none(database.row("agents", "assignment", generation=generation))


def open_assignment(database: Database, agent: str) -> Assignment | None:
    """What the agent must be doing."""
    return _assignment_or_none(database.row("agents", "open_assignment", agent=agent))


def open_assignment_of_bead(database: Database, bead: str) -> Assignment | None:
    """Who must be doing this bead."""
    return _assignment_or_none(database.row("agents", "open_assignment_of_bead", bead=bead))


def assignments_of_bead(database: Database, bead: str) -> Sequence[Assignment]:
    """Every assignment a bead ever had, oldest first."""
    return [_assignment(row) for row in database.rows("agents", "assignments_of_bead", bead=bead)]


def set_branch(database: Database, generation: int, branch: str, base: str) -> None:
    """Record where the assignment's work is done, once."""
    database.write("agents", "set_branch", generation=generation, branch=branch, base=base)


def wish_done(
    database: Database,
    generation: int,
    *,
    commit: str | None,
    no_change: str | None,
    incarnation: int | None,
    now: datetime,
) -> bool:
    """Record what `gt done` wishes to submit; False when the assignment has ended."""
    return bool(
        database.write(
            "agents", "wish_done", generation=generation, commit=commit, no_change=no_change, incarnation=incarnation,
            at=stamp(now),
        )
    )  # fmt: skip


def end_assignment(database: Database, generation: int, outcome: str, now: datetime) -> bool:
    """End the assignment; False when it has ended already."""
    return bool(
        database.write("agents", "end_assignment", generation=generation, outcome=outcome, at=stamp(now))
    )


def mint(
    database: Database,
    assignment: Assignment,
    *,
    credential_hash: str,
    conversation: str,
    session: str,
    head: str | None,
    why_older: str,
    now: datetime,
) -> int:
    """Begin a new incarnation for this assignment and end all older ones of its agent; gives its id."""
    database.write("agents", "end_older_incarnations", agent=assignment.agent, at=stamp(now), why=why_older)
    database.write(
        "agents", "mint", agent=assignment.agent, generation=assignment.generation, bead=assignment.bead,
        credential_hash=credential_hash, conversation=conversation, session=session, head=head, at=stamp(now),
    )  # fmt: skip
    return database.last_id()


def started(database: Database, incarnation: int, pane_pid: int) -> None:
    """Record the process id with which the session began."""
    database.write("agents", "started", id=incarnation, pane_pid=pane_pid)


def end_incarnation(
    database: Database, incarnation: int, why: str, now: datetime, *, head: str | None = None
) -> bool:
    """Record that it is over; False when that is known already."""
    return bool(
        database.write("agents", "end_incarnation", id=incarnation, why=why, at=stamp(now), head=head)
    )


def newest_incarnation(database: Database, agent: str) -> Incarnation | None:
    """The only incarnation of the agent that may act."""
    row = database.row("agents", "newest_incarnation", agent=agent)
    return None if row is None else _incarnation(row)


def by_credential(database: Database, credential_hash: str) -> CredentialHolder | None:
    """Whose credential has that hash."""
    row = database.row("agents", "by_credential", hash=credential_hash)
    if row is None:
        return None
    return CredentialHolder(
        _incarnation(row),
        is_newest=row["id"] == row["newest"] and row["generation"] == row["newest_generation"],
        assignment_open=row["assignment_ended"] is None,
    )


def is_current(database: Database, incarnation: int) -> bool:
    """Whether it is the newest incarnation of its agent, on its newest assignment."""
    return database.row("agents", "is_current", id=incarnation) is not None


def rung(database: Database, incarnation: int, now: datetime) -> bool:
    """Record that the doorbell is typed to this incarnation; False when it was before, or it is over."""
    return bool(database.write("agents", "rung", id=incarnation, at=stamp(now)))


def primed(database: Database, incarnation: int, now: datetime) -> None:
    """Record that this incarnation was told its work."""
    database.write("agents", "primed", id=incarnation, at=stamp(now))


def add_conversation(
    database: Database,
    identity: str,
    incarnation: Incarnation,
    *,
    runtime: str,
    transcript: str | None,
    now: datetime,
) -> None:
    """Record a conversation of this incarnation with its agent CLI."""
    database.write(
        "agents", "add_conversation", id=identity, agent=incarnation.agent, incarnation=incarnation.id, runtime=runtime,
        transcript=transcript, at=stamp(now),
    )  # fmt: skip


def starts_of_bead(database: Database, bead: str) -> Sequence[Row]:
    """Starts of sessions for a bead since a person last slung it, oldest first."""
    reset = database.row("agents", "last_human_sling", bead=bead)
    return database.rows("agents", "starts_of_bead", bead=bead, reset=reset["generation"] if reset else 0)


def supervised(database: Database) -> Sequence[Row]:
    """One row for every agent with its hook, open assignment and newest incarnation."""
    return database.rows("agents", "supervised")


def _agent(row: Row) -> AgentRow:
    return AgentRow(
        row["address"], row["role"], row["rig"], row["name"], row["hook_bead"], row["runtime"], row["paused"]
    )


def _assignment_or_none(row: Row | None) -> Assignment | None:
    return None if row is None else _assignment(row)


def _assignment(row: Row) -> Assignment:
    return Assignment(
        generation=row["generation"], bead=row["bead"], agent=row["agent"], slung_by=row["slung_by"],
        runtime=row["runtime"], started_at=moment(row["started_at"]), branch=row["branch"], base=row["base"],
        done_commit=row["done_commit"], no_change=row["no_change"], done_by=row["done_by"],
        ended_at=moment_or_none(row["ended_at"]), outcome=row["outcome"],
    )  # fmt: skip


def _incarnation(row: Row) -> Incarnation:
    return Incarnation(
        id=row["id"], agent=row["agent"], generation=row["generation"], bead=row["bead"], session=row["session"],
        conversation=row["conversation"], began_at=moment(row["began_at"]), primed_at=moment_or_none(row["primed_at"]),
        ended_at=moment_or_none(row["ended_at"]), why=row["why"],
    )  # fmt: skip
