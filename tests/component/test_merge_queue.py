"""The merge queue over real git, a real ledger and real gates."""

import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.merges import MergeState
from gastown.errors import Busy, NotFound, Refused, Unavailable
from gastown.ledger import beads, merges
from gastown.operations.merge.retry import retry
from gastown.world import processes
from tests.component.merge_town import PATIENCE, MergeTown, daemon, runs
from tests.support import eventually, git

HUMAN = Caller("overseer")

pytestmark = [pytest.mark.needs("git")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a bare repository."""
    town = MergeTown(tmp_path)
    yield town
    town.close()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a folder that somebody works in."""
    town = MergeTown(tmp_path, bare=False)
    yield town
    town.close()


def test_what_passes_its_gate_lands_and_closes_everything_that_waited_for_it(place: MergeTown) -> None:
    place.gate("test -f new.txt")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    convoy = beads.convoy_of(place.ledger, request.bead)
    place.run()
    place.landed_once(request)
    assert convoy is not None
    assert place.bead(convoy).status == "closed"
    assert [event.subject for event in place.happened("convoy.landed")] == [convoy]
    landed = place.happened("bead.landed")[0]
    assert landed.actor == "web/refinery"
    assert landed.payload["commit"] == place.target()
    assert landed.payload["agent"] == request.agent
    assert landed.payload["request"] == request.id
    assert landed.payload["tested"] is True
    assert float(str(landed.payload["gate_seconds"])) < 5


def test_requests_land_oldest_first_each_on_top_of_the_one_before(place: MergeTown) -> None:
    requests = [place.submit(f"Change {n}", {f"{n}.txt": "x\n"}) for n in range(3)]
    place.run()
    for request in requests:
        place.landed_once(request)
    assert place.subjects() == ["Change 2", "Change 1", "Change 0", "Begin"]


def test_a_landed_commit_names_its_author_and_the_refinery_as_committer(place: MergeTown) -> None:
    place.submit("Another", {"other.txt": "x\n"})
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    who = git("log", "-1", "--format=%an|%cn|%ce", "main", cwd=place.remote)
    assert who == f"{request.agent}|web/refinery|ann@example.org"


def test_a_person_can_follow_every_phase(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    assert all(request.id in line and request.bead in line and "Add a file" in line for line in place.said)
    told = "\n".join(place.said)
    for phase in ("replays on main @ ", "gate on the change: true", "gate passed: exit 0", "landed as "):
        assert phase in told


def test_a_repository_that_somebody_works_in_is_never_pushed_to(beside: MergeTown) -> None:
    request = beside.submit("Add a file", {"new.txt": "new\n"})
    before = git("for-each-ref", cwd=beside.remote), git("status", "--porcelain", cwd=beside.remote)
    beside.run()
    beside.landed_once(request)
    assert (git("for-each-ref", cwd=beside.remote), git("status", "--porcelain", cwd=beside.remote)) == before
    take_over = shlex.split(beside.said[-1].partition("to have it there: ")[2])
    git(*take_over[1:], cwd=beside.folder)
    assert (beside.remote / "new.txt").exists()


def test_a_red_gate_sends_the_bead_back_with_its_last_words(place: MergeTown) -> None:
    place.gate("seq 1 100; printf '\\033[31mred\\033[0m\\n```\\n'; exit 3")
    before = place.target()
    request = place.submit("Break it", {"new.txt": "new\n"})
    place.run()
    place.came_back_once(request)
    assert place.target() == before
    evidence = place.comments(request.bead)
    for words in (
        "the gate failed (exit 3)",
        "\n100\n",
        "\nred\n",
        request.commit[:10],
        f"logs/gates/{request.id}-1.log",
    ):
        assert words in evidence
    assert "\n50\n" not in evidence
    assert "\x1b" not in evidence
    assert "\n````\n\nNext: gt sling " in evidence
    assert len(merges.gates_of_request(place.ledger, request.id)) == 1


def test_a_change_that_conflicts_comes_back_with_the_names_of_the_files(place: MergeTown) -> None:
    request = place.submit("Mine", {"users.py": "one\nmine\nthree\n"})
    place.push_from_elsewhere({"users.py": "one\ntheirs\nthree\n"})
    place.run()
    place.came_back_once(request)
    assert "it conflicts with main" in place.comments(request.bead)
    assert "- users.py" in place.comments(request.bead)
    assert "hint:" not in place.comments(request.bead)
    assert not place.happened("gate.began")


def test_a_change_that_the_target_has_already_is_landed_without_a_push(place: MergeTown) -> None:
    request = place.submit("Same", {"new.txt": "new\n"})
    before = place.push_from_elsewhere({"new.txt": "new\n"})
    place.run()
    assert place.target() == before
    landed = place.request(request.id)
    assert (landed.state, landed.because, landed.landing_new) == ("merged", "main had it already", before)
    assert place.bead(request.bead).status == "closed"
    assert not place.happened("gate.began")


def test_a_commit_that_is_on_the_target_already_is_landed(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    git("push", "-q", str(place.remote), f"{request.commit}:refs/heads/main", cwd=place.repository.path)
    place.run()
    place.landed_once(request)


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


def test_a_held_request_does_not_block_the_next(place: MergeTown) -> None:
    place.gate('[ "$(git log -1 --format=%s)" = Second ] && mkdir "$HOME/once" || exit 127')
    first, second = place.submit("First", {"1.txt": ""}), place.submit("Second", {"2.txt": ""})
    place.run()
    place.landed_once(second)
    assert place.request(first.id).state == "held"


def test_a_held_request_is_tried_again_when_the_gate_is_configured_anew(place: MergeTown) -> None:
    place.gate("no-such-program")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.run()
    assert place.request(request.id).state == "held"
    assert len(place.happened("merge.held")) == 1
    place.gate("true")
    place.run()
    place.landed_once(request)
    assert len(place.happened("merge.retried")) == 1


def test_a_held_request_is_tried_again_when_the_target_has_moved(place: MergeTown) -> None:
    place.gate("test -e tool || exit 127")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    assert place.request(request.id).state == "held"
    place.push_from_elsewhere({"tool": "here"})
    place.run()
    place.landed_once(request)


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


def test_when_the_target_moves_during_the_gate_the_change_is_tested_again_on_top(place: MergeTown) -> None:
    theirs = "git clone -q {0} {1} && cd {1} && touch theirs && git add theirs && git commit -qm Theirs && git push -q"
    clone = place.folder / "theirs"
    place.gate(f"test -e {clone} || ({theirs.format(place.remote, clone)})")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.landed_once(request)
    assert place.subjects() == ["Add a file", "Theirs", "Begin"]
    assert len(merges.gates_of_request(place.ledger, request.id)) == 2


def test_a_target_that_keeps_moving_leaves_the_request_in_the_queue(place: MergeTown) -> None:
    clone = place.folder / "theirs"
    git("clone", "-q", str(place.remote), str(clone), cwd=place.folder)
    place.gate(
        f"cd {clone} && git pull -q && echo x >> theirs && git add theirs && git commit -qm Theirs && git push -q"
    )
    request = place.submit("Add a file", {"new.txt": "new\n"})
    with pytest.raises(Unavailable, match="moved"):
        place.run()
    waiting = place.request(request.id)
    assert waiting.state == "queued"
    assert waiting.because is not None
    assert "moved" in waiting.because
    place.gate("true")
    place.run()
    place.landed_once(request)
    assert place.request(request.id).because == "the gate passed"


def test_what_the_remote_refuses_is_held_with_its_words(place: MergeTown) -> None:
    hook = place.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is frozen until Monday' >&2\nexit 1\n")
    hook.chmod(0o755)
    before = place.target()
    request, other = (
        place.submit("Add a file", {"new.txt": "new\n"}),
        place.submit("Other", {"other.txt": ""}),
    )
    place.run()
    for one in (request, other):
        held = place.request(one.id)
        assert (held.state, held.landing_new) == ("held", None)
        assert held.because is not None
        assert "main is frozen until Monday" in held.because
    assert place.target() == before
    hook.unlink()
    retry(place.town, request.id, by=HUMAN)
    place.run()
    place.landed_once(request)
    place.landed_once(other)


def test_while_the_remote_cannot_be_reached_everything_waits(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    away = place.remote.rename(place.folder / "away")
    with pytest.raises(Unavailable):
        place.run()
    waiting = place.request(request.id)
    assert waiting.state == "queued"
    assert waiting.because
    assert not place.happened("gate.began")
    away.rename(place.remote)
    place.run()
    place.landed_once(request)


def test_a_wish_to_land_is_neither_forgotten_nor_repeated_while_the_remote_cannot_be_reached(
    place: MergeTown,
) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    old = place.target()
    git("push", "-q", str(place.remote), f"{request.commit}:refs/heads/main", cwd=place.repository.path)
    with place.ledger.transaction() as ledger:
        merges.wish_landing(ledger, request.id, old, request.commit)
    away = place.remote.rename(place.folder / "away")
    with pytest.raises(Unavailable):
        place.run()
    assert place.request(request.id).landing_new == request.commit
    away.rename(place.remote)
    place.run()
    place.landed_once(request)
    assert not place.happened("gate.began")


def test_a_wish_that_did_not_come_true_is_forgotten_and_tried_anew(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    with place.ledger.transaction() as ledger:
        merges.wish_landing(ledger, request.id, place.target(), request.commit)
    place.push_from_elsewhere({"theirs.txt": "x\n"})
    place.run()
    place.landed_once(request)
    assert len(place.happened("gate.began")) == 1


def test_a_target_that_does_not_exist_holds_the_request_and_not_the_queue(place: MergeTown) -> None:
    lost, good = place.submit("Lost", {"1.txt": ""}, target="next"), place.submit("Good", {"2.txt": ""})
    place.run()
    assert place.request(lost.id).state == "held"
    assert "no branch next" in str(place.request(lost.id).because)
    place.landed_once(good)


@pytest.mark.parametrize("now", ["gone", "another commit"])
def test_a_submitted_commit_that_is_not_as_it_was_is_held(place: MergeTown, now: str) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    ref = f"refs/gastown/submitted/{request.bead}/{request.generation}"
    if now == "gone":
        git("update-ref", "-d", ref, cwd=place.repository.path)
    else:
        git("update-ref", ref, place.target(), cwd=place.repository.path)
    place.run()
    assert place.request(request.id).state == "held"
    assert ref in str(place.request(request.id).because)


def test_a_gate_is_nobody_in_the_town(place: MergeTown, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "GT_CREDENTIAL",
        "GT_ADDRESS",
        "GT_INCARNATION",
        "GIT_AUTHOR_NAME",
        "ANTHROPIC_API_KEY",
        "UV_PUBLISH_TOKEN",
    ):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("PATH", f"{place.town.places.bin}:{os.environ['PATH']}")
    monkeypatch.setenv("https_proxy", "http://proxy.example.org")
    place.gate('env | sort > "$HOME/seen"')
    place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    seen = dict(line.split("=", 1) for line in (Path(os.environ["HOME"]) / "seen").read_text().splitlines())
    assert "secret" not in seen.values()
    assert str(place.town.places.bin) not in seen["PATH"]
    assert {name for name in seen if name.startswith("GT_")} == {"GT_GATE", "GT_RIG", "GT_TOWN"}
    assert (seen["CI"], seen["TERM"], seen["https_proxy"]) == ("true", "dumb", "http://proxy.example.org")


def test_a_second_queue_process_is_told_that_one_runs(place: MergeTown) -> None:
    place.gate("sleep 30")
    place.submit("Add a file", {"new.txt": "new\n"})
    first = place.start()
    place.wait_for_event("gate.began")
    with pytest.raises(Busy, match=str(first.pid)):
        place.run()
    first.terminate()
    assert first.wait(PATIENCE) == 0


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
    assert not processes.marked({"GT_GATE": "web", "GT_TOWN": str(place.root)})
    assert place.request(request.id).state == "queued"
    gate = merges.gates_of_request(place.ledger, request.id)[0]
    assert gate.ended_at is not None
    assert gate.outcome is None
    place.gate("true")
    place.run()
    place.landed_once(request)


def test_retrying_takes_a_bead_or_a_request_that_is_held_and_nothing_else(place: MergeTown) -> None:
    place.gate(None)
    request, other = place.submit("Add a file", {"1.txt": ""}), place.submit("Other", {"2.txt": ""})
    with pytest.raises(Refused, match="in the queue already"):
        retry(place.town, request.id, by=HUMAN)
    place.run()
    assert retry(place.town, request.id, by=HUMAN).state is MergeState.QUEUED
    assert retry(place.town, other.bead, by=HUMAN).id == other.id
    place.gate("test ! -e 2.txt")
    place.run()
    with pytest.raises(Refused, match="has landed"):
        retry(place.town, request.id, by=HUMAN)
    with pytest.raises(Refused, match="sent back"):
        retry(place.town, other.id, by=HUMAN)
    with pytest.raises(NotFound):
        retry(place.town, "we-none", by=HUMAN)


def test_what_people_did_to_a_bead_meanwhile_is_left_as_it_is(place: MergeTown) -> None:
    place.gate("false")
    request, now = place.submit("Add a file", {"new.txt": "new\n"}), place.town.clock.now()
    with place.ledger.transaction() as ledger:
        beads.set_status(
            ledger,
            request.bead,
            BeadStatus.IN_PROGRESS,
            BeadStatus.BLOCKED,
            assignee="ann",
            by="overseer",
            now=now,
        )
    place.run()
    assert place.request(request.id).state == "sent_back"
    assert (place.bead(request.bead).status, place.bead(request.bead).assignee) == ("blocked", "ann")


def test_a_rig_that_is_not_there_has_no_queue(place: MergeTown) -> None:
    from gastown.operations.merge.run import run_queue

    with pytest.raises(NotFound):
        run_queue(place.town, "api", say=place.said.append)
