"""Beads written as files of Beads: the same for the same beads, and never over what is not known here."""

import io
import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from gastown.cli import app, exits
from gastown.domain.interchange import graph
from gastown.errors import Refused, Unavailable
from gastown.ledger import bead_writes
from gastown.ledger import graph as links
from gastown.ledger.bead_writes import NewBead
from gastown.operations.work.close import close
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.export_beads import export_beads, write_file
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.beads_lines import HEADER, MEMORY, OF_2025, OF_2026, WISP, a_line, lines_of, text_of
from tests.component.beads_town import EARLIER, LATER, column, in_order, taken, written
from tests.towns import HUMAN, a_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = a_town(tmp_path, ("web", "api"))
    with chdir(made.root):
        yield made
    made.close()


def file(town: Town, title: str, sort: str) -> str:
    """A bead of any type, as the town itself files it."""
    with town.ledger.transaction() as ledger:
        new = NewBead(title=title, prefix="hq", type=sort)
        return bead_writes.insert(ledger, new, by="overseer", now=town.clock.now())


def exported(town: Town, path: Path, *, force: bool = False) -> int:
    return write_file(path, export_beads(town), force=force)


def test_a_file_is_sorted_by_id_and_always_the_same(town: Town, tmp_path: Path) -> None:
    taken(town, OF_2026 + OF_2025)
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    assert exported(town, one) == exported(town, other) == 10
    assert one.read_bytes() == other.read_bytes()
    ids = [str(line["id"]) for line in lines_of(one.read_text(encoding="utf-8"))]
    assert ids == sorted(ids)


def test_only_what_is_asked_for_is_written(town: Town) -> None:
    taken(town, [a_line("we-1"), a_line("ap-1", status="closed", closed_at=EARLIER)])
    assert [line["id"] for line in export_beads(town, rig="api")] == ["ap-1"]
    assert [line["id"] for line in export_beads(town, statuses=["open", "blocked"])] == ["we-1"]


def test_a_bead_of_ours_is_written_in_words_that_beads_reads(town: Town) -> None:
    made = create(town, "Mend the door", by=HUMAN, rig="web", description="It <creaks> äh", priority=1)
    update(town, [made.id], Changes(status="in_progress"), by=HUMAN)
    (line,) = written(town)
    assert line.pop("uid") == column(town, made.id, "uid")
    assert line.keys() == {
        "id", "title", "description", "status", "priority", "issue_type", "owner", "created_at", "created_by",
        "started_at", "updated_at",
    }  # fmt: skip


def test_what_is_deleted_here_is_a_tombstone_there(town: Town) -> None:
    taken(town, [a_line("bd-1", description="All of it", estimated_minutes=3)])
    delete(town, ["bd-1"], reason="no more", by=HUMAN)
    (line,) = written(town)
    assert (line["status"], line["deleted_by"], line["delete_reason"]) == ("tombstone", "overseer", "no more")
    assert "description" not in line
    assert line["issue_type"] == "task"


def test_what_is_closed_here_is_closed_there_and_the_rest_is_as_it_was(town: Town) -> None:
    lines = [a_line("bd-1", estimated_minutes=3, labels=["b", "a"]), a_line("bd-2")]
    taken(town, lines)
    close(town, ["bd-1"], reason="done by hand", by=HUMAN)
    one, other = written(town)
    assert other == lines[1]
    assert one == {
        **lines[0], "status": "closed", "close_reason": "done by hand", "closed_by": "overseer",
        **{name: one[name] for name in ("closed_at", "updated_at")},
    }  # fmt: skip


def test_what_the_town_made_for_itself_is_left_out_unless_work_leans_on_it(town: Town) -> None:
    door = create(town, "Mend the door", by=HUMAN).id
    convoy, gate, step = (file(town, sort, sort) for sort in ("convoy", "gate", "step"))
    with town.ledger.transaction() as ledger:
        links.add_dependency(ledger, convoy, door, "tracks", by="overseer", now=town.clock.now())
        links.add_dependency(ledger, step, convoy, "related", by="overseer", now=town.clock.now())
    depend(town, door, gate, by=HUMAN)
    assert [line["id"] for line in written(town)] == sorted([door, gate])
    assert [line["id"] for line in written(town, everything=True)] == sorted([door, gate, convoy, step])


def test_what_came_from_beads_goes_back_whatever_it_is(town: Town) -> None:
    line = a_line("hq-cv-1", issue_type="convoy")
    taken(town, [line])
    assert in_order(written(town)) == in_order([line])


