"""Does the journal tell how the beads came to be as they are? Played from its beginning, it must give the present."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from gastown.domain.records import COLUMNS
from gastown.ledger.database import Database, Row

_TOLD = tuple(column for column in COLUMNS if column not in ("updated_at", "updated_by"))
"""Columns whose changes are in the journal; the two others are its own."""

_EMPTY: Mapping[str, object] = dict.fromkeys(_TOLD) | {
    "description": "", "design": "", "acceptance": "", "notes": "", "metadata": "{}",
}  # fmt: skip
"""What a snapshot leaves out."""


class _State:
    """One bead as the journal tells it so far."""

    def __init__(self) -> None:
        self.columns: dict[str, object] = {}
        self.labels: set[object] = set()
        self.dependencies: set[tuple[object, ...]] = set()
        self.comments: list[tuple[object, ...]] = []

    def play(self, what: Mapping[str, Any]) -> None:
        for name, change in what.items():
            match name:
                case "is":
                    self.columns = {**_EMPTY, **change}
                case "written":
                    pass
                case "label":
                    _exchange(self.labels, change[0], change[1])
                case "dependency":
                    _exchange(self.dependencies, *(_dependency(one) for one in change))
                case "comment":
                    self._comment(*change)
                case _:
                    self.columns[name] = change[1]

    def _comment(self, old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> None:
        if old is not None and _said(old) in self.comments:
            self.comments.remove(_said(old))
        if new is not None:
            self.comments.append(_said(new))


class _Present:
    """Rows beneath beads, read along in the order of the beads' keys as text."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, itemgetter("subject"))
        self._next = next(self._groups, None)

    def of(self, subject: str) -> list[Row]:
        while self._next is not None and self._next[0] < subject:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != subject:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def differing(database: Database) -> Iterator[str]:
    """What the journal does not tell as it is, in words; read as one stream, whatever the size."""
    told = groupby(database.stream("history", "journal_of_beads"), itemgetter("subject"))
    there = database.stream("history", "present_beads")
    names = ("labels", "dependencies", "comments")
    beneath = {name: _Present(database.stream("history", f"present_{name}")) for name in names}
    story, bead = next(told, None), next(there, None)
    while story is not None or bead is not None:
        if bead is None or (story is not None and story[0] < bead["subject"]):
            if story is not None:
                yield f"the journal tells of bead number {story[0]}, which is not there"
            story = next(told, None)
        elif story is None or bead["subject"] < story[0]:
            yield f"the journal does not tell of {bead['id']}"
            bead = next(there, None)
        else:
            state = _played(story[1])
            wrong = list(
                _wrong(state, bead, {name: rows.of(bead["subject"]) for name, rows in beneath.items()})
            )
            if wrong:
                yield f"the journal tells otherwise of {bead['id']}: {', '.join(wrong)}"
            story, bead = next(told, None), next(there, None)


def _played(rows: Iterable[Row]) -> _State:
    state = _State()
    for row in rows:
        state.play(json.loads(row["what"]))
    return state


def _wrong(state: _State, bead: Row, beneath: Mapping[str, list[Row]]) -> Iterator[str]:
    columns = state.columns or _EMPTY
    if [columns[column] for column in _TOLD] != [bead[column] for column in _TOLD]:
        yield from (COLUMNS[column] for column in _TOLD if columns[column] != bead[column])
    if state.labels != {row["label"] for row in beneath["labels"]}:
        yield "labels"
    leans = {
        (row["on_key"], row["kind"], row["created_at"], row["created_by"]) for row in beneath["dependencies"]
    }
    if state.dependencies != leans:
        yield "dependencies"
    said = sorted((row["author"], row["body"], row["at"]) for row in beneath["comments"])
    if sorted(map(tuple, state.comments)) != said:
        yield "comments"


def _exchange(kept: set[Any], old: object, new: object) -> None:
    if old is not None:
        kept.discard(old)
    if new is not None:
        kept.add(new)


def _dependency(one: Mapping[str, object] | None) -> tuple[object, ...] | None:
    return None if one is None else (one["key"], one["kind"], one["at"], one["by"])


def _said(comment: Mapping[str, object]) -> tuple[object, ...]:
    return comment["author"], comment["text"], comment["at"]
