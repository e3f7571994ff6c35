"""Stages for end-to-end tests, each taken down at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kill_points import Killer, in_memory
from tests.e2e.stage import Stage, a_stage
from tests.support import eventually


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A town of scripted agents with the rig `web`."""
    stage = a_stage(tmp_path / "town")
    yield stage
    stage.end()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is room: kill -9 loses nothing that was written, and fsync takes the time."""
    with in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture
def killer(folder: Path) -> Iterator[Killer]:
    """Something to run and kill operations with."""
    killer = Killer(folder / "killer")
    yield killer
    killer.close()


@pytest.fixture
def still(folder: Path) -> Iterator[Stage]:
    """A town as above in that folder, in which nothing runs yet."""
    stage = a_stage(folder / "town")
    stage.kill_supervisor()  # gt down would be a person's wish that none comes
    eventually(lambda: not stage.supervisor(), within=10, what="the supervisor to be gone")
    yield stage
    stage.end()
