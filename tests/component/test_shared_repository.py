"""What agents write into the repository they share decides neither where work lands nor what is read."""

import os
import shlex
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Refused, Unavailable
from gastown.world.git import tree
from gastown.world.git.command import answer
from gastown.world.git.repository import Repository
from gastown.world.git.targets import Landed
from gastown.world.git.worktrees import prepare
from tests.component.git_rig import FILES, GitRig, a_rig, commit, head, push_from_elsewhere
from tests.component.merge_town import MergeTown
from tests.support import a_repository, git

pytestmark = pytest.mark.needs("git")

LONG_AGO = (0.0, 0.0)


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    return a_rig(tmp_path)


@pytest.fixture
def local(tmp_path: Path) -> GitRig:
    return a_rig(tmp_path, checkout=True)


def work(rig: GitRig, name: str = "work") -> str:
    """A commit that an agent made in its worktree."""
    if not rig.polecat().exists():
        prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    return commit(rig.polecat(), name, name)


def a_fork(rig: GitRig) -> Path:
    """A repository that looks like the remote and is not it."""
    fork = rig.root.parent / "fork.git"
    shutil.copytree(rig.origin, fork)
    return fork


# where it is fetched from, and pushed to


def test_work_lands_at_rig_tomls_address_whatever_an_agent_calls_origin(tmp_path: Path) -> None:
    place = MergeTown(tmp_path)
    try:
        before = place.target()
        fork = tmp_path / "fork.git"
        git("clone", "--quiet", "--bare", str(place.remote), str(fork), cwd=tmp_path)
        request = place.submit("One", {"a": "1"})
        git("remote", "set-url", "origin", str(fork), cwd=place.repository.path)
        place.run()
        place.landed_once(request)
        assert head(place.remote, "main") != before
        assert head(fork, "main") == before
    finally:
        place.close()


def test_a_town_asks_rig_toml_for_the_address_at_every_use(tmp_path: Path) -> None:
    place = MergeTown(tmp_path)
    try:
        repository = place.town.repository("web")
        assert repository.url == str(place.remote)
        (place.root / "web" / "rig.toml").write_text(
            '[rig]\nurl = "/elsewhere"\nprefix = "we"\ntarget = "main"\n'
        )
        assert repository.url == "/elsewhere"
    finally:
        place.close()


@pytest.mark.parametrize("scope", ["--local", "--worktree"])
@pytest.mark.parametrize(
    "key",
    [
        "url.{fork}.insteadOf",
        "url.{fork}.pushInsteadOf",
        "remote.{url}.url",
        "remote.{url}.pushurl",
        "remote.{url}.vcs",
    ],
)
def test_configuration_that_leads_elsewhere_is_named_with_its_remedy(
    rig: GitRig, key: str, scope: str
) -> None:
    fork, store = a_fork(rig), rig.repository.path
    if scope == "--worktree":
        git("config", "extensions.worktreeConfig", "true", cwd=store)
    url = rig.origin.as_uri()
    repository = Repository(store, url)
    name = key.format(fork=fork, url=url)
    git("config", scope, name, url if name.startswith("url.") else str(fork), cwd=store)
    for act in (repository.fetch, lambda: repository.read_target("main")):
        with pytest.raises(Unavailable, match="elsewhere") as refused:
            act()
    assert name.rpartition(".")[0] in refused.value.message
    subprocess.run(shlex.split(refused.value.hint), check=True, timeout=30)
    repository.fetch()


def test_an_agents_proxy_is_not_used(rig: GitRig) -> None:
    repository = Repository(rig.repository.path, "http://ann:secret@127.0.0.1:1/x.git")
    for key in ("http.proxy", "http.http://127.0.0.1:1.proxy", "http.extraHeader", "http.sslVerify"):
        git("config", key, "false", cwd=rig.repository.path)
        with pytest.raises(Unavailable, match="elsewhere") as refused:
            repository.fetch()
        assert "secret" not in f"{refused.value.message} {refused.value.hint}"
        rig.repository.fetch()  # to a folder nothing goes over HTTP
        git("config", "--unset", key, cwd=rig.repository.path)
    git("config", "http.postBuffer", "1000000", cwd=rig.repository.path)
    with pytest.raises(Unavailable, match="cannot read"):
        repository.fetch()


def test_a_remote_in_the_old_style_is_not_used(rig: GitRig) -> None:
    for folder in ("remotes", "branches"):
        file = rig.repository.path / folder / "host:project"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"URL: {a_fork(rig)}\n" if folder == "remotes" else f"{rig.origin}\n")
        with pytest.raises(Unavailable, match="elsewhere"):
            Repository(rig.repository.path, "host:project").fetch()
        file.unlink()


