"""Keeping the ledger's repository small: many loose objects become packs, by git itself, with the lowest priority."""

import contextlib
import time
from pathlib import Path

from gastown.world.git.command import environment
from gastown.world.process import run

MANY = 6_000
"""Loose objects; some hundreds of commits leave as many."""

MUCH = 64_000_000
"""Bytes of loose objects: a line changed in a large shard leaves a whole new shard."""

DEADLINE = 900.0
OLD = 86_400.0
"""Seconds after which an unfinished file is one of a writer that was killed."""

_SAMPLE = 8
"""Of the 256 folders of loose objects only so many are looked into: they fill evenly."""


def wants_tending(path: Path) -> bool:
    """Whether so much lies loose in the repository that packing is worth it; looks into a few folders only."""
    number = size = 0
    for folder in (path / "objects" / f"{at:02x}" for at in range(0, 256, 256 // _SAMPLE)):
        with contextlib.suppress(OSError):
            for file in folder.iterdir():
                number, size = number + 1, size + file.stat().st_size
    share = 256 // _SAMPLE
    return number * share > MANY or size * share > MUCH


def tend(path: Path) -> bool:
    """Pack what lies loose; packs grow like the digits of a number, so most of what is old is left alone.

    Others may read and write meanwhile. False when git could not; Unavailable when it did not end.
    """
    settings = ["-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "-c", "core.fsync=committed"]
    packing = ["repack", "--geometric=2", "-d", "-l", "-q"]
    argv = ["nice", "-n", "19", "git", f"--git-dir={path}", *settings, *packing]
    done = run(argv, deadline=DEADLINE, cwd=path, env=environment(path))
    _remove_unfinished(path / "objects")
    return done.status == 0


def _remove_unfinished(objects: Path) -> None:
    for file in (*objects.glob("tmp_*"), *objects.glob("??/tmp_*"), *objects.glob("pack/tmp_*")):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > OLD:
                file.unlink()
