"""A file of Beads, read whole before anything is changed: its beads on a spool, and what is wrong with it."""

import marshal
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, cast

from gastown.domain.interchange import graph
from gastown.domain.interchange.beads import Reading, read
from gastown.domain.interchange.lines import BYTE_ORDER_MARK, CONFLICT, LONGEST_LINE, is_bead, parse
from gastown.domain.interchange.lists import Lean
from gastown.domain.records import TOMBSTONE, Record
from gastown.errors import Invalid
from gastown.ledger.interchange import Packed, pack

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
MOST_PROBLEMS = 1000
SPOOLED_AT_ONCE = 1024**2
"""Bytes."""

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


class Draft:
    """What a file says, line by line; the beads themselves lie on a spool, not in memory."""

    def __init__(self, folder: Path) -> None:
        self.beads: dict[str, Entry] = {}
        self.wisps: dict[str, Entry] = {}
        """Those that are left out."""
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self.others = 0
        """Lines that are no beads: memories, a header."""
        self._spool = TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115 - closed by `close`
        self._ahead = bytearray()
        self._size = 0
        self._window, self._window_at = b"", 0
        """What was read of the spool last; ahead, as long as beads are asked for in the order in which they lie."""
        self._next = 0

    def put(self, packed: Packed) -> tuple[int, int]:
        """Lay a bead on the spool; gives where, and how long it is there."""
        raw = marshal.dumps(packed)
        place, size = self._size, len(raw)
        self._ahead += raw
        self._size += size
        if len(self._ahead) > SPOOLED_AT_ONCE:
            self.flush()
        return place, size

    def flush(self) -> None:
        """Bring to the spool what waits for it."""
        self._spool.write(self._ahead)
        self._ahead.clear()

    def packed(self, identity: str) -> Packed:
        """The bead as it was read."""
        entry = self.beads[identity]
        begin = entry.place - self._window_at
        if begin < 0 or begin + entry.size > len(self._window):
            size = max(entry.size, SPOOLED_AT_ONCE) if entry.place == self._next else entry.size
            self._window, self._window_at = os.pread(self._spool.fileno(), size, entry.place), entry.place
            begin = 0
        self._next = entry.place + entry.size
        found: Packed = marshal.loads(self._window[begin : begin + entry.size])  # noqa: S302 - our own file
        return found

    def close(self) -> None:
        """Let go of the spool."""
        self._spool.close()


def read_file(file: IO[bytes], folder: Path, *, with_wisps: bool) -> Draft:
    """Read it to the end, whatever is wrong on the way; but no further when a thousand things are.

    The spool is a nameless file in `folder`.
    """
    draft = Draft(folder)
    for number, raw, cut in _lines(file):
        try:
            line = _parse(raw, number, cut=cut)
        except Invalid as error:
            draft.problems.append(Problem(number, "", error.message))
            line = None
        if line is not None and is_bead(line):
            _take(draft, number, read(line), own_uid="uid" in line, with_wisps=with_wisps)
        elif line is not None:
            draft.others += 1
        if len(draft.problems) >= MOST_PROBLEMS:
            draft.problems.append(Problem(number, "", "is the last that was read: too much is wrong"))
            break
    conflicts = [problem for problem in draft.problems if problem.problem == CONFLICT]
    draft.problems = conflicts or draft.problems  # all else is wrong because of these
    draft.problems += _same_uids(draft)
    draft.flush()
    return draft


def _take(draft: Draft, number: int, found: Reading, *, own_uid: bool, with_wisps: bool) -> None:
    record, problems = found.record, found.problems
    identity = str(record["id"])
    twin = draft.beads.get(identity) or draft.wisps.get(identity)
    if identity and twin is not None:
        problems.append(f"{identity} is on line {twin.line} already")
    if problems:
        draft.problems += [Problem(number, identity, problem) for problem in problems]
    if not identity or twin is not None:
        return
    left_out = found.wisp and not with_wisps
    lies = (0, 0) if draft.problems or left_out else draft.put(pack(record, wisp=found.wisp))
    deleted = record.get("status") == TOMBSTONE
    entry = Entry(
        number, cast("str", record["uid"]), own_uid, cast("str", record["created_at"]),
        cast("str", record["updated_at"]), found.dated, deleted or record.get("status") == "closed", deleted,
        found.wisp, tuple(found.leans), *lies,
    )  # fmt: skip
    if left_out:
        draft.wisps[identity] = entry
        return
    draft.beads[identity] = entry
    if found.notes:
        draft.notes += [Note(number, identity, note) for note in found.notes]


def _same_uids(draft: Draft) -> Iterator[Problem]:
    """Lines that name a uid which another line's bead has; those that are made here differ as the ids do."""
    named = [entry for entry in draft.beads.values() if entry.own_uid]
    if not named:
        return
    first: dict[str, int] = {}
    for identity, entry in draft.beads.items():
        line = first.setdefault(entry.uid, entry.line)
        if line != entry.line:
            yield Problem(entry.line, identity, f"has the uid of line {line}")


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
