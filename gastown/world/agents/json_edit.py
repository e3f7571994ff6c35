"""Changes one member of a JSON text and leaves every other byte of it as it was."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_BLANK = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Member:
    """One `"key": value` of an object, as places in the text."""

    key: str
    start: int
    """Where its key begins."""
    value: int
    """Where its value begins."""
    end: int
    """Just behind its value."""


def check(text: str) -> None:
    """ValueError when `text` is not one JSON object; the other functions rely on this having passed."""
    json.loads(text)
    _members(text, _skip(text, 0))


def read(text: str, path: Sequence[str]) -> str | None:
    """The value at `path`, as it is written; None when there is none. ValueError when a part is no object."""
    value = text.strip(_BLANK)
    for key in path:
        member = _only(_members(value), key)
        if member is None:
            return None
        value = value[member.value : member.end]
    return value


def put(text: str, path: Sequence[str], value: object) -> str:
    """The text with `value` at `path`: in place of the old one, or as the last member of what holds it.

    Objects that are missing on the way are made. ValueError when a part of the path is no object.
    """
    at = _skip(text, 0)
    for depth, key in enumerate(path):
        members = _members(text, at)
        member = _only(members, key)
        if member is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _append(text, at, members, key, _written(value))
        at = member.value
        if depth == len(path) - 1:
            return text[:at] + _written(value) + text[member.end :]
    raise ValueError("an empty path names nothing")


def remove(text: str, path: Sequence[str]) -> str:
    """The text without the member at `path`; the same text when there is none."""
    at = _skip(text, 0)
    for key in path[:-1]:
        holder = _only(_members(text, at), key)
        if holder is None:
            return text
        at = holder.value
    members = _members(text, at)
    member = _only(members, path[-1])
    if member is None:
        return text
    place = members.index(member)
    if place > 0:
        return text[: members[place - 1].end] + text[member.end :]
    if len(members) > 1:
        return text[: member.start] + text[members[1].start :]
    return text[: at + 1] + text[_skip(text, member.end) :]


def _members(text: str, at: int = 0) -> list[Member]:
    if not text.startswith("{", at):
        raise ValueError("a part that should be an object is something else")
    found: list[Member] = []
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, behind = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, behind) + 1)
        end = _DECODER.raw_decode(text, value)[1]
        found.append(Member(str(key), at, value, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _only(members: Sequence[Member], key: str) -> Member | None:
    same = [member for member in members if member.key == key]
    if len(same) > 1:
        raise ValueError(f"{_written(key)} stands there twice")
    return same[0] if same else None


def _append(text: str, at: int, members: Sequence[Member], key: str, value: str) -> str:
    """Write like the neighbours: what stands before the first key, and between it and its value."""
    if not members:
        return f"{text[: at + 1]}{_written(key)}: {value}{text[at + 1 :]}"
    first, last = members[0], members[-1]
    gap = text[at + 1 : first.start]
    colon = text[_DECODER.raw_decode(text, first.start)[1] : first.value]
    return f"{text[: last.end]},{gap}{_written(key)}{colon}{value}{text[last.end :]}"


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at
