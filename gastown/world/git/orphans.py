"""Gits of ours that outlived who started them: killed with SIGKILL, we leave the git we ran to its end."""

import time
from pathlib import Path

from gastown.errors import Busy
from gastown.world.git.command import MARK

PATIENCE = 60.0
EVERY = 0.1


def outwait(folder: Path) -> None:
    """Wait until no git of ours works in `folder` any more. Busy when one still does after `PATIENCE` seconds."""
    from gastown.world import processes

    late = time.monotonic() + PATIENCE
    while found := processes.marked({MARK: str(folder)}):
        if time.monotonic() > late:
            raise Busy(f"git (process {found[0].pid}) still works in {folder}", "try again in a moment")
        time.sleep(EVERY)
