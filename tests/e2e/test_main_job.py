"""The main job: a bead slung at a polecat lands on main, whatever is killed on the way."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.town import Town
from tests.e2e.stage import Stage, a_remote
from tests.support import a_repository, eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]


def session_of(stage: Stage, name: str) -> Session | None:
    """The live session of that name."""
    match Town(stage.root).terminal.look([name])[name]:
        case Present(session):
            return session
        case _:
            return None


def marked(stage: Stage) -> list[int]:
    """Processes that carry this town's mark, followers of logs aside."""
    from gastown.world.processes import environment
    from gastown.world.processes import marked as find

    found = find({"GT_TOWN": str(stage.root)})
    return [p.pid for p in found if "GT_INCARNATION" in (environment(p) or {})]


def test_the_line_of_the_blueprint_works_as_typed(stage: Stage, tmp_path: Path) -> None:
    stage.bd("create", "Greet", "--rig", "web", "--id", "issue-123", "-d", "```sh\necho hi > greet.txt\n```")
    out = stage.gt("sling", "issue-123", "polecat/Toast")
    assert "web/polecats/Toast" in out
    stage.has_landed("issue-123")
    assert git("show", "main:greet.txt", cwd=tmp_path / "origin.git") == "hi"
    assert git("log", "-1", "--format=%an", "main", cwd=tmp_path / "origin.git") == "web/polecats/Toast"
    assert [e["subject"] for e in stage.events("bead.landed")] == ["issue-123"]


def test_a_dependent_bead_waits_and_lands_on_top(stage: Stage, tmp_path: Path) -> None:
    first = stage.file("Write", "echo one > story")
    second = stage.file("Go on", "echo two >> story", "grep -q one story")
    stage.bd("dep", "add", second, first)
    refused = stage.run("sling", second, "web")
    assert refused.status == 1
    assert first in refused.err
    stage.gt("sling", first, "web")
    stage.has_landed(first)
    stage.gt("sling", second, "web")
    stage.has_landed(second)
    assert git("show", "main:story", cwd=tmp_path / "origin.git") == "one\ntwo"


def test_a_killed_agent_carries_on_with_the_same_branch(stage: Stage, tmp_path: Path) -> None:
    bead = stage.file("Two steps", "echo 1 > a; sleep 1", "echo 2 > b; sleep 3", "echo 3 > c")
    stage.gt("sling", bead, "polecat/Toast")
    branch = f"polecat/Toast/{bead}"
    repository = stage.root / "web" / "repo.git"

    def first_commit() -> bool:
        if session_of(stage, "we-Toast") is None:
            return False
        return "step 1/" in git("log", "--format=%s", branch, "--", cwd=repository)

    eventually(first_commit, within=30, what="the first commit")
    killed = session_of(stage, "we-Toast")
    assert killed is not None
    os.kill(killed.pane_pid, signal.SIGKILL)
    stage.has_landed(bead)
    subjects = git("log", "--format=%s", "main", cwd=tmp_path / "origin.git").splitlines()
    assert sum("step 1/3" in subject for subject in subjects) == 1
    assert len(stage.events("agent.started")) == 2
    assert len(stage.events("bead.landed")) == 1


def test_a_killed_supervisor_loses_nothing(stage: Stage, tmp_path: Path) -> None:
    bead = stage.file("Slow", "echo 1 > a; sleep 2", "echo 2 > b")
    stage.gt("sling", bead, "web")
    eventually(lambda: stage.events("agent.started"), within=30, what="the agent to start")
    stage.kill_supervisor()
    eventually(lambda: not stage.supervisor(), within=5, what="the supervisor to be gone")
    stage.gt("up")
    stage.has_landed(bead)
    assert len(stage.events("bead.landed")) == 1
    assert git("show", "main:b", cwd=tmp_path / "origin.git") == "2"


def test_a_killed_tmux_server_loses_nothing(stage: Stage) -> None:
    bead = stage.file("Slow", "echo 1 > a; sleep 2", "echo 2 > b")
    stage.gt("sling", bead, "web")
    eventually(lambda: stage.events("agent.primed"), within=30, what="the agent to be primed")
    server = int(subprocess.check_output(
        ["tmux", "-S", str(stage.root / "run" / "tmux.sock"), "display-message", "-p", "#{pid}"], text=True
    ))  # fmt: skip
    os.kill(server, signal.SIGKILL)
    stage.has_landed(bead)
    assert len(stage.events("bead.landed")) == 1
    eventually(lambda: not marked(stage), within=20, what="no process of an agent to be left", every=0.3)


