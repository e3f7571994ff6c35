"""The merge queue and its gates: those that cannot run, leave things behind, meddle, or are not there at all."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.errors import Refused, Unavailable
from gastown.ledger import merges
from gastown.operations.merge.gate import Tree, run_gate
from gastown.operations.merge.queue import Queue
from gastown.world import processes
from gastown.world.git.checked import holds
from tests.component.merge_town import PATIENCE, MergeTown, daemon, runs
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("git")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a bare repository."""
    town = MergeTown(tmp_path)
    yield town
    town.close()


COULD_NOT_RUN = {
    "not executable": "exit 126",
    "not found": "exit 127",
    "no such program": "no-such-program --flag",
    "killed": "kill -9 $$",
    "a part of it was killed": "sh -c 'kill -9 $$' && true",
    "terminated": "kill -TERM $$",
    "no end": "sleep 60",
    "no end, and deaf": "trap '' TERM HUP; while :; do sleep 0.1; done",
}


@pytest.mark.parametrize("gate", COULD_NOT_RUN.values(), ids=COULD_NOT_RUN)
def test_a_gate_that_runs_nowhere_lands_nothing_and_is_held(place: MergeTown, gate: str) -> None:
    place.gate(gate, seconds=1)
    before = place.target()
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    held = place.request(request.id)
    assert held.state == "held"
    assert held.because is not None
    assert held.because.startswith("the gate could not run (")
    assert place.target() == before
    assert place.bead(request.bead).status == "in_progress"
    assert [gate.on_target for gate in merges.gates_of_request(place.ledger, request.id)] == [False, True]
    assert [event.payload["why"] for event in place.happened("merge.held")] == [held.because]


@pytest.mark.parametrize("how", ["not found", "a part of it was killed", "no end"])
def test_a_change_on_which_the_gate_cannot_run_comes_back_when_it_runs_on_the_target(
    place: MergeTown, how: str
) -> None:
    place.gate(f"test ! -e bad || {{ {COULD_NOT_RUN[how]}; }}", seconds=1)
    bad, good = place.submit("Bad", {"bad": ""}), place.submit("Good", {"good": ""})
    place.run()
    place.came_back_once(bad)
    assert "though it runs on the target itself (exit 0)" in place.comments(bad.bead)
    place.landed_once(good)


def test_without_a_gate_nothing_lands(place: MergeTown) -> None:
    place.gate(None)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    held = place.request(request.id)
    assert held.state == "held"
    assert held.because is not None
    assert "no gate is configured" in held.because
    assert "web/rig.toml" in held.because


def test_with_no_gate_wanted_work_lands_untested_and_the_event_says_so(place: MergeTown) -> None:
    place.gate(None, none=True)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.landed_once(request)
    landed = place.happened("bead.landed")[0]
    assert landed.payload["tested"] is False
    assert landed.payload["gate_seconds"] is None


def test_nothing_that_a_gate_leaves_behind_lives_on(place: MergeTown) -> None:
    pids = place.folder / "left"
    place.gate(
        f"""
        {daemon(pids)}
        {daemon(pids, "deaf")}
        sleep 300 & echo $! >> {pids}
        while [ $(wc -l < {pids}) -lt 3 ]; do sleep 0.01; done
        """
    )
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.landed_once(request)
    left = [int(pid) for pid in pids.read_text().split()]
    assert len(left) == 3
    assert not [pid for pid in left if runs(pid)]


def test_a_gate_that_prints_without_end_leaves_a_log_with_its_beginning_and_its_end(place: MergeTown) -> None:
    place.gate("echo first; yes 'a line of some length' | head -c 100000000; echo last; exit 1")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    log = place.root / merges.gates_of_request(place.ledger, request.id)[0].log
    assert 9_000_000 < log.stat().st_size < 10_100_000
    text = log.read_text()
    assert text.startswith("first\n")
    assert text.endswith("last\n")
    assert "bytes left out" in text
    assert "last" in place.comments(request.bead)


MEDDLING = {
    "changes files": "echo changed > new.txt; echo more > more.txt; git add -A",
    "commits": "echo more > more.txt; git add -A; git -c user.name=g -c user.email=g commit -qm Gate",
    "checks something else out": "git checkout -q --detach HEAD~1",
    "removes everything": "rm -rf ./* .git",
    "removes the worktree": 'rm -rf "$PWD"',
    "leaves a rebase half done and a lock": "cd $(git rev-parse --git-dir) && mkdir rebase-merge && touch index.lock",
}


@pytest.mark.parametrize("gate", MEDDLING.values(), ids=MEDDLING)
def test_what_lands_is_what_was_tested_whatever_the_gate_does_to_the_worktree(
    place: MergeTown, gate: str
) -> None:
    place.gate(gate)
    requests = [
        place.submit("Add a file", {"new.txt": "new\n"}),
        place.submit("Another", {"other.txt": "x\n"}),
    ]
    place.run()
    for request in requests:
        place.landed_once(request)
    assert place.subjects() == ["Another", "Add a file", "Begin"]
    assert place.on_main("new.txt") == "new"
    assert set(git("ls-tree", "--name-only", "main", cwd=place.remote).split()) == {
        "README", "users.py", "new.txt", "other.txt"
    }  # fmt: skip


