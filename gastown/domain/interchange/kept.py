"""What our words cannot say of a line of Beads: kept beside the bead, and said again where nothing has changed.

Whatever comes out of an import is written as Beads would have it; where that differs from what was read, the pair
(ours, was) is kept in the bead's metadata under `beads`. As long as a bead still says `ours` there, `was` is written.
"""

import json
from collections import defaultdict, deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from gastown.domain.records import Json, Record

KEY = "beads"
"""The key in a bead's metadata that is ours; Beads' own metadata never has it here."""

LISTS = ("dependencies", "comments")

COMPUTED = frozenset(
    {
        "comment_count", "content_hash", "dependency_count", "dependent_count", "epic_closeable",
        "epic_closed_children", "epic_total_children", "notes_preview", "parent",
    }
)  # fmt: skip
"""What Beads works out from the rest: true only while the bead is as it was read."""


class Item(NamedTuple):
    """One dependency or comment of a line: as it was, and in our words, if there are any for it."""

    was: Json
    ours: Record | None


def keep(
    ours: Record, was: Record, items: Mapping[str, Sequence[Item]], names: Mapping[str, Sequence[str]]
) -> Record:
    """What must be kept so that `restore` makes `was` of `ours`; empty when they are the same.

    `items`: the elements of each list as they stood in the line; `names`: by which of its fields each is found again.
    """
    kept: Record = {}
    fields = _pairs(ours, was, items)
    computed: Record = {name: was[name] for name in sorted(COMPUTED & was.keys())}
    if fields:
        kept["fields"] = {name: pair for name, pair in fields.items() if name not in computed}
    if computed:
        kept["computed"] = {"at": ours["updated_at"], "was": computed}
    for name, elements in items.items():
        entries = [_entry(item, names[name]) for item in elements]
        present = ours.get(name) or []
        if any(len(entry) > len(names[name]) or "line" in entry for entry in entries) or present != was[name]:
            kept[name] = list[Json](entries)
    return {name: value for name, value in kept.items() if value}


def restore(ours: Record, kept: Json, names: Mapping[str, Sequence[str]]) -> Record:
    """`ours` with everything that is as it was when `kept` was kept written as it was written then."""
    if not isinstance(kept, dict):
        return ours
    line = _undone(ours, kept.get("fields"))
    computed = kept.get("computed")
    if isinstance(computed, dict) and computed.get("at") == ours.get("updated_at"):
        was = computed.get("was")
        line |= was if isinstance(was, dict) else {}
    for name in LISTS:
        entries = kept.get(name)
        if isinstance(entries, list):
            present = ours.get(name)
            elements = _restored(present if isinstance(present, list) else [], entries, names[name])
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


def _pairs(ours: Mapping[str, Json], was: Mapping[str, Json], but: Container[str] = ()) -> dict[str, Json]:
    """For each field that differs, the pair; a side that does not have the field is left out."""
    pairs: dict[str, Json] = {}
    for name, value in was.items():
        if name in but:
            continue
        if name not in ours:
            pairs[name] = {"was": value}
        elif not same(ours[name], value):
            pairs[name] = {"ours": ours[name], "was": value}
    for name in sorted(ours.keys() - was.keys()):
        if name not in but:
            pairs[name] = {"ours": ours[name]}
    return pairs


def _entry(item: Item, names: Sequence[str]) -> Record:
    if item.ours is None or not isinstance(item.was, dict):
        return {"line": item.was}
    entry: Record = {name: item.ours[name] for name in names}
    if pairs := _pairs(item.ours, item.was):
        entry["fields"] = pairs
    return entry


def _undone(ours: Record, pairs: Json) -> Record:
    line = dict(ours)
    for name, pair in pairs.items() if isinstance(pairs, dict) else ():
        if not isinstance(pair, dict) or not _still(ours, name, pair):
            continue
        line.pop(name, None)
        if "was" in pair:
            line[name] = pair["was"]
    return line


def _still(ours: Record, name: str, pair: Mapping[str, Json]) -> bool:
    if "ours" not in pair:
        return name not in ours
    return name in ours and same(ours[name], pair["ours"])


def _restored(present: Sequence[Json], entries: Iterable[Json], names: Sequence[str]) -> list[Json]:
    """The elements in the order in which they were read, those that are gone left out, new ones at the end."""
    waiting: defaultdict[tuple[str, ...], deque[Record]] = defaultdict(deque)
    for one in present:
        if isinstance(one, dict):
            waiting[tuple(str(one.get(name)) for name in names)].append(one)
    elements: list[Json] = []
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        if "line" in entry:
            elements.append(entry["line"])
        elif found := waiting.get(tuple(str(entry.get(name)) for name in names)):
            elements.append(_undone(found.popleft(), entry.get("fields")))
    return elements + [one for left in waiting.values() for one in left]
