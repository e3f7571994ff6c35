"""Lines of Beads: each is understood, or refused with its reason, and can be written again as it was."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.beads import WORK_TYPES
from gastown.domain.interchange import graph
from gastown.domain.interchange.beads import read, written
from gastown.domain.interchange.lines import DEEPEST, is_bead, parse
from gastown.domain.interchange.plain import read_plain
from gastown.domain.interchange.times import derived_uid, in_our_words
from gastown.domain.records import Json, Record
from gastown.errors import Invalid
from tests.beads_lines import (
    HEADER,
    MEMORY,
    OF_2025,
    OF_2026,
    WISP,
    a_file,
    a_line,
    a_usual_line,
    leaning,
    lines_of,
)  # fmt: skip


def problems(**fields: Json) -> list[str]:
    return read(a_line("bd-1", **fields)).problems


def but(record: Mapping[str, Json], **fields: Json) -> Record:
    """The same with these fields."""
    return {**record, **fields}


def record(**fields: Json) -> Record:
    found = read(a_line("bd-1", **fields))
    assert not found.problems
    return found.record


def wrong(raw: bytes, *, cut: bool = False) -> str:
    with pytest.raises(Invalid) as error:
        parse(raw, cut=cut)
    return error.value.message


@pytest.mark.parametrize(
    "line", [*lines_of(OF_2025), *lines_of(OF_2026), *lines_of(WISP)], ids=lambda line: line["id"]
)
def test_a_line_of_any_age_is_written_again_as_it_was(line: Record) -> None:
    found = read(line)
    assert not found.problems
    assert written(found.record) == line


@settings(max_examples=40)
@given(a_file())
def test_whatever_is_understood_is_written_again_as_it_was(lines: list[Record]) -> None:
    for line in lines:
        found = read(line)
        assert not found.problems
        again = json.loads(json.dumps(found.record))  # as the ledger holds it
        assert json.dumps(written(again), sort_keys=True) == json.dumps(line, sort_keys=True)


@given(a_file() | st.lists(a_usual_line(), max_size=3))
def test_a_line_that_is_understood_at_once_is_understood_as_by_the_careful_reader(
    lines: list[Record],
) -> None:
    for line in lines:
        plain = read_plain(line)
        if plain is not None:
            careful = read(line, aside=frozenset({"nothing"}))
            assert not careful.problems
            assert plain == (careful.record, careful.leans)


@given(a_usual_line())
def test_a_usual_line_is_understood_at_once_and_written_again_as_it_was(line: Record) -> None:
    assert read_plain(line) is not None
    assert json.dumps(written(read(line).record), sort_keys=True) == json.dumps(line, sort_keys=True)


@settings(max_examples=40)
@given(a_file())
def test_what_is_read_twice_is_the_same(lines: list[Record]) -> None:
    for line in lines:
        assert read(written(read(line).record)).record == read(line).record


def test_what_was_changed_here_is_written_in_our_words_and_the_rest_as_it_was() -> None:
    line = a_line(
        "bd-1", estimated_minutes=5, status="hooked", labels=["b", "a"], due_at="2026-02-03T04:05:06+02:00"
    )
    closed: Record = {"status": "closed", "closed_at": "2026-03-01T00:00:00.000Z", "labels": ["a"]}
    assert written(but(read(line).record, **closed)) == but(line, **closed)


def test_a_dependency_removed_here_is_gone_and_a_new_one_comes_last() -> None:
    line = a_line("bd-1", dependencies=[leaning("bd-1", on) for on in ("bd-4", "external:web:we-1", "bd-2")])
    mine = read(line).record
    kept = [one for one in _list(mine, "dependencies") if one["depends_on_id"] == "bd-2"]
    new: Json = {**leaning("bd-1", "bd-3"), "created_at": "2026-03-01T00:00:00.000Z"}
    assert [one["depends_on_id"] for one in _list(written(but(mine, dependencies=[*kept, new])), "dependencies")] == [
        "external:web:we-1", "bd-2", "bd-3",
    ]  # fmt: skip


def test_a_comment_written_here_comes_after_those_that_were_read() -> None:
    line = lines_of(OF_2026)[0]
    mine = read(line).record
    new: Json = {"author": "ann", "text": "Oiled", "created_at": "2026-06-01T00:00:00.000Z"}
    theirs = _list(line, "comments")
    assert _list(written(but(mine, comments=[*_list(mine, "comments"), new])), "comments") == [
        *theirs, {"issue_id": line["id"], "author": "ann", "text": "Oiled", "created_at": "2026-06-01T00:00:00.000Z"},
    ]  # fmt: skip


def test_what_beads_computes_is_written_only_while_the_bead_is_as_it_was_read() -> None:
    line = lines_of(OF_2026)[0]
    now = "2026-07-01T00:00:00.000Z"
    changed = written(but(read(line).record, updated_at=now))
    assert changed == but(
        {name: value for name, value in line.items() if not name.endswith("_count")}, updated_at=now
    )


@pytest.mark.parametrize(
    "metadata", ["nonsense", {"fields": 1}, {"fields": {"title": []}, "comments": {}}, {"comments": ["x"]}]
)
def test_a_kept_word_that_somebody_spoilt_breaks_nothing(metadata: Json) -> None:
    assert written(but(record(), metadata={"beads": metadata}))["title"] == "Do bd-1"


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"status": "open"}, "open"),
        ({"status": ""}, "open"),
        ({"status": None}, "open"),
        ({"status": "blocked"}, "blocked"),
        ({"status": "deferred"}, "deferred"),
        ({"status": "pinned"}, "pinned"),
        ({"pinned": True}, "pinned"),
        ({"is_template": True}, "pinned"),
        ({"status": "hooked"}, "in_progress"),
        ({"status": "waiting"}, "in_progress"),
        ({"status": "done", "closed_at": "2026-01-02T03:04:05Z"}, "closed"),
        ({"status": "closed"}, "closed"),
        ({"status": "tombstone"}, "tombstone"),
    ],
    ids=str,
)
def test_every_status_has_its_own_here(fields: dict[str, Json], status: str) -> None:
    assert record(**fields)["status"] == status


def test_only_what_is_unknown_is_told() -> None:
    assert [read(a_line("bd-1", status=status)).notes for status in ("hooked", "open")] == [[], []]
    assert read(a_line("bd-1", status="waiting", issue_type="errand")).notes == [
        "the status 'waiting' is none of ours, and counts as in_progress",
        "the type 'errand' is none of ours, and counts as task",
    ]


@pytest.mark.parametrize("theirs", ["spike", "story", "enhancement", "errand", "tombstone", "", None])
def test_work_of_a_type_that_we_do_not_have_is_work(theirs: str | None) -> None:
    assert record(issue_type=theirs)["issue_type"] in WORK_TYPES


def test_a_deleted_bead_is_a_husk_and_its_line_is_kept() -> None:
    husk = read(lines_of(OF_2025)[-1]).record
    assert set(husk) == {
        "id", "uid", "title", "priority", "created_at", "created_by", "updated_at", "status", "deleted_at",
        "deleted_by", "delete_reason", "metadata",
    }  # fmt: skip


@pytest.mark.parametrize(
    "fields, problem",
    [
        ({"id": None}, "has no id"),
        ({"id": 7}, "'' cannot be"),
        ({"id": "bd 1"}, "'bd 1' cannot be a bead's id"),
        ({"id": "../../etc"}, "cannot be a bead's id"),
        ({"id": "bd-1.lock"}, "cannot be a bead's id"),
        ({"title": None}, "has no title"),
        ({"title": " \t"}, "has no title"),
        ({"title": 3}, "title is no text"),
        ({"title": "x" * 501}, "the title has 501 characters; 500 are the most"),
        ({"description": ["x"]}, "description is a list, not a text"),
        ({"assignee": 3}, "assignee is the number 3, not a text"),
        ({"status": {}}, "status is an object, not a text"),
        ({"priority": 5}, "priority is 5; 0 is the most urgent, 4 the least"),
        ({"priority": -1}, "priority is -1"),
        ({"priority": 10**30}, "priority is 10000"),
        ({"priority": 2.0}, "priority is the number 2.0, not a number from 0 to 4"),
        ({"priority": True}, "priority is true or false"),
        ({"priority": "high"}, "priority is the text 'high'"),
        ({"created_at": "yesterday"}, "created_at is no time with a zone: 'yesterday'"),
        ({"created_at": "2026-01-02T03:04:05"}, "created_at is no time with a zone"),
        ({"updated_at": 1767323045}, "updated_at is the number 1767323045, not a time"),
        ({"due_at": "9999-12-31T23:59:59-12:00"}, "due_at is no time"),
        ({"labels": "ui"}, "labels is no list of texts"),
        ({"labels": [1]}, "labels is no list of texts"),
        ({"ephemeral": "yes"}, "ephemeral is the text 'yes', not true or false"),
        ({"uid": "\x1b[2J"}, "its uid is none of ours"),
        ({"dependencies": {"bd-2": "blocks"}}, "dependencies is no list"),
        ({"dependencies": ["bd-2"]}, "dependency 1 is no object"),
        ({"dependencies": [{"type": "blocks"}]}, "dependency 1 does not say on what"),
        ({"dependencies": [{"depends_on_id": "bd-2"}]}, "dependency 1 on bd-2 has no type"),
        ({"dependencies": [leaning("bd-9", "bd-2")]}, "dependency 1 on bd-2 is said to be of 'bd-9'"),
        ({"dependencies": [leaning("bd-1", "bd-1")]}, "dependency 1 is on the bead itself"),
        (
            {"dependencies": [{**leaning("bd-1", "bd-2"), "created_at": "x"}]},
            "dependency 1 on bd-2: created_at is no time with a zone",
        ),
        (
            {
                "dependencies": [
                    leaning("bd-1", "bd-2", "parent-child"),
                    leaning("bd-1", "bd-3", "parent-child"),
                ]
            },
            "has 2 parents (bd-2, bd-3); one is the most",
        ),
        ({"comments": "x"}, "comments is no list"),
        ({"comments": ["x"]}, "comment 1 is no object"),
        ({"comments": [{"text": 3}]}, "comment 1: its text or author is no text"),
        ({"comments": [{"text": "x", "created_at": 3}]}, "comment 1: created_at is no time"),
    ],
    ids=str,
)
def test_what_cannot_be_taken_is_said(fields: dict[str, Json], problem: str) -> None:
    found = read(a_line("bd-1") | fields).problems
    assert any(problem in one for one in found) or (fields.get("id") == 7 and found), found


def test_all_problems_of_a_line_are_said() -> None:
    assert len(problems(title="", priority=9, labels=3, comments=[3])) == 4


@pytest.mark.parametrize(
    "identity",
    [
        "bd-a3f8.1",
        "bd-a3f8.1.2",
        "my-app-1",
        "my_app-1",
        "0xSCADA-1",
        "3d-print-x",
        "site.github.io-3fd",
        "hq-cv-vbx5o",
    ],
)
def test_ids_that_beads_makes_are_ids_here(identity: str) -> None:
    assert not read(a_line(identity)).problems


def test_control_characters_in_a_title_are_not_shown_but_kept() -> None:
    line = a_line("bd-1", title="Wipe\n the \x1b[2J screen\0")
    found = read(line)
    assert found.record["title"] == "Wipe the \ufffd[2J screen\ufffd"
    assert found.notes == ["control characters in the title are not shown here"]
    assert written(found.record) == line


def test_a_nul_never_reaches_the_ledger() -> None:
    line = a_line("bd-1", description="a\0b", labels=["x\0"], comments=[{"text": "c\0", "author": "ann"}])
    found = read(line).record
    assert "\\u0000" not in json.dumps({name: value for name, value in found.items() if name != "metadata"})
    assert written(found) == line


def test_a_time_is_utc_and_milliseconds_here() -> None:
    assert in_our_words("2025-12-16T13:26:47.117926123-08:00") == "2025-12-16T21:26:47.117Z"
    assert in_our_words("2025-12-16T13:26:47Z") == "2025-12-16T13:26:47.000Z"


def test_a_line_without_times_has_those_that_beads_would_give_it() -> None:
    line: Record = {"id": "bd-1", "title": "Do it", "created_at": "0001-01-01T00:00:00Z"}
    found = read(line)
    assert (found.record["created_at"], found.record["updated_at"], found.dated) == (
        "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", False,
    )  # fmt: skip


def test_towns_that_read_the_same_bead_agree_on_its_uid() -> None:
    whole = record(created_at="2026-01-02T03:04:05.9999-08:00")
    assert (
        whole["uid"]
        == record(created_at="2026-01-02T11:04:05Z")["uid"]
        == derived_uid("bd-1", "2026-01-02T11:04:05.000Z")
    )
    assert whole["uid"] != record(created_at="2026-01-02T11:04:06Z")["uid"]
    assert "uid" not in written(whole)


def test_a_bead_of_ours_keeps_its_uid_on_the_way() -> None:
    uid = "0b6a1c9e-0000-4000-8000-000000000001"
    mine = but(record(), uid=uid, rig="web", updated_by="ann", written={"title": "2026-01-01T00:00:00.000Z"})
    line = written(mine)
    assert line["uid"] == mine["uid"]
    assert not {"rig", "updated_by", "written"} & line.keys()
    assert read(line).record["uid"] == mine["uid"]


def test_what_is_put_aside_is_kept_but_no_dependency() -> None:
    line = a_line("bd-1", dependencies=[leaning("bd-1", "bd-2"), leaning("bd-1", "bd-3")])
    found = read(line, aside=frozenset({"bd-2"}))
    assert [lean.on for lean in found.leans] == ["bd-3"]
    assert written(found.record) == line


def test_a_loose_tie_need_not_hold() -> None:
    found = read(lines_of(OF_2026)[2])
    assert [(lean.on, lean.kind, lean.bound) for lean in found.leans] == [
        ("my-garden_app-cbc", "related", True), ("hop://people/ben", "related", False),
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"ephemeral": True}, {"wisp": True}, {"id": "bd-wisp-9"}], ids=str)
def test_a_wisp_is_known(fields: dict[str, Json]) -> None:
    assert read(a_line("bd-1") | fields).wisp
    assert not read(a_line("bd-1")).wisp


@pytest.mark.parametrize(
    "raw, problem",
    [
        (b'{"id": "bd-1", "ti', "is no JSON: unterminated string starting at"),
        (b"[1]", "is no JSON object"),
        (b'"x"', "is no JSON object"),
        (b"nonsense", "is no JSON: expecting value at character 1"),
        (b'{"id": "bd-\xff"}', "byte 12 (0xff) is no UTF-8"),
        (b'{"id": "bd\x00"}', "has a NUL byte at character 11: the file is damaged"),
        (b"\x00" * 9, "has a NUL byte at character 1"),
        (b"<<<<<<< HEAD", "is a mark of a git conflict"),
        (b"=======", "is a mark of a git conflict"),
        (b">>>>>>> branch", "is a mark of a git conflict"),
        (b'{"x": NaN}', "NaN is no number there"),
        (b'{"x": 1e999}', "1e999 is out of range"),
        (b'{"x": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply"),
        (b'{"x": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", "is nested too deeply"),
        (b'{"x": "\\ud800"}', "holds half a character"),
        (b'{"x": 1} {"y": 2}', "is no JSON: extra data at character 10"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_line_that_is_none_is_refused_with_its_reason(raw: bytes, problem: str) -> None:
    assert problem in wrong(raw)


def test_a_last_line_that_was_cut_off_is_called_so() -> None:
    assert (
        wrong(b'{"id": "bd-1", "ti', cut=True)
        == "is cut off: the file ends in the middle of it, without a newline"
    )


@pytest.mark.parametrize("raw", [b"", b"\n", b"  \r\n"])
def test_a_blank_line_is_nothing(raw: bytes) -> None:
    assert parse(raw) is None


def test_long_lines_and_whole_surrogate_pairs_are_read() -> None:
    assert parse(b'{"x": "' + b"y" * 100_000 + b'"}\r\n') == {"x": "y" * 100_000}
    assert parse(b'{"x": "\\ud83d\\ude00"}') == {"x": "\U0001f600"}


def test_what_is_no_bead_in_such_a_file_is_known() -> None:
    assert [is_bead(lines_of(text)[0]) for text in (HEADER, MEMORY, OF_2025, OF_2026)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "edges, ring",
    [
        ({}, []),
        ({"a": ["b"], "b": []}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"b": ["a"], "a": ["b"]}, ["a", "b"]),
        ({"x": ["c"], "c": ["b"], "b": ["a", "z"], "a": ["c"]}, ["a", "c", "b"]),
    ],
    ids=str,
)
def test_a_circle_is_found_with_its_path(edges: dict[str, list[str]], ring: list[str]) -> None:
    assert list(graph.circle(edges)) == ring


def test_a_chain_as_long_as_a_file_is_no_trouble() -> None:
    edges = {str(number): [str(number + 1)] for number in range(50_000)}
    assert not graph.circle(edges)
    assert len(graph.circle({**edges, "50000": ["0"]})) == 50_001


def test_circles_are_told_apart() -> None:
    edges = {"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"], "e": ["a"]}
    assert [graph.shown(ring) for ring in graph.circles(edges, 5)] == ["a → b → a", "c → d → c"]


def _list(record: Record, name: str) -> list[Record]:
    found = record[name]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]
