"""Rewrites a configuration file of Claude Code's as that program does: under its lock, and all or nothing."""

import contextlib
import os
import time
from collections.abc import Callable, Generator
from pathlib import Path

from gastown.errors import Busy, GastownError, Invalid, Unavailable

STALE = 10.0
"""Seconds after which a lock is a dead process's. Claude Code reckons so too, and often leaves one."""

PATIENCE = 5.0
"""Seconds to wait for a lock that is held, and for a file that does not stand still."""

Change = Callable[[str | None], str | None]
"""Gets the file's text (None: there is no file) and returns the new one (None: there shall be none)."""


def edit(file: Path, change: Change) -> None:
    """Replace the text of `file` by what `change` makes of it; nothing is written when it stays the same.

    A symlink is followed; mode and owner stay. Before the first change ever, a copy is put beside it, with
    `.before-gastown` at the end of its name. A writer that ignores the lock is noticed, and its text is
    changed instead (so `change` may run more than once). `Busy` when the lock stays held, `Invalid` when
    `change` raises ValueError or the file is not UTF-8, `Unavailable` when it cannot be read or written.
    In all these cases the file is as it was.
    """
    try:
        real = file.resolve()
        real.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(real):
            _edit(file, real, change)
    except ValueError as error:
        raise invalid(file, error) from error
    except (OSError, RuntimeError) as error:  # a loop of symlinks is a RuntimeError
        raise Unavailable(f"{file} cannot be changed: {_reason(error)}") from error


def read(file: Path) -> str | None:
    """The text of `file`, None when there is none; `Invalid` or `Unavailable` as `edit`."""
    try:
        return _text(_bytes(file))
    except ValueError as error:
        raise invalid(file, error) from error
    except (OSError, RuntimeError) as error:
        raise Unavailable(f"{file} cannot be read: {_reason(error)}") from error


def invalid(file: Path, why: ValueError) -> GastownError:
    return Invalid(
        f"{file} is not what Claude Code writes: {why}",
        "run `claude` once: it says what to do about such a file",
    )


def _edit(file: Path, real: Path, change: Change) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        before = _bytes(real)
        old = _text(before)
        new = change(old)
        if new == old:
            return
        if before is not None:
            _keep(before, file, like=real)
        if _replace(real, before, new):
            return
    raise Busy(f"{file} is being written to all the time", "try again")


def _replace(real: Path, before: bytes | None, new: str | None) -> bool:
    """Put the new text in the place of `before`; False when that is no longer what stands there."""
    fresh = None if new is None else _beside(real, new.encode(), like=real)
    try:
        if _bytes(real) != before:
            return False
        if fresh is None:
            real.unlink()
        else:
            fresh.replace(real)
            fresh = None
        _settle(real.parent)
        return True
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)


def _keep(content: bytes, file: Path, like: Path) -> None:
    copy = file.with_name(f"{file.name}.before-gastown")
    if not copy.exists():
        _beside(copy, content, like=like).replace(copy)


def _beside(file: Path, content: bytes, like: Path) -> Path:
    """A finished temporary file in the folder of `file`, with mode and owner of `like` (else 0600)."""
    fresh = file.with_name(f".{file.name}.{os.urandom(6).hex()}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with contextlib.suppress(FileNotFoundError):
                known = like.stat()
                if (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()):
                    with contextlib.suppress(PermissionError):
                        os.fchown(descriptor, known.st_uid, known.st_gid)
                os.fchmod(descriptor, known.st_mode & 0o7777)
            out.write(content)
            out.flush()
            os.fsync(descriptor)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(real: Path) -> Generator[None]:
    lock = real.with_name(f"{real.name}.lock")
    give_up = time.monotonic() + PATIENCE
    while not _took(lock):
        if time.monotonic() >= give_up:
            raise Busy(f"Claude Code holds the lock of {real}", f"try again; if no claude runs: rmdir {lock}")
        time.sleep(0.02)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.rmdir()


def _took(lock: Path) -> bool:
    """Make the folder that is the lock; one that a dead process left is cleared away for the next try."""
    try:
        lock.mkdir()
    except FileExistsError:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > STALE:
                lock.rmdir()
        return False
    return True


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode()


def _reason(error: OSError | RuntimeError) -> str:
    return getattr(error, "strerror", None) or str(error)
