import contextlib
import json
import os
import threading
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus
from gastown.world.agents.scripted import Scripted
from gastown.world.agents.status_file import read_status
from tests.support import eventually

PID = 4711


def write(folder: Path, **changes: object) -> Path:
    status: dict[str, object] = {
        "pid": PID,
        "sessionId": "c0ffee",
        "cwd": "/there",
        "status": "busy",
        "waitingFor": None,
        "updatedAt": 1_790_000_000_000,
    }
    path = folder / f"{PID}.json"
    path.write_text(json.dumps(status | changes))
    return path


@pytest.mark.parametrize("activity", Activity)
def test_it_reads_what_the_agent_does(tmp_path: Path, activity: Activity) -> None:
    write(tmp_path, status=activity.value)
    assert read_status(tmp_path, PID) == Present(AgentStatus(activity, "", "c0ffee"))


def test_it_reads_what_a_waiting_agent_waits_for(tmp_path: Path) -> None:
    write(tmp_path, status="waiting", waitingFor="permission: Bash")
    assert read_status(tmp_path, PID) == Present(AgentStatus(Activity.WAITING, "permission: Bash", "c0ffee"))


def test_without_the_file_or_its_folder_it_is_absent(tmp_path: Path) -> None:
    assert read_status(tmp_path, PID) == Absent()
    assert read_status(tmp_path / "nowhere", PID) == Absent()


@pytest.mark.parametrize("text", ["", '{"status": "id', "[]", '"busy"', "\x00"], ids=repr)
def test_a_file_without_sense_is_unknown_not_absent(tmp_path: Path, text: str) -> None:
    write(tmp_path).write_text(text)
    assert isinstance(read_status(tmp_path, PID), Unknown)


def test_undecodable_bytes_are_unknown(tmp_path: Path) -> None:
    write(tmp_path).write_bytes(b"\xff\xfe")
    assert isinstance(read_status(tmp_path, PID), Unknown)


@pytest.mark.parametrize("changes", [{"status": "dancing"}, {"status": None}, {"pid": 1}], ids=str)
def test_a_word_we_do_not_know_or_another_process_is_unknown(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    write(tmp_path, **changes)
    assert isinstance(read_status(tmp_path, PID), Unknown)


def test_a_folder_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / f"{PID}.json").mkdir()
    assert isinstance(read_status(tmp_path, PID), Unknown)


def test_a_file_that_is_just_being_written_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.unlink()
    os.mkfifo(path)

    def write_in_two_goes() -> None:
        path.write_text("")
        with contextlib.suppress(OSError):  # nobody reads: the first look is over
            while True:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        path.write_text(json.dumps({"status": "idle", "sessionId": "c0ffee"}))

    writer = threading.Thread(target=write_in_two_goes)
    writer.start()
    assert read_status(tmp_path, PID) == Present(AgentStatus(Activity.IDLE, "", "c0ffee"))
    eventually(lambda: not writer.is_alive(), within=5, what="the writer's end")


def test_the_scripted_agent_is_looked_up_in_its_home(tmp_path: Path) -> None:
    for home, env in [
        (tmp_path / "run" / "scripted", {"GT_TOWN": str(tmp_path)}),
        (tmp_path / "own", {"GT_TOWN": str(tmp_path), "GT_SCRIPTED_HOME": str(tmp_path / "own")}),
    ]:
        (home / "sessions").mkdir(parents=True)
        write(home / "sessions", sessionId=home.name)
        assert Scripted().status(PID, env) == Present(AgentStatus(Activity.BUSY, "", home.name))
    assert isinstance(Scripted().status(PID, {}), Unknown)
