"""Full-text search in beads and comments; what people type never becomes syntax of SQLite's."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gastown.domain.excerpts import Word, excerpt
from gastown.ledger import lists
from gastown.ledger.database import Database, Row
from gastown.ledger.lists import BeadLine

LOOKED_AT = 5000
"""Of beads, and of comments, that have the words: the newest are compared, or a common word would take seconds."""

NAMED_FIRST = 5
OF_A_COMMENT = 0.5
"""How much a remark counts beside a bead's own text."""

OWN_TEXTS = ("title", "description", "design", "acceptance", "notes")
LOOKED_INTO = 100_000
"""Characters of each text in which an excerpt is looked for."""

_WORDS = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Found:
    """A bead that was found, and the text in which."""

    bead: BeadLine
    where: str
    """id, external_ref, text or comment"""
    snippet: str


class _Fit(NamedTuple):
    """How well a bead fits, less is better; where the words are, and by what that is shown."""

    fit: float
    where: str
    shown: str | int
    """The text itself, or the number of a comment."""


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
    for phrase, star in _phrases(text):
        yield f'"{phrase}"{" *" if star else ""}'


def _phrases(text: str) -> Iterator[tuple[str, bool]]:
    """Every word, or several in quotes, with whether it may go on."""
    for found in _WORDS.finditer(text):
        phrase, star, word = found[1], bool(found[2]), found[3]
        if word is not None:
            phrase, star = word.rstrip("*"), word.endswith("*")
        if any(letter.isalnum() for letter in phrase):
            yield phrase, star and phrase[-1].isalnum()


def _words(text: str) -> Iterator[Word]:
    for phrase, star in _phrases(text):
        words = re.findall(r"[^\W_]+", phrase)
        yield from (Word(word) for word in words[:-1])
        yield from (Word(word, begins=star) for word in words[-1:])


def search(database: Database, text: str, *, closed: bool, rig: str | None, most: int) -> SearchResult:
    """Beads with all these words in their own text or in one comment, and those of that id or external reference."""
    best = dict[int, _Fit]()
    for key, where, shown in _named(database, text, rig):
        best[key] = _Fit(float("-inf"), where, shown)
    for row, weight, where in _in_texts(database, text, closed=closed, rig=rig):
        fit = row["fit"] * weight
        if row["key"] not in best or fit < best[row["key"]].fit:
            best[row["key"]] = _Fit(fit, where, row["comment"])
    order = sorted(best, key=lambda key: (best[key].fit, -key))
    kept = order[:most]
    snippets = _snippets(database, {key: best[key] for key in kept}, list(_words(text)))
    found = tuple(
        Found(bead, best[key].where, snippets[key])
        for bead, key in zip(lists.lines(database, kept), kept, strict=True)
    )
    return SearchResult(found, len(order) > most)


def _snippets(database: Database, best: Mapping[int, _Fit], words: Sequence[Word]) -> dict[int, str]:
    """The text around the words for each: SQLite's own `snippet` takes minutes where a word is there very often."""
    snippets = {key: str(fit.shown) for key, fit in best.items()}
    keys = [key for key, fit in best.items() if fit.where == "text"]
    for row in database.stream("search", "own_texts", keys=json.dumps(keys), most=LOOKED_INTO):
        snippets[row["key"]] = excerpt([row[name] for name in OWN_TEXTS], words)
    of_comment = {fit.shown: key for key, fit in best.items() if fit.where == "comment"}
    for row in database.stream("search", "bodies", ids=json.dumps(list(of_comment)), most=LOOKED_INTO):
        snippets[of_comment[row["id"]]] = excerpt([row["body"]], words)
    return snippets


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
