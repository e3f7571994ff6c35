"""One bead of Beads as one of ours, and back: what its fields mean here, and what cannot be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gastown.domain.beads import LONGEST_TITLE, UNFIT, BeadStatus, check_id
from gastown.domain.interchange import kept as keeping
from gastown.domain.interchange.lists import Lean, comments, dependencies
from gastown.domain.interchange.plain import read_plain
from gastown.domain.interchange.times import BEGINNING, ZERO, derived_uid, in_our_words
from gastown.domain.interchange.words import (
    FLAGS,
    LONGEST_UID,
    NOBODY,
    OF_CLOSED,
    OF_DELETED,
    STATUSES,
    SYNONYMS,
    TEXTS,
    TIMES,
    TYPES,
    kind_of,
    one_line,
)
from gastown.domain.messages import METADATA as OF_MESSAGES
from gastown.domain.records import TOMBSTONE, Json, Record
from gastown.errors import Invalid

NOT_OURS = frozenset({"rig", "updated_by", "written"})
"""Fields of a record that are not written: the town's own business."""

NOT_TAKEN = frozenset({keeping.KEY, OF_MESSAGES})
"""Keys of metadata that only we write: no file makes a message that nobody sent."""


@dataclass(slots=True)
class Reading:
    """What one line says: the bead in our words, or what is wrong, and what a person should know of it."""

    record: Record = field(default_factory=dict[str, Json])
    problems: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    leans: list[Lean] = field(default_factory=list[Lean])
    """What it depends on by the record, each with whether that must be there."""
    wisp: bool = False
    dated: bool = True
    """False when the line does not say when it was last changed."""


def read(line: Record, *, aside: frozenset[str] = frozenset(), uid: str = "") -> Reading:
    """Understand one bead. Dependencies on ids in `aside` are kept with it but not made; `uid` is its own for sure."""
    if not aside and not uid and (plain := read_plain(line)) is not None:
        return Reading(plain[0], leans=plain[1])
    return _Reader(line, aside, uid).read()


def written(record: Mapping[str, Json]) -> Record:
    """The line of Beads for a bead: as it was read where nothing has changed since, else in our words."""
    metadata = record.get("metadata")
    ours = _in_beads_words(record)
    if not isinstance(metadata, dict) or keeping.KEY not in metadata:
        return ours
    return keeping.restore(ours, metadata[keeping.KEY])


def came_from_beads(record: Mapping[str, Json]) -> bool:
    """Whether the bead was imported once."""
    metadata = record.get("metadata")
    return isinstance(metadata, dict) and keeping.KEY in metadata


def _in_beads_words(record: Mapping[str, Json]) -> Record:
    line: Record = {name: value for name, value in record.items() if name not in NOT_OURS}
    if line.get("uid") == derived_uid(str(line["id"]), str(line["created_at"])):
        del line["uid"]
    if line["status"] == TOMBSTONE:
        line["issue_type"] = "task"  # Beads reads no line without one
    metadata = line.get("metadata")
    if isinstance(metadata, dict) and keeping.KEY in metadata:
        line["metadata"] = {name: value for name, value in metadata.items() if name != keeping.KEY}
        if not line["metadata"]:
            del line["metadata"]
    written_beneath = line.get("comments")
    if isinstance(written_beneath, list):
        line["comments"] = [
            {"issue_id": line["id"], **one} if isinstance(one, dict) else one for one in written_beneath
        ]
    return line


