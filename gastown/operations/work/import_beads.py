"""Taking a file of Beads into the ledger: all of it or nothing, and twice is once."""

import gc
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

from gastown.domain.assignments import Caller
from gastown.domain.identity import RESERVED_PREFIXES
from gastown.domain.interchange.beads import read, written
from gastown.domain.messages import BEAD_TYPE
from gastown.domain.records import Record
from gastown.ledger import events, interchange, records
from gastown.ledger.database import Database
from gastown.ledger.interchange import Known, Packed
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_human
from gastown.operations.work.beads_check import Settled, settle
from gastown.operations.work.beads_draft import Draft, Note, Problem, read_file
from gastown.operations.work.create import usual_rig
from gastown.town import Town

STATE = ("status", "assignee", "started_at", "closed_at", "closed_by", "close_reason")
"""What belongs to the town as long as somebody works on the bead."""

ALL_AT_ONCE = 20
"""If more than one in so many beads of the ledger is to be compared, all are read along."""


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file; with problems nothing was changed."""

    file: str
    dry_run: bool
    created: int = 0
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    kept: tuple[str, ...] = ()
    """Beads that were changed here later than in the file: they stay as they are."""
    left_out: int = 0
    """Wisps."""
    others: int = 0
    """Lines that are no beads."""
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


def import_beads(
    town: Town,
    file: IO[bytes],
    name: str,
    *,
    by: Caller,
    rig: str | None = None,
    dry_run: bool = False,
    skip_missing: bool = False,
    with_wisps: bool = False,
) -> Import:
    """Take every bead of the file, in one transaction; if anything is wrong with any line, none of them.

    Beads whose line is newer than what is here are made as the line says; where what is here is newer, it stays.
    Raises NotFound for an unknown rig, and Refused for agents: a line says whose words it holds, whoever wrote it.
    """
    must_be_human(by, "bd import")
    homes = _Homes(town, rig)
    with _without_collector(), closing(read_file(file, town.root, with_wisps=with_wisps)) as draft:
        report = Import(name, dry_run, left_out=len(draft.wisps), others=draft.others)
        with town.ledger.snapshot() if dry_run else town.ledger.transaction() as ledger:
            fence(ledger, by)
            settled = settle(ledger, draft, skip_missing=skip_missing)
            if settled.problems:
                return replace(report, problems=tuple(settled.problems))
            return _Importing(ledger, draft, settled, homes, by.address).run(report, town.clock.now())


@contextmanager
def _without_collector() -> Generator[None]:
    """Do without the search for rubbish in circles: there is none, and it goes through all beads again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Homes:
    """Which rig a new bead belongs to: the given one, else the one with the id's prefix, else the usual one."""

    def __init__(self, town: Town, rig: str | None) -> None:
        self._given = town.rig(rig).name if rig else None
        self._usual = usual_rig(town) if rig is None else None
        self._prefixes = {f"{settings.prefix}-": name for name, settings in town.rigs.items()}

    def of(self, identity: str) -> str | None:
        if self._given:
            return self._given
        prefix = identity.split("-", maxsplit=1)[0]
        if prefix in RESERVED_PREFIXES:
            return None
        return self._prefixes.get(f"{prefix}-", self._usual)


