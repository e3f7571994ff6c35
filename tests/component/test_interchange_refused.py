"""Files of Beads that cannot be taken: each line with its reason, and nothing changed."""

import json
from pathlib import Path

import pytest

from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.beads_lines import WISP, a_line, leaning, text_of
from tests.component.beads_town import EARLIER, LATER, in_order, ready, refused, taken, written
from tests.towns import HUMAN, a_town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


WRONG: dict[str, tuple[bytes, list[tuple[int, str]]]] = {
    "cut off": (
        b'{"id": "bd-1", "title": "A"}\n{"id": "bd-2", "ti',
        [(2, "is cut off: the file ends in the middle of it, without a newline")],
    ),
    "nonsense": (
        b'{"id": "bd-1", "title": "A"}\nnonsense\n\xff\n',
        [(2, "is no JSON: expecting value at character 1"), (3, "byte 1 (0xff) is no UTF-8")],
    ),
    "twice": (
        b'{"id": "bd-1", "title": "A"}\n\n{"id": "bd-1", "title": "B"}\n',
        [(3, "bd-1 is on line 1 already")],
    ),
    "NUL": (
        b'{"id": "bd-1", "title": "A\x00"}\n',
        [(1, "has a NUL byte at character 27: the file is damaged")],
    ),
    "UTF-16": (b"\xff\xfe{\x00", [(1, "begins as UTF-16 does: write the file as UTF-8")]),
    "database": (
        b"SQLite format 3\x00",
        [(1, "begins as a database does: the file to import is the JSONL beside it")],
    ),
    "conflict": (
        b'<<<<<<< HEAD\n{"id": "bd-1", "title": "A"}\n=======\n{"id": "bd-1", "title": "B"}\n>>>>>>> other\n',
        [(line, "is a mark of a git conflict") for line in (1, 3, 5)],
    ),
    "two things": (
        b'{"id": "bd-1", "title": "A", "priority": 9, "labels": 3}\n',
        [(1, "priority is 9; 0 is the most urgent, 4 the least"), (1, "labels is no list of texts")],
    ),
    "same uid": (
        b'{"id": "bd-1", "title": "A", "uid": "u"}\n{"id": "bd-2", "title": "A", "uid": "u"}\n',
        [(2, "has the uid of line 1")],
    ),
}


@pytest.mark.parametrize("raw, problems", WRONG.values(), ids=WRONG)
def test_whatever_is_wrong_is_said_line_by_line_and_nothing_is_taken(
    town: Town, raw: bytes, problems: list[tuple[int, str]]
) -> None:
    assert refused(town, raw) == problems


@pytest.mark.parametrize(
    "raw, created",
    [
        (b"", 0),
        (b"\n\n", 0),
        (b'\xef\xbb\xbf{"id": "bd-1", "title": "A"}\r\n\r\n{"id": "bd-2", "title": "B"}\r\n', 2),
        (b'{"id": "bd-1", "title": "A"}', 1),
        (json.dumps(a_line("bd-1", description="x" * 100_000)).encode() + b"\n", 1),
    ],
    ids=["empty", "blank", "BOM and CRLF", "no last newline", "100,000 characters"],
)
def test_what_is_only_unusual_is_taken(town: Town, raw: bytes, created: int) -> None:
    assert taken(town, raw).created == created


def test_a_line_longer_than_any_is_refused_and_the_rest_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gastown.domain.interchange import lines
    from gastown.operations.work import beads_draft

    for module in (lines, beads_draft):
        monkeypatch.setattr(module, "LONGEST_LINE", 1024**2)
    assert refused(town, b'{"id": "' + b"x" * 3 * 1024**2 + b'"}\nnonsense\n') == [
        (1, "is longer than 1 MB"), (2, "is no JSON: expecting value at character 1"),
    ]  # fmt: skip


def test_a_dependency_on_what_is_not_there_is_an_error(town: Town) -> None:
    assert refused(town, [a_line("bd-1", dependencies=[leaning("bd-1", "bd-9")])]) == [
        (1, "depends on bd-9, which is neither in the file nor here")
    ]