def test_a_red_gate_sends_the_work_back_with_the_evidence(stage: Stage, tmp_path: Path) -> None:
    bead = stage.file("Break it", "echo 'echo broken; exit 3' > bad.sh")
    before = git("rev-parse", "main", cwd=tmp_path / "origin.git")
    stage.gt("sling", bead, "web")
    eventually(lambda: stage.events("merge.sent_back"), within=60, what="the work to come back")
    shown = stage.json("show", bead, program="bd")
    assert shown["status"] == "open"
    assert any("gate" in comment["body"] for comment in shown["comments"])
    assert git("rev-parse", "main", cwd=tmp_path / "origin.git") == before
    assert git("for-each-ref", "refs/gastown/submitted", cwd=stage.root / "web" / "repo.git")


def test_work_that_came_back_goes_on_from_where_it_stood(stage: Stage) -> None:
    bead = stage.file("Mend it", "echo 'exit ${1:-3}' > bad.sh", "test -e mended || : ")
    stage.gt("sling", bead, "polecat/Toast")
    eventually(lambda: stage.events("merge.sent_back"), within=60, what="the work to come back")
    eventually(lambda: stage.status_of(bead) == "open", within=5, what="the bead to be open")
    stage.gt("sling", bead, "polecat/Copper")
    eventually(lambda: len(stage.events("agent.starting")) == 2, within=30, what="the second start")
    head = stage.events("bead.submitted")[0]["commit"]
    assert stage.events("agent.starting")[1]["head"] == head


def test_a_checked_out_repository_is_never_pushed_to(stage: Stage, tmp_path: Path) -> None:
    theirs = a_repository(tmp_path / "theirs", {"file": "theirs\n"})
    before = git("rev-parse", "HEAD", cwd=theirs)
    stage.gt("rig", "add", "api", str(theirs), "--no-gate")
    bead = stage.file("Add", "echo new > new", rig="api")
    stage.gt("sling", bead, "api")
    stage.has_landed(bead)
    assert git("rev-parse", "main", cwd=theirs) == before
    assert git("status", "--porcelain", cwd=theirs) == ""
    assert git("for-each-ref", "--format=%(refname)", cwd=theirs) == "refs/heads/main"
    assert git("show", "main:new", cwd=stage.root / "api" / "repo.git") == "new"


def test_an_agent_that_keeps_dying_is_parked_after_five_starts(stage: Stage) -> None:
    bead = stage.file("Doomed", "#: crash-always", "echo 1 > a")
    stage.gt("sling", bead, "web")
    eventually(lambda: stage.events("bead.parked"), within=90, what="the bead to be parked", every=0.3)
    assert len(stage.events("agent.started")) == 5
    page = stage.gt("status")
    assert bead in page
    assert "without progress" in page


def test_no_more_polecats_run_than_are_allowed(stage: Stage) -> None:
    settings = stage.root / "town.toml"
    settings.write_text(settings.read_text().replace("max_polecats = 4", "max_polecats = 2"))
    beads = [stage.file(f"Work {n}", f"echo {n} > file{n}; sleep 1") for n in range(4)]
    for bead in beads:
        stage.gt("sling", bead, "web")
    most = 0
    open_beads = set(beads)
    while open_beads:
        names = ["we-Toast", "we-Shadow", "we-Copper", "we-Ash"]
        seen = Town(stage.root).terminal.look(names)
        most = max(most, sum(isinstance(found, Present) for found in seen.values()))
        open_beads -= {bead for bead in open_beads if stage.status_of(bead) == "closed"}
    assert most <= 2


def test_down_with_agents_leaves_no_process_behind(stage: Stage) -> None:
    bead = stage.file("Slow", "#: daemon-child", "echo 1 > a; sleep 30")
    stage.gt("sling", bead, "web")
    eventually(lambda: stage.events("agent.primed"), within=30, what="the agent to be primed")
    stage.gt("down", "--agents")
    from gastown.world.processes import marked as find

    assert find({"GT_TOWN": str(stage.root)}) == ()
    assert not stage.supervisor()


def test_a_second_rig_with_a_url_that_cannot_be_cloned_leaves_nothing(stage: Stage) -> None:
    ended = stage.run("rig", "add", "ghost", str(stage.root / "no-such-repository"), "--no-gate")
    assert ended.status in (1, 69)
    assert not (stage.root / "ghost").exists()
    assert not [item for item in stage.root.iterdir() if "ghost" in item.name]


def test_two_rigs_with_remotes_work_side_by_side(stage: Stage, tmp_path: Path) -> None:
    other = a_remote(tmp_path / "api-origin.git", {"README": "api\n"})
    stage.gt("rig", "add", "api", str(other), "--gate", "./check")
    one, two = stage.file("One", "echo 1 > one"), stage.file("Two", "echo 2 > two", rig="api")
    stage.gt("sling", one)
    stage.gt("sling", two)
    stage.has_landed(one, two)
    assert git("show", "main:two", cwd=other) == "2"
