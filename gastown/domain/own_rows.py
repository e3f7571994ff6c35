"""Whether a line of a town's own rows, its agents, assignments and merge requests, is one; before it is believed."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from gastown.domain.beads import check_id
from gastown.domain.clock import moment
from gastown.domain.identity import Address, check_polecat_name, check_rig_name, parse_address
from gastown.domain.records import Json
from gastown.errors import Invalid

Row = Mapping[str, Json]

MOST = 10**17
"""Generations and other numbers are lower: SQLite counts on from the highest, and has to have room above."""

MOST_FROM_ELSEWHERE = 10**12
"""What another town may say that it gave out; whoever goes on from there counts far beyond."""

LONGEST_WORD = 256

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_COMMIT = re.compile(r"[0-9a-f]{1,64}")
_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\./-][^\x00-\x20\x7f~^:?*\[\\]*")
_OUTCOMES = ("submitted", "no_change", "unslung")
_STATES = ("queued", "held", "merged", "sent_back")
_GATE_OUTCOMES = ("passed", "failed", "could_not_run")


def check_agent(row: Row) -> None:
    """Raise Invalid, saying what is wrong, unless it is an agent with its hook."""
    _check(row, _AGENT)
    address = parse_address(str(row["address"]))
    if address != Address(str(row["role"]), _text(row.get("rig")), str(row["name"])):
        raise Invalid(f"{row['address']} is not the address of {row['role']} {row['name']}")
    if row.get("removed_at") is not None and row.get("hook_bead") is not None:
        raise Invalid(f"{row['address']} was removed, and has work on its hook")


def check_assignment(row: Row) -> None:
    """Raise Invalid, saying what is wrong, unless it is an assignment."""
    _check(row, _ASSIGNMENT)
    if (row.get("ended_at") is None) != (row.get("outcome") is None):
        raise Invalid("it has an end without an outcome, or an outcome without an end")


def check_merge(row: Row) -> None:
    """Raise Invalid, saying what is wrong, unless it is a merge request with its gate runs."""
    _check(row, _MERGE)
    if (row["state"] in ("merged", "sent_back")) != (row.get("ended_at") is not None):
        raise Invalid(f"it is {row['state']}, and its end says otherwise")


def _check(row: Row, fields: Mapping[str, Callable[[Json], bool]]) -> None:
    for name, fits in fields.items():
        if not fits(row.get(name)):
            raise Invalid(f"its {name} cannot be {str(row.get(name))[:80]!r}")


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_WORD and value.isprintable()


def _is_number(value: Json) -> bool:
    return type(value) is int and 0 < value < MOST


def _is_status(value: Json) -> bool:
    return type(value) is int and abs(value) < MOST


def _is_time(value: Json) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None and _passes(moment, value)


def _is_commit(value: Json) -> bool:
    return isinstance(value, str) and _COMMIT.fullmatch(value) is not None


def _is_branch(value: Json) -> bool:
    plain = isinstance(value, str) and len(value) <= LONGEST_WORD and _BRANCH.fullmatch(value) is not None
    return plain and not re.search(r"\.\.|//|/\.|@\{|[/.]$|\.lock(/|$)", str(value))


def _is_branch_or_empty(value: Json) -> bool:
    return value == "" or _is_branch(value)


def _is_log(value: Json) -> bool:
    return _is_word(value) and not {"/", ".."} & set(PurePosixPath(str(value)).parts)


def _is_agent(value: Json) -> bool:
    return isinstance(value, str) and _passes(_known_agent, value)


def _known_agent(text: str) -> None:
    address = parse_address(text)
    if address.rig is not None:
        check_rig_name(address.rig)
    if address.role == "polecat":
        check_polecat_name(address.name)


def _is_gates(value: Json) -> bool:
    if not isinstance(value, list):
        return False
    for gate in value:
        if not isinstance(gate, dict):
            return False
        _check(gate, _GATE)
    return True


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except (Invalid, ValueError):
        return False
    return True


def _is_id(value: Json) -> bool:
    return isinstance(value, str) and _passes(check_id, value)


def _is_rig(value: Json) -> bool:
    return isinstance(value, str) and _passes(check_rig_name, value)


def _or_none(fits: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: value is None or fits(value)


def _one_of(*values: Json) -> Callable[[Json], bool]:
    return lambda value: type(value) is not bool and value in values


_AGENT: Mapping[str, Callable[[Json], bool]] = {
    "address": _is_agent, "role": _is_word, "rig": _or_none(_is_rig), "name": _is_word,
    "hook_bead": _or_none(_is_id), "runtime": _or_none(_is_word), "paused": _or_none(_is_text),
    "created_at": _is_time, "wanted_at": _or_none(_is_time), "wanted_by": _or_none(_is_word),
    "removed_at": _or_none(_is_time),
}  # fmt: skip
_ASSIGNMENT: Mapping[str, Callable[[Json], bool]] = {
    "generation": _is_number, "bead": _is_id, "agent": _is_agent, "slung_by": _is_word,
    "runtime": _or_none(_is_word), "started_at": _is_time, "branch": _or_none(_is_branch),
    "base": _or_none(_is_commit), "done_commit": _or_none(_is_commit), "done_at": _or_none(_is_time),
    "done_by": _or_none(_is_number), "no_change": _or_none(_is_text), "ended_at": _or_none(_is_time),
    "outcome": _or_none(_one_of(*_OUTCOMES)), "deferred": _or_none(_one_of(0, 1)),
}  # fmt: skip
_MERGE: Mapping[str, Callable[[Json], bool]] = {
    "id": _is_id, "bead": _is_id, "rig": _is_rig, "agent": _is_agent, "generation": _is_number,
    "commit_id": _is_commit, "branch": _is_branch_or_empty, "target": _is_branch, "state": _one_of(*_STATES),
    "because": _or_none(_is_text), "held_for": _or_none(_is_text), "submitted_at": _is_time,
    "landing_old": _or_none(_is_commit), "landing_new": _or_none(_is_commit), "ended_at": _or_none(_is_time),
    "gates": _or_none(_is_gates),
}  # fmt: skip
_GATE: Mapping[str, Callable[[Json], bool]] = {
    "id": _is_number, "on_target": _one_of(0, 1), "commit_id": _is_commit, "command": _is_text, "log": _is_log,
    "began_at": _is_time, "ended_at": _or_none(_is_time), "status": _or_none(_is_status),
    "outcome": _or_none(_one_of(*_GATE_OUTCOMES)),
}  # fmt: skip
