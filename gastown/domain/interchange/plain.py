"""The usual line of Beads, understood at once: files hold a hundred thousand of them.

It gives what the careful reader gives, field for field (a test compares them), and leaves to it whatever is unusual.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gastown.domain.beads import LONGEST_TITLE, DependencyKind, check_id
from gastown.domain.interchange.kept import COMPUTED, KEY
from gastown.domain.interchange.lists import EXTERNAL, Lean
from gastown.domain.interchange.times import ZERO, derived_uid, in_our_words
from gastown.domain.interchange.words import FLAGS, NOBODY, STATUSES, TEXTS, TIMES, TYPES, one_line
from gastown.domain.records import Json, Record
from gastown.errors import Invalid

NEEDED = frozenset({"id", "title", "status", "priority", "issue_type", "created_at", "updated_at"})
UNUSUAL = FLAGS | {"uid", "metadata", "closed_by"}
"""Fields that the careful reader is left with."""

READ = NEEDED - {"created_at", "updated_at"}
"""Fields that are looked at one by one, and kept as they are."""

_TEXT, _TIME, _READ, _LIST = range(4)
_SORTS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys((*TEXTS, "close_reason"), _TEXT)
    | dict.fromkeys((*TIMES, "created_at", "updated_at", "closed_at"), _TIME)
    | dict.fromkeys(READ, _READ)
    | dict.fromkeys(("labels", "dependencies", "comments"), _LIST)
)
_KINDS = frozenset(str(kind) for kind in DependencyKind)
_LEAN_FIELDS = frozenset({"issue_id", "depends_on_id", "type", "created_at", "created_by"})
_COMMENT_FIELDS = frozenset({"issue_id", "author", "text", "created_at"})


class _Unusual(Exception):
    """The careful reader is to look at this line."""


def read_plain(line: Mapping[str, Json]) -> tuple[Record, list[Lean]] | None:
    """The bead of a usual line and what it leans on; None for a line that is not usual, or wrong."""
    if not line.keys() >= NEEDED or not UNUSUAL.isdisjoint(line) or not _is_plain(line):
        return None
    leans: list[Lean] = []
    try:
        record, kept = _fields(line, leans)
    except (_Unusual, ValueError, OverflowError):
        return None
    record["uid"] = derived_uid(str(record["id"]), str(record["created_at"]))
    if kept:
        record["metadata"] = {KEY: kept}
    return record, leans


def _is_plain(line: Mapping[str, Json]) -> bool:
    """Whether what is looked at one by one is as it mostly is."""
    identity, title, status, sort = line["id"], line["title"], line["status"], line["issue_type"]
    if not (type(identity) is type(title) is type(status) is type(sort) is str):
        return False
    closed = status == "closed"
    if status not in STATUSES or sort not in TYPES or not _is_priority(line["priority"]):
        return False
    if (
        closed != ("closed_at" in line)
        or (not closed and "close_reason" in line)
        or "-wisp-" in str(identity)
    ):
        return False
    try:
        check_id(str(identity))
    except Invalid:
        return False
    return 0 < len(str(title)) <= LONGEST_TITLE and one_line(str(title)) == title


def _is_priority(value: Json) -> bool:
    return type(value) is int and 0 <= value <= 4  # noqa: PLR2004 - Beads' and our own


def _fields(line: Mapping[str, Json], leans: list[Lean]) -> tuple[Record, Record]:
    """The record, but for its uid, and what is kept beside it."""
    record: Record = {}
    times: Record = {}
    more: Record = {}
    kept: Record = {"times": times, "more": more}
    for name, value in line.items():
        sort = _SORTS.get(name)
        if sort is None:
            more[name] = value
        elif sort == _READ:
            record[name] = value
        elif sort == _TIME:
            record[name] = time = _time(value)
            if time != value:
                times[name] = value
        elif sort == _TEXT:
            if type(value) is not str or "\0" in value or (not value and name == "created_by"):
                raise _Unusual
            (record if value else more)[name] = value
        else:
            _list(line, record, kept, leans, name)
    if "created_by" not in record:
        record["created_by"] = NOBODY
        kept["less"] = {"created_by": NOBODY}
    if not COMPUTED.isdisjoint(more):
        computed: Record = {name: more.pop(name) for name in sorted(COMPUTED & more.keys())}
        kept["computed"] = {"at": record["updated_at"], "was": computed}
    return record, {name: value for name, value in kept.items() if value}


def _list(line: Mapping[str, Json], record: Record, kept: Record, leans: list[Lean], name: str) -> None:
    value = line[name]
    if not isinstance(value, list) or not value:
        raise _Unusual
    if name == "labels":
        _labels(value, record, kept)
    elif name == "comments":
        _comments(value, line["id"], record, kept)
    else:
        _dependencies(value, line["id"], record, kept, leans)


def _time(value: Json) -> str:
    if type(value) is not str or value.startswith(ZERO):
        raise _Unusual
    return in_our_words(value)


def _labels(value: Sequence[Json], record: Record, kept: Record) -> None:
    for label in value:
        if type(label) is not str or not label or one_line(label) != label:
            raise _Unusual
    clean = list[Json](sorted({str(label) for label in value}))
    record["labels"] = clean
    if clean != value:
        kept["fields"] = {"labels": [clean, list(value)]}


def _dependencies(
    given: Sequence[Json], identity: Json, record: Record, kept: Record, leans: list[Lean]
) -> None:
    ours: list[Record] = []
    entries: list[Json] = []
    changed = False
    for was in given:
        if not isinstance(was, dict) or not was.keys() >= _LEAN_FIELDS:
            raise _Unusual
        on, kind, by = was["depends_on_id"], was["type"], was["created_by"]
        if (
            not (type(on) is type(kind) is type(by) is str)
            or kind not in _KINDS
            or was["issue_id"] != identity
        ):
            raise _Unusual
        if not on or on == identity or str(on).startswith(EXTERNAL):
            raise _Unusual
        time = _time(was["created_at"])
        difference: Record = {} if time == was["created_at"] else {"times": {"created_at": was["created_at"]}}
        if len(was) > len(_LEAN_FIELDS):
            difference["more"] = {name: value for name, value in was.items() if name not in _LEAN_FIELDS}
        ours.append(
            {"issue_id": identity, "depends_on_id": on, "type": kind, "created_at": time, "created_by": by}
        )
        entries.append([on, kind, difference])
        leans.append(Lean(str(on), str(kind), bound=True))
        changed = changed or bool(difference)
    if len(given) > 1:
        changed = _in_order(ours, leans) or changed
    record["dependencies"] = list[Json](ours)
    if changed:
        kept["dependencies"] = entries


def _comments(given: Sequence[Json], identity: Json, record: Record, kept: Record) -> None:
    ours: list[Record] = []
    entries: list[Json] = []
    changed = False
    for was in given:
        if not isinstance(was, dict) or not was.keys() >= _COMMENT_FIELDS or was["issue_id"] != identity:
            raise _Unusual
        text, author = was["text"], was["author"]
        if not (type(text) is type(author) is str) or not text or not author or "\0" in str(text):
            raise _Unusual
        time = _time(was["created_at"])
        difference: Record = {} if time == was["created_at"] else {"times": {"created_at": was["created_at"]}}
        if len(was) > len(_COMMENT_FIELDS):
            difference["more"] = {name: value for name, value in was.items() if name not in _COMMENT_FIELDS}
        ours.append({"author": author, "text": text, "created_at": time})
        entries.append([time, author, difference])
        changed = changed or bool(difference)
    in_order = sorted(ours, key=lambda one: str(one["created_at"]))
    record["comments"] = list[Json](in_order)
    if changed or in_order != ours:
        kept["comments"] = entries


def _in_order(ours: list[Record], leans: Sequence[Lean]) -> bool:
    """Sort the dependencies; says whether that changed anything."""
    parents = sum(lean.kind == DependencyKind.PARENT_CHILD for lean in leans)
    if parents > 1 or len({(lean.on, lean.kind) for lean in leans}) < len(leans):
        raise _Unusual
    before = list(ours)
    ours.sort(key=lambda one: (str(one["depends_on_id"]), str(one["type"])))
    return before != ours
