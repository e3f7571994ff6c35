"""Writing files whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from gastown.errors import Unavailable


def write_whole(path: Path, text: str | Iterable[str], *, mode: int = 0o644) -> None:
    """Write `text`, or its pieces, so that a reader sees the old file or the new one; makes the folder.

    Raises Unavailable. What the pieces raise on their way leaves the old file as it is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.writelines([text] if isinstance(text, str) else text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}", "check the folder's rights and the disk"
        ) from error


def write_private(files: Mapping[Path, str]) -> None:
    """Write each file for its owner's eyes only."""
    for path, text in files.items():
        write_whole(path, text, mode=0o600)
