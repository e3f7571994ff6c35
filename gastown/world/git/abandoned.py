"""Locks that a killed git left in a repository: found in what the next git says, and removed once they are old."""

import re
import time
from pathlib import Path

ABANDONED = 120.0
"""Seconds; no git holds a lock on refs or configuration for nearly as long."""

_LOCKED = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists")
_CONFIGURATION = re.compile(r"could not lock config file (.+): File exists")
_OURS = re.compile(
    r"(worktrees/[^/]+/)?(HEAD\.lock|refs/.+\.lock)|packed-refs\.lock|config\.lock|shallow\.lock", re.DOTALL
)
_REMOTE = "remote:"
"""Begins every line that a remote wrote: it can say what it likes."""


def removed_abandoned_locks(where: Path, err: str) -> bool:
    """Whether git, at work in `where`, was stopped by locks that nobody holds any more, and one is gone now.

    Only locks of that very repository on refs, on HEAD, on its configuration and on the list of shallow commits.
    """
    lines = [line for line in re.split(r"[\r\n]", err) if not line.lstrip().startswith(_REMOTE)]
    said = "\n".join(lines)
    named = [*_LOCKED.findall(said), *(f"{file}.lock" for file in _CONFIGURATION.findall(said))]
    removed = [name for name in dict.fromkeys(named) if _removed(where, Path(where, name))]
    return bool(removed)


def _removed(where: Path, named: Path) -> bool:
    try:
        lock = _own(where, named)
        if lock is None or time.time() - lock.lstat().st_mtime <= ABANDONED:
            return False
        lock.unlink()
    except OSError:
        return False
    return True


def _own(where: Path, named: Path) -> Path | None:
    """The lock's true path, when it is one of those in the repository that `where` is or belongs to."""
    store = _store(where)
    lock = named.parent.resolve(strict=True) / named.name
    if store is None or not lock.is_relative_to(store):
        return None
    return lock if _OURS.fullmatch(lock.relative_to(store).as_posix()) else None


def _store(where: Path) -> Path | None:
    """The git folder that all worktrees share; None where a `.git` file points at what does not point back."""
    pointer = where / ".git"
    if not pointer.exists():
        return where.resolve()
    if pointer.is_dir():
        return pointer.resolve()
    admin = Path(where, pointer.read_text(errors="surrogateescape").removeprefix("gitdir:").strip()).resolve()
    back = Path(admin, (admin / "gitdir").read_text(errors="surrogateescape").strip())
    if admin.parent.name != "worktrees" or not back.samefile(pointer):
        return None
    return admin.parent.parent
