"""The rig's bare clone: cloning, reading, freezing, and what agents' configuration may not do to it."""

import os
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError, Invalid, NotFound, Refused, Unavailable
from gastown.world.git import command
from gastown.world.git.addresses import masked
from gastown.world.git.command import GitFailed, answer, environment, reason, ssh_command
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.repository import Repository
from gastown.world.git.user import user_identity
from gastown.world.git.worktrees import prepare
from tests.component.git_rig import FILES, GitRig, a_rig, commit, head, push_from_elsewhere
from tests.support import a_repository, git

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    return a_rig(tmp_path)


def a_program(path: Path, witness: Path) -> Path:
    """A program that leaves a witness when it runs, and passes its input on."""
    path.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat 2>/dev/null\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# cloning


def test_a_clone_keeps_the_remotes_branches_apart_from_ours(rig: GitRig) -> None:
    assert set(rig.refs("refs/")) == {"refs/remotes/origin/main"}
    assert rig.repository.url == str(rig.origin)
    assert rig.repository.default_branch() == "main"


def test_the_remote_names_the_default_branch(tmp_path: Path) -> None:
    source = a_repository(tmp_path / "source", FILES)
    git("checkout", "--quiet", "-b", "trunk", cwd=source)
    repository = Repository.clone(str(source), tmp_path / "repo.git")
    assert repository.default_branch() == "trunk"


@pytest.mark.parametrize("others, chosen", [((), "main"), (("work",), "main")])
def test_a_detached_remote_falls_back_to_the_usual_names(
    tmp_path: Path, others: tuple[str, ...], chosen: str
) -> None:
    source = a_repository(tmp_path / "source", FILES)
    for name in others:
        git("branch", name, cwd=source)
    git("checkout", "--quiet", "--detach", cwd=source)
    assert Repository.clone(str(source), tmp_path / "repo.git").default_branch() == chosen


def test_an_empty_repository_is_refused_by_name_and_with_a_hint(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "empty.git", cwd=tmp_path)
    repository = Repository.clone(str(tmp_path / "empty.git"), tmp_path / "repo.git")
    with pytest.raises(Refused, match=r"empty\.git has no commit yet"):
        repository.default_branch()


@pytest.mark.parametrize(
    "url, kind",
    [
        ("/nowhere/at/all", NotFound),
        ("file:///nowhere/at/all", NotFound),
        ("https://127.0.0.1:1/x.git", Unavailable),
        ("ssh://nobody@127.0.0.1:1/x.git", Unavailable),
        ("-evil", Invalid),
        ("ext::sh -c true", Invalid),
        ("", Invalid),
        ("a\nb", Invalid),
    ],
)
def test_a_clone_that_fails_leaves_nothing(tmp_path: Path, url: str, kind: type[GastownError]) -> None:
    place = tmp_path / "rig" / "repo.git"
    place.parent.mkdir()
    with pytest.raises(kind) as failed:
        Repository.clone(url, place)
    assert failed.value.hint
    assert list(place.parent.iterdir()) == []


