"""What was done lately is listed with what undoes it, and is undone while the world has not moved on."""

from pathlib import Path

import pytest

from gastown.errors import NotFound, Refused
from gastown.ledger import agents, beads
from gastown.operations.town.crew import add_crew, remove_crew
from gastown.operations.town.nuke import nuke
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.undo import undo
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.rescue import restore
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.views.undoables import UndoLine, undo_lines
from gastown.world.git.worktrees import prepare, status
from tests.component.custody_town import SHADOW, TOAST, CustodyTown, a_custody_town
from tests.component.git_rig import commit, head
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path) -> CustodyTown:
    return a_custody_town(tmp_path)


def newest(place: CustodyTown) -> UndoLine:
    return undo_lines(place.town)[0]


def hook_of(place: CustodyTown, address: str) -> str | None:
    row = agents.get(place.town.ledger, address)
    assert row is not None
    return row.hook_bead


def test_where_nothing_was_done_nothing_is_listed(place: CustodyTown) -> None:
    assert undo_lines(place.town) == []
    with pytest.raises(NotFound):
        undo(place.town, "7", by=HUMAN)


def test_what_was_unslung_goes_to_the_same_agent_again(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    unsling(place.town, TOAST, by=HUMAN)
    line = newest(place)
    assert (line.what, line.about, line.command, line.refused) == (
        "unslung", f"{bead} ← {TOAST}", f"gt sling {bead} {TOAST}", "",
    )  # fmt: skip
    done = undo(place.town, str(line.id), by=HUMAN)
    assert done.lines == (f"{bead} is on the hook of {TOAST} again",)
    assert hook_of(place, TOAST) == bead
    assert (folder / "new").read_text() == "x"
    assert undo_lines(place.town) == []


def test_it_is_refused_when_the_world_has_moved_on(place: CustodyTown) -> None:
    bead, _ = place.work()
    unsling(place.town, TOAST, by=HUMAN)
    number = str(newest(place).id)
    other = create(place.town, "Other work", by=HUMAN, rig="web").id
    sling(place.town, other, TOAST, by=HUMAN)
    assert newest(place).refused == f"{TOAST} works on {other}"
    with pytest.raises(Refused, match=f"works on {other} by now"):
        undo(place.town, number, by=HUMAN)
    sling(place.town, bead, SHADOW, by=HUMAN)
    assert newest(place).refused == f"{bead} is hooked by now"
    unsling(place.town, TOAST, by=HUMAN)
    with pytest.raises(Refused):
        undo(place.town, number, by=HUMAN)
    assert hook_of(place, SHADOW) == bead


def test_a_deleted_bead_comes_back_by_its_name(place: CustodyTown) -> None:
    bead = create(place.town, "Mend the window", by=HUMAN, rig="web").id
    delete(place.town, [bead], reason="a slip", force=False, by=HUMAN)
    assert (newest(place).what, newest(place).title) == ("deleted", "Mend the window")
    undo(place.town, bead, by=HUMAN)
    assert beads.get(place.town.ledger, bead).title == "Mend the window"
    assert undo_lines(place.town) == []


def test_what_was_set_aside_comes_back_by_the_agents_name(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    line = newest(place)
    assert line.command.startswith("gt rescue restore r")
    done = undo(place.town, "Toast", by=HUMAN)
    (told,) = done.lines
    back = Path(told.removeprefix("uncommitted files: ").partition(" on ")[0])
    assert (back / "new").read_text() == "x"
    git("update-ref", "-d", *place.rig.refs("refs/gastown/rescue"), cwd=place.rig.repository.path)
    assert undo_lines(place.town) == []


def test_what_is_gone_says_so(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    git("update-ref", "-d", *place.rig.refs("refs/gastown/rescue"), cwd=place.rig.repository.path)
    assert "nothing of it is kept" in newest(place).refused
    with pytest.raises(NotFound):
        undo(place.town, str(newest(place).id), by=HUMAN)


def test_a_polecat_that_was_nuked_comes_back_with_its_work_as_it_lay(place: CustodyTown) -> None:
    bead, folder = place.work()
    commit(folder, "kept.txt", "1")
    (folder / "kept.txt").write_text("changed")
    (folder / "new").write_text("x")
    before = head(folder)
    nuke(place.town, TOAST, by=HUMAN)
    assert not folder.exists()
    line = next(line for line in undo_lines(place.town) if line.what == "left the town")
    done = undo(place.town, str(line.id), by=HUMAN)
    assert done.lines[0] == f"{TOAST} is back in {folder}"
    assert f"{bead} is on its hook again" in done.lines
    seen = status(folder)
    assert (seen.branch, seen.head) == (f"polecat/Toast/{bead}", before)
    assert (folder / "kept.txt").read_text() == "changed"
    assert (folder / "new").read_text() == "x"
    assert hook_of(place, TOAST) == bead
    with pytest.raises(Refused, match="was undone already"):
        undo(place.town, str(line.id), by=HUMAN)


def test_an_undo_that_was_cut_off_goes_on(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    nuke(place.town, TOAST, by=HUMAN)
    prepare(place.rig.repository, folder, f"polecat/Toast/{bead}", start=place.rig.start)
    undo(place.town, TOAST, by=HUMAN)
    assert (folder / "new").read_text() == "x"
    assert hook_of(place, TOAST) == bead


def test_a_polecat_whose_folder_was_moved_aside_gets_it_back_whole(place: CustodyTown) -> None:
    bead, folder = place.work()
    inner = folder / "inner"
    inner.mkdir()
    git("init", "-q", cwd=inner)
    commit(inner, "a", "1")
    nuke(place.town, TOAST, by=HUMAN)
    assert not folder.exists()
    undo(place.town, TOAST, by=HUMAN)
    assert (inner / "a").read_text() == "1"
    assert status(folder).branch == f"polecat/Toast/{bead}"


def test_work_that_somebody_else_took_stays_theirs(place: CustodyTown) -> None:
    bead, folder = place.work()
    nuke(place.town, TOAST, by=HUMAN)
    sling(place.town, bead, SHADOW, by=HUMAN)
    line = next(line for line in undo_lines(place.town) if line.what == "left the town")
    done = undo(place.town, str(line.id), by=HUMAN)
    assert any("is hooked by now" in told for told in done.lines)
    assert folder.is_dir()
    assert (hook_of(place, TOAST), hook_of(place, SHADOW)) == (None, bead)


def test_a_crew_member_that_was_removed_comes_back_with_its_folder(place: CustodyTown) -> None:
    made = add_crew(place.town, "ann", rig="web", by=HUMAN)
    (made.folder / "notes").write_text("mine")
    (made.folder / "x.log").write_text("git ignores it")
    remove_crew(place.town, made.agent, force=True, by=HUMAN)
    assert not made.folder.exists()
    undo(place.town, made.agent, by=HUMAN)
    assert (made.folder / "notes").read_text() == "mine"
    assert (made.folder / "x.log").read_text() == "git ignores it"
    assert status(made.folder).branch == made.branch == "crew-ann/home"


def test_an_agents_place_that_is_taken_is_not_written_over(place: CustodyTown) -> None:
    _, folder = place.work()
    nuke(place.town, TOAST, by=HUMAN)
    folder.mkdir(parents=True)
    (folder / "mine").touch()
    with pytest.raises(Refused, match="there is something at"):
        undo(place.town, TOAST, by=HUMAN)
    row = agents.get(place.town.ledger, TOAST)
    assert row is not None
    assert row.removed_at is not None


def test_a_rig_that_was_removed_is_where_it_was(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    remove_rig(place.town, "web", force=True)
    assert list(place.town.rigs) == []
    line = next(line for line in undo_lines(place.town) if line.what == "rig removed")
    undo(place.town, "web", by=HUMAN)
    assert list(place.town.rigs) == ["web"]
    assert (folder / "new").read_text() == "x"
    assert status(folder).branch == f"polecat/Toast/{bead}"
    with pytest.raises(Refused, match="was undone already"):
        undo(place.town, str(line.id), by=HUMAN)


def test_a_rig_does_not_come_back_over_another(place: CustodyTown) -> None:
    remove_rig(place.town, "web")
    (place.town.root / "web").mkdir()
    line = next(line for line in undo_lines(place.town) if line.what == "rig removed")
    assert line.refused == "there is a web again"
    with pytest.raises(Refused):
        undo(place.town, str(line.id), by=HUMAN)


def test_agents_undo_only_what_they_may_do(place: CustodyTown) -> None:
    _, folder = place.work()
    (folder / "new").write_text("x")
    place.work(SHADOW)
    unsling(place.town, SHADOW, by=HUMAN)
    toast = place.agent(TOAST)
    with pytest.raises(Refused, match="may not"):
        undo(place.town, str(newest(place).id), by=toast)
    nuke(place.town, SHADOW, by=HUMAN)
    with pytest.raises(Refused, match="may not bring agents back"):
        undo(place.town, SHADOW, by=toast)


def test_what_was_undone_is_not_undone_twice(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    place.secure(bead)
    number = str(newest(place).id)
    undo(place.town, number, by=HUMAN)
    with pytest.raises(Refused, match="was undone already"):
        undo(place.town, number, by=HUMAN)
    restore(place.town, place_id(place), by=HUMAN)


def place_id(place: CustodyTown) -> str:
    from gastown.views.rescues import rescues

    return rescues(place.town).rescues[0].id
