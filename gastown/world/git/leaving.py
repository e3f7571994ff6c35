"""An agent leaves: its worktree goes, and all that it held is kept."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gastown.domain.observed import Present
from gastown.world.git.custody import secure
from gastown.world.git.folders import is_vacant
from gastown.world.git.moving import RESCUED_FOLDERS, move_aside
from gastown.world.git.orphans import outwait
from gastown.world.git.pins import RESCUE, stamp
from gastown.world.git.records import record_of
from gastown.world.git.repository import Repository
from gastown.world.git.worktrees import clear_stale_lock, remove

_STAMP = re.compile(r"\d{8}T\d{6}-\d{3}(-\d+)?")


def present_stamp() -> str:
    """The present moment as it is in the names of what is kept from now on."""
    return stamp(datetime.now(UTC))


def leave(repository: Repository, folder: Path, *, whole: bool) -> None:
    """Take the worktree at `folder` away once all that it holds is kept; nothing happens when there is none.

    `whole`: the folder itself is moved aside, with what git ignores in it. Raises Unavailable or Busy, and then
    the folder is as it was.
    """
    outwait(folder)
    clear_stale_lock(repository, folder)
    if not whole:
        remove(repository, folder)
    elif (
        not is_vacant(folder) and secure(repository, folder, reason="removed", leaving=True).moved_to is None
    ):
        move_aside(repository, folder, because="its agent left", now=datetime.now(UTC))


def held_at(repository: Repository, folder: Path) -> tuple[str | None, str | None]:
    """The branch that is checked out in a worktree and the commit that its HEAD names; None: there is none."""
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        return None, None
    seen = repository.resolve(f"refs/heads/{record.branch}") if record.branch is not None else None
    return record.branch, seen.value if isinstance(seen, Present) else None


def kept_since(repository: Repository, folder: Path, since: str) -> Sequence[str]:
    """Every ref and every folder that keeps what was in that worktree, made from that stamp on."""
    refs = [ref for ref in repository.refs(f"{RESCUE}/{folder.name}") if ref.split("/")[4] >= since]
    aside = repository.path.parent / RESCUED_FOLDERS
    stamps = {one: one.name.removeprefix(f"{folder.name}-") for one in aside.glob(f"{folder.name}-*")}
    folders = [
        one for one, when in stamps.items() if _STAMP.fullmatch(when) and when >= since and one.is_dir()
    ]
    return [*sorted(refs), *sorted(map(str, folders))]
