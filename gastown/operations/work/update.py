"""Changing beads: fields, labels, status, parent, and taking one as one's own work."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus, DependencyKind, check_title
from gastown.domain.decide.changing import (
    Change,
    check_assignee,
    check_change,
    check_leaned_on,
    check_put_off,
    check_status,
    check_type_change,
    parse_status,
)
from gastown.domain.decide.closing import others_work
from gastown.domain.fields import check_label, check_line, check_text, check_type, parse_priority
from gastown.errors import Invalid
from gastown.ledger import bead_writes, beads, events, graph
from gastown.ledger.custody import custody
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.work.changeable import must_be_changeable
from gastown.operations.work.claim import claim
from gastown.operations.work.depend import check_link
from gastown.operations.work.named import named, one_named
from gastown.town import Town


class Changes(NamedTuple):
    """What is to be changed, as it was typed; None: nothing was said of it. An empty text empties an optional field."""

    title: str | None = None
    description: str | None = None
    design: str | None = None
    acceptance: str | None = None
    notes: str | None = None
    append_notes: str | None = None
    type: str | None = None
    priority: str | None = None
    assignee: str | None = None
    external_ref: str | None = None
    due: str | None = None
    defer_until: str | None = None
    status: str | None = None
    parent: str | None = None
    add_labels: Sequence[str] = ()
    remove_labels: Sequence[str] = ()
    claim: bool = False


@dataclass(frozen=True, slots=True)
class Updated:
    """A bead as it is now, and what of it is other than before; nothing when all was so already."""

    id: str
    title: str
    status: BeadStatus
    assignee: str | None
    changed: Sequence[str]
    claimed: bool
    """Whether this call made it the caller's work."""
    taken_from: str | None = None
    """Whose work it was, if a person took it from somebody."""


def update(town: Town, ids: Sequence[str], changes: Changes, *, by: Caller) -> Sequence[Updated]:
    """Change all these beads or none. What is so already makes neither an event nor a line in the journal.

    Raises Invalid, NotFound, and Refused where somebody else decides, or somebody was faster to claim.
    """
    by.must_be_current()
    wanted = _understood(town, changes)
    add = list(dict.fromkeys(check_label(label) for label in changes.add_labels))
    remove = [check_label(label) for label in changes.remove_labels]
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        wanted = _resolved(ledger, wanted)
        parent = _parent(ledger, changes.parent) if changes.parent else changes.parent
        results = list[Updated]()
        for bead in named(ledger, ids):
            what = _spoken_of(ledger, bead, wanted, changes, parent)
            check_change(Change(bead, what, by.address, by.is_human))
            if not changes.claim or bead.assignee is None:  # else claiming says who was faster
                must_be_changeable(town, bead, by=by)
            claimed = changes.claim and claim(ledger, bead, by=by, now=now)
            seen = beads.get(ledger, bead.id) if claimed else bead
            changed = [
                *_fields(ledger, seen, _differing(seen, wanted, changes), by, now),
                *_labels(ledger, bead.id, add, remove, by=by, now=now),
                *_move(ledger, bead.id, parent, by, now),
            ]
            if changed:
                events.append(ledger, by.address, "bead.updated", bead.id, now, what=", ".join(changed))
            taken = None if what.isdisjoint(("status", "type", "assignee")) else others_work(bead, by.address)
            results.append(_result(beads.get(ledger, bead.id), changed, claimed=claimed, taken_from=taken))
    return results


CHECKS: Mapping[str, Callable[[str], object]] = {
    "title": check_title,
    "description": partial(check_text, what="description"),
    "design": partial(check_text, what="design"),
    "acceptance": partial(check_text, what="acceptance"),
    "notes": partial(check_text, what="notes"),
    "type": check_type,
    "priority": parse_priority,
    "status": parse_status,
    "assignee": lambda text: check_line(text, "assignee") or None,
    "external_ref": lambda text: check_line(text, "external reference") or None,
}
"""What a typed text becomes in its column; each raises Invalid."""


