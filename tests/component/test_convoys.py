from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.errors import GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, convoys, derived, graph
from gastown.operations.work import close as closing_beads
from gastown.operations.work import delete as deleting
from gastown.operations.work import reopen as reopening
from gastown.operations.work.convoy_change import add, close, create, remove
from gastown.operations.work.convoy_notices import seen
from gastown.operations.work.convoys import close_all_finished, reopen_for, settle_changed
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN

TOAST = "web/polecats/Toast"
AGENT = Caller(TOAST, 1, 1)
CREW = Caller("web/crew/ann", 1, 1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    with closing(place.town):
        yield place
        assert list(derived.check(place.ledger)) == []


# making one


def test_a_convoy_tracks_beads_of_any_rigs_by_the_beginnings_of_their_ids(place: ConvoyTown) -> None:
    one, two = place.work(id="issue-123"), place.work(rig="api")
    made = create(place.town, " Pagination ", ["issue-1", two, one], by=HUMAN)
    assert made.id.startswith("cv-")
    assert (made.title, made.beads, made.tracked, made.closed) == ("Pagination", (one, two), 2, 0)
    assert (made.owner, made.watchers, made.landed) == ("overseer", (), False)
    bead = place.bead(made.id)
    assert (bead.type, bead.rig, bead.owner) == ("convoy", None, "overseer")
    assert {link.id for link in graph.tracked(place.ledger, made.id)} == {one, two}
    (event,) = place.happened("convoy.created")
    assert event.payload["tracks"] == [one, two]


def test_an_empty_convoy_is_never_done(place: ConvoyTown) -> None:
    convoy = place.convoy()
    with place.ledger.transaction() as ledger:
        close_all_finished(ledger, by="overseer", now=place.town.clock.now())
    assert place.is_open(convoy)


def test_a_bead_may_be_in_several_convoys_and_ends_them_all(place: ConvoyTown) -> None:
    work = place.work()
    one, two = place.convoy(work), place.convoy(work)
    place.close(work)
    assert not place.is_open(one)
    assert not place.is_open(two)


def test_owner_and_watchers_are_kept(place: ConvoyTown) -> None:
    made = create(place.town, "P", owner="mayor", watching=["overseer", TOAST, "overseer"], by=HUMAN)
    assert (made.owner, made.watchers) == ("mayor", ("overseer", TOAST))
    assert place.bead(made.id).metadata == {"watchers": ["overseer", TOAST]}
    assert add(place.town, made.id, watching=["mayor", TOAST], by=HUMAN).watchers == (
        "overseer",
        TOAST,
        "mayor",
    )
    assert [event.payload["who"] for event in place.happened("convoy.watched")] == [f"mayor, {TOAST}"]


NEVER = {
    "a convoy": ({"type": "convoy", "prefix": "cv"}, "is a convoy: a convoy tracks work"),
    "a message": ({"type": "message"}, "is a message: a convoy tracks work"),
    "a merge request": ({"type": "merge-request"}, "is a merge-request: a convoy tracks work"),
    "a wisp": ({"ephemeral": True}, "is a wisp"),
}


@pytest.mark.parametrize("fields, words", NEVER.values(), ids=NEVER)
def test_what_is_no_lasting_work_is_not_tracked(
    place: ConvoyTown, fields: dict[str, object], words: str
) -> None:
    work, other, there = place.work(), place.insert("Other", **fields), place.convoy()
    with pytest.raises(Refused, match=words) as refusal:
        create(place.town, "P", [work, other], by=HUMAN)
    assert refusal.value.hint
    with pytest.raises(Refused, match=words):
        add(place.town, there, [work, other], by=HUMAN)
    assert len(place.happened("convoy.created")) == 1
    assert graph.tracked(place.ledger, there) == []


def test_what_was_deleted_is_not_tracked(place: ConvoyTown) -> None:
    work = place.work()
    deleting.delete(place.town, [work], reason="a slip", by=HUMAN)
    with pytest.raises(Refused, match=f"{work} was deleted: a slip"):
        create(place.town, "P", [work], by=HUMAN)


BAD: dict[str, tuple[dict[str, object], type[GastownError], str]] = {
    "no title": ({"title": " "}, Invalid, "needs a title"),
    "an owner who is none": ({"owner": "nobody"}, Invalid, "'nobody' is no agent's address here"),
    "a watcher who is none": ({"watching": ["web/x/y"]}, Invalid, "'web/x/y' is no agent's address"),
    "an unknown bead": ({"what": ["we-nope"]}, NotFound, "there is no bead 'we-nope'"),
}


@pytest.mark.parametrize("fields, kind, message", BAD.values(), ids=BAD)
def test_what_cannot_be_made_leaves_nothing(
    place: ConvoyTown, fields: dict[str, object], kind: type[GastownError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        create(place.town, **{"title": "P", "by": HUMAN, **fields})  # type: ignore[arg-type]
    assert place.happened("convoy.created") == []


def test_an_epic_counts_as_one(place: ConvoyTown) -> None:
    children = [place.work(), place.work()]
    epic = place.epic("Big", *children)
    convoy = place.convoy(epic)
    place.close(*children)
    assert convoys.progress(place.ledger, [convoy]) == {convoy: (1, 0)}
    place.close(epic)
    assert not place.is_open(convoy)


# landing


def test_the_last_bead_that_ends_closes_the_convoy_and_everybody_is_told_once(place: ConvoyTown) -> None:
    landed, changed_nothing, other = place.work(), place.work(), place.work()
    convoy = place.convoy(landed, changed_nothing, other, owner="mayor", watching=["overseer", TOAST])
    sling(place.town, landed, "Toast", by=HUMAN)
    place.land(landed)
    place.close(changed_nothing)
    assert place.is_open(convoy)
    place.close(other, by="mayor")
    assert place.bead(convoy).close_reason == "all it tracks has ended: 1 landed, 2 closed otherwise"
    words = "Convoy Pagination has landed: 1 landed, 2 closed otherwise"
    assert place.messages() == [("mayor", words), ("overseer", words), (TOAST, words)]
    (event,) = place.happened("convoy.landed")
    assert (event.subject, event.actor) == (convoy, "mayor")
    assert event.payload["told"] == ["mayor", "overseer", TOAST]
    assert event.payload["how"] == "1 landed, 2 closed otherwise"


def test_a_message_is_a_wisp_about_the_convoy(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    place.close(work)
    (message,) = convoys.unread(place.ledger, convoy)
    bead = place.bead(message)
    assert (bead.type, bead.assignee, bead.created_by, bead.ephemeral) == (
        "message",
        "overseer",
        "convoy",
        True,
    )
    assert [link.id for link in graph.blocked_by(place.ledger, message)] == [convoy]


def test_work_without_a_change_is_told_as_that(place: ConvoyTown) -> None:
    work, other = place.work(), place.work()
    convoy = place.convoy(work, other)
    for bead in (work, other):
        slung = sling(place.town, bead, by=HUMAN)
        if bead == work:
            place.land(bead)
            continue
        with place.ledger.transaction() as ledger:
            agents.end_assignment(ledger, slung.generation, "no_change", place.town.clock.now())
            agents.unhook(ledger, slung.agent, bead)
        place.close(bead)
    assert convoys.endings(place.ledger, convoy).words == "1 landed, 1 closed without a change"
    assert not place.is_open(convoy)


def test_the_convoy_around_a_lone_bead_tells_too(place: ConvoyTown) -> None:
    slung = sling(place.town, place.work("Mend"), by=HUMAN)
    assert slung.convoy is not None
    place.land(slung.bead)
    assert place.messages() == [("overseer", "Convoy Mend has landed: 1 landed")]
    assert [notice.lone for notice in convoys.told(place.ledger, "overseer")] == [True]


def test_a_convoy_of_what_is_closed_already_lands_at_once(place: ConvoyTown) -> None:
    work = place.work()
    place.close(work)
    made = create(place.town, "P", [work], by=HUMAN)
    assert made.landed
    assert not place.is_open(made.id)
    assert place.messages() == []  # whoever made it reads it there
    made = create(place.town, "P", [work], owner="mayor", by=HUMAN)
    assert [who for who, _ in place.messages()] == ["mayor"]


def test_a_very_long_title_is_cut_in_the_message(place: ConvoyTown) -> None:
    work = place.work()
    place.convoy(work, title="x" * 500)
    place.close(work)
    ((_, title),) = place.messages()
    assert len(title) < 300


def test_a_deleted_bead_neither_lands_a_convoy_nor_keeps_it(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    alone, both = place.convoy(one), place.convoy(one, two)
    deleting.delete(place.town, [one], by=HUMAN)
    assert place.is_open(alone)
    assert place.is_open(both)
    assert convoys.progress(place.ledger, [alone, both]).get(both) == (1, 0)
    place.close(two)
    assert not place.is_open(both)
    assert place.is_open(alone)


def test_what_came_closed_from_elsewhere_ends_its_convoys(place: ConvoyTown) -> None:
    work, other = place.work(), place.work()
    done, half = place.convoy(work), place.convoy(work, other)
    with place.ledger.transaction() as ledger:
        bead_writes.close(ledger, work, "landed in the other town", by="ann", now=place.town.clock.now())
        close_all_finished(ledger, by="ann", now=place.town.clock.now())
    assert not place.is_open(done)
    assert place.is_open(half)


# opening again


def test_an_open_bead_that_is_added_opens_it_again_and_it_can_tell_again(place: ConvoyTown) -> None:
    one, two, three = place.work(), place.work(), place.work()
    convoy = place.convoy(one)
    place.close(one, three)
    again = add(place.town, convoy, [two, one, three], by=HUMAN)
    assert (again.reopened, again.landed, again.beads, again.already) == (True, False, (two, three), (one,))
    assert place.messages() == []  # it is true no more
    assert [event.payload["because"] for event in place.happened("convoy.reopened")] == [
        f"{two} is in it, and open"
    ]
    place.close(two)
    assert len(place.messages()) == 1
    assert len(place.happened("convoy.landed")) == 2


def test_a_closed_bead_that_is_added_leaves_it_closed(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one)
    place.close(one, two)
    assert not add(place.town, convoy, [two], by=HUMAN).reopened
    assert not place.is_open(convoy)
    assert len(place.happened("convoy.landed")) == 1


def test_a_lone_bead_s_convoy_to_which_something_is_added_is_no_lone_one(place: ConvoyTown) -> None:
    slung = sling(place.town, place.work(), by=HUMAN)
    add(place.town, str(slung.convoy), [place.work()], by=HUMAN)
    assert place.bead(str(slung.convoy)).metadata == {}


def test_adding_the_same_again_changes_nothing(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    made = add(place.town, convoy, [work], by=HUMAN)
    assert (made.beads, made.already, made.reopened) == ((), (work,), False)
    assert place.happened("convoy.added") == []
    with pytest.raises(Refused, match="name what is to be added"):
        add(place.town, convoy, by=HUMAN)


def test_reopening_a_tracked_bead_opens_its_convoys_but_not_those_given_up(place: ConvoyTown) -> None:
    work, other = place.work(), place.work()
    landed, given_up = place.convoy(work), place.convoy(work, other)
    close(place.town, given_up, force=True, reason="no time", by=HUMAN)
    place.close(work)
    reopening.reopen(place.town, [work], by=HUMAN)
    assert place.is_open(landed)
    assert not place.is_open(given_up)
    assert [event.payload["because"] for event in place.happened("convoy.reopened")] == [
        f"{work} is open again"
    ]
    with place.ledger.transaction() as ledger:
        reopen_for(ledger, work, by="overseer", now=place.town.clock.now())
    assert len(place.happened("convoy.reopened")) == 1


# taking out


def test_with_the_last_open_bead_gone_it_has_landed_and_with_none_it_waits(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two, watching=[TOAST])
    place.close(one)
    made = remove(place.town, convoy, [two[:8]], by=HUMAN)
    assert (made.beads, made.landed, made.tracked, made.closed) == ((two,), True, 1, 1)
    assert [who for who, _ in place.messages()] == [TOAST]
    assert place.is_open(two)
    empty = place.convoy(two)
    assert not remove(place.town, empty, [two], by=HUMAN).landed
    assert place.is_open(empty)
    assert remove(place.town, convoy, [one], by=HUMAN).tracked == 0


def test_all_are_taken_out_or_none(place: ConvoyTown) -> None:
    one, stranger = place.work(), place.work()
    convoy = place.convoy(one)
    with pytest.raises(Refused, match=f"{convoy} does not track {stranger}; nothing was removed"):
        remove(place.town, convoy, [one, stranger], by=HUMAN)
    assert [link.id for link in graph.tracked(place.ledger, convoy)] == [one]
    with pytest.raises(Refused, match=f"{one} is a task, not a convoy"):
        remove(place.town, one, [stranger], by=HUMAN)


# giving up


def test_by_hand_it_is_closed_only_by_force_and_told_as_not_landed(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two, owner="mayor", watching=["overseer"])
    place.close(one)
    with pytest.raises(Refused, match=f"{convoy} tracks 1 that are open") as refusal:
        close(place.town, convoy, by=HUMAN)
    assert "--force" in refusal.value.hint
    with pytest.raises(Refused, match="--force is for people"):
        close(place.town, convoy, force=True, by=CREW)
    with pytest.raises(Refused, match="a polecat may not make or change convoys"):
        close(place.town, convoy, by=AGENT)
    made = close(place.town, convoy, force=True, reason="no time", by=HUMAN)
    assert (made.reason, made.still_open, made.how, made.already) == (
        "no time",
        1,
        "1 closed otherwise",
        False,
    )
    words = "Convoy Pagination was closed by overseer, and has not landed: no time (1 closed otherwise)"
    assert place.messages() == [("mayor", words)]
    assert place.is_open(two)
    assert close(place.town, convoy, by=HUMAN).already
    (event,) = place.happened("convoy.closed")
    assert event.payload["told"] == ["mayor"]
    assert place.happened("convoy.landed") == []
    place.close(two)
    assert place.happened("convoy.landed") == []


def test_one_that_was_given_up_can_be_taken_up_again_and_land(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    close(place.town, convoy, force=True, by=HUMAN)
    assert add(place.town, convoy, [work], by=HUMAN).reopened
    place.close(work)
    assert not place.is_open(convoy)
    assert place.bead(convoy).metadata == {}
    assert len(place.happened("convoy.landed")) == 1


def test_an_empty_one_is_closed_by_hand_without_force(place: ConvoyTown) -> None:
    convoy = place.convoy()
    assert close(place.town, convoy, by=HUMAN).how == "nothing landed"
    assert not place.is_open(convoy)


def test_bd_close_ends_convoys_with_their_beads(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    closing_beads.close(place.town, [one, two], by=HUMAN)
    assert not place.is_open(convoy)
    assert len(place.happened("convoy.landed")) == 1


# reading


def test_what_one_has_seen_is_told_no_more(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work, watching=["mayor"])
    place.close(work)
    seen(place.town, convoy, by=replace(AGENT, is_current=False))
    seen(place.town, convoy, by=AGENT)
    assert len(place.messages()) == 2
    seen(place.town, convoy, by=HUMAN)
    assert [who for who, _ in place.messages()] == ["mayor"]


def test_an_older_session_changes_no_convoy(place: ConvoyTown) -> None:
    older = replace(AGENT, is_current=False)
    convoy = place.convoy(place.work())
    for change in (
        lambda: create(place.town, "P", by=older),
        lambda: add(place.town, convoy, ["x"], by=older),
        lambda: remove(place.town, convoy, ["x"], by=older),
        lambda: close(place.town, convoy, by=older),
    ):
        with pytest.raises(Refused, match="older session"):
            change()


# what others do to beads


def test_a_convoy_is_reopened_by_hand_only_with_something_open_in_it(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    close(place.town, convoy, force=True, reason="no time", by=HUMAN)
    assert not reopening.reopen(place.town, [convoy], by=HUMAN)[0].already
    assert place.bead(convoy).metadata == {}
    assert reopening.reopen(place.town, [convoy], by=HUMAN)[0].already
    place.close(one, two)
    assert not place.is_open(convoy)
    with pytest.raises(Refused, match=f"nothing in {convoy} is open"):
        reopening.reopen(place.town, [convoy], by=HUMAN)


def test_a_deleted_bead_that_comes_back_opens_its_convoy_again(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    place.close(one)
    deleting.delete(place.town, [two], by=HUMAN)
    assert not place.is_open(convoy)
    undelete(place.town, two, by=HUMAN)
    assert place.is_open(convoy)
    assert convoys.progress(place.ledger, [convoy]) == {convoy: (2, 1)}


def test_what_changed_elsewhere_ends_and_opens_convoys(place: ConvoyTown) -> None:
    """A pull writes beads as they are in the other town; convoys follow afterwards."""
    ended, opened, added, alone = (place.work(title) for title in "abcd")
    ends, opens, grows, given_up = (
        place.convoy(ended), place.convoy(opened), place.convoy(alone), place.convoy(opened, alone)
    )  # fmt: skip
    close(place.town, given_up, force=True, by=HUMAN)
    place.close(opened, alone)
    since = place.ledger.select("SELECT max(seq) AS seq FROM changes", {})[0]["seq"]
    now = place.town.clock.now()
    with place.ledger.transaction() as ledger:
        bead_writes.close(ledger, ended, "landed there", by="ann", now=now)
        bead_writes.reopen(ledger, opened, by="ann", now=now)
        graph.add_dependency(ledger, grows, added, "tracks", by="ann", now=now)
    settle_changed(place.town, since, by=HUMAN)
    assert [place.is_open(convoy) for convoy in (ends, opens, grows, given_up)] == [False, True, True, False]
