"""Bringing back what was set aside, beside what is there now."""

import os
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.roles import Capability
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import agents, events
from gastown.ledger.rescues import Owner, owner_of, owners
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.town import Town
from gastown.world.git import restoring
from gastown.world.git.laying import check_clean, lay_down
from gastown.world.git.repository import Repository
from gastown.world.git.rescued import Kept, Part, kept_in
from gastown.world.locks import lock

FOLDER = "restored"
"""Of a rig: where what was brought back lies, unless it was to come elsewhere."""

PATIENCE = 15.0
"""Seconds to wait for somebody who brings something back."""


@dataclass(frozen=True, slots=True)
class Back:
    """One piece that is back: a branch, a folder, or a branch that is checked out in a folder."""

    branch: str | None
    folder: Path | None
    what: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What is back, and where. What keeps it is still there, so it can be brought back again."""

    id: str
    rig: str
    agent: str
    back: tuple[Back, ...]


def restore(
    town: Town, what: str, *, to: Path | None = None, branch: str | None = None, by: Caller
) -> Restored:
    """Bring one of what was set aside back: into a new worktree on a new branch, into `to`, or as `branch` alone.

    `to` is a folder that is not there yet, or a clean worktree of the rig that is no other agent's. Nothing is
    written over. Raises NotFound, Invalid, Refused, Unavailable.
    """
    by.must_be_current()
    if to is not None and branch is not None:
        raise Invalid("--to and --branch cannot both be", "choose a folder, or a branch without one")
    kept, owner = find(town, what)
    whose = owner.agent if owner is not None else kept.what
    if whose != by.address:
        permit(town, by, Capability.RESCUE, "bring back what was others'")
        must_be_of_rig(by, kept.rig, "bring back what was set aside")
    if to is not None:
        to = _free_for(town, kept.rig, to, by)
    with lock(town.places.lock(f"rescue.{kept.rig}"), what=f"what is kept of {kept.rig}", wait=PATIENCE):
        back = _bring_back(town, kept, to, branch)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        events.append(
            ledger, by.address, "rescue.restored", whose, now, rescue=kept.id, bead=owner.bead if owner else None,
            branches=[each.branch for each in back if each.branch],
            folders=[str(each.folder) for each in back if each.folder],
        )  # fmt: skip
    return Restored(kept.id, kept.rig, whose, tuple(back))


def find(town: Town, what: str) -> tuple[Kept, Owner | None]:
    """What is meant, and whose it was. Raises NotFound, Refused for several."""
    found = [kept for rig in town.rigs for kept in kept_in(town.repository(rig), rig) if kept.is_called(what)]
    if not found:
        raise NotFound(f"nothing that was set aside is called {what!r}", "gt rescue list")
    if len(found) > 1:
        raise Refused(f"{what!r} could be {', '.join(kept.id for kept in found)}", "give more of the id")
    [kept] = found
    return kept, owner_of(owners(town.ledger, kept.rig), kept.places, kept.what)


def _free_for(town: Town, rig: str, to: Path, by: Caller) -> Path:
    """`to` in full. Refused where another agent lives, or the town keeps its own."""
    whole = Path(os.path.realpath(to.expanduser()))
    for agent in agents.all_agents(town.ledger):
        home = town.places.home(agent.address)
        if (
            agent.removed_at is None
            and agent.address != by.address
            and (whole == home or home in whole.parents)
        ):
            raise Refused(
                f"{whole} is the place of {agent.address}", "leave --to out: a new worktree is made beside it"
            )
    places = town.rig_places(rig)
    own = by.incarnation is not None and whole.is_relative_to(town.places.home(by.address))
    if whole.is_relative_to(town.root) and not own and not whole.is_relative_to(places.root / FOLDER):
        raise Refused(f"{whole} is a part of the town itself", "name a folder outside, or leave --to out")
    return whole


def _bring_back(town: Town, kept: Kept, to: Path | None, branch: str | None) -> list[Back]:
    repository = town.repository(kept.rig)
    place = town.rig_places(kept.rig).root / FOLDER / kept.id
    back: list[Back] = []
    if kept.folder is not None and branch is None:
        folder = kept.went or (restoring.free_folder(place) if to is None else to)
        if kept.went is None or not restoring.moved_back(repository, kept.folder, folder):
            restoring.move_back(repository, kept.folder, folder)
        back.append(Back(None, folder, "the whole folder"))
        to = None
    elif kept.folder is not None and not kept.parts:
        raise Refused(f"{kept.id} is a folder, not a branch", f"gt rescue restore {kept.id}")
    for part in kept.parts:
        alone = branch is not None or bool(back and part.kind == "commit")
        back.append(_piece(repository, kept, part, place, None if back else to, branch, alone=alone))
    return back


def _piece(  # noqa: PLR0917 - private
    repository: Repository,
    kept: Kept,
    part: Part,
    place: Path,
    to: Path | None,
    branch: str | None,
    *,
    alone: bool,
) -> Back:
    what = {"worktree": "uncommitted files", "files": "files", "stash": "a stash"}.get(part.kind, "commits")
    if to is not None and to.is_dir() and any(to.iterdir()):
        return _into(repository, kept, part, to, what)
    name = branch if branch is not None and part is kept.parts[0] else None
    name = name or restoring.free_branch(repository, branch or f"{FOLDER}/{kept.id}")
    if alone:
        restoring.make_branch(repository, name, restoring.as_commit(repository, part))
        return Back(name, None, what)
    folder = restoring.free_folder(place) if to is None else to
    restoring.new_worktree(repository, folder, name, part)
    return Back(name, folder, what)


def _into(repository: Repository, kept: Kept, part: Part, to: Path, what: str) -> Back:
    """Into a worktree that is there."""
    if part.base is not None:
        lay_down(repository, to, part)
        return Back(None, to, what)
    check_clean(repository, to)
    name = restoring.free_branch(repository, f"{FOLDER}/{kept.id}")
    restoring.make_branch(repository, name, restoring.as_commit(repository, part))
    return Back(name, None, what)
