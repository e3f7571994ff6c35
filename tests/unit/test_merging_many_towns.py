"""Three towns that pull one another in any order, crosswise too, hold the same in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.merging import merge
from gastown.domain.records import Record
from gastown.domain.reidentify import Side
from tests.unit.two_towns import Deed, Paper, circle, deeds, most_parents, names, texts_of


@dataclass
class Histories:
    """Commits with their parents and beads, and where each town stands."""

    commits: list[tuple[frozenset[int], Mapping[str, Record]]] = field(
        default_factory=lambda: [(frozenset[int](), dict[str, Record]())]
    )
    heads: dict[str, int] = field(default_factory=lambda: dict.fromkeys("abc", 0))

    def commit(self, town: str, beads: Mapping[str, Record], *parents: int) -> None:
        self.commits.append((frozenset(parents), beads))
        self.heads[town] = len(self.commits) - 1

    def do(self, town: str, todo: Sequence[Deed]) -> None:
        """Let a town do something, and record it."""
        head = self.heads[town]
        paper = Paper(f"{town}{len(self.commits)}-", dict(self.commits[head][1])).do(todo)
        if texts_of(paper.beads) != texts_of(self.commits[head][1]):
            self.commit(town, paper.beads, head)

    def pull(self, town: str, other: str) -> None:
        """Let a town pull another, as towns do."""
        ours, theirs = self.heads[town], self.heads[other]
        if theirs in self.before(ours):
            return
        merged = merge(
            self.base([*self.common(ours, theirs)]), self.commits[ours][1], self.commits[theirs][1]
        )
        self.commit(town, merged.records, ours, theirs)

    def before(self, commit: int) -> set[int]:
        """A commit and all that came before it."""
        found, waiting = {commit}, [commit]
        while waiting:
            more = self.commits[waiting.pop()][0] - found
            found |= more
            waiting += more
        return found

    def common(self, one: int, other: int) -> list[int]:
        """The best common ancestors."""
        both = self.before(one) & self.before(other)
        return sorted(each for each in both if not any(each in self.before(more) for more in both - {each}))

    def base(self, commits: Sequence[int]) -> Side:
        """What two sides had in common: where there are several, their merge."""
        first, *others = commits
        found: Side = self.commits[first][1]
        for other in others:
            found = merge(self.base(self.common(first, other)), found, self.commits[other][1]).records
        return found


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), deeds(earliest=0)),
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc")),
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc")),
    ),
    max_size=12,
)


@settings(max_examples=100)
@given(STEPS)
def test_three_towns_come_together(steps: list[tuple[str, list[Deed] | str]]) -> None:
    towns = Histories()
    for town, what in steps:
        if isinstance(what, str):
            towns.pull(town, what)
        else:
            towns.do(town, what)
    for _ in range(2):
        for town in "abc":
            for other in "abc":
                towns.pull(town, other)
    found = [towns.commits[towns.heads[town]][1] for town in "abc"]
    assert texts_of(found[0]) == texts_of(found[1]) == texts_of(found[2])
    assert circle(found[0]) is None
    assert most_parents(found[0]) <= 1
    names(found[0])
