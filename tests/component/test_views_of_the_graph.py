"""What is ready and why, what waits, what lies still, what is found, what changed, and how far epics have come."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.beads import BeadStatus
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import bead_writes, beads, graph, ready
from gastown.ledger.derived import without_triggers
from gastown.ledger.journal import values
from gastown.ledger.lists import Wanted
from gastown.views.bead_list import bead_list, children
from gastown.views.bead_page import bead_page
from gastown.views.blocked import blocked
from gastown.views.dep_tree import Node, dep_cycles, dep_tree
from gastown.views.epic_status import eligible, epic_list, epic_status
from gastown.views.explain import explain, explain_first
from gastown.views.history import history
from gastown.views.ready import ready as what_is_ready
from gastown.views.ready import ready_count
from gastown.views.search import search
from gastown.views.stale import stale
from gastown.views.stats import stats
from tests.component.view_town import NOW, ViewTown


class GraphTown(ViewTown):
    """A town whose beads are made, linked and changed in one word each."""

    def made(self, identity: str, title: str = "", rig: str | None = "web", **fields: object) -> str:
        return self.bead(title or identity, rig=rig, identity=identity, **fields)  # type: ignore[arg-type]

    def link(self, bead: str, other: str, kind: str = "blocks") -> None:
        with self.ledger.transaction() as ledger:
            graph.add_dependency(ledger, bead, other, kind, by="overseer", now=self.clock.now())

    def part(self, bead: str, parent: str) -> None:
        self.link(bead, parent, "parent-child")

    def close(self, bead: str, why: str = "done") -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.close(ledger, bead, why, by="overseer", now=self.clock.now())

    def set(self, bead: str, status: BeadStatus) -> None:
        with self.ledger.transaction() as ledger:
            was = beads.get(ledger, bead).status
            bead_writes.set_status(
                ledger, bead, was, status, assignee=None, by="overseer", now=self.clock.now()
            )

    def label(self, bead: str, label: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.add_label(ledger, bead, label, by="ann", now=self.clock.now())

    def comment(self, bead: str, text: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.add_comment(ledger, bead, text, by="ann", now=self.clock.now())

    def delete(self, bead: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.bury(ledger, bead, "a mistake", by="overseer", now=self.clock.now())

    def why(self, bead: str) -> list[str]:
        return [reason.why for reason in explain(self.town, bead).reasons]


@pytest.fixture
def place(tmp_path: Path) -> GraphTown:
    return GraphTown(tmp_path, "web", "api")


def test_ready_is_merged_over_rigs_by_priority_then_age(place: GraphTown) -> None:
    place.made("we-1", priority=2)
    place.clock.push(minutes=1)
    place.made("ap-1", rig="api", priority=1)
    place.made("hq-1", rig=None, priority=2)
    place.clock.push(minutes=1)
    place.made("we-2", priority=0)
    place.made("we-3", priority=0, defer_until=NOW + timedelta(hours=1))
    assert [bead.id for bead in what_is_ready(place.town)] == ["we-2", "ap-1", "we-1", "hq-1"]
    place.clock.push(hours=2)
    assert [bead.id for bead in what_is_ready(place.town, most=3)] == ["we-2", "we-3", "ap-1"]
    assert [bead.id for bead in what_is_ready(place.town, "web")] == ["we-2", "we-3", "we-1"]
    assert (ready_count(place.town), ready_count(place.town, "web")) == (5, 3)


def test_ready_is_merged_over_more_rigs_than_fit_into_one_query(
    place: GraphTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, rig in enumerate(("web", "api", None, "web", "api")):
        place.made(f"we-{number}", rig=rig, priority=(number * 2) % 5)
    whole = [bead.id for bead in what_is_ready(place.town, most=4)]
    monkeypatch.setattr(ready, "RIGS_AT_ONCE", 1)
    assert [bead.id for bead in what_is_ready(place.town, most=4)] == whole


def test_ready_can_be_one_agents_by_any_of_its_names(place: GraphTown) -> None:
    place.sling(place.made("we-1"))
    place.made("we-2", assignee="web/polecats/Toast")
    place.made("we-3", assignee="ann")
    for name in ("Toast", "web/Toast", "web/polecats/Toast"):
        assert [bead.id for bead in what_is_ready(place.town, assignee=name)] == ["we-2"]
    assert [bead.id for bead in what_is_ready(place.town, assignee="ann")] == ["we-3"]
    assert [line.id for line in bead_list(place.town, Wanted(assignees=("Toast",))).lines] == ["we-1", "we-2"]


def test_why_follows_parents_up_to_where_the_reason_lies(place: GraphTown) -> None:
    for identity, title in (("we-1", "Top"), ("we-2", "Middle")):
        place.made(identity, title, type="epic")
    place.made("we-3", "Work")
    place.made("we-4", "Choose", type="decision")
    place.part("we-2", "we-1")
    place.part("we-3", "we-2")
    assert explain(place.town, "we-3").ready
    place.link("we-1", "we-4")
    assert place.why("we-3") == [
        'its parent we-2 "Middle" is held up in turn',
        'that one\'s parent we-1 "Top" waits for we-4 "Choose" (open)',
    ]
    assert explain(place.town, "we-3").reasons[-1].beads == ("we-1", "we-4")
    place.close("we-4")
    assert place.why("we-3") == ["nothing keeps it"]
    place.set("we-1", BeadStatus.BLOCKED)
    assert place.why("we-3")[-1] == 'that one\'s parent we-1 "Top" was set to blocked by a person'


def test_why_names_hooks_queues_dates_and_persons(place: GraphTown) -> None:
    place.made("we-1", "Slung")
    place.sling("we-1")
    assert place.why("we-1") == ["on the hook of web/Toast"]
    request = place.hand_over()
    assert place.why("we-1") == [f"in the merge queue as {request}, queued"]
    place.made("we-2", defer_until=NOW + timedelta(days=3))
    assert place.why("we-2")[0].startswith("deferred until 2026-11-23")
    place.made("we-3")
    place.set("we-3", BeadStatus.PINNED)
    assert place.why("we-3") == ["a person has set it to pinned"]
    place.made("we-4", type="epic")
    assert place.why("we-4") == ["a bead of type epic is nobody's work itself"]
    place.made("we-5")
    place.close("we-5", "no need")
    assert place.why("we-5") == ["closed: no need"]
    place.made("we-6", assignee="web/polecats/Ash")
    assert place.why("we-6") == ["nothing keeps it", "assigned to web/Ash"]


def test_why_agrees_with_what_is_ready_for_every_bead(place: GraphTown) -> None:
    for number in range(12):
        place.made(f"we-{number}", priority=number % 5, type="epic" if number % 5 == 0 else "task")
        if number > 2:
            place.link(f"we-{number}", f"we-{number - 3}", "parent-child" if number % 2 else "blocks")
    place.close("we-1")
    place.set("we-2", BeadStatus.DEFERRED)
    ids = {bead.id for bead in what_is_ready(place.town)}
    found = explain_first(place.town, None, 100)
    assert {one.id for one in found if one.ready} == ids
    assert all(one.reasons for one in found)
    assert {one.id for one in found} == {f"we-{n}" for n in range(12) if n % 5 and n != 1}
    assert len(explain_first(place.town, "web", 1)) == 2
    with pytest.raises(NotFound):
        explain_first(place.town, "nowhere", 1)


def test_blocked_names_what_is_waited_for_and_the_parents(place: GraphTown) -> None:
    place.made("we-1", type="epic")
    for number in range(2, 10):
        place.made(f"we-{number}")
    for number in range(3, 10):
        place.link("we-2", f"we-{number}")
    place.part("we-3", "we-1")
    place.set("we-1", BeadStatus.BLOCKED)
    found = blocked(place.town, None, 10)
    assert [(line.id, line.parents) for line in found.lines] == [
        ("we-1", ()),
        ("we-2", ()),
        ("we-3", ("we-1",)),
    ]
    two = found.lines[1]
    assert (two.blockers, two.blockers_left_out) == (("we-3", "we-4", "we-5", "we-6", "we-7"), 2)
    assert found.lines[0].reasons[0].why == "a person has set it to blocked"
    assert blocked(place.town, "api", 10).lines == ()
    assert blocked(place.town, None, 1).more


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


def test_a_bead_shows_its_parts_and_what_it_is_part_of(place: GraphTown) -> None:
    place.made("we-1", type="epic")
    for number in (2, 3, 4):
        place.made(f"we-{number}", priority=5 - number)
        place.part(f"we-{number}", "we-1")
    place.close("we-2")
    place.delete("we-3")
    page = bead_page(place.town, "we-1")
    assert [(link.id, link.kind) for link in page.children] == [("we-4", "task"), ("we-2", "task")]
    assert (page.children_total, page.children_closed) == (2, 1)
    parent = bead_page(place.town, "we-4").parent
    assert parent is not None
    assert parent.id == "we-1"
    place.set("we-1", BeadStatus.DEFERRED)
    assert bead_page(place.town, "we-4").held_by == ("we-1",)
    parts = children(place.town, "we-1", closed=False, most=9)
    assert [line.id for line in parts.children.lines] == ["we-4"]
    assert (parts.total, parts.closed) == (2, 1)
    assert len(children(place.town, "we-1", closed=True, most=9).children.lines) == 2


def test_epics_are_counted_through_epics_at_their_ends(place: GraphTown) -> None:
    for epic in ("we-1", "we-2", "we-3"):
        place.made(epic, type="epic")
    for work in ("we-4", "we-5", "we-6", "we-7"):
        place.made(work)
    place.part("we-2", "we-1")
    place.part("we-4", "we-2")
    place.part("we-5", "we-2")
    place.part("we-6", "we-1")
    place.part("we-7", "we-6")
    place.made("we-8", type="molecule")
    place.part("we-8", "we-7")
    place.close("we-4")
    place.sling("we-7")
    one = epic_status(place.town, "we-1")
    assert (one.total, one.closed, one.in_progress) == (3, 1, 1)
    assert [(inner.id, inner.total, inner.closed) for inner in one.epics] == [("we-2", 2, 1)]
    assert eligible([one]) == []
    place.close("we-5")
    assert eligible([epic_status(place.town, "we-1")]) == ["we-2"]
    assert [epic.id for epic in epic_list(place.town, closed=False).epics] == ["we-1", "we-3"]
    place.close("we-3")
    assert [epic.id for epic in epic_list(place.town, closed=False).epics] == ["we-1"]
    assert [epic.id for epic in epic_list(place.town, closed=True).epics] == ["we-1", "we-3"]
    assert epic_list(place.town, closed=True, most=1).more
    assert epic_list(place.town, closed=True, rig="api").epics == ()
    assert epic_status(place.town, "we-8").total == 0


def shape(node: Node) -> str:
    mark = "*" if node.seen else "…" if node.cut else ""
    beneath = ",".join(shape(each) for each in node.beneath)
    return f"{node.id[3:]}{mark}" + (f"({beneath})" if beneath else "")


def test_a_tree_shows_what_comes_twice_once(place: GraphTown) -> None:
    for number in range(1, 6):
        place.made(f"we-{number}")
    for bead, other in (("1", "2"), ("1", "3"), ("2", "4"), ("3", "4"), ("4", "5")):
        place.link(f"we-{bead}", f"we-{other}")
    assert shape(dep_tree(place.town, "we-1").root) == "1(2(4(5)),3(4*))"
    assert shape(dep_tree(place.town, "we-5", upwards=True).root) == "5(4(2(1),3(1*)))"
    assert shape(dep_tree(place.town, "we-1", depth=1).root) == "1(2…,3…)"
    assert shape(dep_tree(place.town, "we-1", depth=0).root) == "1…"
    place.delete("we-4")
    assert shape(dep_tree(place.town, "we-1").root) == "1(2,3)"


def test_a_tree_stays_small(place: GraphTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gastown.views.dep_tree.LARGEST", 4)
    for number in range(1, 8):
        place.made(f"we-{number}")
        if number > 1:
            place.link("we-1", f"we-{number}")
    assert shape(dep_tree(place.town, "we-1").root) == "1…(2,3,4)"


def test_circles_are_found_though_none_can_be_made(place: GraphTown) -> None:
    for number in range(1, 5):
        place.made(f"we-{number}")
    place.link("we-1", "we-2")
    place.link("we-2", "we-4", "related")
    assert dep_cycles(place.town) == ()
    with place.ledger.transaction() as ledger, without_triggers(ledger):
        now = place.clock.now()
        graph.add_dependency(ledger, "we-2", "we-3", "parent-child", by="x", now=now)
        graph.add_dependency(ledger, "we-3", "we-1", "waits-for", by="x", now=now)
    (circle,) = dep_cycles(place.town)
    assert circle.beads == ("we-1", "we-2", "we-3")
    assert circle.kinds == ("blocks", "parent-child", "waits-for")
    assert len(dep_tree(place.town, "we-1").root.beneath) == 1