def test_a_folder_that_is_no_repository_is_not_found_in_gits_own_words(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(NotFound, match="does not appear to be a git repository"):
        Repository.clone(str(tmp_path / "plain"), tmp_path / "repo.git")


def test_credentials_are_never_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as failed:
        Repository.clone("https://ann:secret@127.0.0.1:1/x.git", tmp_path / "repo.git")
    assert "secret" not in f"{failed.value.message} {failed.value.hint}"
    assert "https://***@127.0.0.1:1/x.git" in failed.value.message
    assert masked("see https://ann:s3@h/x and ssh://git@h/y") == "see https://***@h/x and ssh://git@h/y"


def test_what_is_there_already_is_not_cloned_over(rig: GitRig) -> None:
    with pytest.raises(Refused):
        Repository.clone(str(rig.origin), rig.repository.path)


def test_a_shallow_checkout_can_be_cloned_and_fetched(tmp_path: Path) -> None:
    source = a_repository(tmp_path / "source", FILES)
    for number in range(3):
        commit(source, "count", str(number))
    git("clone", "--quiet", "--depth=1", source.as_uri(), "shallow", cwd=tmp_path)
    repository = Repository.clone(str(tmp_path / "shallow"), tmp_path / "repo.git")
    new = commit(tmp_path / "shallow", "more", "x")
    assert repository.read_target("main") == new


def test_a_relative_path_means_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_repository(tmp_path / "source", FILES)
    monkeypatch.chdir(tmp_path)
    assert Repository.clone("source", tmp_path / "repo.git").url == str(tmp_path / "source")


# fetching


def test_a_fetch_prunes_the_remotes_branches_and_no_others(rig: GitRig) -> None:
    git("branch", "old", "main", cwd=rig.origin)
    rig.repository.fetch()
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    git("branch", "--delete", "--force", "old", cwd=rig.origin)
    rig.repository.fetch()
    assert set(rig.refs("refs/")) == {"refs/remotes/origin/main", "refs/heads/polecat/Toast/we-1"}


def test_a_refspec_that_an_agent_set_deletes_no_branch(rig: GitRig) -> None:
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    commit(rig.polecat(), "a", "a")
    git("config", "remote.origin.fetch", "+refs/*:refs/*", cwd=rig.polecat())
    git("config", "remote.origin.mirror", "true", cwd=rig.polecat())
    git("config", "fetch.prune", "true", cwd=rig.polecat())
    kept = head(rig.polecat())
    new = push_from_elsewhere(rig, "b", "b")
    assert rig.repository.read_target("main") == new
    assert rig.refs("refs/heads/") == {"refs/heads/polecat/Toast/we-1": kept}


def test_many_fetch_at_once_and_none_fails(rig: GitRig) -> None:
    for number in range(3):
        new = push_from_elsewhere(rig, f"file{number}", "x")
        with ThreadPoolExecutor(6) as pool:
            targets = list(pool.map(Repository(rig.repository.path).read_target, ["main"] * 6))
        assert set(targets) == {new}


def test_locks_that_a_killed_git_left_are_removed_once_they_are_old(rig: GitRig) -> None:
    git("branch", "old", "main", cwd=rig.origin)
    rig.repository.fetch()
    git("pack-refs", "--all", cwd=rig.repository.path)
    git("branch", "--delete", "--force", "old", cwd=rig.origin)
    new = push_from_elsewhere(rig, "b", "b")
    locks = [rig.repository.path / name for name in ("packed-refs.lock", "refs/remotes/origin/main.lock")]
    for lock in locks:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    with pytest.raises(Unavailable, match="File exists"):
        rig.repository.fetch()
    for lock in locks:
        os.utime(lock, (0, 0))
    assert rig.repository.read_target("main") == new
    assert set(rig.refs("refs/")) == {"refs/remotes/origin/main"}


def test_a_remote_that_is_gone_is_said_to_be_gone(rig: GitRig) -> None:
    shutil.rmtree(rig.origin)
    with pytest.raises(NotFound, match=str(rig.origin)):
        rig.repository.fetch()


def test_the_settings_url_comes_before_what_an_agent_wrote(rig: GitRig, tmp_path: Path) -> None:
    other = a_repository(tmp_path / "other", {"x": "y"})
    git("config", "remote.origin.url", str(other), cwd=rig.repository.path)
    repository = Repository(rig.repository.path, str(rig.origin))
    new = push_from_elsewhere(rig, "b", "b")
    assert repository.read_target("main") == new


# reading


def test_what_exists_is_present_and_what_does_not_is_absent(rig: GitRig) -> None:
    start = rig.start
    assert rig.repository.resolve(start) == Present(start)
    assert rig.repository.resolve("refs/remotes/origin/main") == Present(start)
    for nothing in ("refs/heads/none", "a" * 40, "", "x y", "--all", "a\nb", "refs/heads/*"):
        assert rig.repository.resolve(nothing) == Absent(), nothing


def test_what_cannot_be_read_is_unknown(rig: GitRig) -> None:
    (rig.repository.path / "refs" / "heads" / "broken").write_text("b" * 40 + "\n")
    assert isinstance(rig.repository.resolve("refs/heads/broken"), Unknown)
    assert isinstance(Repository(rig.root / "nowhere").resolve("HEAD"), Unknown)
    (rig.repository.path / "HEAD").write_text("nonsense\n")
    assert isinstance(rig.repository.resolve(rig.origin.name), Unknown)


def test_a_damaged_object_is_unknown(rig: GitRig) -> None:
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    made = commit(rig.polecat(), "a", "a")
    loose = rig.repository.path / "objects" / made[:2] / made[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"damaged")
    assert isinstance(rig.repository.resolve(made), Unknown)
    with pytest.raises(Unavailable):
        rig.repository.contains(rig.start, made)


def test_ancestry_and_the_commits_between(rig: GitRig) -> None:
    start = rig.start
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=start)
    first = commit(rig.polecat(), "a", "a", "Add a\n\nwith a body")
    second = commit(rig.polecat(), "b", "b", "Add b: ünïcode")
    between = rig.repository.commits_between(start, second)
    assert [(c.id, c.author, c.subject) for c in between] == [
        (first, "Ann Example", "Add a"),
        (second, "Ann Example", "Add b: ünïcode"),
    ]
    assert between[0].at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert rig.repository.contains(second, start)
    assert rig.repository.contains(second, second)
    assert not rig.repository.contains(start, second)
    assert rig.repository.merge_base(first, second) == first
    assert rig.repository.commits_between(second, start) == []


