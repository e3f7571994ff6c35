import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Busy, Unavailable
from gastown.world.locks import held, lock
from tests.conftest import ROOT
from tests.support import eventually

HOLD = """
import sys
from pathlib import Path
from gastown.world.locks import lock
with lock(Path(sys.argv[1]), what="the door"):
    print("held", flush=True)
    sys.stdin.readline()
"""

TAKE_AT_ONCE = """
import sys
from pathlib import Path
from gastown.errors import Busy
from gastown.world.locks import lock
sys.stdin.readline()
try:
    with lock(Path(sys.argv[1]), what="the door"):
        print("won", flush=True)
        sys.stdin.readline()
except Busy as busy:
    print(busy.message, flush=True)
"""


def start(script: str, path: Path) -> "subprocess.Popen[str]":
    """Another process at the same lock."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line(process: "subprocess.Popen[str]", say: str = "") -> str:
    """What the process prints next, after it was told something."""
    assert process.stdin is not None
    assert process.stdout is not None
    if say:
        process.stdin.write(say + "\n")
        process.stdin.flush()
    return process.stdout.readline().rstrip("\n")


@contextmanager
def holder(path: Path) -> Generator["subprocess.Popen[str]"]:
    """A process that holds the lock."""
    process = start(HOLD, path)
    try:
        assert line(process) == "held"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def door(tmp_path: Path) -> Path:
    """A lock that nobody holds; its folder is not there yet."""
    return tmp_path / "run" / "locks" / "door.lock"


def test_a_lock_is_seen_with_the_pid_of_its_holder(door: Path) -> None:
    assert held(door) == Absent()
    with lock(door, what="the door"):
        assert held(door) == Present(os.getpid())
    assert held(door) == Absent()
    with holder(door) as other:
        assert held(door) == Present(other.pid)


def test_a_lock_that_another_process_has_is_busy_and_says_who(door: Path) -> None:
    with holder(door) as other, pytest.raises(Busy) as busy, lock(door, what="the door"):
        pass
    assert busy.value.message == f"the door is held by process {other.pid}"
    assert busy.value.hint


def test_a_lock_keeps_out_other_threads_of_the_same_process_too(door: Path) -> None:
    messages = list[str]()

    def try_it() -> None:
        try:
            with lock(door, what="the door"):
                messages.append("won")
        except Busy as busy:
            messages.append(busy.message)

    with lock(door, what="the door"):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert messages == [f"the door is held by process {os.getpid()}"]


def test_a_killed_holder_frees_the_lock(door: Path) -> None:
    with holder(door) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert held(door) == Absent()
        with lock(door, what="the door"):
            assert held(door) == Present(os.getpid())


def test_who_waits_long_enough_gets_the_lock(door: Path) -> None:
    with holder(door) as other:
        freed = threading.Timer(0.4, other.kill)
        freed.start()
        with lock(door, what="the door", wait=20):
            assert held(door) == Present(os.getpid())


def test_of_six_processes_one_gets_the_lock_and_the_others_learn_whose_it_is(door: Path) -> None:
    processes = [start(TAKE_AT_ONCE, door) for _ in range(6)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [line(process) for process in processes]
    winner = processes[said.index("won")]
    assert sorted(said) == sorted(["won"] + [f"the door is held by process {winner.pid}"] * 5)
    for process in processes:
        process.communicate("\n")


def test_those_who_only_look_never_keep_a_taker_out(door: Path) -> None:
    with lock(door, what="the door"):
        pass
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            assert not isinstance(held(door), Unknown)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(30):
            with lock(door, what="the door"):
                pass
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def test_a_lock_is_free_again_after_its_block_failed(door: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(door, what="the door"):
        raise ZeroDivisionError
    assert held(door) == Absent()


def test_a_holder_who_has_gone_leaves_no_pid_that_could_be_taken_for_the_next_ones(door: Path) -> None:
    with lock(door, what="the door"):
        assert door.read_text() == f"{os.getpid()}\n"
    assert door.read_text() == ""


def test_a_child_that_outlives_the_holder_does_not_keep_the_lock(door: Path) -> None:
    with lock(door, what="the door"):
        child = subprocess.Popen(["sleep", "30"])
    try:
        assert eventually(lambda: held(door) == Absent(), within=2, what="the lock to be free")
    finally:
        child.kill()
        child.wait()


def test_a_lock_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder belongs")
    with pytest.raises(Unavailable, match="cannot be made"), lock(tmp_path / "run" / "x.lock", what="x"):
        pass


def test_a_lock_that_cannot_be_looked_at_is_unknown(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert isinstance(held(loop), Unknown)
