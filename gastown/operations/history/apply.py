"""Bringing merged beads into the ledger: all of them or none, and never at the cost of work that is under way here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.merging import Merged, Reidentified
from gastown.domain.merging_fields import STATE, Conflict, mappings
from gastown.domain.records import Json, Record, is_tombstone
from gastown.domain.reidentify import Side, derived_ids
from gastown.errors import Busy, Invalid
from gastown.ledger import events, interchange, pulled, records
from gastown.ledger.database import Database
from gastown.ledger.pulled import Held

USUAL = 2
"""The priority of a bead that says none."""

KEPT = (*STATE, "assignee")
"""What of a bead that is worked on here is as it is here."""

KEPT_OF_STEPS = (*KEPT, "metadata")
"""What of its molecule and the steps is: the metadata says which step it is, and whether the molecule is over."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was to be decided: both sides had changed it, or one did what cannot be here."""

    bead: str
    field: str
    ours: Json
    theirs: Json
    chosen: Json


@dataclass(frozen=True, slots=True)
class Applied:
    """What has become of it: counts of beads, and what is to be told."""

    added: int = 0
    changed: int = 0
    reidentified: Sequence[Reidentified] = ()
    conflicts: Sequence[Decision] = ()


def apply(ledger: Database, merged: Merged, ours: Side, *, by: str, now: datetime) -> Applied:
    """Make the ledger hold what was merged, inside the present transaction; `ours` is what it held of these beads.

    A bead that is on a hook or in a queue here stays there as it is, and so do the steps of that work. Raises Busy
    when such a bead would get another id.
    """
    held = pulled.held(ledger)
    _must_not_be_renamed(merged, ours, held)
    _must_be_there_once(ledger, merged, ours)
    told = [*merged.conflicts]
    known = frozenset(str(record["id"]) for record in merged.records.values())
    wanted = [
        _leaning_on_what_is_there(ledger, _as_worked_on(record, ours, held, told), known, told)
        for record in merged.changes(ours)
        if not _must_stay(record, ours, held, told)
    ]
    _give_new_ids(ledger, merged, ours, by=by, now=now)
    new = [record for record in wanted if record["uid"] not in ours]
    old = [record for record in wanted if record["uid"] in ours]
    _write(ledger, new, old, ours, {each.old: each.new for each in merged.reidentified if each.uid in ours})
    for renamed in merged.reidentified:
        events.append(ledger, by, "bead.reidentified", renamed.new, now, was=renamed.old)
    decided = [
        Decision(str(merged.records[each.uid]["id"]), each.field, each.ours, each.theirs, each.chosen)
        for each in told
    ]
    for each in decided:
        sides = {"ours": each.ours, "theirs": each.theirs, "chosen": each.chosen}
        events.append(ledger, by, "bead.merged", each.bead, now, field=each.field, **sides)
    return Applied(len(new), len(old), merged.reidentified, decided)


def _must_not_be_renamed(merged: Merged, ours: Side, held: Mapping[str, Held]) -> None:
    """Raise Busy when a bead would get another id whose old one is in branches and refs of work under way."""
    for each in merged.reidentified:
        if each.uid in ours and each.old in held:
            raise Busy(
                f"{each.old} is {held[each.old].why}, and a bead of the other town has the same id, "
                f"so ours would become {each.new}",
                f"nothing was changed: let it land, or gt unsling {held[each.old].bead}, then gt ledger pull",
            )


def _must_be_there_once(ledger: Database, merged: Merged, ours: Side) -> None:
    """Raise Invalid when the other side has a bead a second time that both seem to have alike."""
    for uid, record in merged.records.items():
        there = pulled.occupant(ledger, str(record["id"]))
        by_id = there is not None and not there.is_wisp and there.uid not in merged.records
        if by_id or (uid not in ours and pulled.id_of(ledger, uid) is not None):
            twice = f"the other town's history has {record['id']} twice"
            raise Invalid(twice, "nothing was changed; gt ledger verify there")


