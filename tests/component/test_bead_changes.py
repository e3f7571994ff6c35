"""Beads changed, claimed, labelled, linked and written beneath."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.filing import Filing, Leaning
from gastown.errors import GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, beads, graph, incarnations
from gastown.operations.work.comment import comment
from gastown.operations.work.create import file
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.bead_town import bead_town, filed, happened, is_ready, journal, record, submitted
from tests.towns import HUMAN, put_to_work

TOAST = "web/polecats/Toast"
STALE = Caller(TOAST, 1, 1, is_current=False)
HOSTILE = "a\x1b[2J\x07b\n\n\t\u202eend 'DROP TABLE beads; -- \"%s {title}"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from bead_town(tmp_path)


def replaced(town: Town) -> Caller:
    """An agent's session that still believes to be current, though another has taken over."""
    from gastown.ledger.quick import credential_hash
    from tests.towns import start

    credential = put_to_work(town)
    holder = incarnations.by_credential(town.ledger, credential_hash(credential))
    assert holder is not None
    start(town)
    return Caller(TOAST, holder.incarnation.id, holder.incarnation.generation)


# filing with all that hangs on it


def test_a_bead_is_filed_with_parent_links_and_labels_in_one(town: Town) -> None:
    epic, before, like = filed(town, "e-1", type="epic"), filed(town, "b-1"), filed(town, "l-1")
    now = town.clock.now()
    one = file(
        town,
        Filing(
            "One", parent="e-", labels=("x", "y"), deps=(Leaning("blocks", "b-"), Leaning("related", like)),
            assignee="ann", notes="n", external_ref="gh-1", due=now, defer_until=now + timedelta(days=1),
        ),
        by=HUMAN,
    )  # fmt: skip
    assert (one.rig, one.assignee, one.notes, one.external_ref) == ("web", "ann", "n", "gh-1")
    assert one.defer_until is not None
    assert graph.parent(town.ledger, one.id) == epic
    assert graph.open_blockers(town.ledger, one.id) == [before]
    assert beads.labels(town.ledger, one.id) == ["x", "y"]
    assert happened(town)[-1] == "bead.created"


def test_a_child_belongs_to_its_parents_rig(town: Town) -> None:
    file(town, Filing("Up", id="up-1", rig="api"), by=HUMAN)
    assert file(town, Filing("Down", parent="up-1"), by=HUMAN).rig == "api"
    assert file(town, Filing("Down", parent="up-1", rig="web"), by=HUMAN).rig == "web"


BAD = {
    "a parent that is not there": ({"parent": "no-1"}, NotFound, "there is no bead 'no-1'"),
    "a blocker that is not there": ({"deps": (Leaning("blocks", "no-1"),)}, NotFound, "there is no bead"),
    "itself": ({"id": "we-9", "deps": (Leaning("blocks", "we-9"),)}, NotFound, "there is no bead 'we-9'"),
    "a deleted parent": ({"parent": "gone-1"}, Refused, "gone-1 was deleted"),
    "waiting for its parent": (
        {"parent": "k-1", "deps": (Leaning("waits-for", "e-1"),)},
        Refused,
        "what is beneath e-1",
    ),
    "two parents": ({"parent": "k-1", "deps": (Leaning("parent-child", "e-1"),)}, Invalid, "one parent"),
    "a label with a comma": ({"labels": ("a,b",)}, Invalid, "is no label"),
    "a long text": ({"design": "x" * 1_000_001}, Invalid, "1,000,000 are the most"),
    "a NUL": ({"notes": "a\0b"}, Invalid, "NUL"),
    "an assignee of two colours": ({"assignee": "a\x1b[31mnn"}, Invalid, "control characters"),
}  # fmt: skip


