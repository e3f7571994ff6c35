"""Beads closed, opened again, deleted and brought back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.merging_fields import last_edit
from gastown.errors import NotFound, Refused
from gastown.ledger import agents, beads, convoys, events, graph, merges, records
from gastown.operations.work.close import close
from gastown.operations.work.comment import comment
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.operations.work.unsling import unsling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from gastown.world.wake import Doorbell
from tests.component.bead_town import (
    AGENT,
    CREW,
    TOAST,
    bead_town,
    filed,
    happened,
    is_ready,
    journal,
    nobody_replaces,
    record,
    submitted,
)
from tests.towns import HUMAN

STALE = Caller(TOAST, 1, 1, is_current=False)
__all__ = ["nobody_replaces"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from bead_town(tmp_path)


def status(town: Town, bead: str) -> BeadStatus:
    return beads.get(town.ledger, bead).status


# closing


@pytest.mark.usefixtures("nobody_replaces")
def test_what_was_never_slung_is_closed_by_hand_also_by_an_agent(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    depend(town, two, one, by=HUMAN)
    done = close(town, [one], reason=" obsolete ", by=AGENT)
    assert [(each.id, each.already, each.forced) for each in done.beads] == [("we-1", False, False)]
    assert [each.id for each in done.unblocked] == ["we-2"]
    now = beads.get(town.ledger, one)
    assert (now.status, now.close_reason, now.closed_by) == (BeadStatus.CLOSED, "obsolete", AGENT.address)
    before = journal(town), happened(town)
    again = close(town, [one], reason="other", by=AGENT)
    assert (again.beads[0].already, again.unblocked) == (True, [])
    assert (journal(town), happened(town)) == before


def test_what_an_epics_blocker_held_up_is_named_when_it_closes(town: Town) -> None:
    before, epic = filed(town, "b-1"), filed(town, "e-1", type="epic")
    depend(town, epic, before, by=HUMAN)
    inner = filed(town, "i-1", type="epic", parent=epic)
    deep = filed(town, "d-1", parent=inner)
    waiting = filed(town, "w-1", parent=inner)
    depend(town, waiting, deep, by=HUMAN)
    assert [each.id for each in close(town, [before], by=HUMAN).unblocked] == [deep]
    assert is_ready(town, deep)


@pytest.mark.usefixtures("nobody_replaces")
def test_work_that_was_slung_is_closed_by_landing_alone(town: Town) -> None:
    one = filed(town, "we-1")
    sling(town, one, TOAST, by=HUMAN)
    for by in (HUMAN, AGENT):
        with pytest.raises(Refused, match="closes when its commits land"):
            close(town, [one], by=by)
    unsling(town, TOAST, by=HUMAN)
    for by in (HUMAN, AGENT):
        with pytest.raises(Refused, match="was slung to web/polecats/Toast"):
            close(town, [one], by=by)
    with pytest.raises(Refused, match="--force is for people"):
        close(town, [one], force=True, by=AGENT)
    assert status(town, one) is BeadStatus.OPEN


def test_a_persons_force_is_logged_and_clears_the_hook(town: Town) -> None:
    one = filed(town, "we-1")
    slung = sling(town, one, TOAST, by=HUMAN)
    bell = Doorbell(town.places.wake)
    done = close(town, [one], reason="not needed", force=True, by=HUMAN)
    assert bell.wait(0)
    bell.close()
    assert done.beads[0].forced
    assert status(town, one) is BeadStatus.CLOSED
    assert agents.holder(town.ledger, one) is None
    assignment = agents.assignment(town.ledger, slung.generation)
    assert assignment is not None
    assert assignment.outcome == "unslung"
    event = events.last_of_type(town.ledger, one, "bead.closed")
    assert event is not None
    assert (event.payload["forced"], event.payload["how"]) == (True, "by force, without a landing")
    assert slung.convoy is not None
    assert status(town, slung.convoy) is BeadStatus.CLOSED


def test_force_that_has_nothing_to_pass_over_is_none(town: Town) -> None:
    done = close(town, [filed(town, "we-1")], force=True, by=HUMAN)
    assert not done.beads[0].forced


def test_no_force_closes_what_is_in_the_queue_or_on_its_way_there(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    request = submitted(town, one)
    slung = sling(town, two, TOAST, by=HUMAN)
    with town.ledger.transaction() as ledger:
        agents.wish_done(
            ledger, slung.generation, commit="c" * 40, no_change=None, incarnation=1, now=town.clock.now()
        )
    for force in (False, True):
        with pytest.raises(Refused, match=f"we-1 waits in the merge queue as {request}") as refusal:
            close(town, [one], force=force, by=HUMAN)
        assert f"gt mq reject {request}" in refusal.value.hint
        with pytest.raises(Refused, match="it is being submitted"):
            close(town, [two], force=force, by=HUMAN)
        with pytest.raises(Refused, match="is a merge request"):
            close(town, [request], force=force, by=HUMAN)
    assert merges.live_of_bead(town.ledger, one) is not None


def test_a_parent_closes_after_its_children_or_with_them(town: Town) -> None:
    epic = filed(town, "e-1", type="epic")
    inner = filed(town, "i-1", parent=epic)
    leaf = filed(town, "l-1", parent=inner)
    with pytest.raises(Refused, match="e-1 has open children: i-1"):
        close(town, [epic, leaf], by=HUMAN)
    assert status(town, leaf) is BeadStatus.OPEN
    done = close(town, [epic, inner, leaf], by=HUMAN)
    assert [each.id for each in done.beads] == [epic, inner, leaf]
    reopen(town, [epic, inner, leaf], by=HUMAN)
    assert close(town, [epic], force=True, by=HUMAN).beads[0].forced
    assert status(town, inner) is BeadStatus.OPEN


def test_a_convoy_closes_when_all_it_tracks_has_or_by_force(town: Town) -> None:
    one = filed(town, "we-1")
    convoy = sling(town, one, TOAST, by=HUMAN).convoy
    assert convoy is not None
    with pytest.raises(Refused, match="still tracks open beads: we-1"):
        close(town, [convoy], by=HUMAN)
    close(town, [convoy], reason="enough", force=True, by=HUMAN)
    assert status(town, convoy) is BeadStatus.CLOSED
    assert status(town, one) is BeadStatus.HOOKED


def test_a_convoy_is_neither_claimed_nor_given_a_status(town: Town) -> None:
    convoy = sling(town, filed(town, "we-1"), TOAST, by=HUMAN).convoy
    assert convoy is not None
    for change in (Changes(claim=True), Changes(status="blocked")):
        with pytest.raises(Refused, match="is a convoy"):
            update(town, [convoy], change, by=HUMAN)


def test_a_convoy_named_with_what_it_tracks_closes_with_it(town: Town) -> None:
    one = filed(town, "we-1")
    convoy = sling(town, one, TOAST, by=HUMAN).convoy
    assert convoy is not None
    close(town, [convoy, one], force=True, by=HUMAN)
    assert {status(town, bead) for bead in (convoy, one)} == {BeadStatus.CLOSED}


# opening again


def test_a_closed_bead_is_open_again_and_holds_up_what_waits_for_it(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    depend(town, two, one, by=HUMAN)
    close(town, [one], by=HUMAN)
    assert is_ready(town, two)
    (done,) = reopen(town, [one], reason="not quite", by=HUMAN)
    assert (done.already, done.status) == (False, BeadStatus.OPEN)
    assert not is_ready(town, two)
    now = beads.get(town.ledger, one)
    assert (now.closed_at, now.closed_by, now.close_reason) == (None, None, None)
    assert reopen(town, [one], by=HUMAN)[0].already
    assert happened(town)[-1] == "bead.reopened"


def test_what_was_on_a_hook_is_nobodys_when_it_is_opened_again(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2", assignee="ann")
    convoy = sling(town, one, TOAST, by=HUMAN).convoy
    assert convoy is not None
    close(town, [one, two], force=True, by=HUMAN)
    reopen(town, [one, two], by=HUMAN)
    assert [beads.get(town.ledger, each).assignee for each in (one, two)] == [None, "ann"]
    assert status(town, convoy) is BeadStatus.OPEN
    assert convoys.convoy_of(town.ledger, one) == convoy


# deleting


def test_a_deleted_bead_comes_back_with_all_that_hung_on_it(town: Town) -> None:
    epic, before = filed(town, "e-1", type="epic"), filed(town, "b-1")
    one = filed(
        town, "we-1", parent=epic, labels=("a", "b"), description="d" * 1000, notes="n", assignee="ann"
    )
    child, after = filed(town, "c-1", parent=one), filed(town, "a-1")
    depend(town, one, before, by=HUMAN)
    depend(town, after, one, by=HUMAN)
    comment(town, one, "first", by=Caller("ann"))
    comment(town, one, "second", by=HUMAN)
    update(town, [one], Changes(due="2027-01-01", external_ref="gh-1", status="pinned"), by=HUMAN)
    kept = {bead: record(town, bead) for bead in (one, child, after)}
    (done,) = delete(town, [one], reason="by mistake", force=True, by=HUMAN)
    assert not done.already
    husk = record(town, one)
    assert set(husk) == {"id", "uid", "rig", "title", "status", "priority", "owner", "created_at", "created_by",
                         "deleted_at", "deleted_by", "delete_reason"}  # fmt: skip
    assert (husk["status"], husk["delete_reason"]) == ("tombstone", "by mistake")
    assert graph.dependents(town.ledger, one) == []
    assert is_ready(town, after)
    assert is_ready(town, child)
    assert delete(town, [one], by=HUMAN)[0].already
    back = undelete(town, "we-", by=HUMAN)
    assert (back.already, back.status, back.left_out) == (False, BeadStatus.PINNED, [])
    assert {bead: record(town, bead) for bead in (one, child, after)} == kept
    assert undelete(town, one, by=HUMAN).already
    assert happened(town)[-2:] == ["bead.deleted", "bead.undeleted"]


def test_links_that_no_longer_fit_are_left_out_and_told(town: Town) -> None:
    one, gone, after = filed(town, "we-1"), filed(town, "g-1"), filed(town, "a-1")
    child, other = filed(town, "c-1", parent=one), filed(town, "o-1")
    depend(town, one, gone, by=HUMAN)
    depend(town, after, one, by=HUMAN)
    delete(town, [one], force=True, by=HUMAN)
    delete(town, [gone], by=HUMAN)
    update(town, [child], Changes(parent=other), by=HUMAN)
    assert undelete(town, one, by=HUMAN).left_out == ["we-1 blocks g-1", "c-1 parent-child we-1"]
    assert graph.open_blockers(town.ledger, after) == [one]
    delete(town, [one], force=True, by=HUMAN)
    assert undelete(town, gone, by=HUMAN).left_out == []
    undelete(town, one, by=HUMAN)
    delete(town, [one], force=True, by=HUMAN)
    depend(town, gone, after, by=HUMAN)
    assert graph.path_between(town.ledger, gone, after) is not None
    assert undelete(town, one, by=HUMAN).left_out == []


def test_what_is_brought_back_is_newer_than_its_deletion(town: Town) -> None:
    one = filed(town, "we-1", description="d", notes="n")
    update(town, [one], Changes(title="New"), by=HUMAN)
    before = records.read(town.ledger, one)
    delete(town, [one], by=HUMAN)
    gone = records.read(town.ledger, one)
    undelete(town, one, by=HUMAN)
    back = records.read(town.ledger, one)
    assert before is not None
    assert gone is not None
    assert back is not None
    assert last_edit(back) > str(gone["deleted_at"])
    assert {**before, "written": 0, "updated_at": 0} == {**back, "written": 0, "updated_at": 0}
    was, now = before["written"], back["written"]
    assert isinstance(was, dict)
    assert isinstance(now, dict)
    assert now["title"] == was["title"]
    assert now["description"] == now["status"] == now["notes"] == back["updated_at"]


def test_links_with_wisps_come_back_too(town: Town) -> None:
    one, after = filed(town, "we-1"), filed(town, "a-1", ephemeral=True)
    depend(town, after, one, by=HUMAN)
    delete(town, [one], force=True, by=HUMAN)
    assert undelete(town, one, by=HUMAN).left_out == []
    assert graph.open_blockers(town.ledger, after) == [one]


def test_what_would_be_missed_is_not_deleted_without_force(town: Town) -> None:
    epic, one = filed(town, "e-1", type="epic"), filed(town, "we-1")
    child = filed(town, "c-1", parent=epic)
    depend(town, child, one, by=HUMAN)
    for bead, said in ((epic, "e-1 has children: c-1"), (one, "open beads wait for we-1: c-1")):
        with pytest.raises(Refused, match=said):
            delete(town, [bead], by=HUMAN)
    assert [each.id for each in delete(town, [epic, one, child], by=HUMAN)] == [epic, one, child]
    for each in (child, one, epic):
        undelete(town, each, by=HUMAN)
    close(town, [child], by=HUMAN)
    delete(town, [one], by=HUMAN)


@pytest.mark.usefixtures("nobody_replaces")
def test_work_is_not_deleted_from_a_hook_nor_by_an_agents_force(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    request = submitted(town, one)
    sling(town, two, TOAST, by=HUMAN)
    for bead, said in (
        (one, "merge queue"),
        (two, "is on web/polecats/Toast's hook"),
        (request, "is a merge request"),
    ):
        with pytest.raises(Refused, match=said):
            delete(town, [bead], force=True, by=HUMAN)
    unsling(town, TOAST, by=HUMAN)
    with pytest.raises(Refused, match="was slung to"):
        delete(town, [two], by=CREW)
    with pytest.raises(Refused, match="--force is for people"):
        delete(town, [two], force=True, by=CREW)
    with pytest.raises(Refused, match="a polecat may not delete beads"):
        delete(town, [two], by=AGENT)
    delete(town, [two], force=True, by=HUMAN)
    assert len(agents.assignments_of_bead(town.ledger, two)) == 1
    undelete(town, two, by=HUMAN)
    assert status(town, two) is BeadStatus.OPEN


def test_a_deleted_bead_is_changed_by_nothing_but_undelete(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    delete(town, [one], by=HUMAN)
    before = journal(town), happened(town)
    for change in (
        lambda: update(town, [one], Changes(title="x"), by=HUMAN),
        lambda: close(town, [one], force=True, by=HUMAN),
        lambda: reopen(town, [one], by=HUMAN),
        lambda: comment(town, one, "x", by=HUMAN),
        lambda: label(town, [one, "x"], by=HUMAN),
        lambda: depend(town, one, two, by=HUMAN),
        lambda: depend(town, two, one, by=HUMAN),
        lambda: update(town, [two], Changes(parent=one), by=HUMAN),
    ):
        with pytest.raises(Refused, match="we-1 was deleted") as refusal:
            change()
        assert refusal.value.hint == "bd undelete we-1"
    assert (journal(town), happened(town)) == before


def test_a_bead_deleted_elsewhere_is_not_brought_back_from_here(town: Town) -> None:
    one = filed(town, "we-1")
    with town.ledger.transaction() as ledger:
        from gastown.ledger import bead_writes

        bead_writes.bury(ledger, one, "elsewhere", by="overseer", now=town.clock.now())
    with pytest.raises(NotFound, match="deleted in another copy"):
        undelete(town, one, by=HUMAN)


def test_a_session_that_was_replaced_ends_nothing(town: Town) -> None:
    one = filed(town, "we-1")
    for change in (close, reopen, delete):
        with pytest.raises(Refused, match="an older session"):
            change(town, [one], by=STALE)
    with pytest.raises(Refused, match="an older session"):
        undelete(town, one, by=STALE)
