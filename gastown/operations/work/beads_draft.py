"""A file of Beads, read whole before anything is changed: its beads on a spool, and what is wrong with it."""

import marshal
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from gastown.domain.interchange import graph
from gastown.domain.interchange.beads import Reading, read
from gastown.domain.interchange.lines import BYTE_ORDER_MARK, CONFLICT, LONGEST_LINE, is_bead, parse
from gastown.domain.interchange.lists import Lean
from gastown.domain.records import TOMBSTONE, Record
from gastown.errors import Invalid
from gastown.ledger.interchange import Packed, pack

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
DATABASE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line."""

    line: int
    id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of one line that was taken."""

    line: int
    id: str
    note: str


class Entry(NamedTuple):
    """One bead of the file, in short; the whole of it lies on the spool."""

    line: int
    uid: str
    own_uid: bool
    created_at: str
    updated_at: str
    dated: bool
    closed: bool
    deleted: bool
    wisp: bool
    leans: tuple[Lean, ...]
    place: int
    size: int


@dataclass(slots=True)
class Draft:
    """What a file says, line by line."""

    spool: IO[bytes] = field(default_factory=TemporaryFile)
    size: int = 0
    beads: dict[str, Entry] = field(default_factory=dict[str, Entry])
    wisps: dict[str, Entry] = field(default_factory=dict[str, Entry])
    """Those that are left out."""
    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[Note] = field(default_factory=list[Note])
    others: int = 0
    """Lines that are no beads: memories, a header."""

    def packed(self, identity: str) -> Packed:
        """The bead as it was read."""
        entry = self.beads[identity]
        raw = os.pread(self.spool.fileno(), entry.size, entry.place)
        found: Packed = marshal.loads(raw)  # noqa: S302 - our own file, a moment old
        return found

    def close(self) -> None:
        """Let go of the spool."""
        self.spool.close()


def read_file(file: IO[bytes], *, with_wisps: bool) -> Draft:
    """Read it to the end, whatever is wrong on the way."""
    draft = Draft()
    uids: dict[str, int] = {}
    for number, raw, cut in _lines(file):
        try:
            line = _parse(raw, number, cut=cut)
        except Invalid as error:
            draft.problems.append(Problem(number, "", error.message))
            continue
        if line is None:
            continue
        if not is_bead(line):
            draft.others += 1
            continue
        _take(draft, number, read(line), uids, own_uid="uid" in line, with_wisps=with_wisps)
    conflicts = [problem for problem in draft.problems if problem.problem == CONFLICT]
    draft.problems = conflicts or draft.problems  # all else is wrong because of these
    draft.spool.flush()
    return draft


def _take(
    draft: Draft, number: int, found: Reading, uids: dict[str, int], *, own_uid: bool, with_wisps: bool
) -> None:
    record = found.record
    identity, uid = str(record["id"]), str(record["uid"])
    twin = draft.beads.get(identity) or draft.wisps.get(identity)
    problems = list(found.problems)
    if identity and twin is not None:
        problems.append(f"{identity} is on line {twin.line} already")
    elif uids.setdefault(uid, number) != number and not problems:
        problems.append(f"has the uid of line {uids[uid]}")
    draft.problems.extend(Problem(number, identity, problem) for problem in problems)
    if not identity or twin is not None:
        return
    raw = (
        b"" if draft.problems else marshal.dumps(pack(record, wisp=found.wisp))
    )  # with a problem nobody will read it
    deleted = record.get("status") == TOMBSTONE
    entry = Entry(
        number, uid, own_uid, str(record["created_at"]), str(record["updated_at"]), found.dated,
        deleted or record.get("status") == "closed", deleted, found.wisp, tuple(found.leans), draft.size, len(raw),
    )  # fmt: skip
    if found.wisp and not with_wisps:
        draft.wisps[identity] = entry
        return
    draft.beads[identity] = entry
    draft.notes.extend(Note(number, identity, note) for note in found.notes)
    draft.spool.write(raw)
    draft.size += len(raw)


def _parse(raw: bytes, number: int, *, cut: bool) -> Record | None:
    if number == 1:
        if raw.startswith(UTF_16):
            raise Invalid("begins as UTF-16 does: write the file as UTF-8")
        if raw.startswith(DATABASE):
            raise Invalid("begins as a database does: the file to import is the JSONL beside it")
        raw = raw.removeprefix(BYTE_ORDER_MARK)
    return parse(raw, cut=cut)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Every line with its number, and whether the file ends in it without a newline."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        whole = raw.endswith(b"\n")
        if not whole and len(raw) > LONGEST_LINE:
            _skip_line(file)
            whole = True
        yield number, raw, not whole


def _skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def blocking(entry: Entry, aside: frozenset[str]) -> list[str]:
    """What must come before the bead, by its line."""
    return [lean.on for lean in entry.leans if lean.kind in graph.BLOCKING and lean.on not in aside]
