"""Putting a new ledger in the place of the old one, so that no crash leaves half of either, and none is lost.

SQLite finds a database's log by its name, and plays it into whatever file has the name beside it: an old log must
never lie beside the new file. So the old file leaves first, then its log, and only then the new one comes. From the
first step on the new file stands ready under a name that says which old file it replaces, and whoever comes after a
crash carries the steps on. Before the first step nothing has happened, and the new file is thrown away.
"""

import os
from pathlib import Path

from gastown.errors import Unavailable
from gastown.ledger.copies import remove, sync
from gastown.ledger.database import COMING
from gastown.ledger.old_file import BESIDE
from gastown.operations.history.place import free_name

READY, KEPT = COMING, ".before-restore-"


def prepare(path: Path, built: Path, when: str) -> tuple[Path, Path]:
    """Give a finished file the name under which it waits; gives that, and the one that the old file will have."""
    try:
        sync(built)
        kept = free_name(path, "before-restore", when)
        ready = path.with_name(kept.name.replace(KEPT, READY))
        built.rename(ready)
        sync(path.parent)
    except OSError as error:
        raise Unavailable(
            f"{built} cannot be renamed: {error.strerror}", "check the folder and the disk"
        ) from error
    return ready, kept


def swap(path: Path, ready: Path, kept: Path) -> Path | None:
    """Let the file that is ready take the place of the one at `path`; gives where that is kept, if there was one.

    May be begun again after a crash at any step.
    """
    try:
        for end in ("", *BESIDE):
            old = path.with_name(f"{path.name}{end}")
            if os.path.lexists(old):
                old.rename(kept.with_name(f"{kept.name}{end}"))
                sync(path.parent)
        ready.rename(path)
        sync(path.parent)
    except OSError as error:
        raise Unavailable(
            f"the restored ledger {ready} cannot take its place: {error.strerror}",
            "check the folder's rights and the disk, then gt ledger restore again",
        ) from error
    return kept if os.path.lexists(kept) else None


def finish(path: Path) -> Path | None:
    """Carry on a swap that was cut off; gives where the old file is kept. What was only prepared is thrown away."""
    kept: Path | None = None
    for ready in sorted(path.parent.glob(f"{path.name}{READY}*")):
        replaced = path.with_name(ready.name.replace(READY, KEPT))
        if os.path.lexists(path) and not _begun(path, replaced):
            remove(ready)
        else:
            kept = swap_rest(path, ready, replaced)
    return kept


def _begun(path: Path, kept: Path) -> bool:
    """Whether the old file has left: what has its name since is a new and empty one that somebody's SQLite made."""
    return os.path.lexists(kept) and path.is_file() and path.stat().st_size == 0


def swap_rest(path: Path, ready: Path, kept: Path) -> Path | None:
    """`swap` from wherever it was cut off."""
    if os.path.lexists(kept) and os.path.lexists(path):
        remove_empty(path)
    return swap(path, ready, kept)


def remove_empty(path: Path) -> None:
    """Remove a file without content; another is left."""
    if path.stat().st_size == 0:
        path.unlink()