class _Reader:
    """Reads one line field by field, gathering whatever is wrong with it."""

    def __init__(self, line: Record, aside: frozenset[str], uid: str) -> None:
        self._line, self._aside, self._uid = line, aside, uid
        self._found = Reading()
        self._record = self._found.record

    def read(self) -> Reading:
        found = self._found
        self._id_and_title()
        self._texts(TEXTS)
        self._record.setdefault("created_by", NOBODY)
        self._times_and_uid()
        self._priority()
        status = self._status()
        if status == TOMBSTONE:
            self._tombstone()
        else:
            self._type()
            self._state(status)
            self._labels()
        self._flags()
        self._metadata_and_lists()
        return found

    def _wrong(self, problem: str) -> None:
        self._found.problems.append(problem)

    def _id_and_title(self) -> None:
        record, name, title = self._record, self._line.get("id"), self._line.get("title")
        record["id"] = name if isinstance(name, str) else ""
        try:
            check_id(str(record["id"]))
        except Invalid as error:
            self._wrong(error.message if record["id"] else "has no id" if name is None else "id is no text")
        record["title"] = "?"
        if not isinstance(title, str) or not title.strip():
            self._wrong("has no title" if title is None or isinstance(title, str) else "title is no text")
        elif len(title) > LONGEST_TITLE:
            self._wrong(f"the title has {len(title)} characters; {LONGEST_TITLE} are the most")
        else:
            record["title"] = clean = one_line(title)
            if clean != title and UNFIT.search(title):
                self._found.notes.append("control characters in the title are not shown here")

    def _text(self, name: str) -> str:
        value = self._line.get(name)
        if type(value) is str:
            return value if "\0" not in value else value.replace("\0", "\ufffd")
        if value is not None:
            self._wrong(f"{name} is {kind_of(value)}, not a text")
        return ""

    def _texts(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name in self._line and (text := self._text(name)):
                self._record[name] = text

    def _time(self, name: str) -> str:
        """The time in our words; empty when there is none."""
        value = self._line.get(name)
        if type(value) is not str:
            if value is not None:
                self._wrong(f"{name} is {kind_of(value)}, not a time")
            return ""
        try:
            return "" if value.startswith(ZERO) else in_our_words(value)
        except (ValueError, OverflowError):
            self._wrong(f"{name} is no time with a zone: {value[:40]!r}")
            return ""

    def _times_and_uid(self) -> None:
        record = self._record
        created, updated = self._time("created_at"), self._time("updated_at")
        record["created_at"] = created or updated or BEGINNING
        record["updated_at"] = updated or created or BEGINNING
        self._found.dated = bool(updated)
        own = self._text("uid")
        if len(own) > LONGEST_UID or UNFIT.search(own):
            self._wrong("its uid is none of ours")
        record["uid"] = self._uid or own or derived_uid(str(record["id"]), str(record["created_at"]))
        for name in TIMES:
            if name in self._line and (time := self._time(name)):
                record[name] = time

    def _priority(self) -> None:
        value = self._line.get("priority")
        if value is None:
            value = 0  # what Beads reads there; it once left 0 out
        if type(value) is not int:
            self._wrong(f"priority is {kind_of(value)}, not a number from 0 to 4")
        elif not 0 <= value <= 4:  # noqa: PLR2004 - Beads' and our own
            self._wrong(f"priority is {str(value)[:20]}; 0 is the most urgent, 4 the least")
        else:
            self._record["priority"] = value

    def _status(self) -> str:
        text, closed = self._text("status") or BeadStatus.OPEN, self._line.get("closed_at")
        if text in STATUSES:
            if text == BeadStatus.OPEN and True in (self._line.get("pinned"), self._line.get("is_template")):
                return BeadStatus.PINNED
            return text
        if text == TOMBSTONE:
            return TOMBSTONE
        ours = BeadStatus.CLOSED if isinstance(closed, str) else BeadStatus.IN_PROGRESS
        if text != BeadStatus.HOOKED:
            self._found.notes.append(f"the status {text[:40]!r} is none of ours, and counts as {ours}")
        return ours

    def _type(self) -> None:
        text = self._text("issue_type")
        ours = text if text in TYPES else SYNONYMS.get(text)
        if ours is None:
            ours = "task"
            self._found.notes.append(f"the type {text[:40]!r} is none of ours, and counts as task")
        self._record["issue_type"] = ours

    def _state(self, status: str) -> None:
        record = self._record
        record["status"] = str(status)
        closed = self._time("closed_at")
        if status == BeadStatus.CLOSED:
            record["closed_at"] = closed or record["updated_at"]
            self._texts(OF_CLOSED)

    def _tombstone(self) -> None:
        """A deleted bead: what it said stays in what is kept of its line."""
        record = self._record
        deleted = self._time("deleted_at") or record["updated_at"]
        left = ("id", "uid", "title", "priority", "created_at", "created_by", "updated_at")
        self._found.record = self._record = {name: record[name] for name in left if name in record}
        self._record |= {"status": TOMBSTONE, "deleted_at": deleted}
        self._texts(OF_DELETED)

    def _labels(self) -> None:
        labels = self._line.get("labels")
        if labels is None:
            return
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            self._wrong("labels is no list of texts")
            return
        clean = sorted({one_line(str(label)) for label in labels} - {""})
        if clean:
            self._record["labels"] = list[Json](clean)

    def _flags(self) -> None:
        for name in FLAGS & self._line.keys():
            value = self._line[name]
            if value is not None and not isinstance(value, bool):
                self._wrong(f"{name} is {kind_of(value)}, not true or false")
            elif name in ("ephemeral", "wisp") and value:
                self._found.wisp = True
        if "-wisp-" in str(self._record["id"]):  # so does Beads
            self._found.wisp = True

    def _metadata_and_lists(self) -> None:
        line, record, found = self._line, self._record, self._found
        own = line.get("metadata")
        metadata = (
            {name: value for name, value in own.items() if name not in NOT_TAKEN}
            if isinstance(own, dict)
            else {}
        )
        items: dict[str, Sequence[keeping.Item]] = {}
        if line.get("dependencies"):
            items["dependencies"], found.leans = dependencies(line, record, self._aside, found.problems)
        if line.get("comments"):
            items["comments"] = comments(line, record, found.problems)
        if found.problems:
            return
        if metadata:
            record["metadata"] = metadata
        kept = keeping.keep(_in_beads_words(record), line, items)
        if kept:
            record["metadata"] = {**metadata, keeping.KEY: kept}
