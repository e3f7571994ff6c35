import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.operations.town.down import down
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.uninstall import uninstall
from gastown.town import Town
from tests.fakes import FakeTerminal
from tests.towns import a_town

SLEEP = [sys.executable, "-c", "import time; print(flush=True); time.sleep(300)"]
Started = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig, and no session."""
    with closing(Town(a_town(tmp_path).root, terminal=FakeTerminal())) as town:
        yield town


@pytest.fixture
def started() -> Iterator[Started]:
    """Start a program with these variables in its environment; whatever is left is ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> "subprocess.Popen[bytes]":
        program = subprocess.Popen(
            SLEEP, env={**os.environ, **environment}, stdout=subprocess.PIPE, start_new_session=True
        )
        running.append(program)
        assert program.stdout is not None
        program.stdout.readline()
        return program

    yield start
    for program in running:
        program.kill()
        program.wait()
        assert program.stdout is not None
        program.stdout.close()


def down_with_agents(town: Town) -> object:
    """`gt down --agents`."""
    return down(town, agents_too=True)


def remove_web(town: Town) -> object:
    """`gt rig remove web`."""
    return remove_rig(town, "web")


@pytest.mark.parametrize("take_down", [down_with_agents, uninstall, remove_web])
def test_what_sessions_queues_and_gates_started_ends_and_what_people_run_stays(
    town: Town, started: Started, take_down: Callable[[Town], object]
) -> None:
    root = str(town.root)
    persons = [started(GT_TOWN=root), started(GT_TOWN=root, GT_RIG="web", GT_ROLE="polecat")]
    other = started(GASTOWN_GATE="web", GASTOWN_TOWN=f"{root}-2")
    ours = [
        started(GT_TOWN=root, GT_RIG="web", GT_ADDRESS="web/polecats/Toast", GT_INCARNATION="1"),
        started(GASTOWN_GATE="web", GASTOWN_TOWN=root),
        started(GT_QUEUE=f"{root}/web"),
    ]
    take_down(town)
    assert [program.wait(5) for program in ours] == [-signal.SIGTERM] * 3
    assert [program.poll() for program in [*persons, other]] == [None] * 3


def test_a_queue_that_is_just_being_started_does_not_outlive_gt_down(town: Town, started: Started) -> None:
    queue = started(GT_TOWN=str(town.root), GT_QUEUE=f"{town.root}/web")
    agent = started(GT_TOWN=str(town.root), GT_ADDRESS="web/polecats/Toast", GT_INCARNATION="1")
    down(town, agents_too=False)
    assert queue.wait(5) == -signal.SIGTERM
    assert agent.poll() is None
