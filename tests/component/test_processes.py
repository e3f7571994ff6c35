import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from gastown.errors import Unavailable
from gastown.world import processes
from gastown.world.process import run
from gastown.world.processes import Process
from tests.support import eventually

SLEEP = ["sleep", "1000"]

Begin = Callable[..., int]


@pytest.fixture
def mark() -> dict[str, str]:
    return {"GT_MARK": uuid.uuid4().hex}


@pytest.fixture
def begin(mark: Mapping[str, str]) -> Iterator[Begin]:
    """Start `argv` with the mark and more in its environment; whatever carries the mark is ended at last."""
    started: list[subprocess.Popen[bytes]] = []

    def start(argv: list[str], **more: str) -> int:
        env = {"PATH": os.environ["PATH"], **mark, **more}
        started.append(subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, start_new_session=True))
        return started[-1].pid

    yield start
    for process in processes.marked(mark):
        os.kill(process.pid, signal.SIGKILL)
    for child in started:
        child.kill()
        child.wait()


def pids(found: tuple[Process, ...]) -> set[int]:
    return {process.pid for process in found}


def deaf(_pid: int, _number: int) -> None:
    """Stand for a kernel whose processes are stuck in it."""


def the(pid: int) -> Process:
    return Process(pid, psutil.Process(pid).create_time())


def written(path: Path, lines: int = 1) -> list[int]:
    """The process ids that programs wrote into `path`, one a line."""
    return eventually(
        lambda: (
            [int(word) for word in path.read_text().split()]
            if path.exists() and path.read_text().count("\n") >= lines
            else None
        ),
        within=10,
        what=f"{lines} process ids in {path.name}",
    )


def test_only_processes_with_all_marks_are_found(begin: Begin, mark: dict[str, str]) -> None:
    one, other = begin(SLEEP, GT_INCARNATION="1"), begin(SLEEP, GT_INCARNATION="12")
    eventually(lambda: pids(processes.marked(mark)) == {one, other}, within=5, what="both")
    assert pids(processes.marked({**mark, "GT_INCARNATION": "1"})) == {one}
    assert not processes.marked({"GT_MARK": mark["GT_MARK"][:-1]})


def test_the_environment_of_a_process_can_be_read_until_it_is_gone(
    begin: Begin, mark: dict[str, str]
) -> None:
    process = the(begin(SLEEP))
    env = eventually(lambda: processes.environment(process), within=5, what="its environment")
    assert env["GT_MARK"] == mark["GT_MARK"]
    assert processes.environment(Process(process.pid, process.created - 60)) is None
    processes.end([process])
    assert processes.environment(process) is None


def test_a_zombie_counts_as_gone(begin: Begin) -> None:
    process = the(begin(["true"]))
    eventually(lambda: not processes.alive(process), within=5, what="it to end")
    assert psutil.pid_exists(process.pid)
    assert not processes.end([process], grace=0.1)


def test_another_process_with_the_same_id_is_neither_alive_nor_ended(begin: Begin) -> None:
    pid = begin(SLEEP)
    earlier = Process(pid, psutil.Process(pid).create_time() - 60)
    assert not processes.alive(earlier)
    assert not processes.end([earlier])
    assert processes.alive(the(pid))


@pytest.mark.needs("setsid")
def test_the_tree_holds_descendants_and_orphans_of_its_session(begin: Begin, tmp_path: Path) -> None:
    note = tmp_path / "pids"
    orphan = f"(sleep 1000 & echo $! >> {note}) & wait $!"
    root = begin(["sh", "-c", f"{orphan}; setsid sh -c 'echo $$ >> {note}; exec sleep 1000' & wait"])
    members = {root, *written(note, 2)}
    eventually(lambda: pids(processes.tree(root)) == members, within=5, what="all three")


def test_the_tree_of_a_process_that_is_gone_is_empty(begin: Begin) -> None:
    pid = begin(["true"])
    os.waitpid(pid, 0)
    assert processes.tree(pid) == ()


@pytest.mark.needs("setsid")
def test_setsid_and_twice_forked_children_are_ended(
    begin: Begin, mark: dict[str, str], tmp_path: Path
) -> None:
    note = tmp_path / "pids"
    twice = (
        "import os, time\nfor _ in 'ab':\n    if os.fork(): os._exit(0)\n    os.setsid()\n"
        "print(os.getpid(), flush=True)\ntime.sleep(1000)\n"
    )
    begin(
        [
            "sh",
            "-c",
            f"'{sys.executable}' -c \"{twice}\" >> {note}; setsid sleep 1000 & echo $! >> {note}; wait",
        ]
    )
    written(note, 2)
    eventually(lambda: len(processes.marked(mark)) == 3, within=5, what="all three")
    assert not processes.end(processes.marked(mark))
    assert not processes.marked(mark)


