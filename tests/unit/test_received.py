"""Lines that another town wrote: each is a bead that can be kept, or refused with its reason."""

from collections.abc import Mapping

import pytest

from gastown.domain.ledger_tree import bead_path
from gastown.domain.received import received
from gastown.domain.records import Record, line
from gastown.errors import Invalid

AT = "2026-11-20T10:00:00.000Z"
PLAIN: Record = {
    "id": "we-aaaaa", "uid": "u1", "rig": "web", "title": "Mend it", "status": "open", "priority": 2,
    "issue_type": "task", "created_at": AT, "created_by": "ann", "updated_at": AT, "updated_by": "ann",
}  # fmt: skip
LINK: Record = {"issue_id": "we-aaaaa", "depends_on_id": "we-bbbbb", "type": "blocks", "created_at": AT}


def read(record: Record, rig: str | None = "web") -> Record:
    return received(line(record).encode(), path=bead_path(rig, "we-aaaaa"))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"labels": ["x"], "metadata": {"a": [1, None]}, "written": {"title": AT}},
        {"comments": [{"author": "ann", "text": "hm", "created_at": AT}]},
        {"dependencies": [{**LINK, "created_by": "ann"}]},
        {"status": "closed", "closed_at": AT, "close_reason": "done"},
        {"status": "tombstone", "deleted_at": AT},
        {"title": "x" * 500},
        {"title": "Mend the \u2013 T\u00fcr"},
    ],
)
def test_a_bead_is_read_as_it_was_written(fields: Record) -> None:
    assert read({**PLAIN, **fields}) == {**PLAIN, **fields}


def test_what_a_newer_version_added_is_left_out() -> None:
    assert read({**PLAIN, "colour": "red"}) == PLAIN


WRONG: Mapping[str, tuple[Record, str]] = {
    "no uid": ({"uid": ""}, "without a uid"),
    "a uid that could be taken for another thing": ({"uid": "=x"}, "without a uid"),
    "an id that is a path": ({"id": "../../x-1"}, "is no bead's id"),
    "a rig that is no text": ({"rig": 5}, "which is no rig"),
    "a rig that is a path": ({"rig": "../x"}, "not its own"),
    "no title": ({"title": ""}, "has no title"),
    "a title of nothing but a blank": ({"title": " "}, "title cannot be"),
    "a title that ends in the middle": ({"title": "Mend\x00it"}, "title cannot be"),
    "a title of two lines": ({"title": "Mend\nit"}, "title cannot be"),
    "a title that repaints the screen": ({"title": "\x1b[2J"}, "title cannot be"),
    "a title longer than any": ({"title": "x" * 501}, "title cannot be"),
    "a title that is a number": ({"title": 5}, "title cannot be"),
    "no time": ({"updated_at": None}, "has no updated_at"),
    "a time that is none": ({"updated_at": "2026-13-20T10:00:00.000Z"}, "updated_at cannot be"),
    "a time of another kind": ({"due_at": "2026-11-20"}, "due_at cannot be"),
    "a priority that is a truth": ({"priority": True}, "priority cannot be"),
    "a priority beyond the scale": ({"priority": 9}, "priority cannot be"),
    "an unknown status": ({"status": "lost"}, "status cannot be"),
    "somebody's hook": ({"status": "hooked"}, "status cannot be"),
    "closed without a time": ({"status": "closed"}, "status cannot be"),
    "open with a time of closing": ({"closed_at": AT}, "status cannot be"),
    "deleted, but not so": ({"issue_type": "tombstone"}, "issue_type cannot be"),
    "a text that is a list": ({"description": ["x"]}, "description cannot be"),
    "a label that is none": ({"labels": [""]}, "labels cannot be"),
    "a dependency of another": ({"dependencies": [{**LINK, "issue_id": "we-x"}]}, "dependencies cannot be"),
    "a dependency on itself": (
        {"dependencies": [{**LINK, "depends_on_id": "we-aaaaa"}]},
        "dependencies cannot be",
    ),
    "a comment without a time": ({"comments": [{"author": "a", "text": "b"}]}, "comments cannot be"),
    "a time of writing that is none": ({"written": {"title": "soon"}}, "written cannot be"),
}


@pytest.mark.parametrize("fields,what", WRONG.values(), ids=WRONG)
def test_what_cannot_be_kept_is_refused_with_its_reason(fields: Record, what: str) -> None:
    with pytest.raises(Invalid, match=what):
        read({**PLAIN, **fields})


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"id": "we-aaaaa"', b"\xff", b"null"])
def test_what_is_no_bead_at_all_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        received(raw, path="beads/web/00.jsonl")


@pytest.mark.parametrize(
    "path", [bead_path(None, "we-aaaaa"), bead_path("web", "we-bbbbb"), "beads/web/x", ""]
)
def test_a_bead_in_a_file_that_is_not_its_own_is_refused(path: str) -> None:
    with pytest.raises(Invalid, match="not its own"):
        received(line(PLAIN).encode(), path=path)


def test_a_shared_rigs_beads_belong_to_what_the_rig_is_called_here() -> None:
    nobodys = {name: value for name, value in PLAIN.items() if name != "rig"}
    found = received(line(nobodys).encode(), path=bead_path("front", "we-aaaaa"), rig="front")
    assert found == {**PLAIN, "rig": "front"}
