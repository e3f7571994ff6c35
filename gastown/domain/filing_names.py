"""Beads that are filed together and lean on each other: what they call one another, and that none goes in a circle."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gastown.domain.beads import BLOCKING, ORDERING, DependencyKind
from gastown.domain.filing import Filing, Leaning, parse_leaning
from gastown.errors import Invalid


class Names:
    """What the beads of one text are called in it: by `name`, id or title, or `#3` for the third.

    A bead's own name or id goes before another's title. What no bead here is called is an id in the ledger.
    """

    def __init__(self, called: Sequence[tuple[str, str, str]]) -> None:
        """`called`: of each bead its title, its id and its name, which may be empty."""
        self._size = len(called)
        self._given = Counter(_key(word) for _, *own in called for word in own if word)
        self._titles = Counter(_key(title) for title, *_ in called)
        own = {_key(word): number for number, (_, *words) in enumerate(called, 1) for word in words if word}
        self._places = {_key(title): number for number, (title, *_) in enumerate(called, 1)} | own

    def must_be_alone(self, name: str) -> None:
        """Raise Invalid when two beads have this name."""
        if name and self._given[_key(name)] > 1:
            raise Invalid(f"two beads here have the name {name!r}")

    def meant(self, word: str) -> str:
        """`#N` for the Nth bead of the text if `word` means it, else the word itself: an id. Raises Invalid."""
        key = _key(word)
        if key.startswith("#") and key[1:].isdecimal():
            if not 1 <= int(key[1:]) <= self._size:
                raise Invalid(f"{word} is not here: the last is #{self._size}")
            return f"#{int(key[1:])}"
        if key not in self._places:
            return word.strip()
        if key not in self._given and self._titles[key] > 1:
            raise Invalid(
                f"{self._titles[key]} beads here are called {word.strip()!r}: give them a name each"
            )
        return f"#{self._places[key]}"

    def leanings(self, texts: Sequence[str]) -> Iterator[Leaning]:
        """What these lines say a bead leans on: one thing a line, or several with commas between. Raises Invalid."""
        for text in texts:
            for line in text.splitlines():
                words = line.strip().removeprefix("- ").removeprefix("* ").strip()
                if words:
                    yield from self._line(words)

    def _line(self, words: str) -> Iterator[Leaning]:
        whole = self._whole(words)
        if whole is not None:
            yield whole
            return
        for item in words.split(","):
            if item.strip():
                yield self._whole(item) or self._parsed(item)

    def _whole(self, words: str) -> Leaning | None:
        """The link if `words` are one name, with or without a kind before it."""
        if _key(words) in self._places:
            return Leaning(DependencyKind.BLOCKS, self.meant(words))
        kind, _, other = words.partition(":")
        return (
            self._parsed(words)
            if kind.strip().lower() in list(DependencyKind) and _key(other) in self._places
            else None
        )

    def _parsed(self, words: str) -> Leaning:
        kind, other = parse_leaning(words)
        return Leaning(kind, self.meant(other))


def without_circles(filings: Sequence[Filing]) -> Sequence[str]:
    """What is wrong with the order that the filings say, one line for each circle; they know each other as `#N`."""
    needs = [list(_needs(filing)) for filing in filings]
    problems = list(_waiting_for_parents(filings))
    circle = _circle(needs)
    if circle:
        path = " → ".join(f'"{filings[number].title}"' for number in (*circle, circle[0]))
        problems.append(f"{filings[circle[0]].place}: a circle: {path}")
    return problems


def _needs(filing: Filing) -> Iterator[int]:
    """The places, counted from 0, of what comes before this one."""
    for kind, other in (*filing.deps, (DependencyKind.PARENT_CHILD, filing.parent)):
        if kind in ORDERING and other.startswith("#"):
            yield int(other[1:]) - 1


def _waiting_for_parents(filings: Sequence[Filing]) -> Iterator[str]:
    """A child that waits for its parent: neither would ever close."""
    for filing in filings:
        waits = {other for kind, other in filing.deps if kind in BLOCKING}
        seen, above = set[str](), filing.parent
        while above and above not in seen:
            if above in waits:
                title = filings[int(above[1:]) - 1].title if above.startswith("#") else above
                yield f'{filing.place}: it is beneath "{title}", so it cannot wait for it'
            seen.add(above)
            above = filings[int(above[1:]) - 1].parent if above.startswith("#") else ""


def _circle(needs: Sequence[Sequence[int]]) -> Sequence[int]:
    """The places along one circle; empty when there is none."""
    left = {place: set(of) for place, of in enumerate(needs)}
    needed_by: dict[int, list[int]] = {}
    for place, of in left.items():
        for other in of:
            needed_by.setdefault(other, []).append(place)
    free = [place for place, of in left.items() if not of]
    while free:
        done = free.pop()
        del left[done]
        for place in needed_by.get(done, ()):
            left[place].discard(done)
            if not left[place]:
                free.append(place)
    return _around(left)


def _around(left: Mapping[int, set[int]]) -> Sequence[int]:
    """A way round among places each of which needs another of them."""
    path, at = list[int](), min(left, default=-1)
    while left and at not in path:
        path.append(at)
        at = min(left[at])
    return path[path.index(at) :] if path else path


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