def test_a_process_that_ignores_sigterm_and_sighup_is_killed(begin: Begin, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    process = the(begin(["sh", "-c", f"trap '' TERM HUP; echo $$ > {note}; while :; do sleep 1; done"]))
    written(note)
    assert not processes.end([process], grace=0.3)
    assert not processes.alive(process)


def test_a_process_may_tidy_up_when_it_is_asked_to_end(begin: Begin, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    tidy = f"trap 'echo 0 >> {note}; exit' TERM; echo $$ > {note}; while :; do sleep 0.05; done"
    process = the(begin(["sh", "-c", tidy]))
    written(note)
    assert not processes.end([process])
    assert written(note, 2)[1] == 0


def test_a_stopped_process_is_ended(begin: Begin) -> None:
    process = the(begin(SLEEP))
    os.kill(process.pid, signal.SIGSTOP)
    assert not processes.end([process], grace=0.3)
    assert not processes.alive(process)


def test_neither_the_caller_nor_its_ancestors_are_ever_ended() -> None:
    here = [psutil.Process(), *psutil.Process().parents()]
    assert not processes.end([Process(each.pid, each.create_time()) for each in here], grace=0.1)
    assert all(each.is_running() for each in here)


def test_a_tree_that_keeps_forking_is_ended_whole(begin: Begin, mark: dict[str, str], tmp_path: Path) -> None:
    note = tmp_path / "pids"
    forks = f"trap '' TERM HUP; echo $$ >> {note}; while :; do sleep 0.01 & done"
    root = begin(["sh", "-c", f'sh -c "{forks}" & {forks}'])
    written(note, 2)
    assert not processes.end_tree(root, grace=0.2)
    eventually(lambda: not processes.marked(mark), within=5, what="its last short sleepers to end")


@pytest.mark.needs("setsid")
def test_marked_processes_are_ended_until_none_is_left(
    begin: Begin, mark: dict[str, str], tmp_path: Path
) -> None:
    note = tmp_path / "pids"
    hydra = tmp_path / "hydra"
    hydra.write_text(
        f"""trap 'setsid sh "$0" & setsid sh "$0" & exit' TERM HUP; echo $$ >> {note}; """
        "while :; do sleep 0.05; done\n"
    )
    begin(["sh", str(hydra)])
    written(note)
    processes.end_marked(mark)
    assert not processes.marked(mark)
    assert len(written(note)) > 1


def test_marked_processes_may_be_spared_by_their_environment(begin: Begin, mark: dict[str, str]) -> None:
    begin(SLEEP, GT_INCARNATION="1")
    newest = begin(SLEEP, GT_INCARNATION="2")
    eventually(lambda: len(processes.marked(mark)) == 2, within=5, what="both")
    processes.end_marked(mark, spare=lambda env: env["GT_INCARNATION"] == "2")
    assert pids(processes.marked(mark)) == {newest}


def test_a_marked_caller_ends_its_peers_and_not_itself(begin: Begin, mark: dict[str, str]) -> None:
    peer = the(begin(SLEEP))
    program = (
        f"from gastown.world import processes\nprocesses.end_marked({mark!r}, grace=1)\nprint('still here')"
    )
    done = run([sys.executable, "-c", program], deadline=20, env={**os.environ, **mark})
    assert (done.out, done.err) == ("still here\n", "")
    assert not processes.alive(peer)


def test_survivors_are_named(begin: Begin, mark: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    pid = begin(SLEEP)
    eventually(lambda: processes.marked(mark), within=5, what="it")
    monkeypatch.setattr(os, "kill", deaf)
    monkeypatch.setattr(processes, "_LAST_WAIT", 0.01)
    try:
        with pytest.raises(Unavailable, match=rf"could not end sleep \({pid}\)"):
            processes.end_marked(mark, grace=0.01)
    finally:
        monkeypatch.undo()


def test_a_command_is_found_by_consecutive_words(begin: Begin, tmp_path: Path) -> None:
    odd = str(tmp_path / "with blank")
    pid = begin([sys.executable, "-c", "import time; time.sleep(1000)", "-S", odd, "start"])
    eventually(lambda: pids(processes.find_command(["-S", odd, "start"])) == {pid}, within=5, what="it")
    assert not processes.find_command(["-S", "start"])
    assert not processes.find_command(["-S", odd + "x"])
