"""What was set aside, so that a person sees what is there and brings it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gastown.errors import GastownError, NotFound, Refused
from gastown.ledger.rescues import Owner, owner_of, owners
from gastown.town import Town
from gastown.views.find_agent import find_agent
from gastown.world.git.repository import CommitInfo
from gastown.world.git.rescued import Kept, changes, commits_of, kept_in

_WORDS = {
    "worktree": "uncommitted files",
    "files": "files",
    "stash": "a stash",
    "commit": "commits",
}


@dataclass(frozen=True, slots=True)
class Rescue:
    """One thing that was set aside."""

    id: str
    rig: str
    agent: str
    """Whose worktree it was: an address, or the name of its folder when nobody tells."""
    bead: str | None
    branch: str
    at: datetime
    why: str
    """What was about to be done with the worktree."""
    holds: tuple[str, ...]
    refs: tuple[str, ...]
    folder: Path | None
    """Where it lies, if all of the folder was moved aside."""
    restore: str


@dataclass(frozen=True, slots=True)
class RescuedPart:
    """One ref of it, with what comes back from it."""

    ref: str
    kind: str
    subject: str
    base: str | None
    """The commit that its files lie over."""
    changes: tuple[str, ...]
    commits: tuple[CommitInfo, ...]


@dataclass(frozen=True, slots=True)
class RescuePage:
    """All of one."""

    rescue: Rescue
    parts: tuple[RescuedPart, ...]
    unsaved: str
    """What git says of a folder that was moved aside; empty: there is none, or it is no worktree."""


@dataclass(frozen=True, slots=True)
class Rescues:
    """What is kept in the town's rigs. `unknown` names rigs that cannot be read, with why."""

    rescues: tuple[Rescue, ...]
    unknown: Mapping[str, str]


def rescues(
    town: Town, *, rig: str | None = None, agent: str | None = None, bead: str | None = None
) -> Rescues:
    """What was set aside, newest first; only of a rig, an agent, or work on a bead. Raises NotFound."""
    address = find_agent(town, agent).address if agent is not None else None
    found: list[Rescue] = []
    unknown: dict[str, str] = {}
    for name in [town.rig(rig).name] if rig is not None else list(town.rigs):
        try:
            found += [_rescue(kept, known) for kept, known in _kept(town, name)]
        except GastownError as problem:
            unknown[name] = problem.message
    chosen = [
        one
        for one in found
        if (address is None or one.agent == address) and (bead is None or bead in (one.bead, _bead_in(one)))
    ]
    return Rescues(tuple(sorted(chosen, key=lambda one: one.at, reverse=True)), unknown)


def _bead_in(rescue: Rescue) -> str:
    return rescue.branch.rpartition("/")[2]


def _kept(town: Town, rig: str) -> Sequence[tuple[Kept, Owner | None]]:
    known = owners(town.ledger, rig)
    return [(kept, owner_of(known, kept.places, kept.what)) for kept in kept_in(town.repository(rig), rig)]


def _rescue(kept: Kept, owner: Owner | None) -> Rescue:
    return Rescue(
        kept.id, kept.rig, owner.agent if owner else kept.what, owner.bead if owner else None, kept.branch,
        kept.at, kept.reason, _holds(kept), kept.refs, kept.went or kept.folder, f"gt rescue restore {kept.id}",
    )  # fmt: skip


def _holds(kept: Kept) -> tuple[str, ...]:
    kinds = [_WORDS.get(part.kind, part.kind) for part in kept.parts]
    return tuple(dict.fromkeys([*(["the whole folder"] if kept.folder is not None else []), *kinds]))


def rescue_page(town: Town, what: str) -> RescuePage:
    """One of them by its id, its beginning, a ref or a folder. Raises NotFound, Refused, Unavailable."""
    found = [(kept, owner) for name in town.rigs for kept, owner in _kept(town, name) if kept.is_called(what)]
    if not found:
        raise NotFound(f"nothing that was set aside is called {what!r}", "gt rescue list")
    if len(found) > 1:
        raise Refused(f"{what!r} could be {', '.join(kept.id for kept, _ in found)}", "give more of the id")
    [(kept, owner)] = found
    repository = town.repository(kept.rig)
    parts = tuple(
        RescuedPart(
            part.ref, part.kind, part.subject, part.base, tuple(changes(repository, part)),
            tuple(commits_of(repository, part)),
        )
        for part in kept.parts
    )  # fmt: skip
    return RescuePage(_rescue(kept, owner), parts, _unsaved(kept))


def _unsaved(kept: Kept) -> str:
    from gastown.world.git.status import status

    if kept.folder is None:
        return ""
    try:
        return status(kept.folder).summary
    except NotFound:
        return ""
    except GastownError as problem:
        return f"cannot be read: {problem.message}"
