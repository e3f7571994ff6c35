"""Two who do the same, or the opposite, at the same moment: one wins, the other is told, and nothing is done twice."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gastown.domain.observed import Present
from gastown.town import Town
from gastown.world.locks import held
from gastown.world.processes import find_command
from tests.e2e import deeds, proof
from tests.e2e.stage import Ended, Stage, a_remote
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

WAITING_GIT = """\
#!/bin/sh
case " $* " in *" {verb} "*) touch {folder}/waits; while [ ! -e {folder}/go ]; do sleep 0.02; done ;; esac
exec {git} "$@"
"""


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


class Running:
    """A command that has been started."""

    def __init__(
        self, stage: Stage, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self._child = subprocess.Popen(
            [str(stage.programs / "gt"), *words],
            cwd=cwd or stage.root, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ended(self) -> Ended:
        """Wait for its end."""
        out, err = self._child.communicate(timeout=60)
        return Ended(self._child.returncode, out, err)


def at_once(
    stage: Stage, *commands: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> list[Ended]:
    """Start all of them, and wait for their ends."""
    running = [Running(stage, *words, cwd=cwd, env=env) for words in commands]
    return [each.ended() for each in running]


def waiting_git(folder: Path, verb: str) -> dict[str, str]:
    """An environment whose git, asked for `verb`, says so with the file `waits` and waits for the file `go`."""
    real = subprocess.check_output(["sh", "-c", "command -v git"], text=True).strip()
    place = folder / f"git-{verb}"
    place.mkdir()
    (place / "git").write_text(WAITING_GIT.format(verb=verb, folder=place, git=real))
    (place / "git").chmod(0o755)
    return {"PATH": f"{place}:{os.environ['PATH']}"}


def test_of_two_slings_of_one_bead_one_wins_and_the_other_says_who(stage: Stage) -> None:
    for number in range(6):
        bead = stage.file(f"Work {number}", words=("--no-up",))
        targets = [f"polecat/Cat{number}", f"polecat/Dog{number}"]
        ends = at_once(stage, *(("sling", bead, target, "--no-up") for target in targets))
        assert sorted(end.status for end in ends) == [0, 1], ends
        winner = next(target for target, end in zip(targets, ends, strict=True) if end.status == 0)
        assert winner.replace("polecat/", "") in next(end for end in ends if end.status).err
        proof.the_ledger_is_sound(stage.root)


def test_two_slings_at_the_same_rig_are_one(stage: Stage) -> None:
    bead = stage.file("Work", words=("--no-up",))
    ends = at_once(stage, *[("sling", bead, "web", "--no-up")] * 3)
    assert [end.status for end in ends] == [0, 0, 0], ends
    assert proof.count(stage.root, "assignments") == 1
    proof.the_ledger_is_sound(stage.root)


def test_three_beads_slung_at_the_same_moment_go_to_three_polecats(stage: Stage) -> None:
    made = [stage.file(f"Work {number}", words=("--no-up",)) for number in range(3)]
    ends = at_once(stage, *(("sling", bead, "web", "--no-up") for bead in made))
    assert [end.status for end in ends] == [0, 0, 0], ends
    assert proof.count(stage.root, "agents WHERE hook_bead <> ''") == 3
    proof.the_ledger_is_sound(stage.root)


def test_of_several_gt_up_one_supervisor_comes(stage: Stage) -> None:
    ends = at_once(stage, *[("up",)] * 4)
    assert [end.status for end in ends] == [0, 0, 0, 0], ends
    told = {end.out.split("process ")[1].split(")")[0] for end in ends}
    assert told == {str(stage.supervisor())}
    argv = ["-m", "gastown.supervisor", str(stage.root)]
    eventually(lambda: len(find_command(argv)) == 1, within=10, what="the others to leave")


def test_several_gt_down_at_once_are_one(stage: Stage) -> None:
    for _ in range(3):
        stage.gt("up")
        ends = at_once(stage, *[("down",)] * 3)
        assert [end.status for end in ends] == [0, 0, 0], ends
        assert not stage.supervisor()


def test_of_two_queues_one_works(stage: Stage, folder: Path) -> None:
    made = deeds.work(stage.root, "Work")
    assert Running(stage, "done", "--no-up", cwd=made.folder, env=made.env).ended().status == 0
    slow(stage, "sleep 1; ./check")
    ends = at_once(stage, *[("mq", "run", "web")] * 3)
    assert sorted(end.status for end in ends) == [0, 75, 75], ends
    assert len(stage.events("bead.landed")) == 1
    assert len(stage.events("gate.began")) == 1
    proof.at_rest(stage.root, folder / "origin.git")


def slow(stage: Stage, gate: str) -> None:
    """Give the rig another gate."""
    settings = stage.root / "web" / "rig.toml"
    settings.write_text(settings.read_text().replace('command = "./check"', f'command = "{gate}"'))


def test_gt_done_twice_at_the_same_time_hands_over_once(stage: Stage, folder: Path) -> None:
    for number in range(4):
        made = deeds.work(stage.root, f"Work {number}")
        ends = at_once(stage, *[("done", "--no-up")] * 3, cwd=made.folder, env=made.env)
        assert [end.status for end in ends] == [0, 0, 0], ends
        requests = {word for end in ends for word in end.out.split() if word.startswith("mr-")}
        assert len(requests) == 1
        assert len(stage.events("bead.submitted")) == number + 1
    deeds.land(stage.root)
    proof.at_rest(stage.root, folder / "origin.git")


def test_work_that_is_taken_back_while_gt_done_looks_is_not_handed_over(stage: Stage, folder: Path) -> None:
    made = deeds.work(stage.root, "Work")
    env = waiting_git(folder, "status")
    done = Running(stage, "done", "--no-up", cwd=made.folder, env={**made.env, **env})
    eventually((folder / "git-status" / "waits").exists, within=20, what="gt done to look")
    stage.gt("unsling", made.bead, "--no-up")
    (folder / "git-status" / "go").touch()
    refused = done.ended()
    assert refused.status == 1
    assert made.bead in refused.err
    assert stage.status_of(made.bead) == "open"
    assert not stage.events("bead.submitted")
    proof.at_rest(stage.root, folder / "origin.git")


def test_work_that_gt_done_hands_over_cannot_be_taken_back(stage: Stage, folder: Path) -> None:
    made = deeds.work(stage.root, "Work")
    env = waiting_git(folder, "push")
    done = Running(stage, "done", "--no-up", cwd=made.folder, env={**made.env, **env})
    eventually((folder / "git-push" / "waits").exists, within=20, what="gt done to push")
    refused = stage.run("unsling", made.bead, "--no-up")
    assert refused.status == 1
    assert "submitted" in refused.err
    (folder / "git-push" / "go").touch()
    assert done.ended().status == 0
    deeds.land(stage.root)
    proof.at_rest(stage.root, folder / "origin.git")


def test_unsling_and_done_at_the_same_moment_do_not_both_happen(stage: Stage, folder: Path) -> None:
    for number in range(6):
        made = deeds.work(stage.root, f"Work {number}")
        done = Running(stage, "done", "--no-up", cwd=made.folder, env=made.env)
        unsling = Running(stage, "unsling", made.bead, "--no-up")
        ends = [done.ended(), unsling.ended()]
        assert sorted(end.status for end in ends) == [0, 1], ends
        proof.the_ledger_is_sound(stage.root)
    deeds.land(stage.root)
    proof.at_rest(stage.root, folder / "origin.git")


def test_gt_down_ends_a_gate_and_the_next_gt_up_runs_it_again(stage: Stage, folder: Path) -> None:
    slow(stage, f"test -e {folder}/second || {{ touch {folder}/second; setsid sleep 600; }}; ./check")
    made = deeds.work(stage.root, "Work")
    deeds.hand_in(stage.root, made)
    stage.gt("up")
    eventually(
        lambda: (folder / "second").exists() and proof.gates_of(stage.root), within=20, what="the gate to run"
    )
    stage.gt("down")
    assert proof.gates_of(stage.root) == []
    assert not isinstance(held(Town(stage.root).places.queue_lock("web")), Present)
    assert stage.status_of(made.bead) == "in_progress"
    proof.the_ledger_is_sound(stage.root, {**proof.BROKEN, **proof.UNFINISHED})
    assert not stage.events("bead.landed")
    stage.gt("up")
    stage.has_landed(made.bead)
    stage.gt("down", "--agents")
    proof.at_rest(stage.root, folder / "origin.git")


def test_of_two_who_add_the_same_rig_one_does(stage: Stage, folder: Path) -> None:
    add = ("rig", "add", "api", str(folder / "origin.git"), "--gate", "./check", "--no-up")
    ends = at_once(stage, add, add)
    assert sorted(end.status for end in ends) in ([0, 1], [0, 75]), ends
    proof.nothing_is_half_made(stage.root)


def test_two_rigs_that_are_added_at_once_have_two_prefixes(stage: Stage, folder: Path) -> None:
    other = a_remote(folder / "apis-origin.git", {"README": "apis\n"})
    adds = [
        ("rig", "add", name, str(url), "--gate", "./check", "--no-up")
        for name, url in (("api", folder / "origin.git"), ("apis", other))
    ]
    ends = at_once(stage, *adds)
    assert 0 in [end.status for end in ends], ends
    prefixes = [rig.prefix for rig in Town(stage.root).rigs.values()]
    assert len(set(prefixes)) == len(prefixes)
    proof.nothing_is_half_made(stage.root)


def test_two_installs_of_one_town_make_one(folder: Path) -> None:
    stage = Stage(folder / "town")
    ends = at_once(stage, *[("install", str(stage.root), "--agent", "scripted")] * 3, cwd=folder)
    assert 0 in [end.status for end in ends], ends
    stage.gt("install", str(stage.root), "--agent", "scripted")
    assert proof.count(stage.root, "events WHERE type = 'town.installed'") == 1
    proof.the_ledger_is_sound(stage.root)
