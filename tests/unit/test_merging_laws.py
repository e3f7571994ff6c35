"""What holds of every merge, whatever two towns did."""

from hypothesis import given, settings

from gastown.domain.merging import merge
from gastown.domain.merging_fields import mappings
from gastown.domain.records import is_tombstone
from gastown.domain.reidentify import Side
from tests.unit.two_towns import Deed, Paper, Three, circle, deeds, most_parents, names, texts_of, three_sides

MANY = settings(max_examples=100)


def merged(base: Side, ours: Side, theirs: Side) -> Side:
    return merge(base, ours, theirs).records


@MANY
@given(three_sides())
def test_it_does_not_matter_whose_side_is_whose(sides: Three) -> None:
    base, ours, theirs = sides
    here, there = merge(base.beads, ours.beads, theirs.beads), merge(base.beads, theirs.beads, ours.beads)
    assert texts_of(here.records) == texts_of(there.records)
    mirrored = {
        (each.uid, each.field, str(each.theirs), str(each.ours), str(each.chosen)) for each in there.conflicts
    }
    assert mirrored == {
        (each.uid, each.field, str(each.ours), str(each.theirs), str(each.chosen)) for each in here.conflicts
    }


@MANY
@given(three_sides())
def test_merging_again_changes_nothing(sides: Three) -> None:
    base, ours, theirs = (side.beads for side in sides)
    once = merged(base, ours, theirs)
    for other in (ours, theirs, once, base):
        assert texts_of(merged(base, once, other)) == texts_of(once)
    for side in (ours, theirs):  # the other town pulls what came out
        assert texts_of(merged(side, side, once)) == texts_of(once)


@MANY
@given(three_sides())
def test_what_comes_out_can_be_kept_in_a_ledger(sides: Three) -> None:
    base, ours, theirs = (side.beads for side in sides)
    once = merged(base, ours, theirs)
    known = names(once)
    assert set(once) == {*ours, *theirs}
    assert circle(once) is None
    assert most_parents(once) <= 1
    for record in once.values():
        links = mappings(record.get("dependencies"))
        assert all(link["issue_id"] == record["id"] and str(link["depends_on_id"]) in known for link in links)
        assert not links or not is_tombstone(record)


@MANY
@given(three_sides())
def test_where_only_one_side_did_something_that_is_how_it_is(sides: Three) -> None:
    base, ours, _ = sides
    for one, other in ((base.beads, ours.beads), (ours.beads, base.beads)):
        done = merge(base.beads, one, other)
        assert texts_of(done.records) == texts_of(ours.beads)
        assert not done.conflicts
        assert not done.reidentified


@MANY
@given(three_sides(), deeds(earliest=8), deeds(earliest=8))
def test_two_towns_that_pulled_each_other_hold_the_same(
    sides: Three, later: list[Deed], too: list[Deed]
) -> None:
    base, ours, theirs = (side.beads for side in sides)
    here = Paper("c", dict(merged(base, ours, theirs))).do(later).beads
    there = Paper("d", dict(merged(base, theirs, ours))).do(too).beads
    crossed = merged(
        base, ours, theirs
    )  # both pulled before either did: what they have in common is the merge
    here_again = merged(crossed, here, there)
    there_again = merged(here, here_again, merged(crossed, there, here))
    assert texts_of(here_again) == texts_of(there_again)


@MANY
@given(three_sides())
def test_what_both_have_alike_need_not_be_given(sides: Three) -> None:
    base, ours, theirs = (side.beads for side in sides)
    alike = {uid for uid in ours.keys() & theirs.keys() if ours[uid] == theirs[uid]}
    elsewhere = {str(ours[uid]["id"]): ours[uid] for uid in alike}
    given_all = merge(base, ours, theirs)
    rest = [{uid: side[uid] for uid in side if uid not in alike} for side in (base, ours, theirs)]
    some = merge(rest[0], rest[1], rest[2], elsewhere)
    assert texts_of(some.records) == {
        uid: text for uid, text in texts_of(given_all.records).items() if uid not in alike
    }


@MANY
@given(three_sides())
def test_beads_that_only_one_side_touched_are_never_in_conflict(sides: Three) -> None:
    base, ours, theirs = (side.beads for side in sides)
    touched = {
        uid for uid in {*ours, *theirs} if uid in base and ours.get(uid) != base[uid] != theirs.get(uid)
    }
    done = merge(base, ours, theirs)
    assert {each.uid for each in done.conflicts if each.field != "dependencies"} <= touched
    told = {each.uid for each in done.reidentified}
    assert not told & base.keys()
