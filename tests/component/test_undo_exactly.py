"""An undo undoes exactly what it was asked to, or says how else; one that was killed is carried on by the next."""

import subprocess
import sys
from pathlib import Path

import pytest

from gastown.errors import Refused
from gastown.ledger import agents
from gastown.operations.sessions.pausing import pause
from gastown.operations.town import rig_remove
from gastown.operations.town.crew import add_crew, remove_crew
from gastown.operations.town.nuke import nuke
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.undo import undo
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.rescue import restore
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.views.rescues import rescues
from gastown.views.undoables import UndoLine, undo_lines
from gastown.world.git.worktrees import status
from tests.component.custody_town import SHADOW, TOAST, CustodyTown, a_custody_town
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("git")

ANN = "web/crew/ann"

KILLED = """
import os, sys
from pathlib import Path
from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER
from gastown.operations.town import bring_back, rig_back
from gastown.operations.town.undo import undo
from gastown.operations.work.rescue import restore
from gastown.town import Town
from gastown.world.git import restoring

def killed(*_, **__):
    os.kill(os.getpid(), 9)

root, what, where, name = sys.argv[1:]
module = {"restoring": restoring, "bring_back": bring_back, "rig_back": rig_back}[where]
assert callable(getattr(module, name))
setattr(module, name, killed)
carry_out = restore if what.startswith("r") else undo
carry_out(Town(Path(root)), what, by=Caller(OVERSEER))
"""


@pytest.fixture
def place(tmp_path: Path) -> CustodyTown:
    return a_custody_town(tmp_path)


def lines(place: CustodyTown, what: str) -> list[UndoLine]:
    return [line for line in undo_lines(place.town) if line.what == what]


def hook_of(place: CustodyTown, address: str) -> str | None:
    row = agents.get(place.town.ledger, address)
    assert row is not None
    return row.hook_bead


def kill_at(place: CustodyTown, what: str, module: str, name: str) -> None:
    """Let another process undo or restore that, and be killed where it calls that function."""
    argv = [sys.executable, "-c", KILLED, str(place.town.root), what, module, name]
    assert subprocess.run(argv, check=False).returncode == -9


def test_an_older_leaving_is_not_undone_in_place_of_a_newer(place: CustodyTown) -> None:
    first, folder = place.work()
    (folder / "first.txt").write_text("one")
    nuke(place.town, TOAST, by=HUMAN)
    (old,) = lines(place, "left the town")
    second, _ = place.work()
    (folder / "second.txt").write_text("two")
    nuke(place.town, TOAST, by=HUMAN)
    new, listed = lines(place, "left the town")
    assert (listed.id, listed.refused, new.refused) == (old.id, "that was done again since", "")
    with pytest.raises(Refused, match="left again") as refused:
        undo(place.town, str(old.id), by=HUMAN)
    assert f"gt undo {new.id}" in str(refused.value.hint)
    assert not folder.exists()
    undo(place.town, str(new.id), by=HUMAN)
    assert (folder / "second.txt").read_text() == "two"
    assert hook_of(place, TOAST) == second
    assert first in {one.bead for one in rescues(place.town, agent=TOAST).rescues}


def test_an_older_deletion_or_unsling_is_not_either(place: CustodyTown) -> None:
    bead = create(place.town, "Mend the window", by=HUMAN, rig="web").id
    delete(place.town, [bead], reason="a slip", force=False, by=HUMAN)
    undelete(place.town, bead, by=HUMAN)
    delete(place.town, [bead], reason="a slip", force=False, by=HUMAN)
    new, old = lines(place, "deleted")
    assert (new.refused, old.refused) == ("", "that was done again since")
    with pytest.raises(Refused, match="again since"):
        undo(place.town, str(old.id), by=HUMAN)
    undo(place.town, str(new.id), by=HUMAN)
    sling(place.town, bead, TOAST, by=HUMAN)
    unsling(place.town, TOAST, by=HUMAN)
    sling(place.town, bead, SHADOW, by=HUMAN)
    unsling(place.town, SHADOW, by=HUMAN)
    new, old = lines(place, "unslung")
    assert (new.refused, old.refused) == ("", f"{SHADOW} had it since")
    with pytest.raises(Refused, match=f"{SHADOW} had {bead} since"):
        undo(place.town, str(old.id), by=HUMAN)
    assert hook_of(place, TOAST) is None