def test_histories_without_a_common_ancestor_have_no_merge_base(rig: GitRig, tmp_path: Path) -> None:
    other = a_repository(tmp_path / "other", {"x": "y"})
    git("fetch", "--quiet", str(other), "main:refs/heads/other", cwd=rig.repository.path)
    assert rig.repository.merge_base(rig.start, "refs/heads/other") is None


def test_reading_what_is_missing_is_unavailable_not_false(rig: GitRig) -> None:
    with pytest.raises(Unavailable):
        rig.repository.contains(rig.start, "a" * 40)
    with pytest.raises(Unavailable):
        rig.repository.merge_base(rig.start, "a" * 40)
    with pytest.raises(Unavailable):
        rig.repository.commits_between("a" * 40, rig.start)


# the target


def test_the_target_of_a_remote_is_where_it_was_last_seen(rig: GitRig) -> None:
    before = rig.start
    new = push_from_elsewhere(rig, "b", "b")
    assert rig.repository.target("main") == before
    assert rig.repository.read_target("main") == new
    assert not rig.repository.is_local_checkout()
    with pytest.raises(NotFound, match="no branch trunk"):
        rig.repository.target("trunk")


@pytest.fixture
def local(tmp_path: Path) -> GitRig:
    return a_rig(tmp_path, checkout=True)


@pytest.mark.parametrize("form", ["{}", "file://{}", "{}/.git"])
def test_a_checkout_is_known_by_any_of_its_addresses(local: GitRig, form: str) -> None:
    assert Repository(local.repository.path, form.format(local.origin)).is_local_checkout()


def test_addresses_of_other_computers_are_no_checkouts(rig: GitRig) -> None:
    for url in ("https://h/x.git", "git@h:x.git", "ssh://h/x", str(rig.origin), rig.origin.as_uri()):
        assert not Repository(rig.repository.path, url).is_local_checkout(), url


def test_the_target_of_a_checkout_follows_it_while_it_holds_all_of_ours(local: GitRig) -> None:
    first = local.start
    second = commit(local.origin, "a", "a")
    assert local.repository.target("main") == first
    assert local.repository.read_target("main") == second
    assert local.refs("refs/heads/main") == {"refs/heads/main": second}


def test_the_target_of_a_checkout_stays_when_the_checkout_went_elsewhere(local: GitRig) -> None:
    second = commit(local.origin, "a", "a")
    local.repository.read_target("main")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=local.origin)
    commit(local.origin, "b", "b")
    assert local.repository.read_target("main") == second


