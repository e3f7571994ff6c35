"""Three-way merge of one bead: field by field, the later write wins; labels and comments merge as sets."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gastown.domain.records import Json, Record, is_tombstone

STATE = ("status", "closed_at", "closed_by", "close_reason", "started_at")
"""What moves together: a bead is not closed by one town at the moment that another one says."""

_APART = frozenset(
    {
        "id",
        "uid",
        "labels",
        "dependencies",
        "comments",
        "written",
        "updated_at",
        "updated_by",
        "metadata",
        *STATE,
    }
)
"""Fields with a rule of their own; all others are plain."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed the same thing to different values: `chosen` is what it is now."""

    uid: str
    field: str
    ours: Json
    theirs: Json
    chosen: Json


Telling = list[Conflict]


def merge_fields(base: Record | None, ours: Record | None, theirs: Record | None, told: Telling) -> Record:
    """One bead of both sides, but for its id and its dependencies; at least one side has it.

    A bead that one side does not know is the other's: only a tombstone takes a bead away.
    """
    if ours is None or theirs is None:
        return next(side for side in (ours, theirs) if side is not None)
    if _same(ours, theirs) or (base is not None and _same(base, theirs)):
        return ours
    if base is not None and _same(base, ours):
        return theirs
    if is_tombstone(ours) or is_tombstone(theirs):
        return _with_tombstone(ours, theirs, told)
    before = {} if base is None or is_tombstone(base) else base
    return _Fields(before, ours, theirs, told).merged()


def _same(one: Record, other: Record) -> bool:
    return canonical(_content(one)) == canonical(_content(other))  # as text: 1 is not True


def _content(record: Record) -> Mapping[str, Json]:
    return {key: value for key, value in record.items() if key not in ("id", "dependencies")}


def _with_tombstone(ours: Record, theirs: Record, told: Telling) -> Record:
    """The earlier of two tombstones; of a tombstone and a bead the later one, and in doubt the tombstone."""
    if is_tombstone(ours) and is_tombstone(theirs):
        return min(
            ours, theirs, key=lambda record: (_text(record, "deleted_at"), canonical(_content(record)))
        )
    gone, bead = (ours, theirs) if is_tombstone(ours) else (theirs, ours)
    chosen = bead if last_edit(bead) > _text(gone, "deleted_at") else gone
    was, other, now = (record.get("status") for record in (ours, theirs, chosen))
    told.append(Conflict(_text(ours, "uid"), "status", was, other, now))
    return chosen


def last_edit(record: Record) -> str:
    """When the bead was last changed, by any field."""
    return max([_text(record, "updated_at"), *_written(record).values()])