def _must_stay(record: Record, ours: Side, held: Mapping[str, Held], told: list[Conflict]) -> bool:
    """Whether the other town deleted what is worked on here: then nothing of it changes."""
    here = ours.get(str(record["uid"]))
    if here is None or is_tombstone(here) or not is_tombstone(record) or str(here["id"]) not in held:
        return False
    told.append(Conflict(str(record["uid"]), "status", here["status"], record["status"], here["status"]))
    return True


def _as_worked_on(record: Record, ours: Side, held: Mapping[str, Held], told: list[Conflict]) -> Record:
    """The record, but what belongs to work under way here as it is here."""
    uid = str(record["uid"])
    here = ours.get(uid)
    if here is None or str(here["id"]) not in held:
        return record
    kept = KEPT if held[str(here["id"])].bead == here["id"] else KEPT_OF_STEPS
    state: Record = {name: here[name] for name in kept if name in here}
    theirs: Record = {name: record[name] for name in kept if name in record}
    if state == theirs:
        return record
    told.append(Conflict(uid, "status", state, theirs, state))
    written = {**_written(record), **{name: at for name, at in _written(here).items() if name in kept}}
    rest: Record = {name: value for name, value in record.items() if name not in (*kept, "written")}
    return {**rest, **state, "written": written} if written else {**rest, **state}


def _leaning_on_what_is_there(
    ledger: Database, record: Record, known: frozenset[str], told: list[Conflict]
) -> Record:
    """The record without dependencies on beads that neither town has."""
    links = mappings(record.get("dependencies"))
    there = [
        link
        for link in links
        if link["depends_on_id"] in known or pulled.occupant(ledger, str(link["depends_on_id"])) is not None
    ]
    if len(there) == len(links):
        return record
    told += [
        Conflict(str(record["uid"]), "dependencies", None, link, None) for link in links if link not in there
    ]
    return {**record, "dependencies": [*there]}


def _written(record: Record) -> dict[str, Json]:
    written = record.get("written")
    return {**written} if isinstance(written, dict) else {}


def _give_new_ids(ledger: Database, merged: Merged, ours: Side, *, by: str, now: datetime) -> None:
    """Rename beads of ours, and wisps that stand where a bead is to be."""
    names = {str(record["id"]) for record in merged.records.values()}
    for name in sorted(names):
        there = pulled.occupant(ledger, name)
        if there is not None and there.is_wisp:
            ids = (each for each in derived_ids(name, there.uid) if each not in names)
            free = next(each for each in ids if pulled.occupant(ledger, each) is None)
            pulled.rename(ledger, there.uid, free, by=by, now=now)
    waiting = {each.uid: each.new for each in merged.reidentified if each.uid in ours}
    while waiting:
        ready = [uid for uid, new in waiting.items() if pulled.occupant(ledger, new) is None]
        if not ready:
            raise Invalid("beads cannot change places", "this is a fault of Gas Town: please report it")
        for uid in ready:
            pulled.rename(ledger, uid, waiting.pop(uid), by=by, now=now)


def _write(
    ledger: Database, new: Sequence[Record], old: Sequence[Record], ours: Side, renamed: Mapping[str, str]
) -> None:
    """New beads first, since old ones may lean on them; before anything leans on another, what no more does."""
    for record in old:
        had = {_end(link, renamed) for link in mappings(ours[str(record["uid"])].get("dependencies"))}
        still: list[Json] = [link for link in mappings(record.get("dependencies")) if _end(link, {}) in had]
        if len(still) < len(had):
            records.replace(ledger, _whole({**record, "dependencies": still}))
    whole = [_whole(record) for record in new]
    interchange.load(ledger, (interchange.pack(record, wisp=False) for record in whole), len(whole))
    pulled.note_written(ledger, whole)
    for record in old:
        records.replace(ledger, _whole(record))


def _end(link: Record, renamed: Mapping[str, str]) -> tuple[str, str]:
    target = str(link["depends_on_id"])
    return renamed.get(target, target), str(link["type"])


def _whole(record: Record) -> Record:
    """With fields that the ledger wants and that a line leaves out when they are empty."""
    links: list[Json] = [{"created_by": "", **link} for link in mappings(record.get("dependencies"))]
    return {
        "created_by": "",
        "updated_by": "",
        "priority": USUAL,
        "issue_type": "task",
        **record,
        "dependencies": links,
    }
