"""Agents' worktrees: made, taken up, switched, let go; killed, broken and deleted under our hands; nothing lost."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from gastown.errors import Busy, NotFound, Refused, Unavailable
from gastown.world import processes
from gastown.world.git import orphans
from gastown.world.git.command import MARK
from gastown.world.git.records import record_of
from gastown.world.git.worktrees import Prepared, clear_stale_lock, prepare, release, remove, status
from tests.component.git_rig import GitRig, a_rig, commit, head, push_from_elsewhere
from tests.support import eventually, git

pytestmark = pytest.mark.needs("git")

ONE, TWO = "polecat/Toast/we-1", "polecat/Toast/we-2"


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    return a_rig(tmp_path)


def make(rig: GitRig, branch: str = ONE, *, had_session: bool = True, name: str = "Toast") -> Prepared:
    return prepare(rig.repository, rig.polecat(name), branch, start=rig.start, had_session=had_session)


def admin(rig: GitRig, name: str = "Toast") -> Path:
    return rig.repository.path / "worktrees" / name


# the ordinary life


def test_a_new_worktree_is_on_a_new_branch_from_the_start(rig: GitRig) -> None:
    assert make(rig) == Prepared(ONE, rig.start, (), made=True)
    assert (rig.polecat() / "README.md").exists()
    assert status(rig.polecat()).branch == ONE


def test_work_in_progress_is_left_exactly_as_it_is(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "a").write_text("staged")
    git("add", "a", cwd=rig.polecat())
    (rig.polecat() / "a").write_text("unstaged")
    (rig.polecat() / "b").write_text("untracked")
    before = git("status", "--porcelain=v2", cwd=rig.polecat())
    assert make(rig) == Prepared(ONE, made, (), made=False)
    assert git("status", "--porcelain=v2", cwd=rig.polecat()) == before
    assert (rig.polecat() / "a").read_text() == "unstaged"


def test_a_branch_that_exists_is_gone_on_with(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    make(rig, TWO)
    assert head(rig.polecat()) == rig.start
    assert make(rig, ONE) == Prepared(ONE, made, (), made=False)
    assert (rig.polecat() / "a").read_text() == "a"


def test_a_switch_saves_what_was_uncommitted_and_clears_it_away(rig: GitRig) -> None:
    make(rig)
    (rig.polecat() / "README.md").write_text("changed")
    (rig.polecat() / "new").write_text("untracked")
    prepared = make(rig, TWO)
    assert len(prepared.rescued) == 1
    assert not status(rig.polecat()).dirty
    assert not (rig.polecat() / "new").exists()


def test_ignored_files_survive_a_switch(rig: GitRig) -> None:
    make(rig)
    (rig.polecat() / "build").mkdir()
    (rig.polecat() / "build" / "cache").write_text("warm")
    make(rig, TWO)
    assert (rig.polecat() / "build" / "cache").read_text() == "warm"


def test_what_is_ignored_only_on_the_old_branch_is_kept_and_cleared(rig: GitRig) -> None:
    make(rig)
    commit(rig.polecat(), ".gitignore", "secret\n")
    (rig.polecat() / "secret").write_text("key")
    prepared = make(rig, TWO)
    assert not status(rig.polecat()).dirty
    assert len(prepared.rescued) == 1
    assert git("show", f"{prepared.rescued[0]}:secret", cwd=rig.repository.path) == "key"


def test_an_ignored_file_that_the_new_branch_tracks_is_not_overwritten(rig: GitRig) -> None:
    new = push_from_elsewhere(rig, "settings", "theirs")
    rig.repository.fetch()
    make(rig)
    git("reset", "--quiet", "--hard", f"{new}~1", cwd=rig.polecat())
    commit(rig.polecat(), ".gitignore", "settings\n")
    (rig.polecat() / "settings").write_text("mine")
    prepared = prepare(rig.repository, rig.polecat(), TWO, start=new)
    assert (rig.polecat() / "settings").read_text() == "theirs"
    assert (Path(prepared.rescued[-1]) / "settings").read_text() == "mine"


def test_a_folder_that_cannot_be_cleared_is_moved_aside(
    rig: GitRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(rig)
    (rig.polecat() / "new").write_text("x")
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    refusal = "echo 'warning: failed to remove new: Operation not permitted' >&2; exit 1"
    fake.write_text(f'#!/bin/sh\ncase " $* " in *" clean "*) {refusal};; esac\nexec {real} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=os.pathsep)
    prepared = make(rig, TWO)
    assert prepared.made
    assert (Path(prepared.rescued[-1]) / "README.md").exists()
    assert not status(rig.polecat()).dirty


def test_a_released_worktree_frees_its_branch_and_keeps_its_files(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "a").write_text("changed")
    release(rig.repository, rig.polecat())
    seen = status(rig.polecat())
    assert (seen.branch, seen.head, seen.unstaged) == (None, made, 1)
    assert make(rig, ONE, name="Nux").head == made
    assert list(rig.rescued()) == ["worktree"]
    release(rig.repository, rig.polecat())
    release(rig.repository, rig.polecat("Nobody"))


def test_a_release_copes_with_a_branch_that_was_deleted(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    git("update-ref", "-d", f"refs/heads/{ONE}", cwd=rig.repository.path)
    release(rig.repository, rig.polecat())
    assert (status(rig.polecat()).branch, head(rig.polecat())) == (None, made)
    git("checkout", "--quiet", "--orphan", "never-born", cwd=rig.polecat())
    release(rig.repository, rig.polecat())
    assert made in rig.rescued().values()


def test_a_branch_in_use_elsewhere_is_refused_with_the_place(rig: GitRig) -> None:
    make(rig)
    with pytest.raises(Refused, match=str(rig.polecat())) as refused:
        make(rig, ONE, name="Nux")
    assert "checkout --detach" in refused.value.hint
    git("worktree", "add", "--quiet", "-b", TWO, str(rig.root / "mine"), rig.start, cwd=rig.repository.path)
    with pytest.raises(Refused, match="mine"):
        make(rig, TWO)


def test_a_removed_worktree_leaves_refs_and_no_record(rig: GitRig) -> None:
    make(rig)
    git("checkout", "--quiet", "--detach", cwd=rig.polecat())
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "new").write_text("x")
    remove(rig.repository, rig.polecat())
    assert not rig.polecat().exists()
    assert record_of(rig.repository.path, rig.polecat()) is None
    assert set(rig.rescued()) == {f"commit-{made[:10]}", "worktree"}
    remove(rig.repository, rig.polecat())


def test_removing_what_is_not_ours_moves_it_aside(rig: GitRig) -> None:
    rig.polecat().mkdir(parents=True)
    (rig.polecat() / "notes").write_text("mine")
    remove(rig.repository, rig.polecat())
    assert [file.read_text() for file in (rig.root / ".rescued").glob("*/notes")] == ["mine"]


def test_many_agents_get_their_worktrees_at_once(rig: GitRig) -> None:
    def one(number: int) -> Prepared:
        return make(rig, f"polecat/P{number}/we-1", name=f"P{number}")

    with ThreadPoolExecutor(6) as pool:
        assert all(prepared.made for prepared in pool.map(one, range(6)))
    assert len(git("worktree", "list", cwd=rig.repository.path).splitlines()) == 7


# the status


def test_the_status_counts_and_names(rig: GitRig) -> None:
    make(rig)
    folder = rig.polecat()
    (folder / "README.md").write_text("x")
    git("add", "README.md", cwd=folder)
    (folder / "src" / "app.py").write_text("x")
    for name in ("a b", "ünï", "new\nline"):
        (folder / name).write_text("x")
    seen = status(folder)
    assert (seen.staged, seen.unstaged, seen.untracked, seen.unmerged) == (1, 1, 3, 0)
    assert seen.dirty
    assert seen.summary == "1 staged, 1 modified, 3 untracked (README.md, src/app.py, a b, …)"


def test_a_clean_status_says_so(rig: GitRig) -> None:
    make(rig)
    seen = status(rig.polecat())
    assert (seen.dirty, seen.summary, seen.operation) == (False, "nothing uncommitted", "")


def test_looking_where_no_worktree_is_finds_none(rig: GitRig) -> None:
    for folder in (rig.polecat(), rig.root, rig.repository.path, rig.root.parent):
        with pytest.raises(NotFound):
            status(folder)


# found broken


def test_a_restarted_agent_goes_on_in_the_middle_of_its_rebase(rig: GitRig) -> None:
    make(rig)
    commit(rig.polecat(), "README.md", "mine\n")
    git("branch", "theirs", rig.start, cwd=rig.polecat())
    git("checkout", "--quiet", "theirs", cwd=rig.polecat())
    commit(rig.polecat(), "README.md", "theirs\n")
    git("checkout", "--quiet", ONE, cwd=rig.polecat())
    with pytest.raises(AssertionError):
        git("rebase", "theirs", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("both\n")
    assert not make(rig).made
    seen = status(rig.polecat())
    assert (seen.branch, seen.operation, seen.unmerged) == (ONE, "rebase", 1)
    assert (rig.polecat() / "README.md").read_text() == "both\n"
    moved = make(rig, TWO)
    assert (Path(moved.rescued[-1]) / "README.md").read_text() == "both\n"
    assert make(rig, ONE).branch == ONE


def test_a_stale_lock_is_cleared_only_where_there_is_one(rig: GitRig) -> None:
    assert not clear_stale_lock(rig.repository, rig.polecat())
    make(rig)
    assert not clear_stale_lock(rig.repository, rig.polecat())
    lock = admin(rig) / "index.lock"
    lock.write_text("")
    (rig.polecat() / "new").write_text("x")
    with pytest.raises(Unavailable, match=r"index\.lock"):
        make(rig, TWO)
    assert (rig.polecat() / "new").read_text() == "x"
    assert clear_stale_lock(rig.repository, rig.polecat())
    assert make(rig, TWO).branch == TWO


def test_a_git_of_ours_that_outlived_its_starter_is_waited_for(
    rig: GitRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(rig)
    (admin(rig) / "index.lock").write_text("")
    monkeypatch.setattr(orphans, "PATIENCE", 0.2)
    orphan = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(rig.polecat())})
    try:
        with pytest.raises(Busy, match="still works in"):
            clear_stale_lock(rig.repository, rig.polecat())
        assert (admin(rig) / "index.lock").exists()
    finally:
        orphan.kill()
        orphan.wait()
    assert clear_stale_lock(rig.repository, rig.polecat())


def test_a_lock_of_a_worktree_that_is_gone_is_cleared_when_it_comes_back(rig: GitRig) -> None:
    make(rig)
    shutil.rmtree(rig.polecat())
    (admin(rig) / "index.lock").write_text("")
    assert make(rig, TWO).branch == TWO


def test_a_deleted_folder_comes_back_with_what_was_staged(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "a").write_text("staged")
    git("add", "a", cwd=rig.polecat())
    shutil.rmtree(rig.polecat())
    assert make(rig) == Prepared(ONE, made, (), made=False)
    assert (rig.polecat() / "a").read_text() == "staged"
    assert status(rig.polecat()).summary == "1 staged (a)"


def test_a_deleted_folder_goes_to_another_branch_with_nothing_lost(rig: GitRig) -> None:
    make(rig)
    git("checkout", "--quiet", "--detach", cwd=rig.polecat())
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "a").write_text("staged")
    git("add", "a", cwd=rig.polecat())
    shutil.rmtree(rig.polecat())
    prepared = make(rig, TWO)
    assert prepared.head == rig.start
    assert set(rig.rescued()) == {"worktree", f"commit-{made[:10]}"}
    assert git("show", f"{rig.rescued()['worktree']}^2:a", cwd=rig.repository.path) == "staged"


def test_bringing_a_folder_back_can_be_cut_off_and_gone_on_with(rig: GitRig) -> None:
    make(rig)
    shutil.rmtree(rig.polecat())
    rig.polecat().mkdir()
    (rig.polecat() / ".git").write_text(f"gitdir: {admin(rig)}\n")
    (admin(rig) / "locked").write_text("gastown brings it back")
    make(rig)
    assert not status(rig.polecat()).dirty
    assert (rig.polecat() / "README.md").exists()
    assert not (admin(rig) / "locked").exists()


def test_a_branch_that_was_deleted_comes_back_where_it_was(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    git("update-ref", "-d", f"refs/heads/{ONE}", cwd=rig.repository.path)
    assert make(rig) == Prepared(ONE, made, (), made=False)
    assert not status(rig.polecat()).dirty


def test_a_folder_whose_git_file_is_gone_is_moved_aside_and_made_again(rig: GitRig) -> None:
    make(rig)
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "new").write_text("precious")
    (rig.polecat() / ".git").unlink()
    prepared = make(rig)
    assert prepared.head == made
    assert (Path(prepared.rescued[0]) / "new").read_text() == "precious"
    assert not status(rig.polecat()).dirty


def test_a_folder_that_an_agent_made_its_own_repository_is_moved_aside(rig: GitRig) -> None:
    make(rig)
    (rig.polecat() / ".git").unlink()
    git("init", "--quiet", cwd=rig.polecat())
    made = commit(rig.polecat(), "x", "in the wrong repository")
    prepared = make(rig)
    assert head(Path(prepared.rescued[0])) == made
    assert status(rig.polecat()).branch == ONE


@pytest.mark.parametrize("kind", ["file", "link", "full folder"])
def test_what_lies_in_the_way_is_moved_never_deleted(rig: GitRig, tmp_path: Path, kind: str) -> None:
    rig.polecat().parent.mkdir(parents=True)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes").write_text("mine")
    if kind == "file":
        shutil.copy(mine / "notes", rig.polecat())
    elif kind == "link":
        rig.polecat().symlink_to(mine)
    else:
        shutil.copytree(mine, rig.polecat())
    prepared = make(rig, had_session=False)
    assert prepared.made
    moved = Path(prepared.rescued[0])
    assert (moved if kind == "file" else moved / "notes").read_text() == "mine"
    assert (mine / "notes").read_text() == "mine"


def test_an_empty_folder_is_simply_used(rig: GitRig) -> None:
    rig.polecat().mkdir(parents=True)
    assert make(rig) == Prepared(ONE, rig.start, (), made=True)


def half_made(rig: GitRig) -> None:
    make(rig)
    (admin(rig) / "locked").write_text("initializing")
    (rig.polecat() / "README.md").unlink()
    (admin(rig) / "index").unlink()


def test_a_half_made_worktree_that_never_had_a_session_is_made_anew(rig: GitRig) -> None:
    half_made(rig)
    assert make(rig, had_session=False) == Prepared(ONE, rig.start, (), made=True)
    assert not status(rig.polecat()).dirty
    assert not (rig.root / ".rescued").exists()


def test_a_half_made_worktree_that_had_a_session_is_moved_aside(rig: GitRig) -> None:
    half_made(rig)
    (rig.polecat() / "new").write_text("precious")
    prepared = make(rig)
    assert prepared.made
    assert (Path(prepared.rescued[-1]) / "new").read_text() == "precious"
    assert not status(rig.polecat()).dirty


def test_a_shared_setting_of_an_agent_does_not_stop_us(rig: GitRig) -> None:
    make(rig)
    for key, value in {
        "core.bare": "false", "core.autocrlf": "true", "core.fileMode": "false", "commit.gpgSign": "true",
        "checkout.defaultRemote": "nowhere", "branch.autoSetupMerge": "always", "clean.requireForce": "true",
        "worktree.guessRemote": "true", "core.untrackedCache": "true", "status.showUntrackedFiles": "no",
        "merge.ff": "only", "advice.detachedHead": "true", "index.sparse": "true",
    }.items():  # fmt: skip
        git("config", key, value, cwd=rig.polecat())
    (rig.polecat() / "new").write_text("x")
    assert status(rig.polecat()).untracked == 1
    prepared = make(rig, TWO)
    assert len(prepared.rescued) == 1
    assert b"\r" not in (rig.polecat() / "README.md").read_bytes()
    assert make(rig, "polecat/Nux/we-3", name="Nux").made
    remove(rig.repository, rig.polecat("Nux"))


# killed at any moment

LATEST = 0.15
"""Seconds after which a `prepare` is killed at the latest."""

KILLED = """
import sys, pathlib
from gastown.world.git.repository import Repository
from gastown.world.git.worktrees import prepare
repository, folder, branch, start = sys.argv[1:]
print("go", flush=True)
prepare(Repository(pathlib.Path(repository)), pathlib.Path(folder), branch, start=start, had_session=False)
print("done", flush=True)
"""


def cut_off(rig: GitRig, branch: str, *, after: float, git_too: bool) -> bool:
    """Run `prepare` in a process of its own and kill it; False when it was faster."""
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(rig.repository.path), str(rig.polecat()), branch, rig.start],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MARKED": str(rig.root)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    with suppress(subprocess.TimeoutExpired):
        child.wait(after)
    child.send_signal(signal.SIGKILL)
    if git_too:
        kill_gits(rig)
    rest = child.stdout.read()
    child.stdout.close()
    child.wait()
    return "done" not in rest


def kill_gits(rig: GitRig) -> None:
    for process in processes.marked({"MARKED": str(rig.root)}):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("victims", ["we alone", "git with us"])
def test_killed_at_any_moment_the_same_call_finishes_the_job(tmp_path: Path, victims: str) -> None:
    rig = a_rig(tmp_path, {f"folder{n % 7}/file{n}": "x" * 2000 for n in range(400)})
    killed = 0
    for number in range(12):
        branch = f"polecat/Toast/we-{number}"
        if number % 3 == 1:
            (rig.polecat() / "precious").write_text(f"precious {number}")
        if number % 4 == 3:
            shutil.rmtree(rig.polecat())
        precious = (rig.polecat() / "precious").exists()
        moment = LATEST * (number * 7 % 12) / 12
        killed += cut_off(rig, branch, after=moment, git_too=victims == "git with us")
        clear_stale_lock(rig.repository, rig.polecat(), branch)
        prepared = prepare(rig.repository, rig.polecat(), branch, start=rig.start, had_session=False)
        assert prepared.branch == branch
        assert status(rig.polecat()).branch == branch
        assert not status(rig.polecat()).dirty
        if precious:
            assert f"precious {number}" in precious_texts(rig)
    assert killed
    eventually(
        lambda: not list((rig.repository.path / "worktrees").glob("*/index.lock")),
        within=10,
        what="no lock left",
    )


def precious_texts(rig: GitRig) -> list[str]:
    saved = [ref for ref in rig.refs("refs/gastown/rescue/") if ref.endswith("/worktree")]
    holding = [ref for ref in saved if git("ls-tree", ref, "precious", cwd=rig.repository.path)]
    return [git("show", f"{ref}:precious", cwd=rig.repository.path) for ref in holding]


FULL = """
import resource, sys, pathlib
from gastown.errors import GastownError
from gastown.world.git.repository import Repository
from gastown.world.git.worktrees import prepare
repository, folder, branch, start = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    prepare(Repository(pathlib.Path(repository)), pathlib.Path(folder), branch, start=start)
except GastownError as error:
    print(error.message)
"""


def test_with_a_disk_that_takes_no_more_nothing_is_lost_and_the_rest_is_done_later(rig: GitRig) -> None:
    make(rig)
    precious = os.urandom(20_000)
    (rig.polecat() / "precious").write_bytes(precious)
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(rig.repository.path), str(rig.polecat()), TWO, rig.start],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stderr == ""
    clear_stale_lock(rig.repository, rig.polecat())
    make(rig, TWO)
    (moved,) = (path for path in (rig.root / ".rescued").iterdir() if path.is_dir())
    assert (moved / "precious").read_bytes() == precious
