"""What people type to see what is unsaved and set aside, and to have it back, in words and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, exits
from tests.component.custody_town import TOAST, CustodyTown, a_custody_town
from tests.component.git_rig import commit
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CustodyTown:
    place = a_custody_town(tmp_path)
    monkeypatch.chdir(place.town.root)
    return place


class Run:
    """Runs commands and keeps what the last one printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.err = ""

    def __call__(self, *words: str, expect: int = 0) -> str:
        status = app.run("gt", list(words))
        out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, out, self.err)
        return out

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self(*words, "--json"))


@pytest.fixture
def run(place: CustodyTown, capsys: pytest.CaptureFixture[str]) -> Run:
    del place
    return Run(capsys)


def test_an_empty_town_has_nothing_to_show(run: Run) -> None:
    assert run("worktree", "list") == run("rescue", "list") == run("undo") == ""
    assert run.err == "nothing was done lately that could be undone\n"
    run("rescue", "show", "r123456", expect=exits.NOT_POSSIBLE)
    assert run.err.startswith("gt: nothing that was set aside is called 'r123456'")


def test_worktrees_are_told_with_what_is_unsaved(run: Run, place: CustodyTown) -> None:
    bead, folder = place.work()
    commit(folder, "a.txt", "1")
    (folder / "new\x1b[2J").write_text("x")
    _, line = run("worktree", "list").splitlines()
    assert line.split("  ")[0].strip() == TOAST
    assert "1 untracked, 1 commit on its branch alone" in line
    (told,) = run.json("worktree", "list", "--rig", "web")
    assert (told["owner"], told["bead"], told["folder"]) == (TOAST, bead, str(folder))
    (place.rig.repository.path / "config").write_text("[broken")
    assert "unknown: " in run("worktree", "list")


def test_what_was_set_aside_is_listed_shown_and_restored(
    run: Run, place: CustodyTown, tmp_path: Path
) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("one\ntwo\n")
    place.secure(bead)
    _, line = run("rescue", "list", "--agent", "Toast", "--bead", bead).splitlines()
    identity = line.split()[0]
    assert run.err == f"next:  gt rescue show {identity}\n"
    assert TOAST in line
    assert "uncommitted files" in line
    shown = run("rescue", "show", identity[:4])
    assert "new | 2 ++" in shown
    assert f"branch   polecat/Toast/{bead}" in shown
    out = run("rescue", "restore", identity, "--to", str(tmp_path / "mine"))
    assert (
        out
        == f"restored  {identity}  uncommitted files of {TOAST}: {tmp_path}/mine on branch restored/{identity}\n"
    )
    assert run.err == f"next:  git -C {tmp_path}/mine status\n"
    (back,) = run.json("rescue", "restore", identity, "--branch", "mine")["back"]
    assert (back["branch"], back["folder"]) == ("mine", None)
    run("rescue", "restore", identity, "--branch", "a", "--to", "b", expect=exits.INVALID)
    assert run.json("rescue", "show", identity)["rescue"]["bead"] == bead


def test_a_rig_that_cannot_be_read_is_said_and_shows_in_the_exit_code(run: Run, place: CustodyTown) -> None:
    (place.rig.repository.path / "HEAD").unlink()
    run("rescue", "list", expect=exits.UNAVAILABLE)
    assert "the repository of web cannot be read" in run.err


def test_what_was_done_is_undone_by_its_number(run: Run, place: CustodyTown) -> None:
    bead, _ = place.work()
    run("unsling", "Toast", "--no-up")
    assert run.err.splitlines()[0] == f"undo:  gt undo {bead}"
    _, line = run("undo").splitlines()
    number = line.split()[0]
    assert run.err == f"next:  gt undo {number}\n"
    assert line.endswith(f"gt sling {bead} {TOAST}")
    out = run("undo", number, "--no-up")
    assert out == f"undone  {number}  {bead}\n  {bead} is on the hook of {TOAST} again\n"
    run("undo", number, "--no-up", expect=exits.NOT_POSSIBLE)
    assert run.err.startswith(f"gt: {number} was undone already")


def test_what_stands_in_the_way_is_told(run: Run, place: CustodyTown) -> None:
    from gastown.operations.work.create import create
    from gastown.operations.work.sling import sling

    place.work()
    run("unsling", "Toast", "--no-up")
    other = create(place.town, "Other", by=HUMAN, rig="web").id
    sling(place.town, other, TOAST, by=HUMAN)
    assert f"not now: {TOAST} works on {other}" in run("undo")
    (told,) = run.json("undo")
    assert told["refused"] == f"{TOAST} works on {other}"
