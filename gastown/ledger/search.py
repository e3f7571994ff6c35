"""Full-text search in beads and comments; what people type never becomes syntax of SQLite's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gastown.ledger import lists
from gastown.ledger.database import Database, Row
from gastown.ledger.lists import BeadLine

LOOKED_AT = 5000
"""Of beads, and of comments, that have the words: the newest are compared, or a common word would take seconds."""

NAMED_FIRST = 5
OF_A_COMMENT = 0.5
"""How much a remark counts beside a bead's own text."""

_WORDS = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Found:
    """A bead that was found, and the text in which."""

    bead: BeadLine
    where: str
    """id, external_ref, text or comment"""
    snippet: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best first, and whether there are more."""

    found: tuple[Found, ...]
    more: bool


def match_of(text: str) -> str:
    """A query of FTS5 for all these words: each as it stands, "several" in quotes as a phrase, `wor*` as a beginning.

    Empty when there is nothing to look for.
    """
    return " ".join(_terms(text.replace("\0", " ")))


def _terms(text: str) -> Iterator[str]:
    for found in _WORDS.finditer(text):
        phrase, star, word = found[1], found[2], found[3]
        if word is not None:
            phrase, star = word.rstrip("*"), "*" if word.endswith("*") else ""
        if any(letter.isalnum() for letter in phrase):
            yield f'"{phrase}"{" *" if star and phrase[-1].isalnum() else ""}'


def search(database: Database, text: str, *, closed: bool, rig: str | None, most: int) -> SearchResult:
    """Beads with all these words in their own text or in one comment, and those of that id or external reference."""
    best = dict[int, tuple[float, str, str]]()
    for key, where, snippet in _named(database, text, rig):
        best[key] = (float("-inf"), where, snippet)
    for row, weight, where in _in_texts(database, text, closed=closed, rig=rig):
        fit = row["fit"] * weight
        if row["key"] not in best or fit < best[row["key"]][0]:
            best[row["key"]] = (fit, where, str(row["found"]))
    order = sorted(best, key=lambda key: (best[key][0], -key))
    kept = lists.lines(database, order[:most])
    found = tuple(Found(bead, *best[key][1:]) for bead, key in zip(kept, order, strict=False))
    return SearchResult(found, len(order) > most)


def _named(database: Database, text: str, rig: str | None) -> Iterator[tuple[int, str, str]]:
    name = text.strip()
    if not name or len(name.split()) > 1:
        return
    for row in database.rows("search", "named", name=name, rig=rig, most=NAMED_FIRST):
        by_id = str(row["id"]).lower().startswith(name.lower())
        yield row["key"], "id" if by_id else "external_ref", str(row["id"] if by_id else row["external_ref"])


def _in_texts(
    database: Database, text: str, *, closed: bool, rig: str | None
) -> Iterator[tuple[Row, float, str]]:
    if not (words := match_of(text)):
        return
    for name, weight, where in (("texts", 1.0, "text"), ("comments", OF_A_COMMENT, "comment")):
        rows = database.rows("search", name, words=words, closed=closed, rig=rig, looked_at=LOOKED_AT)
        yield from ((row, weight, where) for row in rows)