def test_what_was_unslung_by_leaving_comes_back_with_all_else(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").write_text("x")
    nuke(place.town, TOAST, by=HUMAN)
    (unslung,), (left,) = lines(place, "unslung"), lines(place, "left the town")
    assert unslung.refused == f"{TOAST} left the town since"
    with pytest.raises(Refused, match="left the town since") as refused:
        undo(place.town, str(unslung.id), by=HUMAN)
    assert f"gt undo {left.id}" in str(refused.value.hint)
    undo(place.town, bead, by=HUMAN)
    assert (folder / "new").read_text() == "x"


def test_work_that_somebody_else_had_since_is_not_slung_and_that_is_said(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "half.txt").write_text("half")
    nuke(place.town, TOAST, by=HUMAN)
    sling(place.town, bead, SHADOW, by=HUMAN)
    unsling(place.town, SHADOW, by=HUMAN)
    done = undo(place.town, TOAST, by=HUMAN)
    assert f"{bead} is not slung again: {SHADOW} had it since (gt sling {bead} {TOAST})" in done.lines
    assert (hook_of(place, TOAST), (folder / "half.txt").read_text()) == (None, "half")
    assert status(folder).branch == f"polecat/Toast/{bead}"


def test_who_comes_back_is_wished_for_and_paused_as_before(place: CustodyTown) -> None:
    add_crew(place.town, "ann", rig="web", by=HUMAN)
    with place.town.ledger.transaction() as ledger:
        agents.want(ledger, ANN, by="overseer", now=place.town.clock.now())
    pause(place.town, ANN, "it is to rest", by=HUMAN)
    remove_crew(place.town, ANN, force=True, by=HUMAN)
    undo(place.town, ANN, by=HUMAN)
    row = agents.get(place.town.ledger, ANN)
    assert row is not None
    assert (row.removed_at, row.wanted_by, row.paused) == (None, "overseer", "it is to rest")


@pytest.mark.parametrize(
    "module, name",
    [
        ("restoring", "mend"),
        ("bring_back", "_on_branch_again"),
        ("bring_back", "make"),
        ("bring_back", "_work"),
    ],
)
def test_an_undo_of_a_removal_is_carried_on(place: CustodyTown, module: str, name: str) -> None:
    made = add_crew(place.town, "ann", rig="web", by=HUMAN)
    (made.folder / "notes").write_text("mine")
    (made.folder / "x.log").write_text("git ignores it")
    remove_crew(place.town, ANN, force=True, by=HUMAN)
    (line,) = lines(place, "left the town")
    kill_at(place, str(line.id), module, name)
    assert [one.refused for one in lines(place, "left the town")] == [""]
    undo(place.town, str(line.id), by=HUMAN)
    assert (made.folder / "notes").read_text() == "mine"
    assert (made.folder / "x.log").read_text() == "git ignores it"
    assert status(made.folder).branch == "crew-ann/home"
    listed = git("worktree", "list", "--porcelain", cwd=place.rig.repository.path)
    assert str(made.folder) in listed
    assert "prunable" not in listed
    row = agents.get(place.town.ledger, ANN)
    assert row is not None
    assert row.removed_at is None
    assert lines(place, "left the town") == []


@pytest.mark.parametrize("name", ["_lay_down", "make", "_work"])
def test_an_undo_of_a_nuke_is_carried_on(place: CustodyTown, name: str) -> None:
    bead, folder = place.work()
    (folder / "README.md").write_text("changed")
    (folder / "new").write_text("x")
    nuke(place.town, TOAST, by=HUMAN)
    (line,) = lines(place, "left the town")
    kill_at(place, str(line.id), "bring_back", name)
    done = undo(place.town, str(line.id), by=HUMAN)
    assert done.lines == (f"{TOAST} is back in {folder}", f"{bead} is on its hook again")
    assert ((folder / "README.md").read_text(), (folder / "new").read_text()) == ("changed", "x")
    assert hook_of(place, TOAST) == bead


def test_a_restore_is_carried_on_by_the_same_id(place: CustodyTown) -> None:
    bead, folder = place.work()
    inner = folder / "inner"
    inner.mkdir()
    git("init", "-q", cwd=inner)
    (inner / "a").write_text("1")
    moved = place.secure(bead).moved_to
    assert moved is not None
    (one,) = rescues(place.town).rescues
    kill_at(place, one.id, "restoring", "mend")
    assert not moved.exists()
    (still,) = rescues(place.town).rescues
    back = restore(place.town, one.id, by=HUMAN).back[0].folder
    assert (still.id, still.folder) == (one.id, back)
    assert back is not None
    assert (back / "inner" / "a").read_text() == "1"
    listed = git("worktree", "list", "--porcelain", cwd=place.rig.repository.path)
    assert str(back) in listed
    assert "prunable" not in listed
    assert "the whole folder" not in {word for each in rescues(place.town).rescues for word in each.holds}


def a_full_rig(place: CustodyTown) -> str:
    """Toast at work, and ann, who is wanted; gives the bead."""
    bead, _ = place.work()
    made = add_crew(place.town, "ann", rig="web", by=HUMAN)
    (made.folder / "mine.txt").write_text("mine")
    with place.town.ledger.transaction() as ledger:
        agents.want(ledger, ANN, by="overseer", now=place.town.clock.now())
    return bead


def is_as_before(place: CustodyTown) -> None:
    there = {
        row.address: row for row in agents.all_agents(place.town.ledger, "web") if row.removed_at is None
    }
    assert set(there) == {TOAST, ANN}
    assert (there[ANN].wanted_by, there[TOAST].wanted_by) == ("overseer", None)
    assert (place.town.places.home(ANN) / "mine.txt").read_text() == "mine"


def test_a_rig_comes_back_with_its_agents_and_what_was_wished(place: CustodyTown) -> None:
    bead = a_full_rig(place)
    remove_rig(place.town, "web", force=True)
    assert [row for row in agents.all_agents(place.town.ledger, "web") if row.removed_at is None] == []
    done = undo(place.town, "web", by=HUMAN)
    assert done.lines[1:] == (
        "its agents are in the town again: 2", f"{bead} is open work since: gt sling {bead} {TOAST}",
    )  # fmt: skip
    is_as_before(place)


@pytest.mark.parametrize("killed", ["_agents_back", "make", ""])
def test_a_rig_whose_undo_was_cut_off_or_that_was_moved_back_by_hand_is_made_whole(
    place: CustodyTown, killed: str
) -> None:
    a_full_rig(place)
    gone = remove_rig(place.town, "web", force=True)
    (line,) = lines(place, "rig removed")
    if killed:
        kill_at(place, str(line.id), "rig_back", killed)
    else:
        gone.moved_to.rename(place.town.root / "web")
    again = Town(place.town.root, terminal=place.town.terminal)
    assert [one.refused for one in lines(place, "rig removed")] == [""]
    undo(again, "web", by=HUMAN)
    is_as_before(place)
    assert lines(place, "rig removed") == []
    again.close()


def test_a_removal_of_a_rig_that_was_cut_off_forgets_nobody(
    place: CustodyTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_full_rig(place)

    def nowhere(_town: Town, _name: str) -> Path:
        return place.town.root / "no" / "such" / "place"

    with monkeypatch.context() as patched:
        patched.setattr(rig_remove, "_free_place", nowhere)
        with pytest.raises(FileNotFoundError):
            remove_rig(place.town, "web", force=True)
    assert list(place.town.rigs) == ["web"]
    remove_rig(place.town, "web", force=True)
    undo(place.town, "web", by=HUMAN)
    is_as_before(place)
