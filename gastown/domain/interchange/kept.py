"""What our words cannot say of a line of Beads: kept beside the bead, and said again where nothing has changed.

Whatever comes out of an import is written as Beads would have it; where that differs from what was read, both are
kept in the bead's metadata under `beads`. As long as a bead still says ours there, what was read is written.
"""

import json
from collections import defaultdict, deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from gastown.domain.interchange.times import in_our_words
from gastown.domain.records import Json, Record

KEY = "beads"
"""The key in a bead's metadata that is ours; Beads' own metadata never has it here."""

NAMES: Mapping[str, tuple[str, str]] = {
    "dependencies": ("depends_on_id", "type"),
    "comments": ("created_at", "author"),
}
"""By which of its fields an element of each list is found again."""

COMPUTED = frozenset(
    {
        "comment_count", "content_hash", "dependency_count", "dependent_count", "epic_closeable",
        "epic_closed_children", "epic_total_children", "notes_preview", "parent",
    }
)  # fmt: skip
"""What Beads works out from the rest: true only while the bead is as it was read."""

_NOTHING: Json = {"nothing": "is there"}


class Item(NamedTuple):
    """One dependency or comment of a line: as it was, and in our words, if there are any for it."""

    was: Json
    ours: Record | None


def keep(ours: Record, was: Record, items: Mapping[str, Sequence[Item]]) -> Record:
    """What must be kept so that `restore` makes `was` of `ours`; empty when they are the same.

    `items`: the elements of each list as they stood in the line.
    """
    kept = _difference(ours, was, items)
    if not COMPUTED.isdisjoint(was):
        _keep_computed(kept, ours)
    for name, elements in items.items():
        entries = [_entry(item, NAMES[name]) for item in elements]
        changed = any(isinstance(entry, dict) or entry[-1] for entry in entries)
        if changed or ours.get(name) != was[name]:
            kept[name] = list[Json](entries)
    return kept


def restore(ours: Record, kept: Json) -> Record:
    """`ours` with everything that is as it was when `kept` was kept written as it was written then."""
    if not isinstance(kept, dict):
        return ours
    line = _undone(ours, kept)
    computed = kept.get("computed")
    if isinstance(computed, dict) and computed.get("at") == ours.get("updated_at"):
        was = computed.get("was")
        line |= was if isinstance(was, dict) else {}
    for name, names in NAMES.items():
        entries = kept.get(name)
        if isinstance(entries, list):
            present = ours.get(name)
            elements = _restored(present if isinstance(present, list) else [], entries, names)
            line.pop(name, None)
            if elements:
                line[name] = elements
    return line


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON: 1, 1.0 and true are three."""
    if one is other:
        return True
    if one != other or type(one) is not type(other):
        return False
    return isinstance(one, str) or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _difference(ours: Record, was: Record, but: Container[str] = ()) -> Record:
    """What differs: `times` that ours were read from, `fields` as [ours, was], what was `more` and what `less`."""
    times: Record = {}
    fields: Record = {}
    more: Record = {}
    for name, value in was.items():
        mine = ours.get(name, _NOTHING)
        if mine is value or name in but:
            continue
        if mine is _NOTHING:
            more[name] = value
        elif same(mine, value):
            continue
        elif name.endswith("_at") and _read(value) == mine:
            times[name] = value
        else:
            fields[name] = [mine, value]
    less: Record = {name: ours[name] for name in sorted(ours.keys() - was.keys()) if name not in but}
    kept: Record = {}
    if times:
        kept["times"] = times
    if fields:
        kept["fields"] = fields
    if more:
        kept["more"] = more
    if less:
        kept["less"] = less
    return kept


def _keep_computed(kept: Record, ours: Record) -> None:
    """Put what Beads computed aside: it holds only as long as the bead does not change."""
    more = kept.get("more")
    if isinstance(more, dict):
        computed: Record = {name: more.pop(name) for name in sorted(COMPUTED & more.keys())}
        kept["computed"] = {"at": ours["updated_at"], "was": computed}
        if not more:
            del kept["more"]


def _entry(item: Item, names: tuple[str, str]) -> Record | list[Json]:
    """By what the element is found again and what differs; or the element itself, which is none of ours."""
    if item.ours is None or not isinstance(item.was, dict):
        return {"line": item.was}
    return [item.ours[names[0]], item.ours[names[1]], _difference(item.ours, item.was)]


def _undone(ours: Record, kept: Json) -> Record:
    """`ours` with what differs put back, where ours is as it was then."""
    times, fields = _object(kept, "times"), _object(kept, "fields")
    more, less = _object(kept, "more"), _object(kept, "less")
    gone = {name for name, value in less.items() if same(ours.get(name, _NOTHING), value)}
    line: Record = {name: value for name, value in ours.items() if name not in gone}
    line |= {name: value for name, value in times.items() if ours.get(name) == _read(value)}
    for name, pair in fields.items():
        if isinstance(pair, list) and len(pair) > 1 and same(ours.get(name, _NOTHING), pair[0]):
            line[name] = pair[1]
    return line | {name: value for name, value in more.items() if name not in ours}


def _restored(present: Sequence[Json], entries: Iterable[Json], names: tuple[str, str]) -> list[Json]:
    """The elements in the order in which they were read, those that are gone left out, new ones at the end."""
    waiting: defaultdict[tuple[str, str], deque[Record]] = defaultdict(deque)
    for one in present:
        if isinstance(one, dict):
            waiting[str(one.get(names[0])), str(one.get(names[1]))].append(one)
    elements: list[Json] = []
    for entry in entries:
        match entry:
            case {"line": was}:
                elements.append(was)
            case [first, second, kept] if found := waiting.get((str(first), str(second))):
                elements.append(_undone(found.popleft(), kept))
            case _:
                continue
    return elements + [one for left in waiting.values() for one in left]


def _object(kept: Json, name: str) -> Record:
    found = kept.get(name) if isinstance(kept, dict) else None
    return found if isinstance(found, dict) else {}


def _read(value: Json) -> str:
    """A time in our words; empty when it is none."""
    try:
        return in_our_words(value) if isinstance(value, str) else ""
    except (ValueError, OverflowError):
        return ""