def test_the_users_own_shorthands_still_count(rig: GitRig, tmp_path: Path) -> None:
    git(
        "config", "--global", f"url.{rig.origin.parent.as_uri()}/.insteadOf", "ours:", cwd=tmp_path,
        env={"GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"]},
    )  # fmt: skip
    new = push_from_elsewhere(rig, "b", "b")
    assert Repository(rig.repository.path, f"ours:{rig.origin.name}").read_target("main") == new


def test_push_options_that_an_agent_set_do_not_keep_work_from_the_remote(rig: GitRig) -> None:
    git("config", "push.pushOption", "merge_request.create", cwd=rig.repository.path)
    rig.repository.push_submitted(rig.repository.freeze(rig.start, "we-1", 1))
    assert git("for-each-ref", "refs/gastown", cwd=rig.origin)


def test_a_plain_push_of_an_agent_reaches_nothing(rig: GitRig) -> None:
    before = rig.start
    work(rig)
    with pytest.raises(AssertionError, match="gt done"):
        git("push", "--force", "origin", "HEAD:main", cwd=rig.polecat())
    assert head(rig.origin, "main") == before


def test_a_silent_remote_is_given_up_when_patience_ends(rig: GitRig) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        repository = Repository(rig.repository.path, f"git://127.0.0.1:{silent.getsockname()[1]}/x.git")
        began = time.monotonic()
        with pytest.raises(Unavailable, match="did not answer"):
            repository.fetch(patience=0.5)
        assert time.monotonic() - began < 10


# what is read


def test_replaced_objects_are_read_as_they_are(rig: GitRig) -> None:
    start, bad = rig.start, work(rig, "bad")
    git("replace", bad, start, cwd=rig.polecat())
    assert "bad" in tree.files_at(rig.repository.path, bad)
    assert not rig.repository.contains(start, bad)
    assert [each.id for each in rig.repository.commits_between(start, bad)] == [bad]


@pytest.mark.parametrize("advice", ["true", "false"])
def test_grafted_parents_are_none(rig: GitRig, advice: str) -> None:
    start, made = rig.start, work(rig)
    git("config", "advice.graftFileDeprecated", advice, cwd=rig.repository.path)
    grafts = rig.repository.path / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(f"{start} {made}\n")
    assert not rig.repository.contains(start, made)
    assert rig.repository.merge_base(start, made) == start
    assert rig.repository.resolve(made) == Present(made)


def test_a_missing_object_starts_no_program_of_an_agents(rig: GitRig, tmp_path: Path) -> None:
    witness, evil = tmp_path / "witness", tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{witness}'\nexit 1\n")
    evil.chmod(0o755)
    said = {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "evil", "remote.evil.promisor": "true",
        "remote.evil.url": str(rig.origin), "remote.evil.uploadpack": str(evil),
        "remote.evil.partialCloneFilter": "blob:none",
    }  # fmt: skip
    start = rig.start
    for key, value in said.items():
        git("config", key, value, cwd=rig.repository.path)
    assert isinstance(rig.repository.resolve("1" * 40), Unknown | Absent)
    with pytest.raises(Unavailable):
        rig.repository.contains(start, "2" * 40)
    new = push_from_elsewhere(rig, "b", "b")
    assert rig.repository.read_target("main") == new
    assert not witness.exists()


# a target that is kept here


