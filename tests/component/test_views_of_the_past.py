"""What is found by its words, what lies still, who changed what, and the figures of it all."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.beads import BeadStatus
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger.journal import values
from gastown.views.bead_page import bead_page
from gastown.views.history import history
from gastown.views.search import search
from gastown.views.stale import stale
from gastown.views.stats import stats
from tests.component.graph_town import GraphTown


@pytest.fixture
def place(tmp_path: Path) -> GraphTown:
    return GraphTown(tmp_path, "web", "api")


def test_stale_is_what_nobody_has_changed_the_oldest_first(place: GraphTown) -> None:
    place.made("we-1")
    place.clock.push(days=2)
    place.made("we-2")
    place.clock.push(days=40)
    place.comment("we-1", "Still wanted")
    place.made("we-3")
    place.clock.push(days=35)

    def left(days: int, *statuses: BeadStatus) -> list[str]:
        found = stale(place.town, days=days, statuses=statuses, rig=None, most=9)
        return [line.id for line in found.lines]

    assert left(30) == ["we-2", "we-1", "we-3"]
    assert left(36) == ["we-2"]
    assert left(30, BeadStatus.IN_PROGRESS) == []
    with pytest.raises(Invalid):
        left(10**12)


def looked_for(place: GraphTown, words: str, *, closed: bool = False, most: int = 20) -> list[str]:
    return [one.bead.id for one in search(place.town, words, closed=closed, rig=None, most=most).found]


def test_search_puts_titles_first_and_reads_comments(place: GraphTown) -> None:
    place.made("we-1", "Something else", description="The parser is slow")
    place.made("we-2", "Mend the parser")
    place.made("we-3", "Paint the door")
    place.comment("we-3", "like the parser of yore")
    place.made("we-4", "Parsers of old")
    place.close("we-4")
    assert looked_for(place, "parser") == ["we-2", "we-1", "we-3"]
    assert looked_for(place, "parser", closed=True)[0] in ("we-2", "we-4")
    assert looked_for(place, "pars*", most=1) == ["we-2"]
    assert looked_for(place, "slow parser") == ["we-1"]
    assert looked_for(place, '"the parser"') == ["we-2", "we-1", "we-3"]
    assert looked_for(place, '"parser the"') == []
    place.delete("we-2")
    assert "we-2" not in looked_for(place, "parser", closed=True)


def test_search_finds_ids_and_what_a_bead_is_known_as_elsewhere(place: GraphTown) -> None:
    place.made("we-abc12", "One", external_ref="JIRA-77")
    place.made("we-abd34", "Two, beside we-abc12")
    assert looked_for(place, "we-abc12")[0] == "we-abc12"
    assert set(looked_for(place, "we-ab")) == {"we-abc12", "we-abd34"}
    assert looked_for(place, "JIRA-77") == ["we-abc12"]


@pytest.mark.parametrize(
    "words", ["a AND", "NEAR(a b)", '"', "*", "a*b", "title:x", "(", "-x", "^a", "a OR b", "é\0x"]
)
def test_no_word_is_syntax(place: GraphTown, words: str) -> None:
    place.made("we-1", "Plain")
    assert looked_for(place, words) == []


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> GraphTown:
    place = GraphTown(tmp_path_factory.mktemp("searched"), "web")
    for number, title in enumerate(("Mend the parser", "Paint the door", "The parser and the door")):
        place.made(f"we-{number}", title)
    return place


SYNTAX = st.sampled_from(
    ["parser", "door", "AND", "OR", "NOT", "NEAR(", "*", '"', "(", ")", "^", ":", "-", "+", "{", "the*"]
)


@given(st.lists(SYNTAX | st.text(max_size=5), max_size=6))
def test_nothing_that_can_be_typed_is_an_error(searched: GraphTown, words: list[str]) -> None:
    text = " ".join(words)
    if text.strip():
        assert set(looked_for(searched, text)) <= {"we-0", "we-1", "we-2"}


@given(st.sampled_from([("parser",), ("door",), ("parser", "door")]), st.data())
def test_signs_around_words_change_nothing(
    searched: GraphTown, words: tuple[str, ...], data: st.DataObject
) -> None:
    signs = st.text(alphabet="()^:-+{}.,;!?&|~", max_size=2)
    decorated = " ".join(f"{data.draw(signs)}{word}{data.draw(signs)}" for word in words)
    assert looked_for(searched, decorated) == looked_for(searched, " ".join(words))


def test_search_needs_something_to_look_for(place: GraphTown) -> None:
    with pytest.raises(Invalid):
        looked_for(place, "  ")


def test_history_tells_every_field_from_what_to_what(place: GraphTown) -> None:
    place.made("we-1", "First")
    place.made("we-2", "Second")
    place.clock.push(minutes=5)
    place.label("we-1", "ui")
    place.link("we-1", "we-2")
    place.comment("we-1", "Mind the step")
    place.set("we-1", BeadStatus.PINNED)
    found = history(place.town, "we-1", 50)
    first, *others = found.changes
    assert (first.by, values(first)) == ("overseer", [])
    told = [(change.by, field, old, new) for change in others for field, old, new in values(change)]
    assert told[0] == ("ann", "label", None, "ui")
    assert told[1][1] == "dependency"
    assert told[2][:2] == ("ann", "comment")
    assert ("overseer", "status", "open", "pinned") in told
    assert [change.seq for change in found.changes] == sorted(change.seq for change in found.changes)
    short = history(place.town, "we-1", 2)
    assert (len(short.changes), short.left_out) == (2, len(found.changes) - 2)
    assert history(place.town, "we-1", 0).left_out == 0


def test_a_deleted_bead_has_its_history_and_its_page_by_its_whole_id_only(place: GraphTown) -> None:
    place.made("we-abc", "Doomed")
    place.delete("we-abc")
    assert history(place.town, "we-abc", 9).title == "Doomed"
    deleted = bead_page(place.town, "we-abc").deleted
    assert deleted is not None
    assert (deleted.by, deleted.why) == ("overseer", "a mistake")
    with pytest.raises(NotFound):
        bead_page(place.town, "we-ab")
    place.made("we-abd", "Alive")
    assert bead_page(place.town, "we-ab").id == "we-abd"
    place.made("we-abe", "Alive too")
    with pytest.raises(Refused, match="we-abd, we-abe"):
        bead_page(place.town, "we-ab")


def test_figures_count_what_people_file(place: GraphTown) -> None:
    place.made("we-1", priority=0, type="bug")
    place.made("we-2")
    place.link("we-2", "we-1")
    place.made("ap-1", rig="api")
    place.clock.push(hours=6)
    place.close("ap-1")
    place.sling("we-1")
    counts = stats(place.town, None).counts
    assert (counts.total, counts.ready, counts.blocked, counts.closed_lately) == (3, 0, 1, 1)
    assert counts.statuses == {"open": 1, "hooked": 1, "closed": 1}
    assert counts.priorities == {0: 1, 2: 1}
    assert counts.types == {"bug": 1, "task": 1, "convoy": 1}
    assert (counts.lead, counts.lead_lately) == (timedelta(hours=6), timedelta(hours=6))
    assert counts.oldest is not None
    assert counts.oldest.id == "we-1"
    assert stats(place.town, "api").counts.total == 1
    place.clock.push(days=8)
    assert stats(place.town, None).counts.closed_lately == 0


def snippets(place: GraphTown, words: str) -> list[tuple[str, str]]:
    found = search(place.town, words, closed=False, rig=None, most=20).found
    return [(one.where, one.snippet) for one in found]


def test_the_words_around_what_was_found_are_shown(place: GraphTown) -> None:
    rest = "and so it goes on " * 50
    place.made("we-1", "Plain", description=f"{rest} the Café's valves were leaking badly {rest}")
    place.comment("we-1", f"{rest} a gasket {rest}")
    ((where, text),) = snippets(place, "valve")
    assert (where, "the Café's valves were leaking" in text, len(text) < 120) == ("text", True, True)
    assert "Café's valves" in snippets(place, "cafe leak")[0][1]
    assert snippets(place, "gask*") == [("comment", "…it goes on a gasket and so it goes on and so…")]


def test_a_word_that_is_there_two_hundred_thousand_times_is_found_at_once(place: GraphTown) -> None:
    place.made("we-1", "Long", description="hop " * 200_000)
    place.comment("we-1", "hop skip " * 50_000)
    began = time.process_time()
    assert snippets(place, "hop") == [("text", "hop hop hop hop hop hop hop hop…")]
    assert snippets(place, "hop skip")[0][0] == "comment"
    assert time.process_time() - began < 5
