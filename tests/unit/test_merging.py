"""What becomes of a bead that two towns changed, case by case."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from gastown.domain.merging import Merged, merge
from gastown.domain.merging_fields import mappings
from gastown.domain.records import Json, Record
from gastown.domain.reidentify import derived_ids
from tests.unit.two_towns import at


def bead(uid: str = "u1", identity: str = "we-aaaaa", **fields: Json) -> Record:
    """A bead that was created at minute 0."""
    new: Record = {"id": identity, "uid": uid, "title": "Mend it", "status": "open", "priority": 2}
    times: Record = {"created_at": at(0), "created_by": "ann", "updated_at": at(0), "updated_by": "ann"}
    return {**new, **times, **fields}


def changed(record: Record, minute: int, by: str = "ann", **fields: Json) -> Record:
    """The bead after somebody changed these fields."""
    written = record.get("written")
    before: Record = {**written} if isinstance(written, dict) else {}
    stamps: Json = {**before, **dict.fromkeys(fields, at(minute))}
    after = {**record, **fields, "written": stamps, "updated_at": at(minute), "updated_by": by}
    return {key: value for key, value in after.items() if value is not None}


def tombstone(record: Record, minute: int) -> Record:
    """The bead after it was deleted."""
    kept = {key: record[key] for key in ("id", "uid", "title", "created_at", "created_by")}
    return {**kept, "status": "tombstone", "deleted_at": at(minute), "deleted_by": "ann"}


def link(source: Record, target: Record, minute: int = 1, kind: str = "blocks") -> dict[str, Json]:
    """A dependency that was added at that minute."""
    ends: Record = {"issue_id": source["id"], "depends_on_id": target["id"]}
    return {**ends, "type": kind, "created_at": at(minute), "created_by": "ann"}


def leaning(record: Record, on: dict[str, Json]) -> Record:
    """The bead with this dependency."""
    return {**record, "dependencies": [on]}


def of(*records: Record) -> Mapping[str, Record]:
    """These beads by their uid."""
    return {str(record["uid"]): record for record in records}


def one(base: Record | None, ours: Record, theirs: Record) -> tuple[Record, Merged]:
    """What becomes of a single bead."""
    merged = merge(of() if base is None else of(base), of(ours), of(theirs))
    return merged.records[str(ours["uid"])], merged


def links(record: Record) -> Sequence[tuple[Json, Json]]:
    """What a bead leans on."""
    return [(each["depends_on_id"], each["type"]) for each in mappings(record.get("dependencies"))]


def test_different_fields_of_one_bead_are_both_kept() -> None:
    was = bead()
    now, merged = one(was, changed(was, 3, "ann", title="Mend the door"), changed(was, 2, "bob", priority=0))
    assert (now["title"], now["priority"]) == ("Mend the door", 0)
    assert now["written"] == {"title": at(3), "priority": at(2)}
    assert (now["updated_at"], now["updated_by"]) == (at(3), "ann")
    assert not merged.conflicts


def test_the_later_write_of_the_same_field_wins_and_the_other_is_told() -> None:
    was = bead()
    ours = changed(
        changed(was, 2, title="Ours"), 9, priority=1
    )  # written later as a whole, but not this field
    now, merged = one(was, ours, changed(was, 3, "bob", title="Theirs"))
    assert now["title"] == "Theirs"
    (conflict,) = merged.conflicts
    assert (conflict.field, conflict.ours, conflict.theirs, conflict.chosen) == (
        "title",
        "Ours",
        "Theirs",
        "Theirs",
    )


def test_a_bead_whose_fields_bear_no_times_goes_by_its_last_change() -> None:
    was = bead()
    imported: Record = {**was, "title": "Imported", "updated_at": at(5)}
    now, _ = one(was, changed(was, 4, title="Ours"), imported)
    assert now["title"] == "Imported"
    assert now["written"] == {"title": at(5)}


def test_closing_takes_all_that_belongs_to_it_along() -> None:
    was = bead()
    closed = changed(was, 3, status="closed", closed_at=at(3), closed_by="ann", close_reason="done")
    claimed = changed(was, 2, "bob", status="in_progress", started_at=at(2), assignee="bob")
    now, merged = one(was, closed, claimed)
    assert (now["status"], now["close_reason"], now["assignee"]) == ("closed", "done", "bob")
    assert "started_at" not in now
    assert [each.field for each in merged.conflicts] == ["status"]


@pytest.mark.parametrize(
    "before,ours,theirs,after",
    [
        (["x"], [], ["x", "y"], ["y"]),
        (["x"], ["x"], [], []),
        ([], ["x"], ["y"], ["x", "y"]),
        (["x", "y"], ["x"], ["y"], []),
    ],
)
def test_labels_are_merged_as_sets(
    before: list[Json], ours: list[Json], theirs: list[Json], after: list[Json]
) -> None:
    was = bead(labels=before)
    now, merged = one(was, changed(was, 2, labels=ours), changed(was, 3, labels=theirs))
    assert now.get("labels", []) == after
    assert not merged.conflicts


def test_comments_of_both_are_kept_in_the_order_of_time() -> None:
    said: Sequence[dict[str, Json]] = [
        {"author": who, "text": text, "created_at": at(when)}
        for who, text, when in [("ann", "first", 1), ("bob", "second", 2), ("ann", "third", 3)]
    ]
    was = bead(comments=[said[0]])
    now, _ = one(was, {**was, "comments": [said[0], said[2]]}, {**was, "comments": [said[0], said[1]]})
    assert now["comments"] == list(said)


def test_two_towns_may_note_different_things_on_one_bead() -> None:
    was = bead(metadata={"a": 1, "b": 1})
    ours = changed(was, 2, metadata={"a": 2, "b": 1})
    now, merged = one(was, ours, changed(was, 3, "bob", metadata={"a": 1, "c": 3}))
    assert now["metadata"] == {"a": 2, "c": 3}
    assert not merged.conflicts


def test_a_deleted_bead_stays_deleted_over_older_edits() -> None:
    was = bead()
    now, merged = one(was, tombstone(was, 5), changed(was, 4, "bob", title="Theirs"))
    assert now["status"] == "tombstone"
    assert len(merged.conflicts) == 1


def test_an_edit_after_the_deletion_brings_the_bead_back() -> None:
    was = bead(labels=["x"])
    later = changed(was, 6, "bob", title="Theirs")
    now, merged = one(was, tombstone(was, 5), later)
    assert now == later
    assert len(merged.conflicts) == 1


def test_a_deletion_counts_although_the_untouched_bead_seems_newer() -> None:
    was = changed(bead(), 9, title="By a clock that goes fast")
    now, merged = one(was, was, tombstone(was, 5))
    assert now["status"] == "tombstone"
    assert not merged.conflicts


def test_of_two_deletions_the_earlier_is_told() -> None:
    was = bead()
    now, _ = one(was, tombstone(was, 5), tombstone(was, 4))
    assert now["deleted_at"] == at(4)


def test_a_bead_that_one_side_does_not_know_is_never_taken_from_the_other() -> None:
    was = bead()
    assert merge(of(was), of(), of(was)).records == of(was)


def test_of_two_beads_with_one_id_the_later_is_renamed_everywhere() -> None:
    ours, theirs = bead("u1"), bead("u2", created_at=at(1))
    follower = bead("u3", "we-ccccc")
    follower = leaning(follower, link(follower, theirs))
    merged = merge(of(), of(ours), of(theirs, follower))
    new = next(derived_ids("we-aaaaa", "u2"))
    assert merged.records["u1"]["id"] == "we-aaaaa"
    assert merged.records["u2"]["id"] == new
    assert links(merged.records["u3"]) == [(new, "blocks")]
    (told,) = merged.reidentified
    assert (told.uid, told.old, told.new) == ("u2", "we-aaaaa", new)


def test_ours_is_renamed_when_it_is_the_later_one() -> None:
    ours, theirs = bead("u1", created_at=at(1)), bead("u2")
    child = bead("u3", "we-ccccc")
    child = leaning(child, link(child, ours, kind="parent-child"))
    merged = merge(of(), of(ours, child), of(theirs))
    new = next(derived_ids("we-aaaaa", "u1"))
    assert links(merged.records["u3"]) == [(new, "parent-child")]
    assert [each.old for each in merged.reidentified] == ["we-aaaaa"]


def test_a_new_id_that_is_taken_gets_longer() -> None:
    first, second, *_ = derived_ids("issue-7", "u2")
    assert (len(first), len(second)) == (len("issue-12345"), len("issue-123456"))
    ours, theirs = bead("u1", "issue-7"), bead("u2", "issue-7", created_at=at(1))
    merged = merge(of(), of(ours), of(theirs), {first: bead("u9", first)})
    assert merged.records["u2"]["id"] == second


def test_a_circle_of_two_innocent_sides_loses_its_newer_half() -> None:
    x, y = bead("u1", "we-xxxxx"), bead("u2", "we-yyyyy")
    ours = of(leaning(x, link(x, y, 3)), y)
    theirs = of(x, leaning(y, link(y, x, 2)))
    merged = merge(of(x, y), ours, theirs)
    assert links(merged.records["u1"]) == []
    assert links(merged.records["u2"]) == [("we-xxxxx", "blocks")]
    (conflict,) = merged.conflicts
    assert (conflict.uid, conflict.field, conflict.chosen) == ("u1", "dependencies", None)


def test_a_circle_through_beads_that_nobody_touched_is_found() -> None:
    x, y, z = bead("u1", "we-xxxxx"), bead("u2", "we-yyyyy"), bead("u3", "we-zzzzz")
    z = leaning(z, link(z, y))
    ours = of(leaning(x, link(x, z, 3)), y)
    theirs = of(x, leaning(y, link(y, x, 2)))
    merged = merge(of(x, y), ours, theirs, {"we-zzzzz": z})
    assert links(merged.records["u1"]) == []


def test_of_two_parents_the_older_stays() -> None:
    child, p, q = bead("u1"), bead("u2", "we-ppppp"), bead("u3", "we-qqqqq")
    ours = leaning(child, link(child, p, 3, "parent-child"))
    theirs = leaning(child, link(child, q, 2, "parent-child"))
    merged = merge(of(child), of(ours), of(theirs), {"we-ppppp": p, "we-qqqqq": q})
    assert links(merged.records["u1"]) == [("we-qqqqq", "parent-child")]


def test_a_dependency_that_one_side_removed_does_not_come_back() -> None:
    x, y = bead("u1", "we-xxxxx"), bead("u2", "we-yyyyy")
    before = leaning(x, link(x, y))
    merged = merge(of(before), of(x), of(changed(before, 4, "bob", title="Theirs")), {"we-yyyyy": y})
    assert links(merged.records["u1"]) == []
    assert merged.records["u1"]["title"] == "Theirs"


def test_a_long_chain_of_beads_does_not_exhaust_the_stack() -> None:
    size = 20_000
    chain = [bead(f"u{n}", f"we-{n}") for n in range(size)]
    whole = [leaning(each, link(each, after)) for each, after in pairwise(chain)]
    last = leaning(chain[-1], link(chain[-1], chain[0], 2))
    merged = merge(of(*chain), of(*whole, chain[-1]), of(*chain[:-1], last))
    assert [each.uid for each in merged.conflicts] == [f"u{size - 1}"]
