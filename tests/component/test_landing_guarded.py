"""Landing where agents wrote into the shared settings, or a gate before this one into the queue's worktree."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gastown.world.git.landing import Conflict, Replayed, clean_checkout, replay
from gastown.world.git.worktrees import prepare
from tests.component.git_rig import GitRig, a_rig, commit, head, push_from_elsewhere
from tests.support import a_repository, git

pytestmark = pytest.mark.needs("git")

BRANCH = "polecat/Toast/we-1"
QUEUE = {"committer": "web/refinery", "email": "owner@example.org"}


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    rig = a_rig(tmp_path)
    prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    return rig


def landed(rig: GitRig, change: str, *, base: str | None = None) -> Replayed | Conflict:
    onto = rig.repository.read_target("main")
    clean_checkout(rig.repository, rig.queue, onto)
    return replay(rig.repository, rig.queue, commit=change, onto=onto, base=base, **QUEUE)


def test_a_new_commit_of_a_submodule_lands_though_it_is_to_be_ignored(rig: GitRig, tmp_path: Path) -> None:
    library = a_repository(tmp_path / "library", {"x": "1"})
    old, new = head(library), commit(library, "x", "2")
    folder = rig.polecat()
    (folder / ".gitmodules").write_text(
        f'[submodule "lib"]\n\tpath = lib\n\turl = {library}\n\tignore = all\n'
    )
    git("add", ".gitmodules", cwd=folder)
    git("update-index", "--add", "--cacheinfo", f"160000,{old},lib", cwd=folder)
    git("commit", "--quiet", "-m", "Add lib", cwd=folder)
    git("push", "--quiet", str(rig.origin), "HEAD:main", cwd=folder)
    git("update-index", "--cacheinfo", f"160000,{new},lib", cwd=folder)
    git("commit", "--quiet", "-m", "Bump lib", cwd=folder)
    push_from_elsewhere(rig, "other", "x")
    done = landed(rig, head(folder))
    assert isinstance(done, Replayed)
    assert len(done.commits) == 1
    assert new in git("ls-tree", done.head, "lib", cwd=rig.repository.path)


@pytest.mark.parametrize("mark", ["--skip-worktree", "--assume-unchanged"])
def test_a_file_that_one_gate_hid_is_there_for_the_next(rig: GitRig, mark: str) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    git("update-index", mark, "README.md", cwd=rig.queue)
    (rig.queue / "README.md").unlink()
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert (rig.queue / "README.md").exists()
    assert git("ls-files", "-v", "README.md", cwd=rig.queue).startswith("H ")


def test_a_change_that_git_was_told_not_to_see_is_undone(rig: GitRig) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    git("update-index", "--assume-unchanged", "README.md", cwd=rig.queue)
    (rig.queue / "README.md").write_text("nothing is tested")
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert (rig.queue / "README.md").read_text() == "# Example\n"


@pytest.mark.parametrize("there", [False, True], ids=["made anew", "used before"])
def test_all_files_are_checked_out_whatever_the_shared_settings_leave_out(rig: GitRig, there: bool) -> None:  # noqa: FBT001
    made = commit(rig.polecat(), "src/new.py", "x")
    if there:
        clean_checkout(rig.repository, rig.queue, rig.start)
    git("config", "core.sparseCheckout", "true", cwd=rig.repository.path)
    git("config", "extensions.worktreeConfig", "true", cwd=rig.repository.path)
    store = rig.repository.path
    git("config", "--file", str(store / "config.worktree"), "core.sparseCheckout", "true", cwd=store)
    (store / "info").mkdir(exist_ok=True)
    for place in (store, *(store / "worktrees").glob("queue")):
        (place / "info").mkdir(exist_ok=True)
        (place / "info" / "sparse-checkout").write_text("/*\n!/README.md\n")
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert (rig.queue / "README.md").exists()
    done = landed(rig, made)
    assert isinstance(done, Replayed)
    assert (rig.queue / "README.md").exists()


def test_the_queues_reset_never_reaches_a_folder_of_the_user(rig: GitRig, tmp_path: Path) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    theirs = a_repository(tmp_path / "theirs", {"README.md": "theirs"})
    (theirs / "unsaved").write_text("precious")
    git("config", "extensions.worktreeConfig", "true", cwd=rig.queue)
    git("config", "--worktree", "core.worktree", str(theirs), cwd=rig.queue)
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert (theirs / "unsaved").read_text() == "precious"
    assert (theirs / "README.md").read_text() == "theirs"
    assert (rig.queue / "README.md").read_text() == "# Example\n"


def merges_by_default(rig: GitRig) -> None:
    git("config", "merge.default", "union", cwd=rig.repository.path)


def names_attributes(rig: GitRig) -> None:
    (rig.root / "attributes").write_text("* merge=union\n")
    git("config", "core.attributesFile", str(rig.root / "attributes"), cwd=rig.repository.path)


def writes_attributes(rig: GitRig) -> None:
    (rig.repository.path / "info").mkdir(exist_ok=True)
    (rig.repository.path / "info" / "attributes").write_text("* merge=union\n")


def redefines_text(rig: GitRig) -> None:
    git("config", "merge.text.driver", "true", cwd=rig.repository.path)


@pytest.mark.parametrize("how", [merges_by_default, names_attributes, writes_attributes, redefines_text])
def test_the_settings_of_agents_settle_no_conflict(rig: GitRig, how: Callable[[GitRig], None]) -> None:
    made = commit(rig.polecat(), "README.md", "mine\n")
    push_from_elsewhere(rig, "README.md", "theirs\n")
    how(rig)
    assert isinstance(landed(rig, made), Conflict)


def test_attributes_in_no_commit_are_named_where_they_would_decide(rig: GitRig) -> None:
    made = commit(rig.polecat(), "new", "mine\n")
    push_from_elsewhere(rig, "other", "theirs\n")
    writes_attributes(rig)
    done = landed(rig, made)
    assert isinstance(done, Conflict)
    assert "info/attributes" in done.detail
    (rig.repository.path / "info" / "attributes").write_text(
        "# merge\n*.ipynb filter=strip diff=ipynb -text\n"
    )
    assert isinstance(landed(rig, made), Replayed)


@pytest.mark.parametrize("text", ["mine\n", "theirs\n"], ids=["conflicting", "made by somebody already"])
def test_no_filter_of_an_agent_runs_in_a_replay(rig: GitRig, tmp_path: Path, text: str) -> None:
    push_from_elsewhere(rig, ".gitattributes", "* filter=evil\n")
    rig.repository.fetch()
    git("reset", "--quiet", "--hard", "origin/main", cwd=rig.polecat())
    made = commit(rig.polecat(), "README.md", text)
    push_from_elsewhere(rig, "README.md", "theirs\n")
    push_from_elsewhere(rig, "other", "x")
    for way in ("smudge", "clean"):
        git("config", f"filter.evil.{way}", f"touch {tmp_path}/ran; cat", cwd=rig.repository.path)
    landed(rig, made)
    assert not (tmp_path / "ran").exists()


def test_what_was_taken_out_of_the_target_is_not_brought_back(rig: GitRig) -> None:
    secret = push_from_elsewhere(rig, "secret", "key")
    rig.repository.fetch()
    git("reset", "--quiet", "--hard", "origin/main", cwd=rig.polecat())
    made = commit(rig.polecat(), "new", "x")
    git("update-ref", "refs/heads/main", f"{secret}~1", cwd=rig.origin)
    done = landed(rig, made, base=secret)
    assert isinstance(done, Conflict)
    assert "rewritten" in done.detail
    git("rebase", "--quiet", "--onto", f"{secret}~1", secret, cwd=rig.polecat())
    again = landed(rig, head(rig.polecat()), base=secret)
    assert isinstance(again, Replayed)
    assert "secret" not in git("ls-tree", "--name-only", again.head, cwd=rig.repository.path)
