"""Landing: a checkout that is really clean, a change replayed faithfully, and a target moved only from where it was."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from gastown.errors import GastownError, Refused, Unavailable
from gastown.world.git.landing import Conflict, Moved, Replayed, clean_checkout, push, replay
from gastown.world.git.worktrees import prepare, status
from tests.component.git_rig import GitRig, a_rig, commit, head, push_from_elsewhere
from tests.support import git

pytestmark = pytest.mark.needs("git")

BRANCH = "polecat/Toast/we-1"
QUEUE = {"committer": "web/refinery", "email": "owner@example.org"}


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    rig = a_rig(tmp_path)
    prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    return rig


@pytest.fixture
def local(tmp_path: Path) -> GitRig:
    rig = a_rig(tmp_path, checkout=True)
    prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    return rig


def replayed(rig: GitRig, change: str, onto: str) -> Replayed:
    clean_checkout(rig.repository, rig.queue, onto)
    done = replay(rig.repository, rig.queue, commit=change, onto=onto, **QUEUE)
    assert isinstance(done, Replayed), done
    return done


def shown(folder: Path, rev: str, form: str) -> str:
    return git("log", "-1", f"--format={form}", rev, cwd=folder)


def everything_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.name != ".git"}


# the clean checkout


def test_a_missing_checkout_is_made(rig: GitRig) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert (status(rig.queue).branch, status(rig.queue).head) == (None, rig.start)


def leaves_files(folder: Path) -> None:
    (folder / "README.md").write_text("changed")
    (folder / "new").write_text("x")
    (folder / "noise.log").write_text("ignored")
    (folder / "build" / "deep").mkdir(parents=True)
    (folder / "build" / "deep" / "out").write_text("ignored")


def leaves_a_repository(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    git("init", "--quiet", cwd=inner)
    commit(inner, "x", "x")


def commits_and_branches(folder: Path) -> None:
    git("checkout", "--quiet", "-b", "gate", cwd=folder)
    commit(folder, "gate", "x")


def stages_and_merges(folder: Path) -> None:
    commit(folder, "README.md", "one")
    git("branch", "--force", "other", cwd=folder)
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=folder)
    commit(folder, "README.md", "two")
    with suppress(AssertionError):
        git("merge", "other", cwd=folder)


def hides_changes(folder: Path) -> None:
    git("update-index", "--assume-unchanged", "README.md", cwd=folder)
    git("update-index", "--skip-worktree", "src/app.py", cwd=folder)
    (folder / "README.md").write_text("hidden")
    (folder / "src" / "app.py").write_text("hidden")


def makes_it_sparse(folder: Path) -> None:
    git("sparse-checkout", "set", "docs", cwd=folder)


def leaves_a_lock(folder: Path) -> None:
    Path(git("rev-parse", "--git-path", "index.lock", cwd=folder)).write_text("")


def damages_the_index(folder: Path) -> None:
    Path(git("rev-parse", "--git-path", "index", cwd=folder)).write_text("damaged")


def deletes_the_git_file(folder: Path) -> None:
    (folder / ".git").unlink()


def makes_it_a_repository(folder: Path) -> None:
    (folder / ".git").unlink()
    git("init", "--quiet", cwd=folder)


def deletes_it(folder: Path) -> None:
    shutil.rmtree(folder)


def makes_it_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file")


def leaves_what_may_not_be_written(folder: Path) -> None:
    cache = folder / "build" / "cache"
    cache.mkdir(parents=True)
    (cache / "file").write_text("x")
    cache.chmod(0o555)


def turns_hooks_on(folder: Path) -> None:
    hook = folder / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\necho x > from-a-hook\n")
    hook.chmod(0o755)
    git("config", "core.hooksPath", str(hook.parent), cwd=folder)


WRECKERS = [
    leaves_files, leaves_a_repository, commits_and_branches, stages_and_merges, hides_changes, makes_it_sparse,
    leaves_a_lock, damages_the_index, deletes_the_git_file, makes_it_a_repository, deletes_it, makes_it_a_file,
    leaves_what_may_not_be_written, turns_hooks_on,
]  # fmt: skip


@pytest.mark.parametrize("wreck", WRECKERS, ids=lambda each: each.__name__)
def test_whatever_a_gate_did_the_next_one_finds_only_the_commit(
    rig: GitRig, wreck: Callable[[Path], None]
) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    clean = everything_in(rig.queue)
    wreck(rig.queue)
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert everything_in(rig.queue) == clean
    assert (rig.queue / "README.md").read_text() == "# Example\n"
    seen = status(rig.queue)
    assert (seen.head, seen.dirty, seen.operation) == (rig.start, False, "")


def test_a_submodule_that_a_gate_fetched_is_gone_with_the_next_checkout(rig: GitRig, tmp_path: Path) -> None:
    library = a_rig(tmp_path / "library").origin
    folder = rig.polecat()
    allowed = ("-c", "protocol.file.allow=always")
    git(*allowed, "submodule", "add", "--quiet", str(library), "lib", cwd=folder)
    git("commit", "--quiet", "-m", "Add lib", cwd=folder)
    made = head(folder)
    clean_checkout(rig.repository, rig.queue, made)
    git(*allowed, "submodule", "update", "--quiet", "--init", cwd=rig.queue)
    (rig.queue / "lib" / "README.md").write_text("changed")
    clean_checkout(rig.repository, rig.queue, made)
    assert list((rig.queue / "lib").iterdir()) == []


def test_a_checkout_killed_half_way_is_made_again(tmp_path: Path) -> None:
    rig = a_rig(tmp_path, {f"folder{n % 7}/file{n}": "x" * 2000 for n in range(400)})
    program = (
        "import sys, pathlib; from gastown.world.git.landing import clean_checkout\n"
        "from gastown.world.git.repository import Repository\n"
        "r = Repository(pathlib.Path(sys.argv[1]))\nprint('go', flush=True)\n"
        "clean_checkout(r, pathlib.Path(sys.argv[2]), sys.argv[3])\n"
    )
    for number in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(rig.repository.path), str(rig.queue), rig.start],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.02 * number)
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        child.wait()
        clean_checkout(rig.repository, rig.queue, rig.start)
        assert not status(rig.queue).dirty


# replaying


def test_a_change_on_top_of_the_target_is_not_rewritten(rig: GitRig) -> None:
    first, second = commit(rig.polecat(), "a", "a"), commit(rig.polecat(), "b", "b")
    done = replayed(rig, second, rig.start)
    assert done == Replayed(second, ((first, first), (second, second)))
    assert head(rig.queue) == second


def test_a_change_that_is_there_already_is_no_change(rig: GitRig) -> None:
    made = commit(rig.polecat(), "a", "a")
    later = commit(rig.polecat(), "b", "b")
    assert replayed(rig, made, later) == Replayed(later, ())
    assert head(rig.queue) == later


def test_a_replay_keeps_author_date_and_message_to_the_byte(rig: GitRig) -> None:
    onto = push_from_elsewhere(rig, "theirs", "x")
    rig.repository.fetch()
    message = "Subject: ünïcode\n\n# not a comment\n\n\n  indented  \n\nSigned-off-by: Ann\n"
    (rig.polecat() / "a").write_text("a")
    git("add", "a", cwd=rig.polecat())
    who = {"GIT_AUTHOR_NAME": "web/polecats/Toast", "GIT_AUTHOR_DATE": "2026-03-03T03:03:03+03:00"}
    git("commit", "--quiet", "--cleanup=verbatim", "-m", message, cwd=rig.polecat(), env=who)
    made = head(rig.polecat())
    done = replayed(rig, made, onto)
    form = "%an|%ae|%aI|%B"
    assert shown(rig.queue, done.head, form) == shown(rig.queue, made, form)
    assert shown(rig.queue, done.head, "%cn|%ce|%P") == f"web/refinery|owner@example.org|{onto}"
    assert done.commits == ((made, done.head),)
    raw = git("cat-file", "commit", done.head, cwd=rig.queue).partition("\n\n")[2]
    assert raw == message.strip()


def test_several_commits_are_replayed_in_order(rig: GitRig) -> None:
    made = [commit(rig.polecat(), name, name) for name in "abc"]
    onto = push_from_elsewhere(rig, "theirs", "x")
    rig.repository.fetch()
    done = replayed(rig, made[-1], onto)
    assert [old for old, _ in done.commits] == made
    subjects = git("log", "--reverse", "--format=%s", f"{onto}..{done.head}", cwd=rig.queue)
    assert subjects.splitlines() == ["Write a", "Write b", "Write c"]
    assert done.commits[-1][1] == done.head == head(rig.queue)
    assert not status(rig.queue).dirty


def test_a_commit_whose_change_is_there_is_left_out(rig: GitRig) -> None:
    first = commit(rig.polecat(), "same", "text")
    second = commit(rig.polecat(), "other", "x")
    onto = push_from_elsewhere(rig, "same", "text")
    rig.repository.fetch()
    done = replayed(rig, second, onto)
    assert [old for old, _ in done.commits] == [second]
    assert replayed(rig, first, onto) == Replayed(onto, ())


def test_a_commit_with_an_empty_message_can_be_replayed(rig: GitRig) -> None:
    onto = push_from_elsewhere(rig, "theirs", "x")
    rig.repository.fetch()
    (rig.polecat() / "a").write_text("a")
    git("add", "a", cwd=rig.polecat())
    git("commit", "--quiet", "--allow-empty-message", "-m", "", cwd=rig.polecat())
    assert replayed(rig, head(rig.polecat()), onto).head != onto


def test_a_conflict_names_its_files_and_leaves_the_checkout_clean(rig: GitRig) -> None:
    commit(rig.polecat(), "fine", "x")
    made = commit(rig.polecat(), "README.md", "mine\n")
    onto = push_from_elsewhere(rig, "README.md", "theirs\n")
    rig.repository.fetch()
    clean_checkout(rig.repository, rig.queue, onto)
    done = replay(rig.repository, rig.queue, commit=made, onto=onto, **QUEUE)
    assert isinstance(done, Conflict)
    assert done.files == ("README.md",)
    assert "CONFLICT (content): Merge conflict in README.md" in done.detail
    assert "hint:" not in done.detail
    seen = status(rig.queue)
    assert (seen.head, seen.dirty, seen.operation) == (onto, False, "")


def test_a_history_with_merges_lands_whole_by_one_merge_commit(rig: GitRig) -> None:
    commit(rig.polecat(), "README.md", "mine\n")
    push_from_elsewhere(rig, "README.md", "theirs\n")
    rig.repository.fetch()
    with pytest.raises(AssertionError):
        git("merge", "origin/main", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("both\n")
    git("commit", "--quiet", "--all", "-m", "Merge main, resolved", cwd=rig.polecat())
    made = commit(rig.polecat(), "a", "a", "Finish")
    onto = push_from_elsewhere(rig, "later", "x")
    rig.repository.fetch()
    done = replayed(rig, made, onto)
    assert (
        shown(rig.queue, done.head, "%P|%an|%cn|%s")
        == f"{onto} {made}|web/refinery|web/refinery|Merge: Finish"
    )
    assert (rig.queue / "README.md").read_text() == "both\n"
    assert (made, made) in done.commits
    assert all(old == new for old, new in done.commits)


def test_a_merge_that_conflicts_is_a_conflict_too(rig: GitRig) -> None:
    commit(rig.polecat(), "README.md", "mine\n")
    git("branch", "side", rig.start, cwd=rig.polecat())
    git("checkout", "--quiet", "side", cwd=rig.polecat())
    commit(rig.polecat(), "a", "a")
    git("merge", "--quiet", BRANCH, cwd=rig.polecat())
    onto = push_from_elsewhere(rig, "README.md", "theirs\n")
    rig.repository.fetch()
    clean_checkout(rig.repository, rig.queue, onto)
    done = replay(rig.repository, rig.queue, commit=head(rig.polecat()), onto=onto, **QUEUE)
    assert isinstance(done, Conflict)
    assert done.files == ("README.md",)
    assert not status(rig.queue).dirty


def test_a_change_without_a_common_history_is_a_conflict_in_words(rig: GitRig) -> None:
    git("checkout", "--quiet", "--orphan", "alone", cwd=rig.polecat())
    git("commit", "--quiet", "-m", "Alone", cwd=rig.polecat())
    clean_checkout(rig.repository, rig.queue, rig.start)
    done = replay(rig.repository, rig.queue, commit=head(rig.polecat()), onto=rig.start, **QUEUE)
    assert isinstance(done, Conflict)
    assert "no history in common" in done.detail


def test_the_repositorys_attributes_guide_a_replay_and_an_agents_driver_does_not(
    rig: GitRig, tmp_path: Path
) -> None:
    witness = tmp_path / "witness"
    start = commit(rig.polecat(), ".gitattributes", "CHANGELOG.md merge=union\nREADME.md merge=bad\n")
    start = commit(rig.polecat(), "CHANGELOG.md", "# Changes\n")
    git("push", "--quiet", str(rig.origin), f"{start}:refs/heads/main", cwd=rig.polecat())
    made = commit(rig.polecat(), "CHANGELOG.md", "# Changes\n- mine\n")
    onto = push_from_elsewhere(rig, "CHANGELOG.md", "# Changes\n- theirs\n")
    rig.repository.fetch()
    done = replayed(rig, made, onto)
    assert "mine" in (rig.queue / "CHANGELOG.md").read_text()
    assert "theirs" in (rig.queue / "CHANGELOG.md").read_text()
    git("config", "merge.bad.driver", f"touch {witness}", cwd=rig.repository.path)
    git("reset", "--quiet", "--hard", start, cwd=rig.polecat())
    made = commit(rig.polecat(), "README.md", "mine\n")
    theirs = push_from_elsewhere(rig, "README.md", "theirs\n")
    rig.repository.fetch()
    clean_checkout(rig.repository, rig.queue, theirs)
    assert isinstance(replay(rig.repository, rig.queue, commit=made, onto=theirs, **QUEUE), Conflict)
    assert not witness.exists()
    assert done.head


def test_settings_of_agents_do_not_change_a_replay(rig: GitRig) -> None:
    git("mv", "src/app.py", "src/main.py", cwd=rig.polecat())
    git("commit", "--quiet", "-m", "Subject", cwd=rig.polecat())
    onto = push_from_elsewhere(rig, "src/app.py", "print('theirs')\n")
    rig.repository.fetch()
    for key, value in {
        "merge.renames": "false", "rerere.enabled": "true", "commit.gpgSign": "true", "merge.ff": "only",
        "commit.cleanup": "strip", "core.commentChar": "S", "user.useConfigOnly": "true", "merge.log": "true",
    }.items():  # fmt: skip
        git("config", key, value, cwd=rig.repository.path)
    done = replayed(rig, head(rig.polecat()), onto)
    assert (rig.queue / "src" / "main.py").read_text() == "print('theirs')\n"
    assert shown(rig.queue, done.head, "%s") == "Subject"


# pushing


def test_a_push_moves_the_remotes_branch_and_can_be_repeated(rig: GitRig) -> None:
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    push(rig.repository, "main", old=start, new=made)
    assert head(rig.origin, "main") == made
    push(rig.repository, "main", old=start, new=made)
    assert rig.repository.read_target("main") == made


def test_a_target_that_has_moved_is_not_overwritten(rig: GitRig) -> None:
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    theirs = push_from_elsewhere(rig, "theirs", "x")
    with pytest.raises(Moved):
        push(rig.repository, "main", old=start, new=made)
    assert head(rig.origin, "main") == theirs


def test_a_target_that_is_gone_has_moved(rig: GitRig) -> None:
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    git("update-ref", "-d", "refs/heads/main", cwd=rig.origin)
    with pytest.raises(Moved):
        push(rig.repository, "main", old=start, new=made)


def test_a_change_that_does_not_follow_is_refused(rig: GitRig) -> None:
    made = commit(rig.polecat(), "a", "a")
    with pytest.raises(Refused, match="does not follow"):
        push(rig.repository, "main", old=made, new=rig.start)


def test_the_remotes_own_refusal_is_told_in_its_words(rig: GitRig) -> None:
    hook = rig.origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'main is protected: open a request' >&2\nexit 1\n")
    hook.chmod(0o755)
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    with pytest.raises(Refused, match="main is protected: open a request"):
        push(rig.repository, "main", old=start, new=made)
    assert head(rig.origin, "main") == start


def test_a_remote_that_is_away_is_unavailable(rig: GitRig) -> None:
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    rig.origin.rename(rig.origin.with_name("away"))
    with pytest.raises(Unavailable):
        push(rig.repository, "main", old=start, new=made)


def test_of_many_pushes_from_one_commit_one_wins(rig: GitRig) -> None:
    start = rig.start
    changes: list[str] = []
    for number in range(5):
        prepare(rig.repository, rig.polecat(f"P{number}"), f"polecat/P{number}/we-1", start=start)
        changes.append(commit(rig.polecat(f"P{number}"), f"file{number}", "x"))

    def attempt(change: str) -> str | None:
        try:
            push(rig.repository, "main", old=start, new=change)
        except Moved:
            return None
        return change

    with ThreadPoolExecutor(5) as pool:
        won = [change for change in pool.map(attempt, changes) if change]
    assert [head(rig.origin, "main")] == won


def test_an_agents_pushurl_is_not_pushed_to(rig: GitRig, tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "trap.git", cwd=tmp_path)
    git("config", "remote.origin.pushurl", str(tmp_path / "trap.git"), cwd=rig.repository.path)
    start, made = rig.start, commit(rig.polecat(), "a", "a")
    push(rig.repository, "main", old=start, new=made)
    assert head(rig.origin, "main") == made


def test_a_checkout_is_never_pushed_to(local: GitRig) -> None:
    start, made = local.start, commit(local.polecat(), "a", "a")
    push(local.repository, "main", old=start, new=made)
    assert head(local.origin, "main") == start
    assert local.repository.read_target("main") == made
    assert local.refs("refs/heads/main") == {"refs/heads/main": made}
    push(local.repository, "main", old=start, new=made)


def test_a_target_kept_here_moves_only_from_where_it_was(local: GitRig) -> None:
    start, made = local.start, commit(local.polecat(), "a", "a")
    push(local.repository, "main", old=start, new=made)
    git("reset", "--quiet", "--hard", start, cwd=local.polecat())
    other = commit(local.polecat(), "b", "b")
    with pytest.raises(Moved):
        push(local.repository, "main", old=start, new=other)
    assert local.repository.target("main") == made


def test_landing_beside_an_agent_that_has_main_checked_out(local: GitRig) -> None:
    start, made = local.start, commit(local.polecat(), "a", "a")
    prepare(local.repository, local.polecat("Nux"), "polecat/Nux/we-2", start=start)
    git("checkout", "--quiet", "main", cwd=local.polecat("Nux"))
    push(local.repository, "main", old=start, new=made)
    assert local.repository.target("main") == made
    assert (head(local.polecat("Nux")), status(local.polecat("Nux")).dirty) == (start, False)


def test_a_whole_landing_once(rig: GitRig) -> None:
    commit(rig.polecat(), "a", "a")
    frozen = rig.repository.freeze(head(rig.polecat()), "we-1", 1)
    push_from_elsewhere(rig, "theirs", "x")
    onto = rig.repository.read_target("main")
    done = replayed(rig, rig.refs(frozen)[frozen], onto)
    push(rig.repository, "main", old=onto, new=done.head)
    assert rig.repository.contains(rig.repository.read_target("main"), done.head)
    assert os.path.lexists(rig.polecat() / "a")


def test_what_git_cannot_do_is_said_and_the_checkout_is_usable_again(rig: GitRig) -> None:
    clean_checkout(rig.repository, rig.queue, rig.start)
    with pytest.raises(GastownError):
        replay(rig.repository, rig.queue, commit="a" * 40, onto=rig.start, **QUEUE)
    clean_checkout(rig.repository, rig.queue, rig.start)
    assert not status(rig.queue).dirty
