"""Which beads touched a file: what landed, what waits to land, and what agents have committed so far."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.domain.landings import Landing, landed_by
from gastown.errors import GastownError, Invalid
from gastown.ledger import work
from gastown.ledger.work import Work
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.world.git.repository import CommitInfo, Repository

PATIENCE = 30.0
"""Seconds after which nothing more is looked at."""

COMMITS = 500
"""Of the target, the newest that touched the file."""

OF_ONE_BRANCH = 50


@dataclass(frozen=True, slots=True)
class CommitLine:
    """One commit that touched the file."""

    id: str
    author: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Touch:
    """A bead with its commits that touched the file, newest first."""

    bead: str
    title: str
    status: str
    agent: str
    state: str
    """landed, queued or hooked"""
    request: str | None
    commits: tuple[CommitLine, ...]


@dataclass(frozen=True, slots=True)
class FilesTouched:
    """All that is known of one path of a rig."""

    rig: str
    path: str
    target: str
    in_flight: tuple[Touch, ...]
    landed: tuple[Touch, ...]
    """Newest first."""
    others: tuple[CommitLine, ...]
    """Commits on the target that no bead brought, newest first."""
    cannot_see: tuple[str, ...]
    """What could not be read, and why."""


def place_of(town: Town, path: str, here: Path) -> tuple[str | None, str]:
    """The rig that a path as typed lies in, if that can be seen, and the path within its repository.

    A path that is not absolute is one of the repository, unless `here` is in a worktree or checkout of a rig.
    Raises Invalid for an absolute one that is in none.
    """
    typed = Path(path).expanduser()
    roots = _roots(town)
    whole = os.path.realpath(here / typed)
    for rig, folder in roots:
        if whole == str(folder) or whole.startswith(f"{folder}{os.sep}"):
            return rig, os.path.relpath(whole, folder)
    if typed.is_absolute():
        raise Invalid(f"{path} lies in no worktree or checkout of a rig", "bd files PATH --rig RIG")
    inside = os.path.normpath(path)
    if inside.startswith(".."):
        raise Invalid(f"{path} leads out of the repository", "bd files PATH --rig RIG")
    return None, inside


def files_touched(town: Town, rig: str, path: str) -> FilesTouched:
    """The beads whose commits touched `path` of the rig's repository. Raises NotFound or Unavailable."""
    settings, repository = town.rig(rig), town.repository(rig)
    target = repository.target(settings.target)
    flying, unseen = _in_flight(town, rig, repository, target, path)
    landed, others, missed = _landed(town, rig, repository, target, path)
    return FilesTouched(rig, path, settings.target, flying, landed, others, (*unseen, *missed))


def _roots(town: Town) -> Sequence[tuple[str, Path]]:
    """Folders that hold a rig's files, each with its rig."""
    from gastown.world.git.addresses import path_of

    found = list[tuple[str, Path]]()
    for name, settings in town.rigs.items():
        places = town.rig_places(name)
        polecats = places.polecat("x").parent
        worktrees = sorted(polecats.iterdir()) if polecats.is_dir() else []
        checkout = path_of(settings.url)
        folders = [*worktrees, places.checkout, *([checkout.expanduser()] if checkout else [])]
        found += [(name, Path(os.path.realpath(folder))) for folder in folders]
    return found


def _in_flight(
    town: Town, rig: str, repository: "Repository", target: str, path: str
) -> tuple[tuple[Touch, ...], tuple[str, ...]]:
    from gastown.world.git.touched import touching

    until = time.monotonic() + PATIENCE
    found, unseen = list[Touch](), list[str]()
    for one in work.in_flight(town.ledger, rig):
        if time.monotonic() > until:
            unseen.append(f"the commits of {one.bead}: there was no more time")
            continue
        try:
            commits = touching(repository.path, path, tip=one.rev, without=target, most=OF_ONE_BRANCH)
        except GastownError as error:
            unseen.append(f"the commits of {one.bead}: {error.message}")
            continue
        if commits:
            found.append(_touch(one, "queued" if one.request else "hooked", commits))
    return tuple(found), tuple(unseen)


def _landed(
    town: Town, rig: str, repository: "Repository", target: str, path: str
) -> tuple[tuple[Touch, ...], tuple[CommitLine, ...], tuple[str, ...]]:
    """What landed, the other commits of the target, and what could not be read."""
    from gastown.world.git.touched import history, touching

    try:
        commits = touching(repository.path, path, tip=target, most=COMMITS)
    except GastownError as error:  # a long history may take longer than anybody waits
        return (), (), (f"the history of {path}: {error.message}",)
    landings = work.landed(town.ledger, rig)
    if not commits or not landings:
        return (), tuple(_line(commit) for commit in commits), ()
    missed = list[str]()
    try:
        parents = history(repository.path, target, since=landings[0].landed_on)
    except GastownError as error:  # where the first landing began may be gone, if the target was rewritten
        missed.append(f"where landing began: {error.message}")
        parents = history(repository.path, target, since=None)
    brought = landed_by(parents, (Landing(one.request or "", one.landed_on, one.rev) for one in landings))
    by_request: dict[str | None, list[CommitInfo]] = {}
    for commit in commits:
        by_request.setdefault(brought.get(commit.id), []).append(commit)
    others = by_request.pop(None, [])
    known = {one.request: one for one in landings}
    touches = tuple(_touch(known[request], "landed", mine) for request, mine in by_request.items())
    return touches, tuple(_line(commit) for commit in others), tuple(missed)


def _touch(one: Work, state: str, commits: "Sequence[CommitInfo]") -> Touch:
    lines = tuple(_line(commit) for commit in commits)
    return Touch(one.bead, one.title, one.status, one.agent, state, one.request, lines)


def _line(commit: "CommitInfo") -> CommitLine:
    return CommitLine(commit.id, commit.author, commit.subject, commit.at)
