"""What is brought back writes over nothing: what lies in its way refuses it, and what it began it goes on with."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gastown.errors import Refused
from gastown.operations.work.rescue import restore
from gastown.views.rescues import Rescue, rescues
from tests.component.custody_town import CustodyTown, a_custody_town
from tests.component.git_rig import commit, head
from tests.component.test_rescue import as_it_was, dirty
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path) -> CustodyTown:
    return a_custody_town(tmp_path)


def listed(place: CustodyTown) -> Sequence[Rescue]:
    return rescues(place.town).rescues


@pytest.mark.parametrize("kind", ["file", "link", "link to a folder"])
def test_what_git_ignores_is_not_written_over_by_a_folder_either(
    place: CustodyTown, tmp_path: Path, kind: str
) -> None:
    bead, folder = place.work()
    (folder / "out").mkdir()
    (folder / "out" / "x").write_text("new")
    place.secure(bead)
    (one,) = listed(place)
    mine, away = tmp_path / "mine", tmp_path / "away"
    away.mkdir()
    (away / "x").write_text("elsewhere")
    git("worktree", "add", "-q", "--detach", str(mine), place.rig.start, cwd=place.rig.repository.path)
    (place.rig.repository.path / "info").mkdir(exist_ok=True)
    (place.rig.repository.path / "info" / "exclude").write_text("/out\n")
    if kind == "file":
        (mine / "out").write_text("my only copy")
    else:
        (mine / "out").symlink_to("nowhere" if kind == "link" else away)
    with pytest.raises(Refused, match=r"/out is there already"):
        restore(place.town, one.id, to=mine, by=HUMAN)
    assert (mine / "out").is_symlink() == (kind != "file")
    if kind == "file":
        assert (mine / "out").read_text() == "my only copy"
    assert (away / "x").read_text() == "elsewhere"


def test_what_git_was_told_to_overlook_is_not_written_over(place: CustodyTown, tmp_path: Path) -> None:
    bead, folder = place.work()
    (folder / "README.md").write_text("changed")
    place.secure(bead)
    (one,) = listed(place)
    mine = tmp_path / "mine"
    git("worktree", "add", "-q", "--detach", str(mine), place.rig.start, cwd=place.rig.repository.path)
    git("update-index", "--assume-unchanged", "README.md", cwd=mine)
    (mine / "README.md").write_text("my only copy")
    with pytest.raises(Refused, match="told to overlook"):
        restore(place.town, one.id, to=mine, by=HUMAN)
    assert (mine / "README.md").read_text() == "my only copy"


def test_a_file_where_a_new_worktree_is_to_be_stays(place: CustodyTown, tmp_path: Path) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    (one,) = listed(place)
    (tmp_path / "mine").write_text("a letter")
    with pytest.raises(Refused, match=r"there is .*/mine already"):
        restore(place.town, one.id, to=tmp_path / "mine", by=HUMAN)
    assert (tmp_path / "mine").read_text() == "a letter"


def test_a_folder_that_took_a_files_place_comes_back_and_the_other_way_round(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "was").mkdir()
    commit(folder, "was/a", "1")
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    (folder / "README.md" / "now").write_text("in a folder")
    (folder / "was" / "a").unlink()
    (folder / "was").rmdir()
    (folder / "was").write_text("a file")
    place.secure(bead)
    (one,) = listed(place)
    back = restore(place.town, one.id, by=HUMAN).back[0].folder
    assert back is not None
    assert (back / "README.md" / "now").read_text() == "in a folder"
    assert (back / "was").read_text() == "a file"


def test_one_that_was_cut_off_in_the_middle_of_the_files_is_carried_on(
    place: CustodyTown, tmp_path: Path
) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    mine = tmp_path / "mine"
    git("worktree", "add", "-q", "--detach", str(mine), head(folder), cwd=place.rig.repository.path)
    (mine / "kept.txt").write_text("changed\n")
    (mine / "new.bin").write_bytes(b"\x00\r\n\xff")
    restore(place.town, one.id, to=mine, by=HUMAN)
    as_it_was(mine)
