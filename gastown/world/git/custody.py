"""Keeping what a worktree holds before anything in it is switched, reset or removed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from gastown.domain.custody import CustodyFacts, LeaveAlone, MoveAside, Nothing, Snapshot, Stash
from gastown.domain.decide.custody import keep_safe
from gastown.domain.observed import Unknown
from gastown.errors import Busy, GastownError, Unavailable
from gastown.world.git.command import GitFailed, answer
from gastown.world.git.history import branches_of, loose_commits, remembered, stashes_of
from gastown.world.git.moving import move_aside
from gastown.world.git.pins import RESCUE, pin
from gastown.world.git.place import inside
from gastown.world.git.records import Record, record_of
from gastown.world.git.repository import Repository
from gastown.world.git.snapshot import save
from gastown.world.git.status import Tracked, WorktreeStatus, status, tracked

_DAMAGED = ("index file", "bad signature", "index entry", "index uses")


@dataclass(frozen=True, slots=True)
class Secured:
    """What was done so that nothing is lost: new refs that hold it, and where the whole folder went, if it did."""

    refs: tuple[str, ...]
    moved_to: Path | None = None
    because: str = ""
    lies_there: bool = False
    """Whether what was uncommitted, and is saved now, still lies in the folder."""
    left: bool = False
    """Whether it holds more than refs can, and was left as it is because it was not to be moved."""

    @property
    def places(self) -> tuple[str, ...]:
        """All of them, as text."""
        return self.refs if self.moved_to is None else (*self.refs, str(self.moved_to))


def inspect(repository: Repository, folder: Path, *, leaving: bool = False) -> CustodyFacts | Unknown:
    """Gather what decides about `folder`, which exists; touches nothing."""
    try:
        return _facts(repository, folder, leaving=leaving)
    except GastownError as problem:
        return Unknown(problem.message)


def secure(
    repository: Repository,
    folder: Path,
    *,
    reason: str,
    leaving: bool = False,
    aside: bool = True,
    now: datetime | None = None,
) -> Secured:
    """Keep all that `folder` holds, in refs or by moving it aside; afterwards it may be reset.

    `leaving`: it may even be removed, with all that git remembers of it. Without `aside` it is never moved: what
    refs cannot hold stays where it is. Raises Unavailable or Busy when nothing of that is possible: then nothing
    may be touched.
    """
    moment = now or datetime.now(UTC)
    verdict = keep_safe(inspect(repository, folder, leaving=leaving), leaving=leaving)
    match verdict:
        case LeaveAlone(because):
            raise Unavailable(f"{folder} is left as it is: {because}", f"git -C {folder} status")
        case Nothing(because):
            return Secured((), None, because)
        case MoveAside():
            return _moved(repository, folder, verdict, moment, aside=aside)
        case Snapshot():
            return _snapshot(repository, folder, verdict, reason, moment, aside=aside)


def _snapshot(
    repository: Repository, folder: Path, verdict: Snapshot, reason: str, now: datetime, *, aside: bool
) -> Secured:
    found = _named(verdict.commits, verdict.stashes)
    if verdict.uncommitted:
        try:
            found |= _saved(repository, folder, reason, now)
        except Busy:
            raise
        except Unavailable as problem:
            because = f"{verdict.because}, and a snapshot failed: {problem.message}"
            worse = MoveAside(verdict.commits, verdict.stashes, because)
            return _moved(repository, folder, worse, now, aside=aside)
    refs = pin(repository, folder.name, found, now)
    return Secured(refs, None, verdict.because, lies_there=verdict.uncommitted)


def _moved(
    repository: Repository, folder: Path, verdict: MoveAside, now: datetime, *, aside: bool
) -> Secured:
    refs = pin(repository, folder.name, _named(verdict.commits, verdict.stashes), now)
    if not aside:
        return Secured(refs, None, verdict.because, left=True)
    return Secured(refs, move_aside(repository, folder, because=verdict.because, now=now), verdict.because)


def pin_history(repository: Repository, record: Record, now: datetime | None = None) -> tuple[str, ...]:
    """Keep the commits that only a worktree's record remembers, before the record goes. Raises Unavailable."""
    loose = loose_commits(repository.path, remembered(record))
    return pin(repository, record.folder.name, _named(loose, ()), now or datetime.now(UTC))


def _named(commits: Sequence[str], stashes: Sequence[Stash]) -> dict[str, str]:
    """Names for the refs: what kind it is, and the commit's beginning."""
    loose = {f"commit-{commit[:10]}": commit for commit in commits}
    return loose | {f"stash-{stash.commit[:10]}": stash.commit for stash in stashes}


def _saved(repository: Repository, folder: Path, reason: str, now: datetime) -> dict[str, str]:
    record = record_of(repository.path, folder)
    if record is None:
        raise Unavailable(f"{folder} is not a worktree any more", "try again")
    head = answer(folder, "rev-parse", "--verify", "--quiet", "HEAD", env=inside(record)).out.strip()
    message = f"Uncommitted in {folder.name} on {record.branch or 'no branch'} ({reason})"
    saved = save(repository.path, record, head=head, message=message, now=now)
    return {} if saved is None else {"worktree" if head else "files": saved}


def _facts(repository: Repository, folder: Path, *, leaving: bool) -> CustodyFacts:
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        return CustodyFacts(linked=False)
    commits = remembered(record)
    kept = frozenset(repository.refs(f"{RESCUE}/{folder.name}").values())
    seen, broken = _status(record, folder)
    files = Tracked(0, (), ()) if broken else tracked(folder)
    return CustodyFacts(
        linked=True,
        half_made=record.half_made,
        broken=broken,
        head=seen.head,
        branch=record.branch,
        operation=record.operation,
        loose=loose_commits(repository.path, commits),
        stashes=tuple(
            s for s in stashes_of(repository.path, branches_of(record), commits) if s.commit not in kept
        ),
        staged=seen.staged,
        unstaged=seen.unstaged,
        untracked=seen.untracked,
        unmerged=seen.unmerged,
        overlooked=files.overlooked,
        buried=seen.buried,
        furnished=record.furnished,
        inner=_repositories_in(folder) if leaving else (),
        nested=(*seen.nested, *seen.submodules, *files.repositories),
        submodules=files.submodules,
    )


def _repositories_in(folder: Path) -> tuple[str, ...]:
    """Where a `.git` lies below the worktree's own."""
    return tuple(
        os.path.relpath(where, folder)
        for where, folders, files in os.walk(folder)
        if where != str(folder) and ".git" in (*folders, *files)
    )


def _status(record: Record, folder: Path) -> tuple[WorktreeStatus, str]:
    """What git sees there, or, when the index is damaged, what git says of that."""
    try:
        return status(folder, inside(record)), ""
    except GitFailed as failed:
        if "index.lock" in failed.err or not any(word in failed.err for word in _DAMAGED):
            raise
        return WorktreeStatus(branch=None, head="", operation=""), failed.message


def restore_hint(refs: Sequence[str]) -> str:
    """The commands that bring back what `refs` hold, one a line, to be typed in a worktree."""
    return "\n".join(_restore(ref) for ref in refs)


def _restore(ref: str) -> str:
    if not ref.startswith("refs/"):
        return f"cd {quote(ref)}"
    kind, _, commit = ref.rpartition("/")[2].partition("-")
    match kind:
        case "worktree":
            return f"git stash apply --index {quote(ref)}"
        case "files":
            return f"git checkout {quote(ref)} -- ."
        case "stash":
            return f"git stash apply {quote(ref)}"
        case _:
            return f"git branch rescued-{commit} {quote(ref)}"