def test_a_commit_on_our_branch_main_has_not_landed(local: GitRig) -> None:
    start = local.start
    prepare(local.repository, local.polecat(), "polecat/Toast/we-1", start=start)
    git("checkout", "--quiet", "main", cwd=local.polecat())
    stray = commit(local.polecat(), "stray", "x")
    assert local.repository.read_target("main") == start
    assert local.refs("refs/heads/main") == {"refs/heads/main": stray}


def test_a_checkout_that_is_away_leaves_its_target_where_it_was(local: GitRig) -> None:
    start = local.start
    local.origin.rename(local.origin.with_name("away"))
    assert local.repository.target("main") == start
    with pytest.raises(Unavailable, match="no repository at"):
        local.repository.is_local_checkout()


def test_the_pull_command_brings_what_landed(local: GitRig) -> None:
    start = local.start
    prepare(local.repository, local.polecat(), "polecat/Toast/we-1", start=start)
    new = commit(local.polecat(), "a", "a")
    git("update-ref", "refs/gastown/target/main", new, cwd=local.repository.path)
    assert local.repository.pull_command("main").endswith("refs/gastown/target/main")
    assert local.repository.read_target("main") == new
    shown = local.repository.pull_command("main")
    assert shown == f"git -C {local.origin} pull {local.repository.path} main"
    subprocess.run([*shown.split(), "--quiet"], check=True, timeout=30)
    assert head(local.origin) == new


# freezing


def test_freezing_twice_is_once(rig: GitRig) -> None:
    start = rig.start
    name = rig.repository.freeze(start, "we-1", 7)
    assert name == "refs/gastown/submitted/we-1/7"
    assert rig.repository.freeze(start, "we-1", 7) == name
    assert rig.refs("refs/gastown/submitted/") == {name: start}


def test_a_generation_freezes_one_commit_only(rig: GitRig) -> None:
    start = rig.start
    rig.repository.freeze(start, "we-1", 7)
    other = push_from_elsewhere(rig, "b", "b")
    rig.repository.fetch()
    with pytest.raises(Refused, match="sling again"):
        raise_with_hint(rig.repository, other)
    assert rig.refs("refs/gastown/submitted/") == {"refs/gastown/submitted/we-1/7": start}


def raise_with_hint(repository: Repository, other: str) -> None:
    try:
        repository.freeze(other, "we-1", 7)
    except Refused as refused:
        raise Refused(refused.hint) from refused


def test_what_cannot_be_frozen_is_said_plainly(rig: GitRig) -> None:
    with pytest.raises(NotFound):
        rig.repository.freeze("a" * 40, "we-1", 7)
    with pytest.raises(Invalid):
        rig.repository.freeze(rig.start, "we..1", 7)


def test_a_submitted_commit_is_copied_to_the_remote_but_never_into_a_checkout(tmp_path: Path) -> None:
    remote, local = a_rig(tmp_path / "a"), a_rig(tmp_path / "b", checkout=True)
    for each in (remote, local):
        each.repository.push_submitted(each.repository.freeze(each.start, "we-1", 7))
    there = git("for-each-ref", "--format=%(refname)", "refs/gastown", cwd=remote.origin)
    assert there == "refs/gastown/submitted/we-1/7"
    assert git("for-each-ref", "refs/gastown", cwd=local.origin) == ""


# our git and everybody else's configuration


