"""Worktrees in the hands of agents: nothing outside is touched, nothing inside is lost, and all of it comes back."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from gastown.errors import GastownError
from gastown.world.git.custody import restore_hint
from gastown.world.git.status import status
from gastown.world.git.worktrees import clear_stale_lock, prepare, release, remove
from tests.component.git_rig import GitRig, a_rig, commit, head
from tests.support import IDENTITY, a_repository, git

pytestmark = pytest.mark.needs("git")

ONE, TWO = "polecat/Toast/we-1", "polecat/Toast/we-2"


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    rig = a_rig(tmp_path)
    prepare(rig.repository, rig.polecat(), ONE, start=rig.start)
    return rig


def short_status(folder: Path) -> str:
    return git("status", "--porcelain", cwd=folder)


def everything_in(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".git")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def switched(rig: GitRig, branch: str = TWO) -> tuple[str, ...]:
    return prepare(rig.repository, rig.polecat(), branch, start=rig.start).rescued


# nothing of the user's is touched


def is_released(rig: GitRig) -> None:
    release(rig.repository, rig.polecat())


def is_removed(rig: GitRig) -> None:
    remove(rig.repository, rig.polecat())


def is_taken_up(rig: GitRig) -> None:
    prepare(rig.repository, rig.polecat(), ONE, start=rig.start, resume=True)


def is_switched(rig: GitRig) -> None:
    switched(rig)


@pytest.mark.parametrize("what", [is_released, is_removed, is_taken_up, is_switched])
@pytest.mark.parametrize("bare", ["true", "false"])
def test_a_worktree_that_claims_the_users_files_costs_them_nothing(
    rig: GitRig, tmp_path: Path, bare: str, what: Callable[[GitRig], None]
) -> None:
    theirs = a_repository(tmp_path / "theirs", {"README.md": "theirs"})
    (theirs / "unsaved").write_text("precious")
    before = everything_in(theirs)
    git("config", "extensions.worktreeConfig", "true", cwd=rig.polecat())
    git("config", "--worktree", "core.bare", bare, cwd=rig.polecat())
    git("config", "--worktree", "core.worktree", str(theirs), cwd=rig.polecat())
    assert not status(rig.polecat()).dirty
    (rig.polecat() / "mine").write_text("mine")
    what(rig)
    assert everything_in(theirs) == before


def test_a_pointer_out_of_the_rig_unlocks_nothing_there(rig: GitRig, tmp_path: Path) -> None:
    theirs = a_repository(tmp_path / "theirs", {"a": "b"})
    (theirs / ".git" / "index.lock").write_text("their git is at work")
    (rig.polecat() / ".git").write_text(f"gitdir: {theirs}/.git\n")
    assert not clear_stale_lock(rig.repository, rig.polecat())
    assert (theirs / ".git" / "index.lock").exists()


def makes_a_fifo(file: Path) -> None:
    os.mkfifo(file)


def links_to_zeros(file: Path) -> None:
    file.symlink_to("/dev/zero")


def writes_much(file: Path) -> None:
    file.write_text("gitdir: " + "x" * 100_000)


@pytest.mark.parametrize("how", [makes_a_fifo, links_to_zeros, writes_much])
def test_what_stands_in_place_of_a_pointer_is_not_read(rig: GitRig, how: Callable[[Path], None]) -> None:
    (rig.polecat() / "new").write_text("precious")
    (rig.polecat() / ".git").unlink()
    how(rig.polecat() / ".git")
    assert release(rig.repository, rig.polecat()) == ()
    moved = Path(switched(rig)[-1])
    assert (moved / "new").read_text() == "precious"


# work that goes on


def on_a_branch_of_its_own(folder: Path) -> None:
    git("checkout", "--quiet", "-b", "feature/login", cwd=folder)
    commit(folder, "login", "one")


def detached(folder: Path) -> None:
    git("checkout", "--quiet", "--detach", cwd=folder)
    commit(folder, "login", "one")


def bisecting(folder: Path) -> None:
    for text in ("1", "2", "3", "4"):
        commit(folder, "x", text)
    git("bisect", "start", "HEAD", "HEAD~3", cwd=folder)


def rebasing(folder: Path) -> None:
    git("branch", "other", cwd=folder)
    commit(folder, "README.md", "mine")
    git("checkout", "--quiet", "other", cwd=folder)
    commit(folder, "README.md", "theirs")
    git("checkout", "--quiet", ONE, cwd=folder)
    with suppress(AssertionError):
        git("rebase", "other", cwd=folder)


def on_an_empty_branch(folder: Path) -> None:
    git("checkout", "--quiet", "--orphan", "empty", cwd=folder)


@pytest.mark.parametrize("how", [on_a_branch_of_its_own, detached, bisecting, rebasing, on_an_empty_branch])
def test_work_that_is_taken_up_again_finds_all_as_it_was_left(
    rig: GitRig, how: Callable[[Path], None]
) -> None:
    folder = rig.polecat()
    how(folder)
    (folder / "notes").write_text("not committed")
    (folder / "build").mkdir()
    (folder / "build" / "cache").write_text("hours of compiling")
    before = (everything_in(folder), short_status(folder), git("branch", cwd=folder))
    prepared = prepare(rig.repository, folder, ONE, start=rig.start, resume=True)
    assert (prepared.rescued, prepared.made) == ((), False)
    assert (everything_in(folder), short_status(folder), git("branch", cwd=folder)) == before


def test_a_broken_worktree_is_mended_also_where_work_goes_on(rig: GitRig) -> None:
    commit(rig.polecat(), "new", "x")
    made = head(rig.polecat())
    (rig.polecat() / ".git").unlink()
    (rig.polecat() / "unsaved").write_text("precious")
    prepared = prepare(rig.repository, rig.polecat(), ONE, start=rig.start, resume=True)
    assert prepared.head == made
    assert (Path(prepared.rescued[-1]) / "unsaved").read_text() == "precious"


@pytest.mark.parametrize("how", [rebasing, bisecting])
def test_an_idle_worktree_is_left_where_it_is_whatever_goes_on_in_it(
    rig: GitRig, how: Callable[[Path], None]
) -> None:
    how(rig.polecat())
    before = short_status(rig.polecat())
    release(rig.repository, rig.polecat())
    assert short_status(rig.polecat()) == before
    assert not (rig.root / ".rescued").exists()


# what was kept comes back


def test_the_commands_that_are_told_bring_everything_back(rig: GitRig) -> None:
    folder = rig.polecat()
    git("checkout", "--quiet", "--detach", cwd=folder)
    loose = commit(folder, "loose", "x")
    git("checkout", "--quiet", ONE, cwd=folder)
    (folder / "src" / "app.py").write_text("print('staged')\n")
    git("add", "--all", cwd=folder)
    (folder / "src" / "app.py").write_text("print('staged')\nprint('not staged')\n")
    (folder / "new").write_text("untracked\n")
    (folder / "README.md").unlink()
    before = (everything_in(folder), short_status(folder))
    kept = switched(rig)
    switched(rig, ONE)
    assert short_status(folder) == ""
    for line in restore_hint(kept).splitlines():
        subprocess.run(["sh", "-c", line], cwd=folder, check=True, env={**os.environ, **IDENTITY})
    assert (everything_in(folder), short_status(folder)) == before
    assert head(folder, f"rescued-{loose[:10]}") == loose


@pytest.mark.parametrize("staged", [False, True])
def test_files_of_a_branch_without_a_commit_come_back(rig: GitRig, staged: bool) -> None:  # noqa: FBT001
    on_an_empty_branch(rig.polecat())
    (rig.polecat() / "new").write_text("untracked\n")
    if not staged:
        git("rm", "--quiet", "-r", "--cached", ".", cwd=rig.polecat())
    before = everything_in(rig.polecat())
    kept = switched(rig)
    git("checkout", "--quiet", "--orphan", "again", cwd=rig.polecat())
    git("rm", "--quiet", "-r", "--force", ".", cwd=rig.polecat())
    for line in restore_hint(kept).splitlines():
        subprocess.run(["sh", "-c", line], cwd=rig.polecat(), check=True)
    assert everything_in(rig.polecat()) == before


def test_a_worktree_that_is_let_go_says_what_of_it_was_kept(rig: GitRig) -> None:
    assert release(rig.repository, rig.polecat()) == ()
    switched(rig, ONE)
    (rig.polecat() / "new").write_text("untracked\n")
    (kept,) = release(rig.repository, rig.polecat())
    assert git("show", f"{kept}:new", cwd=rig.repository.path) == "untracked"
    assert (rig.polecat() / "new").exists()


# what git does not show


def test_a_file_that_is_ignored_since_it_was_tracked_is_not_lost(rig: GitRig) -> None:
    folder = rig.polecat()
    commit(folder, "settings.env", "base\n")
    git("rm", "--quiet", "--cached", "settings.env", cwd=folder)
    (folder / ".gitignore").write_text("*.env\n")
    (folder / "settings.env").write_text("precious\n")
    assert (Path(switched(rig)[-1]) / "settings.env").read_text() == "precious\n"


def test_ignored_files_in_place_of_a_tracked_one_are_not_lost(rig: GitRig) -> None:
    folder = rig.polecat()
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    (folder / "README.md" / "result.log").write_text("precious\n")
    assert (Path(switched(rig)[-1]) / "README.md" / "result.log").read_text() == "precious\n"


def test_a_tracked_file_that_was_replaced_in_sight_of_git_is_saved_in_place(rig: GitRig) -> None:
    folder = rig.polecat()
    git("rm", "--quiet", "--cached", "README.md", cwd=folder)
    (folder / "src" / "app.py").unlink()
    (folder / "src" / "app.py").mkdir()
    (folder / "src" / "app.py" / "part.py").write_text("x")
    assert switched(rig)[0].startswith("refs/")
    assert not (rig.root / ".rescued").exists()


def test_commits_that_only_a_broken_record_remembers_are_kept(rig: GitRig) -> None:
    git("checkout", "--quiet", "--detach", cwd=rig.polecat())
    made = commit(rig.polecat(), "x", "precious")
    git("checkout", "--quiet", ONE, cwd=rig.polecat())
    (rig.repository.path / "worktrees" / "Toast" / "HEAD").unlink()
    switched(rig, ONE)
    assert made in rig.rescued().values()


def test_a_stash_made_on_a_branch_of_the_agents_own_is_kept(rig: GitRig) -> None:
    git("checkout", "--quiet", "-b", "side", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("precious")
    git("stash", cwd=rig.polecat())
    made = head(rig.polecat(), "refs/stash")
    git("checkout", "--quiet", ONE, cwd=rig.polecat())
    switched(rig)
    assert made in rig.rescued().values()


def test_a_repository_in_a_tracked_folder_does_not_go_with_the_worktree(rig: GitRig) -> None:
    git("init", "--quiet", cwd=rig.polecat() / "src")
    commit(rig.polecat() / "src", "app.py", "precious")
    remove(rig.repository, rig.polecat())
    (inner,) = (rig.root / ".rescued").glob("*/src")
    assert git("show", "HEAD:app.py", cwd=inner) == "precious"


def test_a_file_whose_name_differs_in_case_only_is_kept(rig: GitRig) -> None:
    if (rig.polecat() / "readme.md").exists():
        pytest.skip("this disk takes such names for the same")
    git("config", "core.ignoreCase", "true", cwd=rig.polecat())
    (rig.polecat() / "readme.md").write_text("precious")
    remove(rig.repository, rig.polecat())
    assert git("show", f"{rig.rescued()['worktree']}:readme.md", cwd=rig.repository.path) == "precious"


def test_a_worktree_that_cannot_be_seen_is_still_let_alone(rig: GitRig) -> None:
    (rig.repository.path / "worktrees" / "Toast" / "index.lock").write_text("")
    (rig.polecat() / "new").write_text("precious")
    with suppress(GastownError):
        release(rig.repository, rig.polecat())
    assert (rig.polecat() / "new").read_text() == "precious"
