"""The few words of a long text in which something was found, whatever its length and however often it is there."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

BEFORE, AFTER = 4, 8
"""Words that are shown before what was found, and from there on."""

REACH = 160
"""Characters in which these words are looked for: some words are very long."""

NEAR = 80
"""Characters within which several words count as found together."""

MOST_WORDS = 20
MOST_HITS = 1000
"""Of one text; the first that has most of the words near each other is shown."""

SHORTEST = 3
ENDINGS = 3
"""Letters by which words of one stem may differ in their end, and how many of them are left at least."""

_NO_MORE = r"(?![^\W_])"
_WORD = re.compile(r"\S+")


class Word(NamedTuple):
    """One word that was looked for; `begins`: any word that begins so."""

    text: str
    begins: bool = False


class _Folding(dict[int, str]):
    """For every character a single one without its case and accents, as the search has it."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()


def excerpt(texts: Sequence[str], words: Sequence[Word]) -> str:
    """The words around the best place in the first of the texts that has one; else how the first text begins."""
    wanted = [word._replace(text=_folded(word.text)) for word in words[:MOST_WORDS]]
    for pattern in (_pattern(wanted, by_stem=False), _pattern(wanted, by_stem=True)):
        best = [
            (-found[0], place, found[1])
            for place, text in enumerate(texts)
            if (found := _best(text, pattern))
        ]
        if best:
            _, place, begin = min(best)
            return _around(texts[place], begin)
    return _around(texts[0], 0) if texts else ""


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def _pattern(words: Sequence[Word], *, by_stem: bool) -> re.Pattern[str]:
    """Each of the words as a group; by their stems also words that only begin as they do."""
    groups = (_by_stem(word) if by_stem else _exactly(word) for word in words)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(groups) or '(?!)'})")


def _by_stem(word: Word) -> str:
    return f"({re.escape(word.text[: max(SHORTEST, len(word.text) - ENDINGS)])})"


def _exactly(word: Word) -> str:
    end = "" if word.begins else _NO_MORE
    return f"({re.escape(word.text)}{end})"


def _best(text: str, pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """How many different words are near each other at best, and where the first of them begins."""
    near = deque[tuple[int, int]]()
    best: tuple[int, int] | None = None
    for begin, word in _hits(_folded(text), pattern):
        near.append((begin, word))
        while near[0][0] < begin - NEAR:
            near.popleft()
        together = len({one for _, one in near})
        if best is None or together > best[0]:
            best = together, near[0][0]
    return best


def _hits(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for number, hit in enumerate(pattern.finditer(text)):
        if number == MOST_HITS:
            return
        yield hit.start(), hit.lastindex or 0


def _around(text: str, begin: int) -> str:
    """Some words before that place and after it, on one line, with … where something is left out."""
    start = max(begin - REACH, 0)
    before = [start + word.start() for word in _WORD.finditer(text[start:begin])]
    after = [begin + word.end() for word in _WORD.finditer(text[begin : begin + REACH])]
    first = before[-BEFORE] if len(before) >= BEFORE else start
    last = after[AFTER - 1] if len(after) >= AFTER else begin + REACH
    shown = " ".join(text[first:last].split())
    return f"{'…' if text[:first].strip() else ''}{shown}{'…' if text[last : last + REACH].strip() else ''}"
