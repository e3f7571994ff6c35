"""Molecules and their steps in the ledger: reading them whole, and the statements that change them together."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.molecules import Molecule, Step
from gastown.ledger import graph
from gastown.ledger.database import Database, Row


def get(database: Database, identity: str) -> Molecule | None:
    """The molecule of exactly that id, with all its steps."""
    row = database.row("molecules", "by_id", id=identity)
    return None if row is None else _molecule(database, row)


def of_bead(database: Database, bead: str) -> Sequence[Molecule]:
    """What was poured for a bead: open ones first, then the newest first."""
    return [_molecule(database, row) for row in database.rows("molecules", "of_bead", bead=bead)]


def of_step(database: Database, step: str) -> Molecule | None:
    """The molecule that a step is in."""
    parent = graph.parent(database, step)
    return None if parent is None else get(database, parent)


def open_of_bead(database: Database, bead: str) -> Molecule | None:
    """The newest molecule of a bead that is not closed; a digest has no steps to go on with, and is none."""
    found = of_bead(database, bead)
    return next((each for each in found if each.status is not BeadStatus.CLOSED and not each.is_digest), None)


def steps_on_hooks(database: Database) -> Mapping[str, tuple[int, int]]:
    """For each bead on a hook with steps to go through: how many are done, and how many there are."""
    return {row["bead"]: (row["done"], row["steps"]) for row in database.rows("molecules", "steps_on_hooks")}


def steps_done_at(database: Database, bead: str) -> Sequence[datetime]:
    """When the steps were done that lead through a bead."""
    return [moment(row["closed_at"]) for row in database.rows("molecules", "steps_done_at", bead=bead)]


def close_steps(database: Database, molecule: str, reason: str, *, by: str, now: datetime) -> int:
    """Close all steps that are left, inside the present transaction; gives how many."""
    return database.write("molecules", "close_steps", molecule=molecule, reason=reason, by=by, at=stamp(now))


def release_steps(database: Database, molecule: str, *, by: str, now: datetime) -> None:
    """Make the steps that somebody is at open again, inside the present transaction."""
    database.write("molecules", "release_steps", molecule=molecule, by=by, at=stamp(now))


def make_digest(database: Database, molecule: str, summary: str, *, by: str, now: datetime) -> None:
    """Make the molecule a lasting closed bead that says `summary`, inside the present transaction."""
    row = database.row("molecules", "by_id", id=molecule)
    metadata: dict[str, object] = json.loads(row["metadata"]) if row else {}
    database.write(
        "molecules", "make_digest", id=molecule, summary=summary, reason="squashed", by=by, at=stamp(now),
        metadata=json.dumps({**metadata, "digest": True}, ensure_ascii=False),
    )  # fmt: skip


def forget(database: Database, wisps: Sequence[str]) -> None:
    """Remove wisps and all that hangs on them from the file, inside the present transaction."""
    ids = json.dumps(list(wisps))
    for what in ("dependencies", "labels", "comments", "beads"):
        database.write("molecules", f"forget_{what}", ids=ids)


def _molecule(database: Database, row: Row) -> Molecule:
    metadata = json.loads(row["metadata"])
    steps = database.rows("molecules", "steps", molecule=row["id"])
    return Molecule(
        id=row["id"], title=row["title"], description=row["description"],
        formula=str(metadata.get("formula", "")), status=BeadStatus(row["status"]),
        is_wisp=bool(row["ephemeral"]), bead=row["poured_for"], rig=row["rig"],
        steps=tuple(_step(step, number) for number, step in enumerate(steps, 1)),
        is_digest=metadata.get("digest") is True,
    )  # fmt: skip


def _step(row: Row, position: int) -> Step:
    return Step(
        id=row["id"], position=position, name=str(json.loads(row["metadata"]).get("name", "")),
        title=row["title"], description=row["description"], acceptance=row["acceptance"],
        status=BeadStatus(row["status"]), assignee=row["assignee"], closed_at=moment_or_none(row["closed_at"]),
        closed_by=row["closed_by"], close_reason=row["close_reason"],
    )  # fmt: skip
