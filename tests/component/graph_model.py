"""A work graph in plain dictionaries, slow and plainly right; and the fold of a ledger's journal."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gastown.domain.beads import BLOCKING, WORK_TYPES
from gastown.ledger.sqlite import sqlite3

PARENT = "parent-child"
NOT_IN_JOURNAL = ("key", "ephemeral", "updated_at", "updated_by")
EMPTY: Mapping[str, object] = {
    "description": "",
    "design": "",
    "acceptance": "",
    "notes": "",
    "metadata": "{}",
}
"""What a column holds of which a snapshot in the journal says nothing; else it is NULL."""


@dataclass(slots=True)
class ModelBead:
    """One bead of the model."""

    rig: str
    type: str
    status: str
    priority: int
    created_at: str
    defer_until: str | None = None
    ephemeral: bool = False
    assignee: str | None = None
    in_queue: bool = False
    leans: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """On which bead it depends, and how."""

    @property
    def parent(self) -> str | None:
        """The bead that it is a child of."""
        return next((on for on, kind in self.leans if kind == PARENT), None)


class ModelGraph(dict[str, ModelBead]):
    """All beads by id, in the order in which they were made."""

    def blockers(self, bead: str) -> set[str]:
        """Open beads that this one waits for."""
        return {on for on, kind in self[bead].leans if kind in BLOCKING and self[on].status != "closed"}

    def holds(self, bead: str) -> bool:
        """Whether its children must wait for it."""
        me = self[bead]
        if me.status == "closed":
            return False
        return me.status in ("blocked", "deferred") or bool(self.blockers(bead)) or self.held(bead)

    def held(self, bead: str) -> bool:
        """Whether its parent keeps it from being worked on."""
        parent = self[bead].parent
        return parent is not None and self.holds(parent)

    def is_ready(self, bead: str, now: str) -> bool:
        """Whether it can be worked on at once."""
        me = self[bead]
        return (
            me.status == "open"
            and me.type in WORK_TYPES
            and not me.in_queue
            and (me.defer_until is None or me.defer_until <= now)
            and not self.blockers(bead)
            and not self.held(bead)
        )

    def ready(self, now: str, rig: str | None = None, assignee: str | None = None) -> list[str]:
        """All that can be, by priority and then by age."""
        names = [
            name
            for name, bead in self.items()
            if self.is_ready(name, now) and rig in (None, bead.rig) and assignee in (None, bead.assignee)
        ]
        return sorted(names, key=lambda name: (self[name].priority, self[name].created_at))

    def below(self, bead: str) -> Iterator[str]:
        """It and all its children's children."""
        yield bead
        for name in [name for name, each in self.items() if each.parent == bead]:
            yield from self.below(name)

    def rename(self, bead: str, other: str) -> None:
        """Give it another id, everywhere."""
        renamed = {other if name == bead else name: each for name, each in self.items()}
        self.clear()
        self.update(renamed)
        for each in self.values():
            each.leans = {(other if on == bead else on, kind) for on, kind in each.leans}

    def forget(self, bead: str) -> None:
        """Remove it with all its dependencies."""
        del self[bead]
        for each in self.values():
            each.leans = {(on, kind) for on, kind in each.leans if on != bead}


Told = dict[str, Any]
"""What is known of one bead: its columns, and `labels`, `dependencies` and `comments`."""


def present(connection: sqlite3.Connection) -> dict[int, Told]:
    """All beads but wisps as they are."""
    found: dict[int, Told] = {}
    keys: dict[str, int] = {}
    for row in _rows(connection, "SELECT * FROM beads WHERE NOT ephemeral"):
        keys[row["id"]] = row["key"]
        columns = {name: value for name, value in row.items() if name not in NOT_IN_JOURNAL}
        found[row["key"]] = columns | {"labels": set(), "dependencies": set(), "comments": []}
    for row in _rows(connection, "SELECT * FROM labels"):
        if row["bead"] in keys:
            found[keys[row["bead"]]]["labels"].add(row["label"])
    for row in _rows(connection, "SELECT * FROM dependencies"):
        if row["bead"] in keys and row["depends_on"] in keys:
            edge = (keys[row["depends_on"]], row["kind"], row["created_at"], row["created_by"])
            found[keys[row["bead"]]]["dependencies"].add(edge)
    for row in _rows(connection, "SELECT * FROM comments ORDER BY id"):
        if row["bead"] in keys:
            found[keys[row["bead"]]]["comments"].append((row["author"], row["body"], row["at"]))
    return found


def replayed(connection: sqlite3.Connection) -> dict[int, Told]:
    """All beads but wisps as the journal tells; every step must begin where the one before it ended."""
    columns = [str(row["name"]) for row in _rows(connection, "SELECT name FROM pragma_table_info('beads')")]
    empty = {name: EMPTY.get(name) for name in columns if name not in NOT_IN_JOURNAL}
    found: dict[int, Told] = {}
    for row in _rows(connection, "SELECT * FROM changes WHERE kind = 'bead' ORDER BY seq"):
        key, what = int(row["subject"]), json.loads(row["what"])
        if "is" in what:
            found[key] = empty | what["is"] | {"labels": set(), "dependencies": set(), "comments": []}
            continue
        for name, value in what.items():
            if name != "written":
                _fold(found[key], name, *value)
    return found


def _fold(bead: Told, name: str, was: Any, becomes: Any) -> None:  # noqa: ANN401 - what JSON holds
    if name in ("label", "dependency"):
        kept = bead["labels" if name == "label" else "dependencies"]
        for value, change in ((was, kept.remove), (becomes, kept.add)):
            if value is not None:
                change(
                    value if name == "label" else tuple(value[part] for part in ("key", "kind", "at", "by"))
                )
    elif name == "comment":
        if was is not None:
            bead["comments"].remove((was["author"], was["text"], was["at"]))
        if becomes is not None:
            bead["comments"].append((becomes["author"], becomes["text"], becomes["at"]))
    else:
        assert bead[name] == was, f"{name} was {bead[name]!r}, not {was!r}"
        bead[name] = becomes


def differences(connection: sqlite3.Connection) -> Sequence[str]:
    """What the journal tells otherwise than it is."""
    told, is_so = replayed(connection), present(connection)
    wrong: dict[int, list[str]] = defaultdict(list)
    for key in told.keys() | is_so.keys():
        one, other = told.get(key, {}), is_so.get(key, {})
        wrong[key] = [
            f"{name}: told {one.get(name)!r}, is {other.get(name)!r}"
            for name in one.keys() | other.keys()
            if one.get(name) != other.get(name)
        ]
    return [f"bead number {key}: {line}" for key, lines in wrong.items() for line in lines]


def _rows(connection: sqlite3.Connection, query: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, tuple(row), strict=True))