@pytest.mark.parametrize("fields, kind, said", BAD.values(), ids=BAD)
def test_what_cannot_be_filed_leaves_nothing(
    town: Town, fields: dict[str, object], kind: type[GastownError], said: str
) -> None:
    filed(town, "e-1", type="epic")
    filed(town, "k-1", parent="e-1")
    delete(town, [filed(town, "gone-1")], by=HUMAN)
    before = journal(town), happened(town)
    with pytest.raises(kind, match=said) as refusal:
        file(town, Filing("T", **fields), by=HUMAN)  # type: ignore[arg-type]
    assert refusal.value.hint
    assert (journal(town), happened(town)) == before


def test_a_wisp_leaves_no_line_in_the_journal(town: Town) -> None:
    before = journal(town)
    wisp = file(town, Filing("W", rig="web", ephemeral=True, labels=("x",)), by=HUMAN)
    update(town, [wisp.id], Changes(priority="0", add_labels=["y"]), by=HUMAN)
    comment(town, wisp.id, "hm", by=HUMAN)
    assert is_ready(town, wisp.id)
    assert journal(town) == before
    assert delete(town, [wisp.id], by=HUMAN)[0].wisp
    assert beads.find(town.ledger, wisp.id) is None
    assert journal(town) == before


# changing


def test_every_field_can_be_changed_and_emptied_again(town: Town) -> None:
    one = filed(town, "we-1", labels=("a", "b"))
    filed(town, "e-1", type="epic")
    (done,) = update(
        town,
        [one],
        Changes(
            title=" New  title ", description="d", design="g", acceptance="c", notes="n", type="bug", priority="P0",
            assignee="ann", external_ref="gh-1", due="2027-01-01", defer_until="+3d", status="blocked", parent="e-1",
            add_labels=["c"], remove_labels=["a", "never"],
        ),
        by=HUMAN,
    )  # fmt: skip
    assert set(done.changed) == {
        "title", "description", "design", "acceptance", "notes", "type task → bug", "priority 2 → 0", "assignee",
        "external-ref", "due", "defer", "status open → blocked", "parent e-1", "labels +c -a",
    }  # fmt: skip
    kept = record(town, one)
    assert (kept["title"], kept["labels"], kept["status"]) == ("New title", ["b", "c"], "blocked")
    assert graph.parent(town.ledger, one) == "e-1"
    empty = Changes(
        description="", design="", acceptance="", notes="", assignee="", external_ref="", due="", defer_until="",
        status="open", parent="",
    )  # fmt: skip
    update(town, [one], empty, by=HUMAN)
    assert not {"description", "notes", "assignee", "due_at", "defer_until", "external_ref"} & set(
        record(town, one)
    )
    assert graph.parent(town.ledger, one) is None
    assert is_ready(town, one)


def test_what_is_so_already_leaves_no_trace(town: Town) -> None:
    one = filed(
        town, "we-1", labels=("a",), parent=filed(town, "e-1", type="epic"), notes="n", assignee="ann"
    )
    same = Changes(
        title="we-1", notes="n", priority="2", type="task", status="open", assignee="ann", add_labels=["a"],
        remove_labels=["b"], parent="e-1", due="", append_notes=None,
    )  # fmt: skip
    before = journal(town), happened(town), beads.get(town.ledger, one)
    (done,) = update(town, [one], same, by=HUMAN)
    assert (done.changed, done.claimed) == ([], False)
    assert (journal(town), happened(town), beads.get(town.ledger, one)) == before
    (done,) = update(town, [one], Changes(append_notes="more"), by=HUMAN)
    assert (done.changed, beads.get(town.ledger, one).notes) == (["notes"], "n\nmore")


