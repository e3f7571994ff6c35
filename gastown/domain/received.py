"""Whether a line that another town wrote is a bead that can be kept here; nothing in it is believed before."""

import re
from collections.abc import Callable

from gastown.domain.beads import LONGEST_TITLE, UNFIT, BeadStatus, check_id
from gastown.domain.clock import moment
from gastown.domain.interchange.lines import parse
from gastown.domain.ledger_tree import bead_path
from gastown.domain.records import COLUMNS, DELETED, TOMBSTONE, Json, Record
from gastown.errors import Invalid

LONGEST_UID = 128
LONGEST_RIG = 128
MOST_URGENT, LEAST_URGENT = 0, 4

_NEEDED = ("title", "status", "created_at", "updated_at")
_TIMES = frozenset(
    {"created_at", "updated_at", "started_at", "closed_at", "due_at", "defer_until", "deleted_at"}
)
_LISTS = ("labels", "dependencies", "comments", "written")
_KNOWN = frozenset({*COLUMNS.values(), *DELETED.values(), *_LISTS})
_STATUSES = frozenset({*BeadStatus, TOMBSTONE} - {BeadStatus.HOOKED})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def received(raw: bytes, *, path: str, rig: str | None = None) -> Record:
    """The bead in a line of the file at `path` of a ledger's history, without fields that we don't know.

    `rig` is what the rig is called here, for lines that leave that out. Raises Invalid, saying what is wrong.
    """
    line = parse(raw)
    if line is None:
        raise Invalid("an empty line where a bead should be")
    record = {name: value for name, value in line.items() if name in _KNOWN} | ({"rig": rig} if rig else {})
    if problem := _what_is_wrong(record):
        raise Invalid(problem)
    own = record.get("rig")
    if bead_path(None if own is None else str(own), str(record["id"])) != path:
        raise Invalid(f"{record['id']} stands in a file that is not its own")
    return record


def _what_is_wrong(record: Record) -> str:
    """Empty: nothing."""
    uid, identity, rig = (record.get(name) for name in ("uid", "id", "rig"))
    if not isinstance(uid, str) or not 0 < len(uid) <= LONGEST_UID or not uid.isprintable() or uid[0] == "=":
        return "a bead without a uid"
    if not isinstance(identity, str) or not _passes(check_id, identity):
        return f"{identity!r} is no bead's id"
    if rig is not None and not (isinstance(rig, str) and 0 < len(rig) <= LONGEST_RIG and rig.isprintable()):
        return f"{identity} belongs to {rig!r}, which is no rig"
    missing = [name for name in _NEEDED if not record.get(name)]
    if missing:
        return f"{identity} has no {missing[0]}"
    bad = [name for name, value in record.items() if not _fits(record, name, value)]
    return f"{identity}: its {bad[0]} cannot be" if bad else ""


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except Invalid:
        return False
    return True


def _fits(record: Record, name: str, value: Json) -> bool:
    match name:
        case "title":
            return isinstance(value, str) and _is_title(value)
        case "priority":
            return type(value) is int and MOST_URGENT <= value <= LEAST_URGENT
        case "status":
            closed, deleted = "closed_at" in record, "deleted_at" in record
            return value in _STATUSES and (closed, deleted) == (
                value == BeadStatus.CLOSED,
                value == TOMBSTONE,
            )
        case "issue_type":
            return isinstance(value, str) and value != TOMBSTONE
        case "metadata":
            return isinstance(value, dict)
        case "written":
            return isinstance(value, dict) and all(map(_is_time, value.values()))
        case "labels":
            return isinstance(value, list) and all(isinstance(label, str) and label for label in value)
        case "dependencies":
            return isinstance(value, list) and all(_is_dependency(record, one) for one in value)
        case "comments":
            return isinstance(value, list) and all(map(_is_comment, value))
        case _:
            return _is_time(value) if name in _TIMES else isinstance(value, str)


def _is_title(text: str) -> bool:
    """Whether it is one that a bead could have been filed under."""
    return text.strip() != "" and len(text) <= LONGEST_TITLE and not UNFIT.search(text)


def _is_time(value: Json) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None and _passes(_moment, value)


def _moment(text: str) -> None:
    try:
        moment(text)
    except ValueError as error:
        raise Invalid(text) from error


def _is_dependency(record: Record, one: Json) -> bool:
    if not isinstance(one, dict):
        return False
    kind, on, by = one.get("type"), one.get("depends_on_id"), one.get("created_by", "")
    ends = one.get("issue_id") == record["id"] != on and isinstance(on, str) and _passes(check_id, on)
    return (
        ends
        and isinstance(kind, str)
        and kind != ""
        and isinstance(by, str)
        and _is_time(one.get("created_at"))
    )


def _is_comment(one: Json) -> bool:
    if not isinstance(one, dict) or not _is_time(one.get("created_at")):
        return False
    return isinstance(one.get("author"), str) and isinstance(one.get("text"), str)
