"""kill -9 of everything that runs for a town, again and again, in any order; then gt up: everything lands, once."""

import os
import random
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from gastown.domain.observed import Present
from gastown.settings.town import Places
from gastown.world.locks import held
from gastown.world.processes import environment, find_command, marked
from tests.e2e import proof
from tests.e2e.kill_points import ALL, Killer, Run, killed_everywhere, told
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]

STEPS = 3


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


def beads(stage: Stage, number: int) -> Sequence[str]:
    """So many beads with three steps each, slung."""
    made: list[str] = []
    for n in range(number):
        steps = [f"echo {n} > file{n}.{step}; sleep 0.2" for step in range(STEPS)]
        made.append(stage.file(f"Work {n}", *steps, words=("--no-up",)))
        stage.gt("sling", made[-1], "web", "--no-up")
    return made


def everything_landed_once(stage: Stage, made: Sequence[str], folder: Path) -> None:
    """After a last `gt up`."""
    stage.gt("up")
    stage.has_landed(*made, within=90)
    eventually(lambda: not agents_of(stage), within=30, what="no process of an agent to be left", every=0.2)
    stage.gt("down", "--agents")
    proof.at_rest(stage.root, folder / "origin.git")
    assert proof.landed(stage.root) == sorted(made)
    files = git("ls-tree", "--name-only", "main", cwd=folder / "origin.git").split()
    assert set(files) >= {f"file{n}.{step}" for n in range(len(made)) for step in range(STEPS)}
    assert proof.left_running(stage.root) == []


def agents_of(stage: Stage) -> list[int]:
    """Whatever carries the mark of an incarnation, but for the mayor's, whose session stays."""
    found = ((process, environment(process) or {}) for process in marked({"GT_TOWN": str(stage.root)}))
    return [
        process.pid for process, env in found if "GT_INCARNATION" in env and env.get("GT_ADDRESS") != "mayor"
    ]


def test_supervisors_that_are_killed_one_after_the_other_bring_the_work_to_its_end(
    stage: Stage, killer: Killer, folder: Path
) -> None:
    made = beads(stage, 3)
    lives = iter(range(2, 2_000, 1 if ALL else 16))
    while len(proof.landed(stage.root)) < len(made):
        pid = killer.start(next(lives), "supervisor", str(stage.root), cwd=stage.root)
        try:
            eventually(
                lambda: killer.has_ended() or len(proof.landed(stage.root)) == len(made),
                within=30,
                what="its end, or that of the work",
            )
        except AssertionError as late:
            late.add_note(stage.gt("status") + stage.gt("log") + killer.said)
            raise
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        run = killer.ended()  # 75: a process of the one before had just not let go of its lock
        assert run.killed or run.status == 75, run.said
        proof.the_ledger_is_sound(stage.root)
        proof.no_process_is_of_an_older_incarnation(stage.root)
    everything_landed_once(stage, made, folder)


def test_starts_that_a_killed_supervisor_cut_off_do_not_use_up_the_budget(
    stage: Stage, killer: Killer, folder: Path
) -> None:
    made = beads(stage, 1)
    for _ in range(6):
        run = killer.run("settings.json", "supervisor", str(stage.root), cwd=stage.root)
        assert run.killed, run.said
    everything_landed_once(stage, made, folder)


VICTIMS = ("supervisor", "supervisor", "queue", "agent", "terminal", "anything", "anything")
"""`anything`: gt done, gt prime, a callback, git, a gate, a shell of an agent."""

STARTS = 4
"""Sessions that are killed: five that end without progress would park their bead."""


@pytest.mark.parametrize("seed", range(6 if ALL else 2))
def test_whatever_is_killed_in_whatever_order_lands_once(stage: Stage, folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not a secret
    made, killed = beads(stage, 4), list[str]()
    stage.gt("up")
    for _ in range(16):
        wait_a_little(stage, chance)
        victim = chance.choice(VICTIMS)
        if victim in {"terminal", "agent"} and killed.count("terminal") + killed.count("agent") == STARTS:
            victim = "supervisor"
        for pid in of_kind(stage, victim, chance):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(victim)
        proof.the_ledger_is_sound(stage.root)
        if not stage.supervisor():
            stage.gt("up")
    try:
        everything_landed_once(stage, made, folder)
    except AssertionError as failure:
        failure.add_note(f"killed: {' '.join(killed)}\n{stage.gt('status')}{stage.gt('log')}")
        raise


def wait_a_little(stage: Stage, chance: random.Random) -> None:
    """Until a few things have happened, or for half a second at most."""
    enough = proof.count(stage.root, "events") + chance.randrange(4)
    with suppress(AssertionError):
        moment = chance.uniform(0.05, 0.5)
        eventually(lambda: proof.count(stage.root, "events") > enough, within=moment, what="events")


def of_kind(stage: Stage, kind: str, chance: random.Random) -> Sequence[int]:
    """One process of that kind, if there is any."""
    places = Places(stage.root)
    match kind:
        case "supervisor":
            found = [stage.supervisor()]
        case "queue":
            seen = held(places.queue_lock("web"))
            found = [seen.value if isinstance(seen, Present) else 0]
        case "terminal":
            server = ["-S", str(places.run / "tmux.sock"), "start-server"]
            found = [process.pid for process in find_command(server)]
        case "agent":
            panes = proof.rows(stage.root, "SELECT pane_pid FROM incarnations WHERE ended_at IS NULL")
            found = [int(str(pid or 0)) for (pid,) in panes]
        case _:
            found = [process.pid for process in marked({"GT_TOWN": str(stage.root)})]
    alive = [pid for pid in found if pid]
    return [chance.choice(alive)] if alive else []


def test_a_killed_gt_down_is_followed_by_a_gt_up_that_carries_on(
    stage: Stage, killer: Killer, folder: Path
) -> None:
    made: list[str] = []

    def once(until: int) -> Run:
        number = len(made)
        steps = [f"echo {number} > down{number}.{step}; sleep 0.2" for step in range(STEPS)]
        made.append(stage.file(f"Down {number}", *steps, words=("--no-up",)))
        stage.gt("up")
        stage.gt("sling", made[-1], "web")
        started = "events WHERE type = 'agent.started' AND payload LIKE ?"
        eventually(
            lambda: proof.count(stage.root, started, f"%{made[-1]}%"), within=30, what="the agent to start"
        )
        return killer.run(until, "gt", "down", "--agents", cwd=stage.root)

    for _, run in killed_everywhere(once, most=6):
        with told(run):
            stage.gt("up")
            stage.has_landed(made[-1])
            proof.the_ledger_is_sound(stage.root)
            proof.no_process_is_of_an_older_incarnation(stage.root)
    stage.gt("down", "--agents")
    assert proof.landed(stage.root) == sorted(made)
    assert proof.left_running(stage.root) == []
    proof.at_rest(stage.root, folder / "origin.git")
