"""Every worktree of a rig is told, with its owner, and with what nothing else holds."""

import shutil
from pathlib import Path

import pytest

from gastown.ledger import agents
from gastown.views.worktrees import ASIDE, BACK, NOBODY, QUEUE, Worktree, worktrees
from gastown.world.git.worktrees import prepare
from tests.component.custody_town import NOW, SHADOW, TOAST, CustodyTown, a_custody_town
from tests.component.git_rig import commit
from tests.support import git

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path) -> CustodyTown:
    return a_custody_town(tmp_path, ["web", "api"])


def told(place: CustodyTown) -> dict[str, Worktree]:
    return {each.folder.name: each for each in worktrees(place.town, rig="web")}


def test_each_is_told_with_its_owner_and_what_is_on_its_hook(place: CustodyTown) -> None:
    bead, folder = place.work()
    (one,) = worktrees(place.town, rig="web")
    assert (one.owner, one.bead, one.branch, one.folder) == (TOAST, bead, f"polecat/Toast/{bead}", folder)
    assert (one.unsaved, one.state, one.unknown) == ((), "", "")


def test_all_that_nothing_else_holds_is_told_in_words(place: CustodyTown) -> None:
    _, folder = place.work()
    commit(folder, "a.txt", "1")
    commit(folder, "b.txt", "1")
    commit(folder, "loose.txt", "1")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=folder)
    (folder / "a.txt").write_text("stashed")
    git("stash", cwd=folder)
    (folder / "a.txt").write_text("2")
    git("add", "a.txt", cwd=folder)
    (folder / "a.txt").write_text("3")
    (folder / "new").write_text("x")
    (one,) = worktrees(place.town, rig="web")
    assert one.unsaved == (
        "1 staged", "1 modified", "1 untracked", "2 commits on its branch alone", "1 commit on no branch", "1 stash",
    )  # fmt: skip


def test_what_was_submitted_or_pushed_is_not_on_its_branch_alone(place: CustodyTown) -> None:
    bead, folder = place.work()
    made = commit(folder, "a.txt", "1")
    assert told(place)["Toast"].unsaved == ("1 commit on its branch alone",)
    place.rig.repository.freeze(made, bead, 1)
    assert told(place)["Toast"].unsaved == ()


def test_strays_and_what_only_looks_like_a_worktree_are_told_too(place: CustodyTown, tmp_path: Path) -> None:
    bead, folder = place.work()
    repository = place.rig.repository
    prepare(repository, place.rig.queue, "queue", start=place.rig.start)
    git("worktree", "add", "-q", "--detach", str(tmp_path / "stray"), place.rig.start, cwd=repository.path)
    (place.rig.root / "polecats" / "copied").mkdir()
    (place.rig.root / "polecats" / "copied" / "file").touch()
    (place.rig.root / "polecats" / "empty").mkdir()
    git("worktree", "add", "-q", "--detach", str(tmp_path / "gone"), place.rig.start, cwd=repository.path)
    shutil.rmtree(tmp_path / "gone")
    git(
        "worktree",
        "add",
        "-q",
        "--detach",
        str(place.rig.root / "restored" / "r123456"),
        place.rig.start,
        cwd=repository.path,
    )
    (folder / ".git").rename(folder / "git-file")
    place.secure(bead)
    found = told(place)
    owners = {name: each.owner for name, each in found.items() if not name.startswith("Toast")}
    assert owners == {
        "queue": QUEUE,
        "stray": NOBODY,
        "copied": NOBODY,
        "empty": NOBODY,
        "gone": NOBODY,
        "r123456": BACK,
    }
    (aside,) = (each for name, each in found.items() if name.startswith("Toast-"))
    assert aside.owner == ASIDE
    assert (found["copied"].state, found["empty"].state) == ("git does not know it", "empty")
    assert found["gone"].state == "its folder is gone"


def test_what_cannot_be_read_is_unknown_and_hides_no_other(place: CustodyTown) -> None:
    place.work()
    _, shadow = place.work(SHADOW)
    admin = place.rig.repository.path / "worktrees" / "Shadow"
    (admin / "logs" / "HEAD").chmod(0o644)
    (admin / "index").write_bytes(b"broken")
    shutil.rmtree(admin / "logs")
    (admin / "logs").symlink_to(admin / "logs")
    found = told(place)
    assert found["Toast"].unknown == ""
    assert (found["Shadow"].folder, bool(found["Shadow"].unknown or found["Shadow"].state)) == (shadow, True)
    (place.town.root / "api" / "repo.git").write_text("no repository")
    assert {each.rig: bool(each.unknown) for each in worktrees(place.town)}["api"]


def test_an_agent_that_left_is_named_with_what_it_left(place: CustodyTown) -> None:
    bead, folder = place.work()
    (folder / "new").touch()
    with place.town.ledger.transaction() as ledger:
        agents.end_assignment(ledger, 1, "unslung", NOW)
        agents.unhook(ledger, TOAST, bead)
        agents.remove(ledger, TOAST, NOW)
    assert told(place)["Toast"].owner == f"{TOAST} (left 2026-05-04)"
