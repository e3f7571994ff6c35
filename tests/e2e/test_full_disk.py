"""A disk that is full: every command says so, nothing is changed, and all goes on when there is room again."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from gastown.ledger import merges
from gastown.town import Town
from tests.e2e import deeds, proof
from tests.e2e.stage import Ended, Stage, a_stage
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

MAY_MOUNT = os.environ.get("GASTOWN_TEST_MOUNT", "yes") == "yes"
"""GASTOWN_TEST_MOUNT=no tests what is tested where nobody may mount a disk."""


class Disk:
    """A small disk that can be filled: of memory where we may mount one, else a limit on what programs write."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(place)]
        may = sys.platform == "linux" and MAY_MOUNT
        self.is_real = may and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        self._full = False

    def fill(self, *running: int) -> None:
        """From now on nothing can be written, neither by new programs nor by those that run."""
        self._full = True
        if not self.is_real and sys.platform == "linux":
            for pid in running:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))
        if self.is_real:
            with (self.place / "filler").open("wb", buffering=0) as filler:
                for size in (65536, 1):
                    with suppress(OSError):
                        while filler.write(b"x" * size):
                            pass

    def make_room(self, *running: int) -> None:
        """As before."""
        self._full = False
        if not self.is_real and sys.platform == "linux":
            for pid in running:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        (self.place / "filler").unlink(missing_ok=True)

    def gt(
        self, stage: Stage, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Ended:
        """Run gt on it."""
        limit = "ulimit -f 1; " if self._full and not self.is_real else ""
        done = subprocess.run(
            ["/bin/sh", "-c", f'{limit}exec "$@"', "sh", str(stage.programs / "gt"), *words],
            cwd=cwd or stage.root, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def end(self) -> None:
        """Take it away."""
        if self.is_real:
            subprocess.run(["umount", str(self.place)], check=True)


@pytest.fixture
def disk(folder: Path) -> Iterator[Disk]:
    """A small disk."""
    disk = Disk(folder / "disk")
    yield disk
    disk.end()


@pytest.mark.parametrize("ledger", ["nobody has the ledger open", "somebody has the ledger open"])
def test_a_full_disk_is_told_and_changes_nothing(disk: Disk, ledger: str) -> None:
    stage = a_stage(disk.place / "town")
    stage.gt("down")
    made = deeds.work(stage.root, "Work")
    town = Town(stage.root)
    if ledger.startswith("somebody"):
        assert not list(merges.live(town.ledger))
    before = proof.count(stage.root, "events")
    disk.fill()
    commands = [
        ("bead", "create", "Another", "--rig", "web", "--no-up"),
        ("sling", "A sentence that says what is to be done", "web", "--no-up"),
        ("unsling", made.bead, "--no-up"),
        ("bead", "comment", made.bead, "Well"),
        ("bead", "update", made.bead, "--title", "Other work"),
        ("bead", "label", "add", made.bead, "urgent"),
    ]
    if disk.is_real:
        commands += [
            ("mq", "run", "web"),
            ("up",),
            ("rig", "add", "api", str(disk.place / "origin.git"), "--no-gate", "--no-up"),
            ("install", str(disk.place / "another")),
        ]
    for words in commands:
        told = disk.gt(stage, *words)
        assert told.status == 69, (words, told)
        assert len(told.err.splitlines()) <= 3, told.err
    handed = disk.gt(stage, "done", "--no-up", cwd=made.folder, env=made.env)
    assert handed.status == 69, handed
    disk.make_room()
    assert proof.count(stage.root, "events") == before
    assert not stage.supervisor()
    handed = disk.gt(stage, "done", cwd=made.folder, env=made.env)
    assert handed.status == 0, handed
    stage.gt("up")
    stage.has_landed(made.bead)
    stage.gt("down", "--agents")
    town.close()
    proof.at_rest(stage.root, disk.place / "origin.git")


def test_a_supervisor_outlives_a_full_disk(disk: Disk) -> None:
    stage = a_stage(disk.place / "town")
    try:
        bead = stage.file("Work", "echo 1 > one")
        supervisor = stage.supervisor()
        os.kill(supervisor, signal.SIGSTOP)
        stage.gt("sling", bead, "web", "--no-up")
        disk.fill(supervisor)
        before = steps_of(supervisor)
        os.kill(supervisor, signal.SIGCONT)
        eventually(lambda: steps_of(supervisor) > before + 10, within=30, what="it to try")
        disk.make_room(supervisor)
        stage.gt("sling", bead, "web")
        stage.has_landed(bead)
        assert stage.supervisor() == supervisor
        stage.gt("down", "--agents")
        proof.at_rest(stage.root, disk.place / "origin.git")
    finally:
        disk.make_room()
        stage.end()


def steps_of(pid: int) -> int:
    """How often a process has stopped to wait for something."""
    return int(psutil.Process(pid).num_ctx_switches().voluntary)
