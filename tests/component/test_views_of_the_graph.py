"""What is ready and why, what waits and for what, trees, circles, and how far epics have come."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.beads import BeadStatus
from gastown.errors import NotFound
from gastown.ledger import graph, ready
from gastown.ledger.derived import without_triggers
from gastown.ledger.lists import Wanted
from gastown.views.bead_list import bead_list, children
from gastown.views.bead_page import bead_page
from gastown.views.blocked import blocked
from gastown.views.dep_tree import Node, dep_cycles, dep_tree
from gastown.views.epic_status import eligible, epic_list, epic_status
from gastown.views.explain import explain, explain_first
from gastown.views.ready import ready as what_is_ready
from gastown.views.ready import ready_count
from tests.component.graph_town import GraphTown
from tests.component.view_town import NOW


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


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> GraphTown:
    return GraphTown(tmp_path_factory.mktemp("graphs"), "web")


NUMBERS = itertools.count()
BEADS = st.tuples(
    st.sampled_from(["task", "bug", "epic", "convoy"]),
    st.sampled_from([*BeadStatus, *[BeadStatus.OPEN] * 9]),
    st.sampled_from([None, None, None, -1, 1]),
    st.sampled_from(["", "blocks", "waits-for", "related"]),
    st.integers(0, 9),
    st.integers(0, 9),
)
"""Type, status, hours until which it is deferred, how it leans on which earlier bead, whose part it is (0: none's)."""


@settings(max_examples=60, deadline=None)
@given(st.lists(BEADS, min_size=1, max_size=9))
def test_every_reason_is_one_and_every_bead_that_waits_has_one(
    graphs: GraphTown, drawn: list[tuple[str, BeadStatus, int | None, str, int, int]]
) -> None:
    start = f"g{next(NUMBERS)}"
    ids = [f"{start}-{place}" for place in range(len(drawn))]
    for place, (type_, status, hours, kind, other, parent) in enumerate(drawn):
        until = None if hours is None else NOW + timedelta(hours=hours)
        graphs.made(ids[place], type=type_, defer_until=until)
        if kind and place:
            graphs.link(ids[place], ids[other % place], kind)
        if parent and place:
            graphs.part(ids[place], ids[parent % place])
        if status is BeadStatus.CLOSED:
            graphs.close(ids[place])
        elif status is not BeadStatus.OPEN:
            graphs.set(ids[place], status)
    ready_ones = {bead.id for bead in what_is_ready(graphs.town, most=100_000)}
    waiting = {line.id for line in blocked(graphs.town, None, 100_000).lines}
    for identity in ids:
        told = explain(graphs.town, identity)
        kinds = {reason.kind for reason in told.reasons}
        assert told.ready == (identity in ready_ones)
        assert told.ready == (kinds == {"ready"})
        assert not any("verify" in reason.why for reason in told.reasons)
        if kinds & {"waits", "parent"} and "type" not in kinds:
            assert identity in waiting


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


def test_epics_are_counted_however_deep_they_lie(place: GraphTown) -> None:
    deep = 120
    for number in range(deep):
        place.made(f"we-{number}", type="epic")
        if number:
            place.part(f"we-{number}", f"we-{number - 1}")
    place.made("we-end")
    place.part("we-end", f"we-{deep - 1}")
    found = epic_status(place.town, "we-0")
    assert (found.total, found.closed) == (1, 0)
    assert eligible([found]) == []
    shown = 0
    while found.epics:
        (found,) = found.epics
        shown += 1
    assert shown == 50
    place.close("we-end")
    assert epic_status(place.town, "we-0").closed == 1


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
