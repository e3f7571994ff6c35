"""What can go wrong with the repository of the ledger's history, in our own words."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gastown.errors import Busy, GastownError, Unavailable

_LOCKED = ("failed to lock file", "failed to create locked file")
_OF_THE_MACHINE = {
    errno.ENOSPC: "make room, then try again",
    errno.EDQUOT: "make room, then try again",
    errno.EROFS: "the disk is mounted read-only",
    errno.EACCES: "check the rights of the folder",
    errno.EPERM: "check the rights of the folder",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (ulimit -n)",
    errno.ENOMEM: "free some memory",
    errno.EFBIG: "files may not grow so large here (ulimit -f)",
}
"""Failures that say nothing about what is in the repository."""


class Broken(Unavailable):
    """Something in the repository is missing or is not what its name says; no second try reads it."""


@contextmanager
def said_plainly(path: Path, *, writing: bool = False) -> Generator[None]:
    """Turn the failures of libgit2 and of the file system into Busy, Broken or Unavailable.

    While `writing` nothing is Broken: that something cannot be written says nothing of what is there.
    """
    import pygit2

    try:
        yield
    except GastownError:
        raise
    except OSError as error:
        raise _of_files(error, path, writing=writing) from error
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise _of_git(error, path, writing=writing) from error


def broken(path: Path, what: str) -> Broken:
    """That `what` cannot be read in the repository at `path`."""
    return Broken(f"the history {path} is damaged: {what}", "gt ledger verify")


def _of_files(error: OSError, path: Path, *, writing: bool) -> GastownError:
    text = str(error)
    if any(words in text for words in _LOCKED):  # libgit2 gives no number with it
        return Busy(f"the history {path} is locked by another git", "try again in a moment")
    if error.errno is None:
        return _of_git(error, path, writing=writing)
    hint = _OF_THE_MACHINE.get(error.errno, "check the folder and the disk")
    return Unavailable(f"the history {path} cannot be reached: {error.strerror}", hint)


def _of_git(error: Exception, path: Path, *, writing: bool) -> GastownError:
    text = str(error)
    if "old reference value does not match" in text or "already exists" in text:
        return Busy(f"somebody else wrote to the history {path} meanwhile", "try again")
    for number, hint in _OF_THE_MACHINE.items():
        if os.strerror(number) in text:
            return Unavailable(f"the history {path} cannot be reached: {os.strerror(number)}", hint)
    if writing:
        return Unavailable(f"the history {path} cannot be written: {text}", "check the folder and the disk")
    if not path.is_dir():
        return Unavailable(f"there is no history at {path}", "it is written while the supervisor runs")
    return broken(path, text.strip("'\""))