def _understood(town: Town, changes: Changes) -> Mapping[str, object]:
    """The columns that were spoken of, with what they are to hold. Raises Invalid."""
    if changes.claim and (changes.status is not None or changes.assignee is not None):
        raise Invalid("--claim sets status and assignee itself", "bd update BEAD --claim")
    if changes.notes is not None and changes.append_notes is not None:
        raise Invalid("notes are set anew or added to, not both", "--notes TEXT, or --append-notes TEXT")
    said = changes._asdict()
    wanted = {field: check(said[field]) for field, check in CHECKS.items() if said[field] is not None}
    moments = {field: said[field] for field in ("due", "defer_until") if said[field] is not None}
    return {**wanted, **{field: _moment(town, text) for field, text in moments.items()}}


def _resolved(ledger: Database, wanted: Mapping[str, object]) -> Mapping[str, object]:
    """The same, the assignee by the address of the agent that is called so."""
    if not wanted.get("assignee"):
        return wanted
    from gastown.ledger import agents

    return {**wanted, "assignee": agents.address_of(ledger, str(wanted["assignee"]))}


def _parent(ledger: Database, identity: str) -> str:
    found = one_named(ledger, identity)
    check_leaned_on(found, DependencyKind.PARENT_CHILD)
    return found.id


def _spoken_of(
    ledger: Database, bead: Bead, wanted: Mapping[str, object], changes: Changes, parent: str | None
) -> AbstractSet[str]:
    """What of the bead is to be other than it is, by its names in a `Change`."""
    moves = parent is not None and parent != (graph.parent(ledger, bead.id) or "")
    further = {
        "claim": changes.claim, "parent": moves, "labels": bool(changes.add_labels or changes.remove_labels),
    }  # fmt: skip
    return {*_differing(bead, wanted, changes), *(name for name, so in further.items() if so)}


def _moment(town: Town, text: str) -> datetime | None:
    from gastown.operations.work.moments import understood

    return understood(town, text) if text.strip() else None


def _differing(bead: Bead, wanted: Mapping[str, object], changes: Changes) -> Mapping[str, object]:
    """The columns that are to hold something else than they do."""
    if changes.append_notes:
        before = f"{bead.notes.rstrip()}\n" if bead.notes.strip() else ""
        wanted = {**wanted, "notes": check_text(before + changes.append_notes, "notes")}
    return {column: value for column, value in wanted.items() if getattr(bead, column) != value}


def _fields(
    ledger: Database, bead: Bead, columns: Mapping[str, object], by: Caller, now: datetime
) -> Sequence[str]:
    for column, check in (
        ("status", check_status),
        ("type", check_type_change),
        ("assignee", check_assignee),
    ):
        if column in columns:
            check(bead, custody(ledger, bead.id).live_request)
    if "status" in columns:
        check_put_off(bead, columns["status"], by.address, human=by.is_human)
    if columns:
        bead_writes.update(ledger, bead, columns, by=by.address, now=now)
    return [_word(bead, column, value) for column, value in columns.items()]


def _word(bead: Bead, column: str, value: object) -> str:
    name = {"defer_until": "defer", "external_ref": "external-ref"}.get(column, column)
    if column in {"status", "priority", "type"}:
        return f"{name} {getattr(bead, column)} → {value}"
    return name


def _labels(
    ledger: Database, bead: str, add: Sequence[str], remove: Sequence[str], *, by: Caller, now: datetime
) -> Sequence[str]:
    added = [f"+{x}" for x in add if bead_writes.add_label(ledger, bead, x, by=by.address, now=now)]
    gone = [f"-{x}" for x in remove if bead_writes.remove_label(ledger, bead, x, by=by.address, now=now)]
    return [f"labels {' '.join([*added, *gone])}"] if added or gone else []


def _move(ledger: Database, bead: str, parent: str | None, by: Caller, now: datetime) -> Sequence[str]:
    """Put the bead beneath another parent, or beneath none for an empty one."""
    kind, present = DependencyKind.PARENT_CHILD, graph.parent(ledger, bead)
    if parent is None or parent == (present or ""):
        return []
    if present is not None:
        graph.remove_dependency(ledger, bead, present, kind, by=by.address, now=now)
    if parent:
        check_link(ledger, bead, parent, kind)
        graph.add_dependency(ledger, bead, parent, kind, by=by.address, now=now)
    return [f"parent {parent}" if parent else "no parent"]


def _result(bead: Bead, changed: Sequence[str], *, claimed: bool, taken_from: str | None) -> Updated:
    return Updated(bead.id, bead.title, bead.status, bead.assignee, changed, claimed, taken_from)