class _Fields:
    """Two living versions of one bead, and what they were."""

    def __init__(self, base: Record, ours: Record, theirs: Record, told: Telling) -> None:
        self._base, self._ours, self._theirs, self._told = base, ours, theirs, told
        self._stamps = [_Stamps(ours), _Stamps(theirs)]
        self._written: dict[str, str] = {}

    def merged(self) -> Record:
        ours, theirs = self._ours, self._theirs
        found: Record = {"id": ours["id"], "uid": ours["uid"]}
        known = {*ours, *theirs, *_written(ours), *_written(theirs)}
        plain = sorted(known - _APART)
        for fields in [STATE, *[(field,) for field in plain]]:
            found |= self._unit(fields)
        later = max(
            ours, theirs, key=lambda record: (_text(record, "updated_at"), _text(record, "updated_by"))
        )
        found |= {key: later[key] for key in ("updated_at", "updated_by") if key in later}
        found |= {"metadata": self._metadata(), "labels": self._labels(), "comments": self._comments()}
        for field in ("labels", "dependencies", "comments"):
            self._keep_latest(field)
        found["written"] = {field: self._written[field] for field in sorted(self._written)}
        return {key: value for key, value in found.items() if value not in ("", None, [], {})}

    def _unit(self, fields: Sequence[str]) -> Record:
        """Fields that move together: as on the side that changed them, or as on the side that wrote them last."""
        before, ours, theirs = (_some(record, fields) for record in (self._base, self._ours, self._theirs))
        if canonical(ours) == canonical(theirs):
            for field in fields:
                self._keep_latest(field)
            return ours
        if (settled := _unless_both(canonical(before), ours, theirs)) is not None:
            self._written |= self._stamps[0 if settled is ours else 1].of(fields)
            return settled
        winner = self._later(fields, (ours, theirs))
        self._written |= self._stamps[winner].said(fields)
        chosen = (ours, theirs)[winner]
        alone = len(fields) == 1
        told = [(side.get(fields[0]) if alone else dict(side)) for side in (ours, theirs, chosen)]
        self._told.append(Conflict(_text(self._ours, "uid"), fields[0], *told))
        return chosen

    def _later(self, fields: Sequence[str], values: Sequence[Record]) -> int:
        """0 or 1: whose write counts. Written at the same moment, something beats nothing; then the text decides."""
        marks = [
            (stamps.last(fields), bool(value), canonical(value))
            for stamps, value in zip(self._stamps, values, strict=True)
        ]
        return 0 if marks[0] >= marks[1] else 1

    def _keep_latest(self, field: str) -> None:
        stamps = [stamp for side in self._stamps for stamp in side.of([field]).values()]
        if stamps:
            self._written[field] = max(stamps)

    def _metadata(self) -> Record:
        """Key by key: two towns note different things on the same bead."""
        before, ours, theirs = (
            _mapping(record.get("metadata")) for record in (self._base, self._ours, self._theirs)
        )
        found: Record = {}
        for key in sorted(ours.keys() | theirs.keys()):
            was, one, other = (_some(side, [key]) for side in (before, ours, theirs))
            if (settled := _unless_both(canonical(was), one, other)) is not None:
                found |= settled
                continue
            chosen = (one, other)[self._later(["metadata"], (one, other))]
            told = [side.get(key) for side in (one, other, chosen)]
            self._told.append(Conflict(_text(self._ours, "uid"), f"metadata.{key}", *told))
            found |= chosen
        if _unless_both(canonical(before), ours, theirs) is None:
            self._written["metadata"] = max(side.last(["metadata"]) for side in self._stamps)
        else:
            self._keep_latest("metadata")
        return found

    def _labels(self) -> list[Json]:
        before, ours, theirs = (
            set(texts(record.get("labels"))) for record in (self._base, self._ours, self._theirs)
        )
        return [*sorted((before & ours & theirs) | (ours - before) | (theirs - before))]

    def _comments(self) -> list[Json]:
        ours, theirs = (mappings(record.get("comments")) for record in (self._ours, self._theirs))
        if ours == theirs:
            return [*ours]
        counted = Counter(map(_in_time, ours)) | Counter(map(_in_time, theirs))
        known = {_in_time(comment): comment for comment in (*ours, *theirs)}
        return [known[place] for place in sorted(counted.elements())]


def _unless_both(was: str, ours: Record, theirs: Record) -> Record | None:
    """The side that counts when at most one of them changed what was; None when both did, and differently."""
    if canonical(ours) == was:
        return theirs
    return ours if canonical(theirs) in (was, canonical(ours)) else None


class _Stamps:
    """When one side wrote its fields."""

    def __init__(self, record: Record) -> None:
        self._written = _written(record)
        self._else = _text(record, "created_at" if self._written else "updated_at")

    def of(self, fields: Sequence[str]) -> dict[str, str]:
        """What is noted of these fields."""
        return {field: self._written[field] for field in fields if field in self._written}

    def last(self, fields: Sequence[str]) -> str:
        """When any of them was last written, as far as that is known."""
        return max(self.of(fields).values(), default=self._else)

    def said(self, fields: Sequence[str]) -> dict[str, str]:
        """As `of`, but never nothing: what was decided by a time must be decided the same next time."""
        return self.of(fields) or {fields[0]: self._else}


def canonical(value: Json | Mapping[str, Json]) -> str:
    """A text that is the same for equal values, to decide by where nothing else does."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def texts(value: Json) -> list[str]:
    """The texts of a list; none of anything else."""
    return [str(item) for item in value] if isinstance(value, list) else []


def mappings(value: Json) -> list[Record]:
    """The objects of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _in_time(comment: Record) -> tuple[str, str, str, str]:
    return (
        _text(comment, "created_at"),
        _text(comment, "author"),
        _text(comment, "text"),
        canonical(comment),
    )


def _some(record: Mapping[str, Json], fields: Sequence[str]) -> Record:
    return {field: record[field] for field in fields if record.get(field) is not None}


def _mapping(value: Json) -> Record:
    return value if isinstance(value, dict) else {}


def _written(record: Record) -> Mapping[str, str]:
    return {field: str(stamp) for field, stamp in _mapping(record.get("written")).items()}


def _text(record: Mapping[str, Json], field: str) -> str:
    value = record.get(field)
    return "" if value is None else str(value)
