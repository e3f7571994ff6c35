"""Agents, their hooks and their assignments in the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain.assignments import Assignment
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.identity import ROLES, Address, address_called, parse_address
from gastown.errors import Invalid
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
    wanted_at: datetime | None = None
    """Since when its session is to run, work or not."""
    wanted_by: str | None = None
    removed_at: datetime | None = None
    """When it was taken out of the town; its record stays."""


def add(database: Database, address: Address, now: datetime) -> bool:
    """Make the agent known, or bring it back, inside the present transaction; False when it is known already."""
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


def want(database: Database, address: str, *, by: str, now: datetime) -> bool:
    """Have its session run from now on, work or not; False when it is removed. Asked again, it counts from now."""
    return bool(database.write("agents", "want", address=address, by=by, at=stamp(now)))


def unwant(database: Database, address: str) -> bool:
    """Let its session come with work alone; False when it did already."""
    return bool(database.write("agents", "unwant", address=address))


def pause(database: Database, address: str, why: str | None) -> bool:
    """Say why no session is started for it, or with None that one may; False when that is known already."""
    return bool(database.write("agents", "pause", address=address, why=why))


def set_runtime(database: Database, address: str, runtime: str | None) -> bool:
    """Choose its agent CLI from the next start on; None: its role's, rig's or town's. False when it is so already."""
    return bool(database.write("agents", "set_runtime", address=address, runtime=runtime))


def remove(database: Database, address: str, now: datetime) -> bool:
    """Take it out of the town, hook empty; its record stays. False when its hook is not empty, or it is out."""
    return bool(database.write("agents", "remove", address=address, at=stamp(now)))


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
    every = all_agents(database)
    there = [agent.address for agent in every if agent.removed_at is None]
    found = address_called(name, there)
    return address_called(name, (agent.address for agent in every)) if found == name else found


def addressee(database: Database, text: str) -> str:
    """The address of somebody who can be told something, be it that they come later. Raises Invalid.

    A single word is a role of ours or an agent that is known: a typing error is not to become a letter to nobody.
    """
    address = parse_address(text)
    if "/" not in text and text not in ROLES and get(database, text) is None:
        raise Invalid(f"{text!r} is no agent's address here", "gt agents lists them")
    return str(address)


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


def assign(
    database: Database,
    bead: str,
    agent: str,
    *,
    by: str,
    runtime: str | None,
    now: datetime,
    deferred: bool = False,
) -> int:
    """Begin an assignment; gives its generation. `deferred`: no session is started or rung for it."""
    database.write(
        "agents", "assign", bead=bead, agent=agent, by=by, runtime=runtime, deferred=deferred, at=stamp(now)
    )
    return database.last_id()


def undefer(database: Database, generation: int) -> bool:
    """Let the assignment begin; False when it may already."""
    return bool(database.write("agents", "undefer", generation=generation))


def assignments_of_agent(database: Database, agent: str) -> Sequence[Assignment]:
    """Every assignment an agent ever had, oldest first: its record."""
    return [_assignment(row) for row in database.rows("agents", "assignments_of_agent", agent=agent)]


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


def supervised(database: Database) -> Sequence[Row]:
    """One row for every agent with its hook, open assignment and newest incarnation."""
    return database.rows("agents", "supervised")


def _agent(row: Row) -> AgentRow:
    return AgentRow(
        row["address"], row["role"], row["rig"], row["name"], row["hook_bead"], row["runtime"], row["paused"],
        moment_or_none(row["wanted_at"]), row["wanted_by"], moment_or_none(row["removed_at"]),
    )  # fmt: skip


def _assignment_or_none(row: Row | None) -> Assignment | None:
    return None if row is None else _assignment(row)


def _assignment(row: Row) -> Assignment:
    return Assignment(
        generation=row["generation"], bead=row["bead"], agent=row["agent"], slung_by=row["slung_by"],
        runtime=row["runtime"], started_at=moment(row["started_at"]), branch=row["branch"], base=row["base"],
        done_commit=row["done_commit"], no_change=row["no_change"], done_by=row["done_by"],
        ended_at=moment_or_none(row["ended_at"]), outcome=row["outcome"], deferred=bool(row["deferred"]),
    )  # fmt: skip