def test_the_environment_of_another_git_does_not_reach_ours(
    rig: GitRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("GIT_SSL_CAINFO", "/etc/ca")
    assert rig.repository.resolve("refs/remotes/origin/main") == Present(rig.start)
    seen = environment(rig.repository.path)
    assert "GIT_DIR" not in seen
    assert seen["GIT_SSL_CAINFO"] == "/etc/ca"
    assert seen["GIT_TERMINAL_PROMPT"] == "0"


@pytest.mark.parametrize(
    "own, used",
    [
        ("", "ssh -o BatchMode=yes"),
        ("ssh -i ~/.ssh/work", "ssh -i ~/.ssh/work -o BatchMode=yes"),
        ("/usr/bin/ssh", "/usr/bin/ssh -o BatchMode=yes"),
        ("plink -batch", "plink -batch"),
        ("ssh -i 'half", "ssh -i 'half"),
    ],
)
def test_ssh_never_asks_and_the_users_own_is_respected(own: str, used: str) -> None:
    assert ssh_command(own).startswith(used)


def test_no_repository_further_up_is_ever_used(tmp_path: Path) -> None:
    a_repository(tmp_path, FILES)
    inner = tmp_path / "town" / "polecats"
    inner.mkdir(parents=True)
    with pytest.raises(GitFailed, match="not a git repository"):
        command.git(inner, "status")


def test_an_old_git_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho git version 2.20.1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    command.version.cache_clear()
    with pytest.raises(Unavailable, match="too old") as old:
        command.version()
    assert "2.34" in old.value.hint
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(Unavailable, match="not installed"):
        command.version()


def test_the_present_git_is_new_enough() -> None:
    command.version.cache_clear()
    assert command.version() >= (2, 34)


def test_the_user_is_who_their_configuration_says() -> None:
    assert user_identity() == ("Ann Example", "ann@example.org")


def test_an_agents_hooks_never_run_in_our_git(rig: GitRig, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        a_program(hooks / name, witness)
        shutil.copy(hooks / name, rig.repository.path)
    git("config", "core.hooksPath", str(hooks), cwd=rig.repository.path)
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    rig.repository.freeze(rig.start, "we-1", 1)
    assert not witness.exists()


def test_an_agents_filters_do_not_run_in_our_git_but_the_users_do(rig: GitRig, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs-ran", tmp_path / "ours-ran"
    evil, good = a_program(tmp_path / "evil", theirs), a_program(tmp_path / "good", ours)
    (rig.repository.path / "info").mkdir(exist_ok=True)
    (rig.repository.path / "info" / "attributes").write_text("*.py filter=bad\n*.md filter=nice\n")
    git("config", "filter.bad.smudge", str(evil), cwd=rig.repository.path)
    git("config", "filter.bad.required", "true", cwd=rig.repository.path)
    git(
        "config",
        "--global",
        "filter.nice.smudge",
        str(good),
        cwd=tmp_path,
        env={"GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"]},
    )
    prepare(rig.repository, rig.polecat(), "polecat/Toast/we-1", start=rig.start)
    assert not theirs.exists()
    assert ours.exists()
    assert (rig.polecat() / "src" / "app.py").read_text() == FILES["src/app.py"]


def test_an_agents_upload_pack_and_ssh_are_not_started(rig: GitRig, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    evil = a_program(tmp_path / "evil", witness)
    keys = ("remote.origin.uploadpack", "remote.origin.receivepack", "core.sshCommand", "core.fsmonitor")
    for key in keys:
        git("config", key, str(evil), cwd=rig.repository.path)
    rig.repository.fetch()
    with pytest.raises(Unavailable):
        Repository(rig.repository.path, "ssh://nobody@127.0.0.1:1/x.git").fetch()
    assert not witness.exists()


def test_an_agents_credential_helper_gives_way_to_the_users(rig: GitRig, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    evil = a_program(tmp_path / "evil", witness)
    git("config", "credential.helper", f"!{evil}", cwd=rig.repository.path)
    git("config", "credential.https://example.org.helper", f"!{evil}", cwd=rig.repository.path)
    git(
        "config", "--global", "credential.helper", "!printf 'username=ann\\npassword=own\\n' #", cwd=tmp_path,
        env={"GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"]},
    )  # fmt: skip
    filled = answer(
        rig.repository.path, "credential", "fill", input="protocol=https\nhost=example.org\n\n",
        env=without_foreign_programs(rig.repository.path),
    )  # fmt: skip
    assert "password=own" in filled.out
    assert not witness.exists()


@pytest.mark.parametrize(
    "err, told",
    [
        ("fatal: repository 'x' not found\n", "repository 'x' not found"),
        (
            (
                "ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.\n\n"
                "Please make sure you have the correct access rights\nand the repository exists.\n"
            ),
            "ssh: connect to host h port 22: Connection refused",
        ),
        ("warning: x\nerror: cannot do it\n", "cannot do it"),
        ("", ""),
    ],
)
def test_of_gits_complaint_the_telling_line_is_shown(err: str, told: str) -> None:
    assert reason(err) == told
