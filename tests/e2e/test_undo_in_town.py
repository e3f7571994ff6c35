"""A polecat is nuked in the middle of its work, and that is undone: it goes on where it was, and its work lands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stage import Stage, a_stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = a_stage(tmp_path / "town")
    yield stage
    stage.end()


def test_a_nuked_polecat_goes_on_where_it_was_once_that_is_undone(stage: Stage, tmp_path: Path) -> None:
    go = tmp_path / "go"
    bead = stage.file("Two files", f"echo one > one.txt; until [ -e {go} ]; do sleep 0.1; done")
    stage.gt("sling", bead, "polecat/Toast")
    folder = stage.root / "web" / "polecats" / "Toast"
    eventually((folder / "one.txt").exists, within=60, what="the work to begin")
    (folder / "draft.txt").write_text("a draft\n")
    stage.gt("polecat", "nuke", "Toast")
    assert not folder.exists()
    assert stage.status_of(bead) == "open"
    (line,) = [line for line in stage.json("undo") if line["what"] == "left the town"]
    go.touch()
    out = stage.gt("undo", str(line["id"]))
    assert f"{bead} is on its hook again" in out
    stage.has_landed(bead)
    assert git("show", "main:one.txt", cwd=tmp_path / "origin.git") == "one"
    assert git("show", "main:draft.txt", cwd=tmp_path / "origin.git") == "a draft"
    assert [line["owner"] for line in stage.json("worktree", "list")][:1] == ["web/polecats/Toast"]
