"""Removing folders that hold nothing of worth."""

import os
import shutil
import stat
from pathlib import Path

from gastown.errors import Unavailable


def is_vacant(folder: Path) -> bool:
    """Whether nothing is at `folder`, or an empty folder. Raises Unavailable."""
    if not os.path.lexists(folder):
        return True
    try:
        return not folder.is_symlink() and folder.is_dir() and not any(folder.iterdir())
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {error.strerror}", "check its rights") from error


def delete(path: Path) -> None:
    """Remove a file, a link or a whole folder, also one with folders that may not be written. Raises Unavailable."""
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        for folder, _, _ in os.walk(path):
            mode = os.lstat(folder).st_mode
            if mode & stat.S_IRWXU != stat.S_IRWXU:
                os.chmod(folder, mode | stat.S_IRWXU)  # noqa: PTH101 - a name that may not be text
        shutil.rmtree(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be removed: {error.strerror}", "check its rights") from error
