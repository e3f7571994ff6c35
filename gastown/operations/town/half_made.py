"""Rigs that are being added: each in a folder that nobody takes for a rig, and gone when its maker was killed."""

import contextlib
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gastown.errors import GastownError, Unavailable
from gastown.operations.town.trust import take_back
from gastown.town import Town
from gastown.world.git.command import MARK
from gastown.world.locks import lock

ADDING = ".adding"
"""A rig's settings count one floor above: half made, it is nobody's rig."""


@contextmanager
def half_made(town: Town, rig: str) -> Generator[Path]:
    """A folder for the new rig, to be renamed within the block; what is still there afterwards is taken away.

    What killed processes left of other rigs goes as well. Raises Busy while somebody else adds a rig of that
    name, Unavailable when the town cannot be written, and what `take_back` raises for an earlier try at it.
    """
    place = town.root / ADDING
    with lock(town.places.lock(_key(rig)), what=f"the adding of {rig}"):
        _clear_old(town, place, rig)
        folder = _new(place, rig)
        try:
            yield folder
        finally:
            with contextlib.suppress(GastownError):  # the next one who adds a rig tries again
                _clear(folder)
            with contextlib.suppress(OSError):  # others are being added
                place.rmdir()


def _key(rig: str) -> str:
    return f"adding.{rig}"


def _new(place: Path, rig: str) -> Path:
    try:
        place.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{rig}-", dir=place))
        folder.chmod(0o755)
    except OSError as error:
        raise Unavailable(
            f"{place.parent} cannot be written: {error.strerror}", "check its rights and the disk"
        ) from error
    return folder


def _clear_old(town: Town, place: Path, rig: str) -> None:
    """Take away what is being made by nobody any more."""
    for folder in list(place.glob("*-*")):
        name = folder.name.rpartition("-")[0]
        if name == rig:
            _clear(folder)
            continue
        with contextlib.suppress(GastownError), lock(town.places.lock(_key(name)), what=name):
            _clear(folder)


def _clear(folder: Path) -> None:
    """Undo all that was done for it; where that fails, the folder stays, which tells of it."""
    from gastown.world.processes import end_marked

    for cloning in folder.glob(".repo.git.*"):
        end_marked({MARK: str(cloning)})
    take_back(folder)
    shutil.rmtree(folder, ignore_errors=True)