class _Importing:
    """One import at work, inside its transaction."""

    def __init__(self, ledger: Database, draft: Draft, settled: Settled, homes: _Homes, by: str) -> None:
        self._ledger, self._draft, self._settled = ledger, draft, settled
        self._homes, self._by = homes, by

    def run(self, report: Import, now: datetime) -> Import:
        known, draft = self._settled.known, self._draft
        new = [identity for identity in draft.beads if identity not in known]
        updates, kept, busy = self._compare()
        report = replace(
            report, created=len(new), updated=tuple(str(record["id"]) for record in updates), kept=tuple(kept),
            unchanged=len(draft.beads) - len(new) - len(updates) - len(kept),
            notes=self._notes({*new, *(str(record["id"]) for record in updates)}, busy),
        )  # fmt: skip
        if (new or updates) and not report.dry_run:
            interchange.load(self._ledger, self._new(new), len(new))
            for record in updates:
                records.replace(self._ledger, record)
            counts = {"created": len(new), "updated": len(updates)}
            events.append(self._ledger, self._by, "beads.imported", report.file, now, **counts)
        return report

    def _notes(self, taken: Collection[str], busy: Iterable[Note]) -> tuple[Note, ...]:
        """What a person should know of the lines that were taken, and of those that were held up."""
        told = [note for note in (*self._draft.notes, *self._settled.notes) if note.id in taken]
        return tuple(sorted((*told, *busy), key=lambda note: note.line))

    def _new(self, ids: list[str]) -> Iterator[Packed]:
        """The beads to be filed, as rows."""
        aside = self._settled.aside
        for identity in ids:
            packed = self._draft.packed(identity)
            if identity in aside:
                packed = interchange.pack(self._record(identity), wisp=self._draft.beads[identity].wisp)
            packed[0][interchange.RIG] = self._homes.of(identity) or ""
            packed[0][interchange.UPDATED_BY] = self._by
            yield packed

    def _record(self, identity: str) -> Record:
        """The bead as it is to be: without what is not there, and with the uid that it has here."""
        record, known = interchange.unpack(self._draft.packed(identity)), self._settled.known.get(identity)
        aside = self._settled.aside.get(identity, frozenset[str]())
        if aside or (known is not None and known.uid != record["uid"]):
            return read(written(record), aside=aside, uid=known.uid if known else str(record["uid"])).record
        return record

    def _compare(self) -> tuple[list[Record], list[str], list[Note]]:
        """Of the beads that are here: those to be changed, those that stay although they differ, and why."""
        updates: list[Record] = []
        kept: list[str] = []
        notes: list[Note] = []
        for present in self._present():
            identity = str(present["id"])
            entry, known = self._draft.beads[identity], self._settled.known[identity]
            record = self._record(identity)
            if busy := self._keep_state(record, present, known):
                notes.append(Note(entry.line, identity, busy))
            record |= {name: present[name] for name in ("rig", "updated_by") if name in present}
            newer = entry.dated and entry.updated_at >= known.updated_at
            newer = (
                newer and present.get("issue_type") != BEAD_TYPE
            )  # what somebody wrote stays as it was written
            if _same(record, present, dated=newer):
                continue
            if newer:
                updates.append(record | {"updated_by": self._by})
            else:
                kept.append(identity)
        return updates, kept, notes

    def _keep_state(self, record: Record, present: Record, known: Known) -> str:
        """Leave the bead's state as it is if somebody works on it here; says so where the line has another."""
        if not known.busy:
            return ""
        differs = record["status"] != present["status"]
        for name in STATE:
            record.pop(name, None)
        record |= {name: present[name] for name in STATE if name in present}
        return f"is {known.busy} here, and stays {present['status']}" if differs else ""

    def _present(self) -> Iterator[Record]:
        """The beads of the file that are here, as they are."""
        ids = [identity for identity, known in self._settled.known.items() if not known.wisp]
        here = self._ledger.row("interchange", "how_many")
        if here is not None and len(ids) * ALL_AT_ONCE > here["beads"]:
            wanted = frozenset(ids)
            yield from (record for record in records.read_all(self._ledger) if record["id"] in wanted)
        elif ids:
            yield from records.read_all(self._ledger, ids=ids)


def _same(record: Mapping[str, object], present: Mapping[str, object], *, dated: bool) -> bool:
    """Whether a bead is what its line says; when it was changed counts only where the line is the newer one."""
    apart = {"written"} if dated else {"written", "updated_at"}
    names = (record.keys() | present.keys()) - apart
    return all(record.get(name) == present.get(name) for name in names)
