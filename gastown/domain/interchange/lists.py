"""What a line of Beads leans on, and what was said beneath it, in our words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from gastown.domain.beads import ORDERING, DependencyKind
from gastown.domain.interchange.kept import Item
from gastown.domain.interchange.times import ZERO, in_our_words
from gastown.domain.records import TOMBSTONE, Json, Record

EXTERNAL = "external:"
"""How Beads marks what is in another project."""

KINDS: Mapping[str, str] = MappingProxyType(
    {**{kind: str(kind) for kind in DependencyKind}, "relates-to": "related"}
)
"""Beads' kinds of dependency that mean something here; all others are loose ties."""


class Lean(NamedTuple):
    """One dependency of a bead; what it is `bound` to must be there, a loose tie may hang in the air."""

    on: str
    kind: str
    bound: bool


def dependencies(
    line: Record, record: Record, aside: frozenset[str], problems: list[str]
) -> tuple[Sequence[Item], list[Lean]]:
    """Every element of the list; those that are dependencies here are put into the record."""
    given = line["dependencies"]
    if not isinstance(given, list):
        problems.append("dependencies is no list")
        return (), []
    items: list[Item] = []
    leans: dict[tuple[str, str], Lean] = {}
    for place, was in enumerate(given, 1):
        problem = _what_is_wrong(was, record)
        if problem or not isinstance(was, dict):
            problems.append(f"dependency {place} {problem}")
            continue
        on, kind = str(was["depends_on_id"]), KINDS.get(str(was["type"]), "related")
        here = not (on.startswith(EXTERNAL) or on in aside or (on, kind) in leans or on == record["id"])
        if not here or record["status"] == TOMBSTONE:
            items.append(Item(was, None))
            continue
        leans[on, kind] = Lean(on, kind, bound=str(was["type"]) in KINDS)
        items.append(Item(was, _dependency(was, record, on, kind)))
    parents = [on for on, kind in leans if kind == DependencyKind.PARENT_CHILD]
    if len(parents) > 1:
        problems.append(f"has {len(parents)} parents ({', '.join(parents)}); one is the most")
    ours = [item.ours for item in items if item.ours is not None]
    if ours:
        ours.sort(key=lambda one: (str(one["depends_on_id"]), str(one["type"])))
        record["dependencies"] = list[Json](ours)
    return items, list(leans.values())


def comments(line: Record, record: Record, problems: list[str]) -> Sequence[Item]:
    """Every element of the list; those that say something are put into the record, oldest first."""
    given = line["comments"]
    if not isinstance(given, list):
        problems.append("comments is no list")
        return ()
    items: list[Item] = []
    for place, was in enumerate(given, 1):
        if not isinstance(was, dict):
            problems.append(f"comment {place} is no object")
            continue
        text, author = was.get("text"), was.get("author")
        if not isinstance(text, str | None) or not isinstance(author, str | None):
            problems.append(f"comment {place}: its text or author is no text")
            continue
        at = _time(was, record, f"comment {place}", problems)
        silent = not text or record["status"] == TOMBSTONE
        items.append(Item(was, None if silent else {
            "issue_id": record["id"], "author": author or "beads", "text": str(text).replace("\0", "\ufffd"),
            "created_at": at,
        }))  # fmt: skip
    ours = [item.ours for item in items if item.ours is not None]
    if ours:
        ours.sort(key=lambda one: str(one["created_at"]))
        record["comments"] = [{name: one[name] for name in ("author", "text", "created_at")} for one in ours]
    return items


def _what_is_wrong(was: Json, record: Record) -> str:
    if not isinstance(was, dict):
        return "is no object"
    on, kind, of = was.get("depends_on_id"), was.get("type"), was.get("issue_id")
    if not isinstance(on, str) or not on:
        return "does not say on what (depends_on_id)"
    if not isinstance(kind, str) or not kind:
        return f"on {on} has no type"
    if of not in (None, "", record["id"]):
        return f"on {on} is said to be of {of!r}"
    if on == record["id"] and kind in ORDERING:
        return "is on the bead itself"
    if not isinstance(was.get("created_by"), str | None):
        return f"on {on}: created_by is no text"
    try:
        _at(was)
    except (ValueError, OverflowError, TypeError):
        return f"on {on}: created_at is no time with a zone"
    return ""


def _dependency(was: Record, record: Record, on: str, kind: str) -> Record:
    return {
        "issue_id": record["id"],
        "depends_on_id": on,
        "type": kind,
        "created_at": _at(was) or record["created_at"],
        "created_by": was.get("created_by") or "",
    }


def _time(was: Record, record: Record, what: str, problems: list[str]) -> Json:
    try:
        return _at(was) or record["created_at"]
    except (ValueError, OverflowError, TypeError):
        problems.append(f"{what}: created_at is no time with a zone")
        return ""


def _at(was: Record) -> str:
    """When it was made, in our words; empty when that is not told."""
    value = was.get("created_at")
    if value is None or value == "" or (isinstance(value, str) and value.startswith(ZERO)):
        return ""
    if not isinstance(value, str):
        raise TypeError
    return in_our_words(value)
