"""What the doctor sees, and what an agent is told: views that look at more than the ledger."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gastown.domain.briefing import render
from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import NotFound
from gastown.ledger import agents, bead_writes
from gastown.ledger.check import check
from gastown.ledger.database import FILE_NAME
from gastown.ledger.sqlite import sqlite3
from gastown.settings.launchers import launchers
from gastown.town import Town
from gastown.views.briefing import briefing
from gastown.views.doctor import DoctorPage, doctor
from gastown.views.health import Check, Health
from gastown.world import machine
from gastown.world.git.repository import Repository
from gastown.world.locks import lock
from tests.component.view_town import NOW, ViewTown
from tests.support import a_repository, git
from tests.towns import a_town

TOAST = "web/polecats/Toast"


def checks(page: DoctorPage) -> Mapping[str, Check]:
    return {check.name: check for check in page.checks}


def files(root: Path) -> Mapping[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = a_town(tmp_path)
    for name, text in launchers(sys.executable, "/x", ["/y"]).items():
        (made.places.bin / name).write_text(text)
    return made


@pytest.mark.needs("git", "tmux")
def test_a_sound_town_is_well_and_stays_as_it_was(town: Town) -> None:
    before = files(town.root)
    page = doctor(town)
    seen = checks(page)
    assert (page.town, seen["ledger"].health, seen["rigs"].what) == (str(town.root), Health.OK, "web")
    assert [seen[name].health for name in ("Python", "git", "tmux", "scripted")] == [Health.OK] * 4
    assert seen["supervisor"] == Check(
        "supervisor", Health.WARN, "down: nobody looks after the agents", "gt up"
    )
    assert all(check.hint for check in page.checks if check.health is not Health.OK)
    assert files(town.root) == before


def test_outside_a_town_only_the_machine_is_looked_at() -> None:
    page = doctor(None)
    assert page.town is None
    assert {"Python", "git", "tmux", "SQLite", "disk", "Claude Code"} <= checks(page).keys()
    assert "ledger" not in checks(page)


def test_missing_tools_are_named_with_what_to_do(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    from gastown.world.git.command import version

    version.cache_clear()
    seen = {**checks(doctor(None)), **checks(doctor(town))}
    for name in ("git", "tmux", "Claude Code"):
        assert seen[name].health is Health.BAD, seen[name]
        assert "not installed" in seen[name].what
        assert seen[name].hint
    assert doctor(town).worst is Health.BAD


def test_a_new_claude_that_nobody_has_looked_at_and_nobody_logged_in_to_is_told(
    tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "claude"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho '9.9.9 (Claude Code)'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    seen = checks(doctor(None))
    assert seen["Claude Code"].health is Health.WARN
    assert seen["Claude Code"].what.startswith("9.9.9; our tests drive ")
    assert seen["login"] == Check(
        "login", Health.BAD, "Claude Code is not logged in", "run claude, then /login"
    )
    assert not list(private_home.glob(".claude*"))


def test_a_supervisor_that_runs_is_seen(town: Town) -> None:
    with lock(town.places.supervisor_lock, what="the supervisor"):
        assert checks(doctor(town))["supervisor"].what == f"up, process {os.getpid()}"


def test_launchers_that_start_nothing_are_bad(town: Town) -> None:
    (town.places.bin / "bd").unlink()
    (town.places.bin / "gt").write_text("#!/bin/sh\nexec '/gone away/python3' -IS -c 'x' \"$@\"\n")
    told = [check.what for check in doctor(town).checks if check.health is Health.BAD]
    assert f"{town.places.bin / 'bd'} is missing: agents cannot call bd" in told
    assert f"{town.places.bin / 'gt'} starts /gone away/python3, which is not there" in told
    assert machine.started_by(town.places.bin / "nothing") == Absent()
    (town.places.bin / "gt").write_text("echo hello\n")
    assert isinstance(machine.started_by(town.places.bin / "gt"), Unknown)


def test_broken_settings_are_told_and_the_rest_is_looked_at(town: Town) -> None:
    (town.root / "web" / "rig.toml").write_text("[rig\n")
    seen = checks(doctor(town))
    assert seen["rig.toml"].health is Health.BAD
    assert seen["ledger"].health is Health.OK
    (town.root / "town.toml").write_text("[town")
    assert checks(doctor(town))["town.toml"].health is Health.BAD


def test_a_damaged_ledger_is_told(town: Town) -> None:
    file = town.root / FILE_NAME
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("INSERT INTO labels VALUES ('we-nowhere', 'x')")
    connection.close()
    assert "names something in beads that is not there" in check(file).problems[0]
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192)
    assert checks(doctor(town))["ledger"].health is Health.BAD
    file.write_text("not a database at all, but long enough to be taken for one, and then some more of it")
    assert checks(doctor(town))["ledger"].health is Health.BAD
    file.unlink()
    assert checks(doctor(town))["ledger"].what == f"there is no ledger at {file}"
    assert not file.exists()


def test_a_folder_knows_its_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"2 1 0:5 / {str(tmp_path).replace(' ', chr(92) + '040')} rw,nosuid shared:3 - nfs4 server:/x rw\n"
    )
    monkeypatch.setattr(machine, "MOUNTS", mounts)
    assert machine.filesystem(tmp_path / "town") == Present("nfs4")
    assert machine.filesystem(Path("/nowhere")) == Present("ext4")
    assert isinstance(machine.free_bytes(tmp_path), Present)
    assert isinstance(machine.free_bytes(tmp_path / "gone"), Unknown)


@pytest.fixture
def place(tmp_path: Path) -> ViewTown:
    """A town whose rig has a real repository, and Toast a worktree in it with one commit."""
    made = ViewTown(tmp_path)
    a_repository(tmp_path / "remote", {"README": "A project.\n"})
    git("clone", "-q", "--bare", str(tmp_path / "remote"), str(tmp_path / "remote.git"), cwd=tmp_path)
    Repository.clone(str(tmp_path / "remote.git"), made.town.rig_places("web").repository)
    return made


def a_worktree(place: ViewTown, branch: str) -> Path:
    folder = place.town.rig_places("web").polecat("Toast")
    store = place.town.rig_places("web").repository
    git("worktree", "add", "-q", "-b", branch, str(folder), "refs/remotes/origin/main", cwd=store)
    return folder


def test_an_agent_is_told_its_role_its_work_and_how_far_it_came(place: ViewTown) -> None:
    bead = place.bead("Add pagination", description="All of it", acceptance="It works")
    generation = place.sling(bead)
    branch = f"polecat/Toast/{bead}"
    with place.ledger.transaction() as ledger:
        agents.set_branch(ledger, generation, branch, "base")
        bead_writes.add_comment(ledger, bead, "The gate failed", by="web/refinery", now=NOW)
    folder = a_worktree(place, branch)
    git("commit", "-q", "--allow-empty", "-m", "Half of it", cwd=folder)
    (folder / "rest.py").write_text("x")
    place.start()
    place.end()
    told = briefing(place.town, TOAST)
    assert told.work is not None
    assert (told.work.bead, told.work.branch, told.work.description) == (bead, branch, "All of it")
    assert (told.work.commits, told.work.unsaved, told.starts) == (("Half of it",), 1, 1)
    assert [comment.body for comment in told.work.comments] == ["The gate failed"]
    assert "worker on the project web" in told.role_prompt
    assert "Never push to main" in told.role_prompt
    assert f"HOOK: {bead}\n" in render(told)


def test_what_landed_since_is_not_taken_for_the_agents_own(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    branch = f"polecat/Toast/{bead}"
    generation = place.sling(bead)
    with place.ledger.transaction() as ledger:
        agents.set_branch(ledger, generation, branch, "base")
    folder = a_worktree(place, branch)
    git("checkout", "-q", "--detach", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "Somebody else's", cwd=folder)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=folder)
    git("checkout", "-q", branch, cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "Its own", cwd=folder)
    assert getattr(briefing(place.town, TOAST).work, "commits", None) == ("Its own",)


def test_a_worktree_that_is_gone_is_told_as_an_empty_one(place: ViewTown) -> None:
    generation = place.sling(place.bead("Add pagination"))
    told = briefing(place.town, TOAST).work
    assert told is not None
    assert (told.branch, told.commits, told.unsaved) == ("(not made yet)", (), 0)
    with place.ledger.transaction() as ledger:
        agents.set_branch(ledger, generation, "polecat/Toast/x", "base")
    shutil.rmtree(place.town.rig_places("web").repository)
    assert getattr(briefing(place.town, TOAST).work, "commits", None) == ()


def test_an_agent_without_work_is_told_so_and_an_unknown_one_is_not_found(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    place.hand_over()
    assert briefing(place.town, TOAST).work is None
    with pytest.raises(NotFound):
        briefing(place.town, "web/polecats/Nobody")
