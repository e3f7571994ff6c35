import os
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil
import pytest

from gastown.errors import Unavailable
from gastown.world import process
from tests.support import eventually

BACKGROUND = "sleep 1000 & echo $!"
"""A shell line that leaves a child behind and says its process id."""


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def sh(
    script: str, *, deadline: float = 20, given: str | None = None, limit: int = 100_000
) -> process.Finished:
    return process.run(["sh", "-c", script], deadline=deadline, input=given, limit=limit)


@contextmanager
def interrupted_after(seconds: float) -> Generator[None]:
    """Raise KeyboardInterrupt in the middle of whatever runs then."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_it_reports_status_output_and_errors_apart() -> None:
    assert sh("echo out; echo err >&2; exit 3") == process.Finished(3, "out\n", "err\n")


def test_the_signal_that_ended_a_program_is_its_negative_status() -> None:
    assert sh("kill -KILL $$").status == -signal.SIGKILL


def test_a_missing_program_is_unavailable_and_named() -> None:
    with pytest.raises(Unavailable, match="no-such-tool is not installed"):
        process.run(["no-such-tool", "--version"], deadline=5)


def test_a_missing_folder_is_not_mistaken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="there is no such folder"):
        process.run(["sh", "-c", "true"], deadline=5, cwd=tmp_path / "nowhere")


def test_a_file_that_may_not_be_executed_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    with pytest.raises(Unavailable, match="tool cannot be started: Permission denied"):
        process.run([str(tmp_path / "tool")], deadline=5)


def test_a_nul_in_an_argument_is_no_crash() -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        process.run(["echo", "a\0b"], deadline=5)


def test_folder_and_environment_are_the_given_ones(tmp_path: Path) -> None:
    done = process.run(
        ["/bin/sh", "-c", "pwd; echo $ONLY$HOME"], deadline=5, cwd=tmp_path, env={"ONLY": "this"}
    )
    assert done.out.split() == [str(tmp_path), "this"]


def test_large_input_and_large_output_do_not_wait_for_each_other() -> None:
    text = "0123456789abcde\n" * 250_000
    assert process.run(["cat"], deadline=20, input=text).out == text


def test_input_that_nobody_reads_is_dropped() -> None:
    assert sh("exec <&-; echo done", given="x" * 1_000_000).out == "done\n"


def test_of_too_much_output_the_tail_is_kept() -> None:
    done = sh("yes | head -c 5000000; echo the end; echo short >&2", limit=1000)
    assert len(done.out) == 1000
    assert done.out.endswith("y\nthe end\n")
    assert done.err == "short\n"


def test_undecodable_output_is_replaced() -> None:
    assert sh(r"printf 'a\377b'").out == "a\ufffdb"


def test_there_is_no_standard_input_and_no_terminal_to_ask() -> None:
    done = sh("cat; if (: </dev/tty) 2>/dev/null; then echo terminal; else echo none; fi")
    assert done.out == "none\n"


def test_the_deadline_ends_the_whole_group() -> None:
    began = time.monotonic()
    with interrupted_after(30), pytest.raises(Unavailable, match=r"sh did not answer within 0\.5 s"):
        sh("sleep 1000 & sleep 1000 & wait", deadline=0.5)
    assert time.monotonic() - began < 10


def test_the_deadline_ends_grandchildren_that_ignore_sigterm(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(Unavailable):
        sh(f"(trap '' TERM; sh -c 'echo $$ > {note}; exec sleep 1000'; sleep 1000) & wait", deadline=0.5)
    pid = int(note.read_text())
    eventually(lambda: is_gone(pid), within=5, what="the grandchild to end")


def test_the_deadline_holds_for_a_program_that_closed_its_output() -> None:
    with pytest.raises(Unavailable):
        sh("exec >&- 2>&-; sleep 1000", deadline=0.5)


def test_the_deadline_ends_a_stopped_program() -> None:
    with pytest.raises(Unavailable):
        sh("kill -STOP $$", deadline=0.5)


def test_a_child_left_in_the_background_is_ended_and_not_waited_for() -> None:
    done = sh(BACKGROUND)
    assert done.status == 0
    eventually(lambda: is_gone(int(done.out)), within=5, what="the background child to end")


def test_a_daemon_is_neither_ended_nor_waited_for_even_if_it_keeps_talking() -> None:
    daemon = "import os, time\nwhile True:\n    os.write(2, b'x')\n    time.sleep(0.01)\n"
    leaves_it = (
        "import subprocess, sys\n"
        "print(subprocess.Popen([sys.executable, '-c', sys.argv[1]], start_new_session=True).pid)\n"
    )
    done = process.run([sys.executable, "-c", leaves_it, daemon], deadline=20)
    pid = int(done.out)
    try:
        assert not is_gone(pid)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_an_interrupt_ends_the_group_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with interrupted_after(0.5), pytest.raises(KeyboardInterrupt):
        sh(f"sleep 1000 & echo $! > {note}; wait")
    eventually(lambda: is_gone(int(note.read_text())), within=5, what="the child to end")


def test_a_spawned_process_runs_detached_and_appends_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "it.log"
    for word in ("one", "two"):
        process.spawn(["/bin/sh", "-c", f"echo {word} $ONLY"], cwd=tmp_path, env={"ONLY": "this"}, log=log)
    eventually(
        lambda: sorted(log.read_text().split("\n")) == ["", "one this", "two this"], within=5, what="both"
    )
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_spawned_process_leads_its_own_session_and_leaves_no_zombie(tmp_path: Path) -> None:
    pid = process.spawn(["sleep", "1000"], cwd=tmp_path, env=os.environ, log=tmp_path / "log")
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not psutil.pid_exists(pid), within=5, what="it to be gone without a trace")


def test_a_spawned_process_inherits_no_file_of_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (tmp_path / "secret").open("w") as held:
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - positional only
        process.spawn(["/bin/sh", "-c", "ls -l /dev/fd/; echo done"], cwd=tmp_path, env=os.environ, log=log)
        eventually(lambda: "done" in log.read_text(), within=5, what="its list of files")
    assert "secret" not in log.read_text()


def test_a_spawned_process_outlives_its_caller(tmp_path: Path) -> None:
    program = (
        "import os, pathlib\nfrom gastown.world.process import spawn\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "print(spawn(['sleep', '1000'], cwd=here, env=os.environ, log=here / 'log'))\n"
    )
    pid = int(process.run([sys.executable, "-c", program], deadline=20).out)
    try:
        assert not is_gone(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_what_cannot_be_spawned_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not installed"):
        process.spawn(["no-such-tool"], cwd=tmp_path, env={}, log=tmp_path / "log")


def test_exec_into_becomes_the_program_after_flushing_what_was_printed() -> None:
    program = (
        "from gastown.world.process import exec_into\n"
        "print('before')\nexec_into(['/bin/sh', '-c', 'echo $ONLY; exit 4'], env={'ONLY': 'after'})\n"
    )
    done = process.run([sys.executable, "-c", program], deadline=20)
    assert (done.status, done.out) == (4, "before\nafter\n")


def test_exec_into_a_missing_program_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="not installed"):
        process.exec_into(["no-such-tool"])
