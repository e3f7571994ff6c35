from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gastown.cli.render_convoy import bar_line, convoy_list, convoy_text, told
from gastown.domain.convoys import TrackedState
from gastown.errors import NotFound, Refused
from gastown.operations.work.convoy_change import add, close, remove
from gastown.operations.work.convoy_notices import seen
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.views.convoy_news import news
from gastown.views.convoys import all_convoys, convoy_line, convoy_page, how_many_open, open_convoys
from gastown.views.sentences import sentence
from gastown.views.town_status import town_status
from tests.component.convoy_town import ConvoyTown
from tests.component.view_town import StandingClock
from tests.fakes import FakeTerminal
from tests.towns import HUMAN


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    clock = StandingClock()
    place.town = Town(place.town.root, clock=clock, terminal=FakeTerminal())
    place.ledger = place.town.ledger
    with closing(place.town):
        yield place


def push(place: ConvoyTown, **length: float) -> None:
    clock = place.town.clock
    assert isinstance(clock, StandingClock)
    clock.push(**length)


# one and many


def test_a_page_shows_where_everything_stands(place: ConvoyTown) -> None:
    ready, waits, hooked, queued, landed, ended = (place.work(title) for title in "abcdef")
    far = place.insert("far", rig="mars")
    depend(place.town, waits, ready, by=HUMAN)
    convoy = place.convoy(ready, waits, hooked, queued, landed, ended, far, watching=["mayor"])
    sling(place.town, hooked, "Toast", by=HUMAN)
    for bead, name in ((queued, "Rust"), (landed, "Ash")):
        sling(place.town, bead, name, by=HUMAN)
    request = place.hand_over(queued)
    place.land(landed)
    place.close(ended)
    push(place, hours=3)
    page = convoy_page(place.town, convoy[:6])
    line = page.convoy
    assert (line.id, line.state, line.owner, line.watchers, line.lone) == (
        convoy,
        "open",
        "overseer",
        ("mayor",),
        False,
    )
    assert (line.tracked, line.closed) == (7, 2)
    assert line.states == {
        TrackedState.WORKING: 1,
        TrackedState.QUEUED: 1,
        TrackedState.READY: 2,
        TrackedState.WAITING: 1,
        TrackedState.CLOSED: 2,
    }
    assert page.ended.words == "1 landed, 1 closed otherwise"
    assert [bead.id for bead in page.beads] == [hooked, queued, ready, far, waits, landed, ended]
    by_id = {bead.id: bead for bead in page.beads}
    assert (by_id[hooked].worker, by_id[queued].request) == ("web/polecats/Toast", request)
    assert (by_id[waits].waits_for, by_id[far].here, by_id[ready].here) == ((ready,), False, True)
    assert (by_id[landed].landed, by_id[ended].landed) == (True, False)
    shown = convoy_text(page, 6, place.town.clock.now())
    assert shown.splitlines()[:5] == [
        f"{convoy}  Pagination",
        " open · ██░░░░░░░░ 2/7 · 1 landed, 1 closed otherwise",
        " 1 working · 1 queued · 2 ready · 1 waiting",
        " owned by overseer, watched by mayor · opened by overseer 3 h ago",
        "",
    ]
    assert "ready, but rig mars is not here" in shown
    assert shown.splitlines()[-1] == f"   … and 1 more: gt convoy status {convoy} -n 7"


def test_the_lists_are_bounded_and_in_order(place: ConvoyTown) -> None:
    beads = [place.work() for _ in range(4)]
    ids = [place.convoy(bead, title=f"C{number}") for number, bead in enumerate(beads)]
    empty = place.convoy(title="Empty")
    place.close(*beads[:2])
    assert [line.id for line in open_convoys(place.town)] == [*ids[2:], empty]
    assert [line.id for line in open_convoys(place.town, 1)] == ids[2:3]
    assert [line.id for line in all_convoys(place.town)] == [*ids[2:], empty, ids[1], ids[0]]
    assert [line.id for line in all_convoys(place.town, 4)] == [*ids[2:], empty, ids[1]]
    assert [line.state for line in all_convoys(place.town)] == ["open", "open", "open", "done", "done"]
    assert how_many_open(place.town) == 3
    text = convoy_list(all_convoys(place.town), place.town.clock.now()).splitlines()
    assert [line.split()[1:] for line in text[2:4]] == [
        ["Empty", "░░░░░░░░░░", "0/0", "overseer", "0", "s", "nothing", "in", "it", "yet"],
        ["C1", "██████████", "1/1", "overseer", "0", "s", "done"],
    ]


def test_convoys_around_lone_beads_come_last(place: ConvoyTown) -> None:
    lone = sling(place.town, place.work(), by=HUMAN).convoy
    convoy = place.convoy(place.work())
    assert [(line.id, line.lone) for line in open_convoys(place.town)] == [(convoy, False), (lone, True)]


def test_what_is_no_convoy_is_refused(place: ConvoyTown) -> None:
    work = place.work()
    with pytest.raises(Refused, match=f"{work} is a task, not a convoy"):
        convoy_page(place.town, work)
    with pytest.raises(NotFound):
        convoy_line(place.town, "cv-nope")


