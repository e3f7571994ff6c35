"""What was set aside is listed, shown, and brought back beside what is there, byte for byte."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import events
from gastown.operations.work.rescue import restore
from gastown.views.rescues import Rescue, rescue_page, rescues
from gastown.world.git.worktrees import status
from tests.component.custody_town import NOW, SHADOW, TOAST, CustodyTown, a_custody_town
from tests.component.git_rig import commit, head
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path) -> CustodyTown:
    return a_custody_town(tmp_path)


def listed(place: CustodyTown) -> Sequence[Rescue]:
    found = rescues(place.town)
    assert not found.unknown
    return found.rescues


def dirty(folder: Path) -> None:
    """Leave something of every kind that a snapshot keeps."""
    commit(folder, "kept.txt", "1\n")
    (folder / "kept.txt").write_text("staged\n")
    git("add", "kept.txt", cwd=folder)
    (folder / "kept.txt").write_text("changed\n")
    (folder / "README.md").unlink()
    (folder / "new.bin").write_bytes(b"\x00\r\n\xff")


def as_it_was(folder: Path) -> None:
    assert git("show", ":kept.txt", cwd=folder) == "staged"
    assert (folder / "kept.txt").read_text() == "changed\n"
    assert (folder / "new.bin").read_bytes() == b"\x00\r\n\xff"
    assert not (folder / "README.md").exists()
    seen = status(folder)
    assert (seen.staged, seen.unstaged, seen.untracked) == (1, 2, 1)


def test_what_is_kept_is_told_with_whose_it_was_and_why(place: CustodyTown) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    assert (one.agent, one.bead, one.branch, one.why) == (TOAST, bead, f"polecat/Toast/{bead}", "a test")
    assert one.at == NOW.replace(microsecond=987_000)
    assert one.holds == ("uncommitted files",)
    assert one.restore == f"gt rescue restore {one.id}"
    page = rescue_page(place.town, one.id)
    (part,) = page.parts
    assert part.base == head(folder)
    assert {line.partition(" |")[0].strip() for line in part.changes[:-1]} == {
        "README.md",
        "kept.txt",
        "new.bin",
    }
    assert rescue_page(place.town, one.id[:5]).rescue == rescue_page(place.town, one.refs[0]).rescue == one


def test_the_list_can_be_of_one_agent_or_bead(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    other, folder = place.work(SHADOW)
    (folder / "new").write_text("y")
    place.secure(other, SHADOW)
    assert [one.agent for one in rescues(place.town, agent="Shadow").rescues] == [SHADOW]
    assert [one.bead for one in rescues(place.town, bead=bead, rig="web").rescues] == [bead]
    assert len(listed(place)) == 2
    with pytest.raises(NotFound):
        rescues(place.town, rig="api")


def test_a_repository_that_cannot_be_read_is_unknown_and_hides_no_other(place: CustodyTown) -> None:
    shutil.rmtree(place.rig.repository.path)
    found = rescues(place.town)
    assert found.rescues == ()
    assert "web" in found.unknown


def test_it_comes_back_into_a_new_worktree_on_a_new_branch(place: CustodyTown) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    done = restore(place.town, one.id, by=HUMAN)
    (back,) = done.back
    assert (back.branch, back.folder) == (f"restored/{one.id}", place.rig.root / "restored" / one.id)
    assert back.folder is not None
    as_it_was(back.folder)
    as_it_was(folder)
    assert listed(place) == (one,)
    told = events.last_of_type(place.town.ledger, TOAST, "rescue.restored")
    assert told is not None
    assert told.payload["folders"] == [str(back.folder)]
    again = restore(place.town, one.id, by=HUMAN)
    assert again.back[0].folder == place.rig.root / "restored" / f"{one.id}-2"


def test_it_comes_back_as_a_branch_alone(place: CustodyTown) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    (back,) = restore(place.town, one.id, branch="mine", by=HUMAN).back
    assert (back.branch, back.folder) == ("mine", None)
    repository = place.rig.repository.path
    assert git("show", "mine:kept.txt", cwd=repository) == "changed"
    assert head(repository, "mine~1") == head(folder)
    with pytest.raises(Refused, match="there is a branch mine already"):
        restore(place.town, one.id, branch="mine", by=HUMAN)
    with pytest.raises(Invalid):
        restore(place.town, one.id, branch="no..branch", by=HUMAN)


def test_commits_and_stashes_come_back_too(place: CustodyTown) -> None:
    bead, folder = place.work()
    loose = commit(folder, "loose.txt", "x")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=folder)
    (folder / "README.md").write_text("stashed\n")
    (folder / "untracked").write_text("stashed, too\n")
    git("stash", "--include-untracked", cwd=folder)
    place.secure(bead)
    (one,) = listed(place)
    assert set(one.holds) == {"commits", "a stash"}
    texts = [commit.subject for part in rescue_page(place.town, one.id).parts for commit in part.commits]
    assert "Write loose.txt" in texts
    by_kind = {back.what: back for back in restore(place.town, one.id, by=HUMAN).back}
    commits, stash = by_kind["commits"].folder, by_kind["a stash"].folder
    assert commits is not None
    assert stash is not None
    assert head(commits) == loose
    assert (stash / "README.md").read_text() == "stashed\n"
    assert (stash / "untracked").read_text() == "stashed, too\n"
    branches = {back.what: back.branch for back in restore(place.town, one.id, branch="again", by=HUMAN).back}
    repository = place.rig.repository.path
    assert git("show", f"{branches['a stash']}:untracked", cwd=repository) == "stashed, too"


def test_a_folder_that_was_moved_aside_comes_back_whole(place: CustodyTown) -> None:
    bead, folder = place.work()
    commit(folder, "a.txt", "1")
    git("checkout", "-q", "-b", "side", "HEAD~1", cwd=folder)
    commit(folder, "a.txt", "2")
    git("merge", "-q", "--no-commit", "-s", "ours", f"polecat/Toast/{bead}", cwd=folder)
    (folder / "build").mkdir()
    (folder / "build" / "ignored").write_text("x")
    moved = place.secure(bead).moved_to
    assert moved is not None
    (one,) = listed(place)
    assert "the whole folder" in one.holds
    assert one.why == "a merge is in progress"
    assert "nothing uncommitted" in rescue_page(place.town, one.id).unsaved
    back = restore(place.town, one.id, by=HUMAN).back[0].folder
    assert back is not None
    assert (back / "build" / "ignored").read_text() == "x"
    assert status(back).operation == "merge"
    assert not moved.exists()


def test_it_comes_into_a_clean_worktree_that_stands_where_it_lay(place: CustodyTown, tmp_path: Path) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    git(
        "worktree",
        "add",
        "-q",
        "--detach",
        str(tmp_path / "mine"),
        head(folder),
        cwd=place.rig.repository.path,
    )
    (back,) = restore(place.town, one.id, to=tmp_path / "mine", by=HUMAN).back
    assert back.folder == tmp_path / "mine"
    as_it_was(tmp_path / "mine")
    restore(place.town, one.id, to=tmp_path / "mine", by=HUMAN)
    as_it_was(tmp_path / "mine")
    (tmp_path / "mine" / "kept.txt").write_text("changed again\n")
    with pytest.raises(Refused, match="is not clean"):
        restore(place.town, one.id, to=tmp_path / "mine", by=HUMAN)
    assert (tmp_path / "mine" / "kept.txt").read_text() == "changed again\n"
    restore(place.town, one.id, to=tmp_path / "new" / "place", by=HUMAN)
    as_it_was(tmp_path / "new" / "place")


def test_nothing_is_ever_written_over(place: CustodyTown, tmp_path: Path) -> None:
    bead, folder = place.work()
    dirty(folder)
    place.secure(bead)
    (one,) = listed(place)
    _, shadow = place.work(SHADOW)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("x")
    for refused in (shadow, folder, shadow / "below", place.town.root / "run", place.town.root):
        with pytest.raises(Refused):
            restore(place.town, one.id, to=refused, by=HUMAN)
    with pytest.raises(NotFound):
        restore(place.town, one.id, to=elsewhere, by=HUMAN)
    other = tmp_path / "other"
    git("worktree", "add", "-q", "--detach", str(other), place.rig.start, cwd=place.rig.repository.path)
    with pytest.raises(Refused, match="these files lay over"):
        restore(place.town, one.id, to=other, by=HUMAN)
    git("checkout", "-q", "--detach", head(folder), cwd=other)
    (place.rig.repository.path / "info").mkdir(exist_ok=True)
    (place.rig.repository.path / "info" / "exclude").write_text("new.bin\n")
    (other / "new.bin").write_text("ignored, and mine")
    with pytest.raises(Refused, match="is there already"):
        restore(place.town, one.id, to=other, by=HUMAN)
    assert (other / "new.bin").read_text() == "ignored, and mine"


def test_an_agent_brings_back_its_own_and_nothing_of_others(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    (one,) = listed(place)
    place.work(SHADOW)
    with pytest.raises(Refused, match="may not bring back what was others'"):
        restore(place.town, one.id, by=place.agent(SHADOW))
    (back,) = restore(place.town, one.id, by=place.agent(TOAST)).back
    assert back.folder is not None
    assert (back.folder / "new").read_text() == "x"
    git("clean", "-qfd", cwd=folder)
    restore(place.town, one.id, to=folder, by=place.agent(TOAST))
    assert (folder / "new").read_text() == "x"
