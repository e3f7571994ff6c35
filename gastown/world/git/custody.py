"""Keeping what a worktree holds before anything in it is switched, reset or removed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gastown.errors import Unavailable
from gastown.world.git.command import git
from gastown.world.git.records import record_of
from gastown.world.git.repository import Repository
from gastown.world.git.status import status


@dataclass(frozen=True, slots=True)
class Secured:
    """What was done so that nothing is lost: refs that now hold it, or where the whole folder went."""

    refs: tuple[str, ...]
    moved_to: Path | None = None


def secure(repository: Repository, folder: Path, *, reason: str, now: datetime | None = None) -> Secured:  # noqa: ARG001
    """Keep all that `folder` holds."""
    moment = now or datetime.now(UTC)
    seen = status(folder)
    if seen.dirty or seen.operation:
        return Secured((), move_aside(repository, folder, moment))
    ref = f"refs/gastown/rescue/{folder.name}/{moment:%Y%m%dT%H%M%S}/head"
    if seen.branch is None:
        git(repository.path, "update-ref", ref, seen.head)
    return Secured((ref,) if seen.branch is None else ())


def move_aside(repository: Repository, folder: Path, now: datetime) -> Path:
    """Rename `folder` into the rig's `.rescued`, still a working worktree if it was one, and say where it is."""
    record = record_of(repository.path, folder)
    target = repository.path.parent / ".rescued" / f"{folder.name}-{now:%Y%m%dT%H%M%S%f}"
    try:
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be moved aside: {error.strerror}", "check the rights and the disk"
        ) from error
    if record is not None and record.admin.exists() and (target / ".git").is_file():
        git(repository.path, "worktree", "repair", str(target))
        git(target, "update-ref", "--no-deref", "HEAD", "HEAD")
    return target