def test_a_missing_dependency_may_be_skipped_is_written_back_and_made_later(town: Town) -> None:
    lines = [a_line("bd-1", dependencies=[leaning("bd-1", "bd-9")])]
    found = taken(town, lines, skip_missing=True)
    assert [note.note for note in found.notes] == [
        "depends on bd-9, which is neither in the file nor here: the dependency is kept, but not in force"
    ]
    assert ready(town) == {"bd-1"}
    assert in_order(written(town)) == in_order(lines)
    assert taken(town, lines, skip_missing=True).unchanged == 1
    assert taken(town, [*lines, a_line("bd-9")]).updated == ("bd-1",)
    assert ready(town) == {"bd-9"}


def test_a_dependency_on_a_bead_that_is_here_holds(town: Town) -> None:
    door = create(town, "Mend the door", by=HUMAN).id
    taken(town, [a_line("bd-1", dependencies=[leaning("bd-1", door)])])
    assert ready(town) == {door}


def test_what_is_in_another_project_is_kept_but_stops_nothing(town: Town) -> None:
    lines = [a_line("bd-1", dependencies=[leaning("bd-1", "external:web:we-1")])]
    assert not taken(town, lines).problems
    assert ready(town) == {"bd-1"}
    assert in_order(written(town)) == in_order(lines)


def test_beads_that_wait_for_each_other_are_refused_with_the_path(town: Town) -> None:
    lines = [
        a_line(one, dependencies=[leaning(one, other)])
        for one, other in (("bd-1", "bd-2"), ("bd-2", "bd-3"), ("bd-3", "bd-1"))
    ]
    assert refused(town, lines) == [(1, "waits for itself: bd-1 → bd-2 → bd-3 → bd-1")]


def test_a_parent_that_waits_for_its_child_is_refused(town: Town) -> None:
    lines = [
        a_line("bd-1", dependencies=[leaning("bd-1", "bd-2")]),
        a_line("bd-2", dependencies=[leaning("bd-2", "bd-1", "parent-child")]),
    ]
    assert refused(town, lines) == [(1, "waits for itself: bd-1 → bd-2 → bd-1")]


def test_a_circle_that_goes_through_the_ledger_is_refused(town: Town) -> None:
    taken(town, [a_line("bd-1"), a_line("bd-2", dependencies=[leaning("bd-2", "bd-1")])])
    lines = [a_line("bd-1", dependencies=[leaning("bd-1", "bd-2")], updated_at=LATER)]
    assert refused(town, lines) == [(1, "waits for itself: bd-1 → bd-2 → bd-1")]


def test_links_that_say_nothing_of_order_may_go_in_a_circle(town: Town) -> None:
    lines = [
        a_line(one, dependencies=[leaning(one, other, "related")])
        for one, other in (("bd-1", "bd-2"), ("bd-2", "bd-1"))
    ]
    assert taken(town, lines).created == 2


def test_an_id_that_another_bead_has_here_is_refused(town: Town) -> None:
    create(town, "Mend the door", by=HUMAN, id="bd-1")
    ((line, problem),) = refused(town, [a_line("bd-1")])
    assert line == 1
    assert problem.startswith('another bead has that id here: "Mend the door", made ')


def test_a_bead_that_has_another_id_here_is_refused(town: Town) -> None:
    taken(town, [a_line("bd-1", uid="u-1")])
    assert refused(town, [a_line("bd-2", uid="u-1")]) == [(1, "is known here as bd-1")]


def test_a_bead_on_a_hook_is_not_deleted_by_a_file(town: Town) -> None:
    taken(town, [a_line("we-1")])
    sling(town, "we-1", "web/polecats/Toast", by=HUMAN)
    assert refused(town, [a_line("we-1", status="tombstone", updated_at=LATER)]) == [
        (1, "is deleted in the file, and on a hook here")
    ]


def test_work_that_waits_for_a_wisp_that_is_left_out_is_refused(town: Town) -> None:
    waiting = a_line("bd-1", dependencies=[leaning("bd-1", "bd-wisp-1a")])
    assert refused(town, WISP + text_of([waiting])) == [(2, "depends on bd-wisp-1a, a wisp")]
    over = a_line("bd-wisp-1a", ephemeral=True, status="closed", closed_at=EARLIER)
    assert taken(town, [over, waiting]).created == 1
