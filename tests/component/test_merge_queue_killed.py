"""The merge queue under SIGKILL: whatever was cut off, the next process ends in one landing or one return."""

import random
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from gastown.ledger import merges
from gastown.operations.merge.retry import retry
from gastown.world import processes
from tests.component.merge_town import PATIENCE, MergeTown
from tests.support import eventually
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("git")]

ON = "gastown.operations.merge"


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


def kill_at(place: MergeTown, moment: str) -> None:
    """Let a queue process run until it is killed there."""
    queue = place.start(moment)
    assert queue.wait(PATIENCE) == -signal.SIGKILL, place.told()


TO_A_LANDING = (
    f"call {ON}.predecessor.end_predecessor",
    f"return {ON}.settle.take_up",
    "return gastown.world.git.landing.clean_checkout",
    "return gastown.world.git.landing.replay",
    f"return {ON}.gate._begin",
    "return gastown.world.process._start",
    f"return {ON}.gate._execute",
    f"return {ON}.gate._end",
    f"return {ON}.land._wish",
    "call gastown.world.git.landing.push",
    "return gastown.world.git.landing.push",
    f"call {ON}.land.finish",
    f"return {ON}.land._tested",
    f"return {ON}.land.finish",
)


@pytest.mark.parametrize("moment", TO_A_LANDING)
def test_a_queue_killed_on_the_way_to_a_landing_has_landed_once_in_the_end(
    place: MergeTown, moment: str
) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    kill_at(place, moment)
    place.run()
    place.landed_once(request)


BESIDE_A_CHECKOUT = (
    f"return {ON}.land._wish",
    "return gastown.world.git.landing.push",
    f"call {ON}.land.finish",
)


@pytest.mark.parametrize("moment", BESIDE_A_CHECKOUT)
def test_so_has_one_whose_target_is_kept_beside_a_checkout(beside: MergeTown, moment: str) -> None:
    request = beside.submit("Add a file", {"new.txt": "new\n"})
    kill_at(beside, moment)
    beside.run()
    beside.landed_once(request)


TO_A_RETURN = (
    f"return {ON}.gate._end",
    f"call {ON}.settle.send_back",
    f"call {ON}.evidence.comment",
    f"return {ON}.settle.send_back",
)


@pytest.mark.parametrize("moment", TO_A_RETURN)
def test_a_queue_killed_while_it_sends_back_has_sent_back_once_in_the_end(
    place: MergeTown, moment: str
) -> None:
    place.gate("false")
    request = place.submit("Break it", {"new.txt": "new\n"})
    kill_at(place, moment)
    place.run()
    place.came_back_once(request)


@pytest.mark.parametrize("moment", [f"call {ON}.settle.hold", f"return {ON}.settle.hold"])
def test_a_queue_killed_while_it_holds_has_held_once_in_the_end(place: MergeTown, moment: str) -> None:
    place.gate("exit 127")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    kill_at(place, moment)
    place.run()
    assert place.request(request.id).state == "held"
    assert len(place.happened("merge.held")) == 1


FIRST_GATE_NEVER_ENDS = """
import os, pathlib, psutil, sys, time
pids = pathlib.Path(sys.argv[1])
old = [int(pid) for pid in pids.read_text().split()]
if old:
    sys.exit(any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in old))
if os.fork():
    time.sleep(300)
os.setsid()
pids.write_text(f"{os.getppid()} {os.getpid()}")
time.sleep(300)
"""


def test_the_gate_of_a_killed_queue_is_ended_before_its_successor_begins_its_own(place: MergeTown) -> None:
    pids = place.folder / "pids"
    pids.touch()
    place.gate(shlex.join([sys.executable, "-c", FIRST_GATE_NEVER_ENDS, str(pids)]), seconds=300)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    queue = place.start()
    eventually(pids.read_text, within=PATIENCE, what="a running gate")
    queue.kill()
    assert queue.wait(PATIENCE) == -signal.SIGKILL
    assert processes.marked({"GASTOWN_GATE": "web", "GASTOWN_TOWN": str(place.root)})
    place.run()
    place.landed_once(request)
    first, second = merges.gates_of_request(place.ledger, request.id)
    assert first.ended_at is not None
    assert (first.outcome, second.outcome) == (None, "passed")
    assert "was cut off during a gate" in "\n".join(place.said)


@pytest.mark.parametrize("hook", ["pre-receive", "post-receive"])
def test_a_queue_killed_while_the_remote_takes_its_push_has_landed_once_in_the_end(
    place: MergeTown, hook: str
) -> None:
    script, pushing = place.remote / "hooks" / hook, place.folder / "pushing"
    script.write_text(f"#!/bin/sh\ncat > /dev/null\ntest -e {pushing} || {{ touch {pushing}; sleep 300; }}\n")
    script.chmod(0o755)
    request = place.submit("Add a file", {"new.txt": "new\n"})
    queue = place.start()
    eventually(pushing.exists, within=PATIENCE, what="a push")
    queue.kill()
    queue.wait(PATIENCE)
    place.run()
    place.landed_once(request)
    gates = 1 if hook == "post-receive" else 2
    assert len(merges.gates_of_request(place.ledger, request.id)) == gates
    assert not processes.marked({"GT_QUEUE": str(place.root / "web")})


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_at_any_moment_it_ends_each_request_once(place: MergeTown, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not a secret
    place.gate("sleep 0.05; test ! -e red.txt")
    lands = [place.submit("First", {"1.txt": ""}), place.submit("Second", {"2.txt": ""})]
    comes_back = place.submit("Red", {"red.txt": ""})
    for _ in range(6):
        queue = place.start()
        with suppress(TimeoutExpired):
            queue.wait(chance.uniform(0.15, 1.0))
        queue.kill()
        queue.wait(PATIENCE)
    place.run()
    for held in merges.live(
        place.ledger, "web"
    ):  # three times in a row it may have been killed in one's gate
        retry(place.town, held.id, by=HUMAN)
    place.run()
    for request in lands:
        place.landed_once(request)
    place.came_back_once(comes_back)
