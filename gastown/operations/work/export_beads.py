"""Writing beads as a file of Beads: always the same for the same beads, and never over what is not known here."""

import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from gastown.domain import records as lines
from gastown.domain.beads import BeadStatus
from gastown.domain.interchange.beads import came_from_beads, read, written
from gastown.domain.interchange.lines import BYTE_ORDER_MARK, is_bead, parse
from gastown.domain.records import Record
from gastown.errors import Invalid, Refused
from gastown.ledger import interchange, records
from gastown.town import Town
from gastown.world.files import write_whole

MACHINERY = ("convoy", "escalation", "gate", "merge-request", "message", "molecule", "step")
"""What a town makes for itself: left out where no work leans on it."""

STATUSES = (*(str(status) for status in BeadStatus if status != BeadStatus.HOOKED), lines.TOMBSTONE)
"""What is on a hook is in progress there."""

SHOWN = 5
"""Ids that are named in a refusal."""


class _Existing:
    """The file that is to be written over: what of it would be lost."""

    def __init__(self, path: Path) -> None:
        self.header: list[str] = []
        self.others: list[str] = []
        self.left: dict[str, str] = {}
        """Its beads that were not written yet, each with when it was changed."""
        self.newer: list[str] = []
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                self._take(raw.removeprefix(BYTE_ORDER_MARK) if number == 1 else raw)

    def _take(self, raw: bytes) -> None:
        line = parse(raw)
        if line is None:
            return
        if is_bead(line):
            found = read(line)
            if "id" not in line or found.problems:
                raise Invalid("a line is no bead")
            if not found.wisp:
                self.left[str(line["id"])] = str(found.record["updated_at"]) if found.dated else ""
        elif "_schema" in line or "_type" in line:
            (self.header if "_schema" in line else self.others).append(f"{raw.decode().strip()}\n")
        else:
            raise Invalid("a line is no bead")

    def written(self, record: Record) -> None:
        """Hold the bead that is written against what the file says of it."""
        theirs = self.left.pop(str(record["id"]), "")
        if theirs > str(record["updated_at"]):
            self.newer.append(str(record["id"]))

    def check(self, path: Path) -> None:
        """Raises Refused when the file knows of something that would be lost."""
        for ids, what in (
            (list(self.left), "are not in this export"),
            (self.newer, "were changed there later"),
        ):
            if ids:
                some = ", ".join(ids[:SHOWN]) + (", …" if len(ids) > SHOWN else "")
                raise Refused(
                    f"{path} has beads that {what}: {some}",
                    f"bd import {path} takes them in; --force writes over them",
                )


def export_beads(
    town: Town,
    *,
    rig: str | None = None,
    statuses: Collection[str] = (),
    everything: bool = False,
) -> Iterator[Record]:
    """Beads in the order of their ids, wisps never; those of one rig or of some statuses only.

    What the town made for itself (convoys, merge requests, mail, steps) is left out unless `everything`, or work
    leans on it. Raises NotFound for an unknown rig, Invalid for an unknown status.
    """
    for status in statuses:
        if status not in STATUSES:
            raise Invalid(f"{status!r} is no status in a file of beads", f"statuses: {', '.join(STATUSES)}")
    return _beads(town, town.rig(rig).name if rig else None, statuses, everything=everything)


def _beads(town: Town, rig: str | None, statuses: Collection[str], *, everything: bool) -> Iterator[Record]:
    with town.ledger.snapshot() as ledger:
        left_out = frozenset[str]() if everything else interchange.machinery(ledger, MACHINERY)
        for record in records.read_all(ledger, rig=rig):
            wanted = not statuses or record["status"] in statuses
            if wanted and (record["id"] not in left_out or came_from_beads(record)):
                yield record


def text_of(beads: Iterable[Record]) -> Iterator[str]:
    """The lines of the file, each with its newline."""
    return (f"{lines.line(written(record))}\n" for record in beads)


def write_file(path: Path, beads: Iterable[Record], *, force: bool) -> int:
    """Write the beads whole or not at all; gives how many they are. A header and lines that are no beads stay.

    Unless `force`: refused over a file that is none of Beads, or that has beads which are not among these, or newer.
    """
    target = path.resolve()
    existing = None if not target.exists() else _existing(target, path, force=force)
    written_now = 0

    def pieces() -> Iterator[str]:
        nonlocal written_now
        yield from existing.header if existing else ()
        for record in beads:
            written_now += 1
            if existing:
                existing.written(record)
            yield from text_of([record])
        if existing and not force:
            existing.check(path)
        yield from existing.others if existing else ()

    write_whole(target, pieces(), mode=target.stat().st_mode & 0o777 if target.exists() else 0o644)
    return written_now


def _existing(target: Path, path: Path, *, force: bool) -> _Existing | None:
    if not target.is_file():
        raise Refused(f"{path} is no file", "name the file to write, or none to see the beads")
    try:
        return _Existing(target)
    except Invalid as error:
        if force:
            return None
        raise Refused(
            f"{path} is no file of beads, so it is not written over", "choose another name, or --force"
        ) from error


def write_out(beads: Iterable[Record]) -> int:
    """Write the beads to standard output; gives how many they are."""
    count = 0
    for line in text_of(beads):
        sys.stdout.buffer.write(line.encode())
        count += 1
    return count