def test_a_gate_is_nobody_in_the_town(place: MergeTown) -> None:
    secrets = (
        "GT_CREDENTIAL",
        "GT_ADDRESS",
        "GT_INCARNATION",
        "GIT_AUTHOR_NAME",
        "ANTHROPIC_API_KEY",
        "UV_PUBLISH_TOKEN",
    )
    path = f"{place.town.places.bin}:{os.environ['PATH']}"
    more = {"PATH": path, "https_proxy": "http://proxy.example.org"}
    place.keep_environment({**os.environ, **dict.fromkeys(secrets, "secret"), **more})
    place.gate('env | sort > "$HOME/seen"')
    place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    seen = dict(line.split("=", 1) for line in (Path(os.environ["HOME"]) / "seen").read_text().splitlines())
    assert "secret" not in seen.values()
    assert str(place.town.places.bin) not in seen["PATH"]
    assert not [name for name in seen if name.startswith("GT_")]
    assert {name for name in seen if name.startswith("GASTOWN_")} == {"GASTOWN_GATE", "GASTOWN_TOWN"}
    assert (seen["CI"], seen["TERM"], seen["https_proxy"]) == ("true", "dumb", "http://proxy.example.org")


def test_an_agent_does_not_run_the_queue_that_judges_its_work(
    place: MergeTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    monkeypatch.setenv("GT_CREDENTIAL", "a polecat's")
    with pytest.raises(Refused, match="gt mq run is for people"):
        place.run()
    assert place.request(request.id).state == "queued"
    assert place.subjects() == ["Begin"]


def test_a_gate_runs_in_the_environment_of_the_person_who_started_the_supervisor(
    place: MergeTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "fake" / "checkit"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    place.gate("checkit", seconds=5)
    place.keep_environment({"PATH": os.environ["PATH"], "LANG": "C"})
    request = place.submit("Add a file", {"new.txt": "new\n"})
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    place.run()
    assert place.request(request.id).state == "held"
    assert place.subjects() == ["Begin"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_queue_that_is_asked_to_end_ends_its_gate_and_leaves_the_request_queued(
    place: MergeTown, number: signal.Signals
) -> None:
    pids = place.folder / "left"
    pids.touch()
    place.gate(f"{daemon(pids)}; sleep 300", seconds=300)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    queue = place.start()
    left = eventually(pids.read_text, within=PATIENCE, what="a running gate")
    queue.send_signal(number)
    assert queue.wait(PATIENCE) == 0
    assert "stays queued" in place.told()
    assert not runs(int(left))
    assert not processes.marked({"GASTOWN_GATE": "web", "GASTOWN_TOWN": str(place.root)})
    assert place.request(request.id).state == "queued"
    gate = merges.gates_of_request(place.ledger, request.id)[0]
    assert gate.ended_at is not None
    assert gate.outcome is None
    place.gate("true")
    place.run()
    place.landed_once(request)


WITHOUT_TRACE = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
with open(sys.argv[1], "a") as pids:
    pids.write(f"{os.getpid()}\\n")
while True:
    time.sleep(0.02)
    with open(sys.argv[2], "w") as file:
        file.write("meddled with")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets orphans be taken in")
def test_not_even_a_daemon_without_environment_outlives_its_gate(place: MergeTown) -> None:
    pids, seen = place.folder / "pids", place.folder / "seen"
    pids.touch()
    readme = place.town.rig_places("web").checkout / "README"
    program = shlex.join([sys.executable, "-c", WITHOUT_TRACE, str(pids), str(readme)])
    place.gate(f"""
        cat README >> {seen}
        env -i {program}
        until [ "$(wc -l < {pids})" = "$(wc -l < {seen})" ]; do sleep 0.01; done
        """)
    requests = [place.submit("One", {"1": ""}), place.submit("Two", {"2": ""})]
    place.run()
    for request in requests:
        place.landed_once(request)
    assert seen.read_text() == "A project.\nA project.\n"
    left = [int(pid) for pid in pids.read_text().split()]
    assert len(left) == 2
    assert not any(runs(pid) for pid in left)
    assert not processes.children(os.getpid())


def test_a_gate_sees_its_own_daemon_end_as_init_would_show_it(place: MergeTown) -> None:
    pids = place.folder / "pids"
    place.gate(f"""
        env -i {daemon(pids)}
        until [ -s {pids} ]; do sleep 0.01; done
        kill "$(cat {pids})"
        while kill -0 "$(cat {pids})"; do sleep 0.01; done
        """)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.landed_once(request)


def test_what_somebody_else_staged_or_checked_out_in_the_queues_worktree_is_not_tested(
    place: MergeTown,
) -> None:
    request, folder = place.submit("Add a file", {"new.txt": "new\n"}), place.town.rig_places("web").checkout
    queue = Queue(place.town, "web", place.said.append)
    queue.check_out(request.commit)
    assert holds(place.repository, folder, request.commit)
    assert not holds(place.repository, folder, place.target())
    (folder / "README").write_text("edited\n")
    assert holds(place.repository, folder, request.commit)
    git("add", "README", cwd=folder)
    assert not holds(place.repository, folder, request.commit)
    with pytest.raises(Unavailable, match="somebody else works in"):
        run_gate(queue, request, queue.settings, Tree(request.commit, on_target=False))
    assert not place.happened("gate.began")
