"""Stages for end-to-end tests, each taken down at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stage import Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A town of scripted agents with the rig `web`."""
    stage = a_stage(tmp_path / "town")
    yield stage
    stage.end()