def test_many_are_changed_or_none(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    submitted(town, two)
    with pytest.raises(Refused, match="we-2 waits in the merge queue as mr-"):
        update(town, [one, two], Changes(status="blocked", priority="0"), by=HUMAN)
    assert beads.get(town.ledger, one).status is BeadStatus.OPEN
    assert len(update(town, [one, two, one], Changes(priority="0"), by=HUMAN)) == 2


def test_a_bead_on_a_hook_keeps_its_status_but_not_its_words(town: Town) -> None:
    one = filed(town, "we-1")
    sling(town, one, TOAST, by=HUMAN)
    with pytest.raises(Refused, match="is on web/polecats/Toast's hook") as refusal:
        update(town, [one], Changes(status="open"), by=HUMAN)
    assert refusal.value.hint == "gt unsling we-1"
    update(town, [one], Changes(description="More of it"), by=HUMAN)
    assert beads.get(town.ledger, one).status is BeadStatus.HOOKED
    assert agents.holder(town.ledger, one) == TOAST


def test_a_parent_is_changed_only_to_one_that_closes_later(town: Town) -> None:
    top, mid, low = filed(town, "t-1", type="epic"), filed(town, "m-1"), filed(town, "l-1")
    update(town, [mid], Changes(parent=top), by=HUMAN)
    update(town, [low], Changes(parent=mid), by=HUMAN)
    with pytest.raises(Refused, match="circle: l-1 → m-1 → t-1 → l-1"):
        update(town, [top], Changes(parent=low), by=HUMAN)
    with pytest.raises(Refused, match="l-1 is beneath m-1 already") as refusal:
        depend(town, low, top, kind="parent-child", by=HUMAN)
    assert refusal.value.hint == "bd update l-1 --parent t-1 moves it"
    with pytest.raises(Refused, match="l-1 is beneath t-1, which closes after it"):
        depend(town, low, top, by=HUMAN)
    update(town, [low], Changes(parent=top), by=HUMAN)
    assert graph.parent(town.ledger, low) == top
    depend(town, mid, low, by=HUMAN)
    with pytest.raises(Refused, match="m-1 waits for l-1, which would close after it"):
        update(town, [mid], Changes(parent=low), by=HUMAN)
    assert graph.parent(town.ledger, mid) == top


def test_hostile_text_is_kept_as_it_is(town: Town) -> None:
    one = filed(town, "we-1")
    update(town, [one], Changes(description=HOSTILE), by=HUMAN)
    comment(town, one, HOSTILE, by=HUMAN)
    assert beads.get(town.ledger, one).description == HOSTILE
    assert [each.body for each in beads.comments(town.ledger, one)] == [HOSTILE]


# claiming


def test_a_claim_is_won_once_and_repeated_in_vain(town: Town) -> None:
    one, ann, bob = filed(town, "we-1"), Caller("ann"), Caller("bob")
    (won,) = update(town, [one], Changes(claim=True, priority="1"), by=ann)
    assert (won.claimed, won.assignee, won.status) == (True, "ann", BeadStatus.IN_PROGRESS)
    assert beads.get(town.ledger, one).started_at is not None
    before = journal(town), happened(town)
    (again,) = update(town, [one], Changes(claim=True), by=ann)
    assert (again.claimed, again.changed) == (False, [])
    with pytest.raises(Refused, match="we-1 is being worked on by ann"):
        update(town, [filed(town, "we-2"), one], Changes(claim=True), by=bob)
    assert beads.get(town.ledger, "we-2").assignee is None
    assert (journal(town), len(happened(town))) == (before[0] + 1, len(before[1]) + 1)
    assert not is_ready(town, one)


def test_what_waits_is_not_claimed_neither_by_itself_nor_by_what_is_above_it(town: Town) -> None:
    epic, before = filed(town, "e-1", type="epic"), filed(town, "b-1")
    depend(town, epic, before, by=HUMAN)
    child = filed(town, "c-1", parent=epic)
    for bead, said in ((epic, "e-1 waits for b-1"), (child, "c-1 waits for what e-1 waits for")):
        with pytest.raises(Refused, match=said):
            update(town, [bead], Changes(claim=True), by=HUMAN)


def test_a_claim_sets_status_and_assignee_alone(town: Town) -> None:
    for clash in (Changes(claim=True, status="open"), Changes(claim=True, assignee="x")):
        with pytest.raises(Invalid, match="--claim sets status and assignee itself"):
            update(town, [filed(town, f"we-{clash.status}")], clash, by=HUMAN)
    with pytest.raises(Invalid, match="not both"):
        update(town, ["we-None"], Changes(notes="a", append_notes="b"), by=HUMAN)


# labels and comments


def test_labels_go_on_and_off_many_beads(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    done = label(town, [one, two, "b-c", "a,d"], by=HUMAN)
    assert [(each.labels, each.changed) for each in done] == [(["a", "b-c", "d"], ["b-c", "a", "d"])] * 2
    before = journal(town), happened(town)
    assert [each.changed for each in label(town, [one, two, "a"], by=HUMAN)] == [[], []]
    assert (journal(town), happened(town)) == before
    assert [each.labels for each in label(town, [one, "we-2", "a"], remove=True, by=HUMAN)] == [
        ["b-c", "d"]
    ] * 2
    assert [each.changed for each in label(town, [one, "we-2"], by=HUMAN)] == [["we-2"]]
    with pytest.raises(NotFound):
        label(town, ["nope-1", "x"], by=HUMAN)
    for words in ([one], [one, ","], [one, "x" * 101]):
        with pytest.raises(Invalid):
            label(town, words, by=HUMAN)


def test_comments_are_bounded_and_not_empty(town: Town) -> None:
    one = filed(town, "we-1")
    said = comment(town, "we-", "First\n\nand more", by=Caller("ann"))
    assert (said.bead, said.author) == (one, "ann")
    for text in ("", " \n", "\0", "x" * 1_000_001, "\udc80"):
        with pytest.raises(Invalid):
            comment(town, one, text, by=HUMAN)
    assert [each.body for each in beads.comments(town.ledger, one)] == ["First\n\nand more"]


# links


def test_links_are_cut_by_kind_or_all(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    for kind in ("blocks", "related"):
        depend(town, one, two, kind=kind, by=HUMAN)
    assert undepend(town, one, two, kind="related", by=HUMAN).kinds == ["related"]
    assert not is_ready(town, one)
    assert undepend(town, one, two, by=HUMAN).kinds == ["blocks"]
    assert is_ready(town, one)
    before = journal(town), happened(town)
    assert undepend(town, one, two, by=HUMAN).kinds == []
    assert (journal(town), happened(town)) == before


def test_what_convoys_and_merge_requests_track_is_theirs(town: Town) -> None:
    one = filed(town, "we-1")
    request = submitted(town, one)
    with pytest.raises(Invalid, match="only convoys"):
        depend(town, filed(town, "we-2"), one, kind="tracks", by=HUMAN)
    for change in (
        lambda: undepend(town, request, one, by=HUMAN),
        lambda: depend(town, request, "we-2", by=HUMAN),
    ):
        with pytest.raises(Refused, match="is a merge request"):
            change()
    assert [link.id for link in graph.tracked(town.ledger, request)] == [one]


# who may


def test_a_session_that_was_replaced_changes_nothing(town: Town) -> None:
    one, two = filed(town, "we-1"), filed(town, "we-2")
    for stale in (STALE, replaced(town)):
        before = journal(town), happened(town)
        for change in (
            lambda by=stale: update(town, [one], Changes(priority="0"), by=by),
            lambda by=stale: update(town, [one], Changes(claim=True), by=by),
            lambda by=stale: comment(town, one, "x", by=by),
            lambda by=stale: label(town, [one, "x"], by=by),
            lambda by=stale: depend(town, one, two, by=by),
            lambda by=stale: undepend(town, one, two, by=by),
            lambda by=stale: file(town, Filing("x", rig="web"), by=by),
        ):
            with pytest.raises(Refused, match="an older session"):
                change()
        assert (journal(town), happened(town)) == before