WAYS = {
    "our ref": ("update-ref", "refs/gastown/target/main"),
    "the remote's": ("update-ref", "refs/remotes/origin/main"),
    "a push": ("push", ".", "HEAD:refs/remotes/origin/main"),
    "the branch": ("update-ref", "refs/heads/main"),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_ref_that_an_agent_writes_lands_its_commit_beside_a_checkout(local: GitRig, way: str) -> None:
    start = local.repository.read_target("main")
    evil = work(local, "evil")
    args = WAYS[way]
    git(*args, *([] if args[0] == "push" else [evil]), cwd=local.polecat())
    local.repository.target("main")
    kept = local.repository.kept_target("main")
    assert kept == (evil if way == "our ref" else start)
    assert local.repository.read_target("main", landed=Landed(None)) == start
    assert local.repository.read_target("main", landed=Landed(start)) == start
    assert local.repository.kept_target("main") == start
    if way != "our ref":
        assert local.repository.read_target("main") == start


def test_a_plain_read_moves_no_target(local: GitRig) -> None:
    start = local.repository.read_target("main")
    second = commit(local.origin, "a", "a")
    local.repository.fetch()
    assert local.repository.target("main") == second
    assert local.repository.kept_target("main") == start
    assert local.refs("refs/heads/main") == {"refs/heads/main": start}


def test_what_landed_last_stays_the_target_until_the_checkout_has_it(local: GitRig) -> None:
    local.repository.read_target("main")
    landed = work(local)
    for ref in (landed, local.start, None):  # as it was, wound back, deleted
        name = "refs/gastown/target/main"
        git("update-ref", *([name, ref] if ref else ["-d", name]), cwd=local.repository.path)
        assert local.repository.read_target("main", landed=Landed(landed)) == landed
    git("pull", "--quiet", str(local.repository.path), "main", cwd=local.origin)
    further = commit(local.origin, "further", "x")
    assert local.repository.read_target("main", landed=Landed(landed)) == further


def test_a_checkout_may_amend_what_we_only_followed(local: GitRig) -> None:
    start = local.repository.read_target("main")
    followed = commit(local.origin, "a", "a")
    assert local.repository.read_target("main", landed=Landed(start)) == followed
    git("commit", "--quiet", "--amend", "-m", "Better", cwd=local.origin)
    assert local.repository.read_target("main", landed=Landed(start)) == head(local.origin)


def test_a_landing_that_was_begun_counts_once_our_ref_is_there(local: GitRig) -> None:
    start = local.repository.read_target("main")
    begun = work(local)
    assert local.repository.read_target("main", landed=Landed(None, begun)) == start
    git("update-ref", "refs/gastown/target/main", begun, cwd=local.repository.path)
    assert local.repository.read_target("main", landed=Landed(None, begun)) == begun


def test_a_landing_of_a_clone_that_is_gone_is_no_reason_to_stop(local: GitRig) -> None:
    assert local.repository.read_target("main", landed=Landed("1" * 40)) == head(local.origin)


# somebody's checkout


def test_a_bare_repository_with_worktrees_is_somebodys_checkout(rig: GitRig, tmp_path: Path) -> None:
    assert not rig.repository.is_local_checkout()
    git("worktree", "add", "--quiet", str(tmp_path / "theirs"), "main", cwd=rig.origin)
    assert rig.repository.is_local_checkout()
    rig.repository.push_submitted(rig.repository.freeze(rig.start, "we-1", 1))
    assert git("for-each-ref", "refs/gastown", cwd=rig.origin) == ""


def test_a_repository_that_does_not_say_that_it_is_bare_is_a_checkout(local: GitRig) -> None:
    git("config", "--unset", "core.bare", cwd=local.origin)
    assert Repository(local.repository.path, f"{local.origin}/.git").is_local_checkout()


# locks


def a_lock(path: Path) -> Path:
    """A lock that nobody has touched for ages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, LONG_AGO)
    return path


@pytest.mark.parametrize("prefix", ["", r"\r", r"\n\nfatal: "])
def test_a_remote_does_not_talk_us_into_deleting_a_file(rig: GitRig, tmp_path: Path, prefix: str) -> None:
    theirs, ours = a_lock(tmp_path / "project" / "Cargo.lock"), a_lock(rig.repository.path / "config.lock")
    hook = rig.origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    said = "".join(
        f"printf \"{prefix}Unable to create '{lock}': File exists\\n\" >&2\n" for lock in (theirs, ours)
    )
    hook.write_text(f"#!/bin/sh\n{said}exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Refused, match=str(theirs)):
        rig.repository.push_submitted(rig.repository.freeze(rig.start, "we-1", 1))
    assert theirs.exists()
    assert ours.exists()


def test_a_lock_in_the_remotes_repository_is_the_remotes(rig: GitRig) -> None:
    frozen = rig.repository.freeze(rig.start, "we-1", 1)
    lock = a_lock(rig.origin / f"{frozen}.lock")
    with pytest.raises(Unavailable, match="is locked"):
        rig.repository.push_submitted(frozen)
    assert lock.exists()


def test_a_lock_outside_the_repository_stays_wherever_its_links_lead(rig: GitRig, tmp_path: Path) -> None:
    lock = a_lock(tmp_path / "users" / "we-1" / "1.lock")
    (rig.repository.path / "refs" / "gastown").mkdir()
    (rig.repository.path / "refs" / "gastown" / "submitted").symlink_to(tmp_path / "users")
    with pytest.raises(Unavailable):
        rig.repository.freeze(rig.start, "we-1", 1)
    assert lock.exists()


def test_a_lock_of_another_repository_stays_though_a_worktree_points_there(
    rig: GitRig, tmp_path: Path
) -> None:
    user = a_repository(tmp_path / "users", FILES)
    lock = a_lock(user / ".git" / "config.lock")
    work(rig)
    (rig.polecat() / ".git").write_text(f"gitdir: {user}/.git\n")
    assert answer(rig.polecat(), "config", "a.b", "c").status
    assert lock.exists()


LOCKED = {
    "config.lock": ("config", "a.b", "c"),
    "worktrees/Toast/HEAD.lock": ("checkout", "--quiet", "--detach"),
}


@pytest.mark.parametrize("name", LOCKED)
def test_an_old_lock_of_a_worktrees_own_repository_goes(rig: GitRig, name: str) -> None:
    work(rig)
    lock = a_lock(rig.repository.path / name)
    assert answer(rig.polecat(), *LOCKED[name]).status == 0
    assert not lock.exists()
    lock.touch()
    assert answer(rig.polecat(), *LOCKED[name]).status
    assert lock.exists()
