import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gastown.world.wake import Doorbell, ring
from tests.conftest import ROOT

LISTEN_FOREVER = """
import sys
from pathlib import Path
from gastown.world.wake import Doorbell
bell = Doorbell(Path(sys.argv[1]))
print("listening", flush=True)
bell.wait(60)
print("rung", flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the bell hangs; its folder is not there yet."""
    return tmp_path / "run" / "wake"


@pytest.fixture
def bell(path: Path) -> Iterator[Doorbell]:
    """Somebody who listens."""
    with closing(Doorbell(path)) as doorbell:
        yield doorbell


def test_who_rings_wakes_who_listens(bell: Doorbell, path: Path) -> None:
    assert ring(path)
    assert bell.wait(0)


def test_nobody_rang(bell: Doorbell) -> None:
    assert not bell.wait(0)
    assert not bell.wait(-5)


def test_many_bells_wake_once(bell: Doorbell, path: Path) -> None:
    for _ in range(100):
        assert ring(path)
    assert bell.wait(0)
    assert not bell.wait(0)


def test_a_bell_while_somebody_waits_wakes_at_once(bell: Doorbell, path: Path) -> None:
    ringer = threading.Timer(0.05, ring, [path])
    ringer.start()
    assert bell.wait(20)
    ringer.join()


def test_a_bell_wakes_another_process(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN_FOREVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "listening\n"
        assert ring(path)
        assert listener.stdout.readline() == "rung\n"


def test_a_full_bell_never_makes_anyone_wait(bell: Doorbell, path: Path) -> None:
    filler = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while os.write(filler, b"." * 65_536):
            pass
    os.close(filler)
    assert ring(path)
    assert bell.wait(0)


def test_who_rings_learns_that_nobody_listens_any_more(path: Path) -> None:
    Doorbell(path).close()
    assert not ring(path)


@pytest.mark.parametrize("kind", ["nothing", "a file", "a folder"])
def test_what_is_no_bell_is_not_rung(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "a file":
        path.write_text("precious")
    if kind == "a folder":
        path.mkdir()
    assert not ring(path)
    assert kind != "a file" or path.read_text() == "precious"


def test_a_bell_is_found_as_it_was_left_by_one_who_was_killed(path: Path) -> None:
    Doorbell(path).close()
    with closing(Doorbell(path)) as again:
        assert ring(path)
        assert again.wait(0)


def test_a_file_in_the_place_of_the_bell_makes_room_for_it(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("a stray redirection")
    with closing(Doorbell(path)):
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert ring(path)


def test_only_the_owner_may_ring(bell: Doorbell, path: Path) -> None:
    assert not bell.wait(0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