def test_a_header_and_memories_stay_in_the_file(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "issues.jsonl"
    path.write_text(HEADER + OF_2025 + MEMORY + WISP, encoding="utf-8")
    taken(town, path.read_text(encoding="utf-8"))
    exported(town, path)
    text = path.read_text(encoding="utf-8")
    assert (text.startswith(HEADER), text.endswith(MEMORY), "wisp" in text) == (True, True, False)


def test_a_file_with_beads_that_are_not_here_is_not_written_over(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "issues.jsonl"
    path.write_text(text_of([a_line("bd-1"), a_line("bd-2")]), encoding="utf-8")
    before = path.read_bytes()
    taken(town, [a_line("bd-1")])
    with pytest.raises(Refused, match="has beads that are not in this export: bd-2"):
        exported(town, path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert exported(town, path, force=True) == 1
    assert len(lines_of(path.read_text(encoding="utf-8"))) == 1


def test_a_file_that_is_newer_is_not_written_over(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "issues.jsonl"
    taken(town, [a_line("bd-1")])
    path.write_text(text_of([a_line("bd-1", updated_at=LATER)]), encoding="utf-8")
    with pytest.raises(Refused, match="has beads that were changed there later: bd-1"):
        exported(town, path)
    taken(town, path.read_text(encoding="utf-8"))
    assert exported(town, path) == 1


@pytest.mark.parametrize("text", ["hello\n", '{"name": "package"}\n', "[]\n", "\xff\n"])
def test_a_file_that_is_none_of_beads_is_not_written_over(town: Town, tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(Refused, match="is no file of beads"):
        exported(town, path)
    assert path.read_text(encoding="latin-1") == text
    assert exported(town, path, force=True) == 0


def test_a_link_is_followed_and_a_folder_refused(town: Town, tmp_path: Path) -> None:
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(real)
    taken(town, [a_line("bd-1")])
    exported(town, link)
    assert link.is_symlink()
    assert len(lines_of(real.read_text(encoding="utf-8"))) == 1
    with pytest.raises(Refused, match="is no file"):
        exported(town, tmp_path)


def test_a_file_keeps_its_rights(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "issues.jsonl"
    path.touch(mode=0o600)
    exported(town, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_said(town: Town, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Unavailable):
        exported(town, tmp_path / "file" / "beads.jsonl")


def run(*words: str) -> int:
    return app.run("bd", ["bead", *words])


def test_the_commands_go_there_and_back(
    town: Town, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(OF_2025, encoding="utf-8")
    assert run("import", str(source), "--rig", "web", "--no-up") == exits.DONE
    out, err = capsysbinary.readouterr()
    assert out.decode() == "imported  6 new, 0 updated, 0 as they were\n"
    assert b"next:  bd ready" in err
    assert run("import", str(source), "--no-up", "--json") == exits.DONE
    assert json.loads(capsysbinary.readouterr().out)["unchanged"] == 6
    assert run("export") == exits.DONE
    assert in_order(lines_of(capsysbinary.readouterr().out.decode())) == in_order(lines_of(OF_2025))
    assert run("export", str(source), "--status", "open", "--status", "closed") == exits.NOT_POSSIBLE
    assert run("export", "beads.jsonl") == exits.DONE
    assert (town.root / "beads.jsonl").exists()


def test_the_command_says_line_by_line_what_is_wrong(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "nonsense\n" * 60
        + WISP
        + text_of([a_line("bd-1", dependencies=[{"depends_on_id": "bd-9", "type": "blocks"}])])
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert run("import", "-", "--no-up", "--json") == exits.INVALID
    out, err = capsys.readouterr()
    assert len(json.loads(out)["problems"]) == 61
    lines = err.splitlines()
    assert lines[0] == "bd: 61 lines are wrong in standard input; nothing was imported"
    assert lines[1] == "    line 1: is no JSON: expecting value at character 1"
    assert lines[51:] == ["    and 11 more", "    --skip-missing takes such beads without these dependencies"]
    assert column_count(town) == 0


def column_count(town: Town) -> int:
    return len(written(town, everything=True))


def test_the_command_tells_what_was_left_out_and_what_stays(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(WISP + MEMORY + text_of([a_line("bd-1", status="waiting")]), encoding="utf-8")
    run("import", str(source), "--no-up")
    assert capsys.readouterr().out.splitlines()[-1] == (
        " line 3: bd-1 the status 'waiting' is none of ours, and counts as in_progress"
    )
    update(town, ["bd-1"], Changes(title="Mine"), by=HUMAN)
    run("import", str(source), "--no-up", "--dry-run")
    assert capsys.readouterr().out.splitlines() == [
        "would import  0 new, 0 updated, 0 as they were",
        " 1 bead changed here later, left so: bd-1",
        " 1 wisp left out; --with-wisps takes them",
        " 1 line left out: no beads (memories, a header)",
    ]


@pytest.mark.parametrize("words, status, said", [
    (("import", "nowhere.jsonl"), exits.NOT_POSSIBLE, "there is no file nowhere.jsonl"),
    (("import", "web"), exits.INVALID, "web is a folder"),
    (("export", "--rig", "nowhere"), exits.NOT_POSSIBLE, "nowhere"),
    (("export", "--status", "hooked"), exits.INVALID, "'hooked' is no status in a file of beads"),
])  # fmt: skip
def test_what_cannot_be_is_said(
    town: Town, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str
) -> None:
    del town
    assert run(*words) == status
    assert said in capsys.readouterr().err


def test_a_circle_is_shown_closed() -> None:
    assert graph.shown(["a", "b"]) == "a → b → a"