def test_one_that_was_given_up_has_not_landed_even_when_its_beads_end_later(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    close(place.town, convoy, force=True, reason="no time", by=HUMAN)
    place.close(work)
    assert convoy_line(place.town, convoy).state == "closed"


# changes


def test_the_news_between_two_looks_are_what_moved(place: ConvoyTown) -> None:
    one, two, three = place.work("one"), place.work("two"), place.work("three")
    convoy = place.convoy(one, two)
    first = convoy_page(place.town, convoy)
    assert [(item.bead, item.what) for item in news(None, first)] == [(one, "ready"), (two, "ready")]
    sling(place.town, one, "Toast", by=HUMAN)
    second = convoy_page(place.town, convoy)
    (item,) = news(first, second)
    assert told(item) == f"░░░░░░░░░░ 0/2  {one}  working: web/polecats/Toast  one"
    place.land(one)
    add(place.town, convoy, [three], by=HUMAN)
    remove(place.town, convoy, [two], by=HUMAN)
    third = convoy_page(place.town, convoy)
    assert [(item.bead, item.what, item.closed, item.tracked) for item in news(second, third)] == [
        (three, "is new: ready", 1, 2),
        (one, "landed", 1, 2),
        (two, "was taken out", 1, 2),
    ]
    assert news(third, third) == ()
    assert bar_line(third.convoy) == "█████░░░░░ 1/2  Pagination  1 ready"


# the one page


def test_the_page_shows_some_convoys_and_how_many_more_there_are(place: ConvoyTown) -> None:
    for number in range(10):
        place.convoy(place.work(), place.work(), title=f"C{number}")
    sling(place.town, place.work("lone"), by=HUMAN)
    shown = town_status(place.town)
    assert [convoy.title for convoy in shown.convoys] == [f"C{number}" for number in range(8)]
    assert shown.convoys_open == 10


def test_who_asked_for_a_convoy_sees_that_it_has_landed_until_he_looks(place: ConvoyTown) -> None:
    work, other = place.work(), place.work()
    convoy, given_up = place.convoy(work), place.convoy(other, title="Late", owner="overseer")
    sling(place.town, other, by=HUMAN)
    place.close(work)
    push(place, minutes=5)
    close(place.town, given_up, force=True, reason="no time", by=replace(HUMAN, address="mayor"))
    shown = town_status(place.town)
    assert [(line.kind, line.who, line.what, line.command) for line in shown.waiting] == [
        ("closed", given_up, "Convoy Late was closed by mayor, and has not landed: no time (nothing landed)",
         f"gt convoy status {given_up}"),
        ("landed", convoy, "Convoy Pagination is done, but nothing landed: 1 closed otherwise",
         f"gt convoy status {convoy}"),
    ]  # fmt: skip
    assert "convoy status" not in shown.next
    seen(place.town, convoy, by=HUMAN)
    assert [line.who for line in town_status(place.town).waiting] == [given_up]
    push(place, hours=25)
    assert town_status(place.town).waiting == ()


def test_a_lone_bead_s_convoy_is_no_news_and_many_are_counted(place: ConvoyTown) -> None:
    work = place.work()
    sling(place.town, work, by=HUMAN)
    place.land(work)
    assert town_status(place.town).waiting == ()
    for _ in range(7):
        work = place.work()
        place.convoy(work)
        place.close(work)
    lines = town_status(place.town).waiting
    assert len(lines) == 6
    assert (lines[-1].who, lines[-1].what, lines[-1].command) == (
        "convoys",
        "2 more have ended",
        "gt convoy list --all",
    )


# the log


def test_every_event_of_a_convoy_is_a_sentence(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, title="P")
    place.close(one)
    add(place.town, convoy, [two], watching=["mayor"], by=HUMAN)
    remove(place.town, convoy, [one], by=HUMAN)
    close(place.town, convoy, force=True, reason="no time", by=HUMAN)
    said = [
        sentence(event)
        for type_ in ("created", "landed", "added", "watched", "reopened", "removed", "closed")
        for event in place.happened(f"convoy.{type_}")
    ]
    assert said == [
        f'opened the convoy {convoy} "P" (1 tracked)',
        f'closed the convoy {convoy} "P", which is done: 1 closed otherwise',
        f"put 1 into the convoy {convoy}",
        f"lets mayor watch the convoy {convoy}",
        f"opened the convoy {convoy} again: {two} is in it, and open",
        f"took 1 out of the convoy {convoy}",
        f"closed the convoy {convoy}, which had not landed (nothing landed): no time",
    ]


def test_time_alone_makes_a_deferred_bead_ready(place: ConvoyTown) -> None:
    now = place.town.clock.now()
    later = place.insert("later", rig="web", defer_until=now + timedelta(hours=1))
    convoy = place.convoy(later)
    assert convoy_line(place.town, convoy).states == {TrackedState.DEFERRED: 1}
    push(place, hours=2)
    assert convoy_line(place.town, convoy).states == {TrackedState.READY: 1}
