"""The hooks of a rig's bare clone, as git calls them in agents' worktrees and in people's."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present
from gastown.views.doctor_hooks import hooks_checks
from gastown.views.health import Health
from gastown.world.git import worktrees
from gastown.world.git.pins import RESCUE
from gastown.world.git.repository_hooks import hooks_path, see_to_hooks
from tests.component.custody_town import a_custody_town
from tests.component.git_rig import GitRig, a_rig, commit, head
from tests.support import IDENTITY, git

BRANCHES = ("polecat/*", "crew-*/*", "refinery/*")


def as_agent(address: str) -> Mapping[str, str]:
    return {"GT_ADDRESS": address, "GT_INCARNATION": "7"}


TOAST = as_agent("web/polecats/Toast")


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    """A rig with worktrees of Toast and Shadow, each with a commit, whose pushes go where the remote is."""
    rig = a_rig(tmp_path)
    see_to_hooks(rig.repository.path, target="main", branches=BRANCHES)
    for name in ("Toast", "Shadow"):
        worktrees.prepare(rig.repository, rig.polecat(name), f"polecat/{name}/we-1", start=rig.start)
        commit(rig.polecat(name), f"{name}.txt", "x")
    git("config", "--unset", "remote.origin.pushurl", cwd=rig.repository.path)
    return rig


def tried(rig: GitRig, *words: str, env: Mapping[str, str] = TOAST, who: str = "Toast") -> str:
    """What git complained of in that worktree; empty when it did it."""
    done = subprocess.run(
        ["git", *words],
        cwd=rig.polecat(who),
        env={**os.environ, **IDENTITY, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["origin", "HEAD:main"],
        ["--force", "origin", "HEAD:refs/heads/main"],
        ["origin", "--delete", "main"],
        ["{url}", "HEAD:main"],
        ["{url}", "HEAD:feature", "HEAD:main"],
        ["{url}", "HEAD:refs/gastown/ledger"],
    ],
    ids=" ".join,
)
def test_agents_do_not_push_to_the_target(rig: GitRig, words: list[str]) -> None:
    before = git("for-each-ref", cwd=rig.origin)
    said = tried(rig, "push", *(word.format(url=rig.origin) for word in words))
    assert "gt done" in said
    assert git("for-each-ref", cwd=rig.origin) == before


def test_agents_push_other_branches_and_people_push_what_they_like(rig: GitRig) -> None:
    assert tried(rig, "push", "origin", "HEAD:feature") == ""
    assert tried(rig, "push", str(rig.origin), "HEAD:main", env={}) == ""
    assert head(rig.origin, "main") == head(rig.polecat())


@pytest.mark.parametrize(
    "words",
    [
        ["branch", "-D", "polecat/Shadow/we-2"],
        ["branch", "-f", "polecat/Shadow/we-2", "HEAD"],
        ["branch", "-m", "polecat/Shadow/we-2", "mine"],
        ["update-ref", "-d", "refs/heads/polecat/Shadow/we-2"],
        ["update-ref", "refs/heads/crew-ann/home", "HEAD"],
        ["branch", "refinery/we-1"],
        ["branch", "-f", "main", "HEAD"],
        ["checkout", "-B", "main"],
        ["fetch", "origin", "main:main"],
        ["update-ref", "-d", f"{RESCUE}/Shadow/x/worktree"],
        ["update-ref", "refs/gastown/target/main", "HEAD"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
        ["branch", "-d", "-r", "origin/main"],
    ],
    ids=" ".join,
)
def test_agents_neither_move_nor_delete_what_is_not_theirs(rig: GitRig, words: list[str]) -> None:
    for ref in ("refs/heads/polecat/Shadow/we-2", f"{RESCUE}/Shadow/x/worktree"):
        git("update-ref", ref, rig.start, cwd=rig.repository.path)
    before = rig.refs("refs")
    assert "gastown: " in tried(rig, *words)
    assert rig.refs("refs") == before
    assert tried(rig, *words, env={}) == ""


def test_what_is_theirs_and_what_is_new_is_free(rig: GitRig) -> None:
    for words in (
        ["commit", "--quiet", "--allow-empty", "-m", "more"],
        ["checkout", "--quiet", "-b", "polecat/Toast/try"],
        ["checkout", "--quiet", "-b", "try-this"],
        ["branch", "-D", "polecat/Toast/try"],
        ["branch", "-m", "try-this", "try-that"],
        ["fetch", "--quiet", "origin"],
        ["rebase", "--quiet", "origin/main"],
        ["reset", "--quiet", "--hard", "HEAD"],
        ["checkout", "--quiet", "--detach", "origin/main"],
        ["tag", "here"],
        ["branch", "-D", "try-that"],
    ):
        assert tried(rig, *words) == "", words
    crew = as_agent("web/crew/ann")
    assert tried(rig, "branch", "crew-ann/home", env=crew) == ""
    assert tried(rig, "branch", "-D", "crew-ann/home", env=crew) == ""
    assert "another agent" in tried(rig, "branch", "-D", "polecat/Toast/we-1", env=crew)
    assert tried(rig, "branch", "refinery/we-3", env=as_agent("web/refinery")) == ""


def test_what_the_remote_has_is_fetched_by_agents(rig: GitRig) -> None:
    assert tried(rig, "push", "--quiet", str(rig.origin), "HEAD:main", env={}) == ""
    shadow = as_agent("web/polecats/Shadow")
    assert tried(rig, "pull", "--quiet", "--rebase", "origin", "main", who="Shadow", env=shadow) == ""
    assert rig.refs("refs/remotes/origin")["refs/remotes/origin/main"] == head(rig.polecat())


def test_our_own_git_does_not_ask_the_hooks(rig: GitRig, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOAST.items():
        monkeypatch.setenv(name, value)
    rig.repository.freeze("refs/heads/polecat/Shadow/we-1", "we-1", 1)
    assert set(rig.refs("refs/gastown")) == {"refs/gastown/submitted/we-1/1"}


def test_hooks_that_were_changed_come_back_and_all_else_is_left_alone(rig: GitRig) -> None:
    hooks = rig.repository.path / "hooks"
    again = {"target": "main", "branches": BRANCHES}
    assert see_to_hooks(rig.repository.path, target="main", branches=BRANCHES) == ()
    (hooks / "pre-push").chmod(0o644)
    (hooks / "reference-transaction").unlink()
    assert set(see_to_hooks(rig.repository.path, **again)) == {"pre-push", "reference-transaction"}  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert see_to_hooks(rig.repository.path, target="trunk", branches=BRANCHES) == (
        "pre-push",
        "reference-transaction",
    )
    assert sorted(file.name for file in hooks.iterdir()) == ["pre-push", "reference-transaction"]


@pytest.mark.parametrize("name", ["pre-push", "reference-transaction"])
def test_a_hook_of_somebody_else_is_kept_and_called_after_ours(
    rig: GitRig, name: str, tmp_path: Path
) -> None:
    hook = rig.repository.path / "hooks" / name
    hook.write_text(f"#!/bin/sh\ncat > {tmp_path}/heard\n[ ! -e {tmp_path}/no ]\n")
    hook.chmod(0o755)
    assert see_to_hooks(rig.repository.path, target="main", branches=BRANCHES) == (name,)
    assert "gastown: " in tried(rig, "branch", "-f", "main", "HEAD")
    assert "gt done" in tried(rig, "push", "origin", "HEAD:main")
    assert tried(rig, "push", "origin", "HEAD:feature") == ""
    assert "feature" in (tmp_path / "heard").read_text()
    (tmp_path / "no").touch()
    assert tried(rig, "push", "origin", "HEAD:feature-2")


def test_settings_that_send_git_elsewhere_for_hooks_are_seen(rig: GitRig) -> None:
    assert hooks_path(rig.repository.path) == Absent()
    git("config", "core.hooksPath", ".husky", cwd=rig.polecat())
    assert hooks_path(rig.repository.path) == Present(".husky")
    git("config", "--unset", "core.hooksPath", cwd=rig.polecat())
    with Path(os.environ["GIT_CONFIG_GLOBAL"]).open("a", encoding="utf-8") as mine:
        mine.write("[core]\n\thooksPath = /mine\n")
    assert hooks_path(rig.repository.path) == Present("/mine")


def test_the_doctor_says_when_git_looks_elsewhere_for_hooks(tmp_path: Path) -> None:
    place = a_custody_town(tmp_path)
    assert list(hooks_checks(place.town)) == []
    git("config", "core.hooksPath", ".husky", cwd=place.rig.repository.path)
    (check,) = hooks_checks(place.town)
    assert (check.health, "git looks for hooks of web in .husky" in check.what) == (Health.WARN, True)
