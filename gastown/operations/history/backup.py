"""`gt ledger backup`: a copy of the ledger's file, whole and consistent while everybody goes on writing."""

from dataclasses import dataclass
from pathlib import Path

from gastown.domain.clock import stamp
from gastown.errors import Unavailable
from gastown.ledger.copies import copy
from gastown.ledger.database import FILE_NAME
from gastown.town import Town

FOLDER = "backups"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Where the copy is, and how many bytes it has."""

    path: Path
    size: int


def backup(town: Town, target: Path | None = None) -> BackedUp:
    """Copy the ledger to `target`, or into the town's folder of backups under the present time.

    Nothing is ever overwritten. Raises Refused, NotFound, Invalid, Busy or Unavailable.
    """
    name = f"gastown-{stamp(town.clock.now()).replace(':', '').replace('-', '')[:15]}.db"
    try:
        if target is None:
            folder = town.root / FOLDER
            folder.mkdir(mode=0o700, exist_ok=True)
            target = folder / name
        elif target.is_dir():
            target = target / name
        target = target.absolute()
        _ = town.ledger  # what is no ledger of ours is no backup either
        copy(town.root / FILE_NAME, target)
        return BackedUp(target, target.stat().st_size)
    except OSError as error:
        raise Unavailable(
            f"{target} cannot be written: {error.strerror}", "name a file in another folder"
        ) from error
