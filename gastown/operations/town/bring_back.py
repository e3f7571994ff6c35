"""Bringing back an agent that left the town, and a rig that was removed, with all that they had."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.domain.observed import Present
from gastown.domain.roles import Capability
from gastown.errors import GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, beads, events
from gastown.operations.sessions.caller import fence, must_be_person
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.town import trust as trusting
from gastown.operations.town.take_out import LEFT, PATIENCE
from gastown.operations.work.sling import sling
from gastown.operations.work.target import make
from gastown.settings import rig as rigs
from gastown.town import Town
from gastown.world.git import restoring, worktrees
from gastown.world.git.command import answer
from gastown.world.git.folders import is_vacant
from gastown.world.git.place import inside
from gastown.world.git.records import record_of
from gastown.world.git.repository import Repository
from gastown.world.git.rescued import Kept, kept_in
from gastown.world.git.targets import NOTHING
from gastown.world.locks import lock
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class AgentBack:
    """An agent that is in the town again."""

    agent: str
    folder: Path | None
    branch: str | None
    bead: str | None
    """What is on its hook again; None: nothing, `notes` say why."""
    notes: tuple[str, ...]


def bring_agent_back(town: Town, address: str, *, by: Caller) -> AgentBack:
    """Make an agent that left what it was: its worktree on its branch, what was unsaved there, its work if it is free.

    Whatever was kept stays kept as well. Raises NotFound, Refused when it is there again or its place is taken,
    Unavailable, Busy.
    """
    by.must_be_current()
    permit(town, by, Capability.NUKE, "bring agents back")
    must_be_of_rig(by, parse_address(address).rig, "bring back agents")
    with lock(town.places.lock(address), what=address, wait=PATIENCE):
        agent, left = agents.get(town.ledger, address), events.last_of_type(town.ledger, address, LEFT)
        if agent is None or left is None:
            raise NotFound(f"{address} never left", "gt agents lists them")
        if agent.removed_at is None:
            raise Refused(f"{address} is in the town again", f"gt agents show {address}")
        branch, notes = _text(left.payload.get("branch")), list[str]()
        folder = None
        if agent.rig is not None and has_worktree(town, address):
            refs = left.payload.get("refs")
            places = [str(ref) for ref in refs] if isinstance(refs, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            folder = folder_of(town, address)
            notes += _place(town, agent.rig, folder, branch, _text(left.payload.get("head")), places)
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            fence(ledger, by)
            make(ledger, parse_address(address), by=by, now=now)
    bead, why = _work(town, address, _text(left.payload.get("bead")), by)
    ring(town.places.wake)
    return AgentBack(address, folder, branch, bead, (*notes, *([why] if why else ())))


def _place(  # noqa: PLR0917 - private
    town: Town, rig: str, folder: Path, branch: str | None, head: str | None, places: Sequence[str]
) -> list[str]:
    """Its worktree as it was; gives what of it stays set aside."""
    repository = town.repository(town.rig(rig).name)
    record = record_of(repository.path, folder)
    begun = record is not None and record.linked and branch is not None and record.branch == branch  # cut off
    if not begun and not is_vacant(folder):
        raise Refused(
            f"there is something at {folder}", f"move it away, then again; gt worktree list --rig {rig}"
        )
    kept = [one for one in kept_in(repository, rig) if set(one.places) & set(places)]
    aside = next((one for one in kept if one.folder is not None), None)
    if aside is not None and aside.folder is not None and not begun:
        if folder.exists():
            folder.rmdir()
        restoring.move_back(repository, aside.folder, folder)
        _on_branch_again(repository, folder, branch)
    elif branch is not None:
        if not begun:
            if head is not None:
                answer(
                    repository.path, "update-ref", f"refs/heads/{branch}", head, NOTHING
                )  # where it is gone
            worktrees.prepare(repository, folder, branch, start=head or branch, had_session=False)
        return _lay_down(repository, folder, kept)
    return [_stays(one) for one in kept if one is not aside]


def _lay_down(repository: Repository, folder: Path, kept: Sequence[Kept]) -> list[str]:
    """Put uncommitted files back where they lay; gives what stays set aside."""
    notes: list[str] = []
    for one in kept:
        for part in one.parts:
            if part.kind != "worktree":
                notes.append(_stays(one))
                continue
            try:
                restoring.lay_down(repository, folder, part)
            except (NotFound, Refused) as problem:
                notes += [problem.message, _stays(one)]
    return list(dict.fromkeys(notes))


def _stays(kept: Kept) -> str:
    return f"more of it is set aside: gt rescue show {kept.id}"


def _on_branch_again(repository: Repository, folder: Path, branch: str | None) -> None:
    """Where HEAD was detached only so that the branch was free, put it back; no file changes."""
    record = record_of(repository.path, folder)
    if branch is None or record is None or not record.linked or record.operation:
        return
    env = inside(record)
    head = answer(folder, "rev-parse", "--verify", "HEAD", env=env).out.strip()
    tip = repository.resolve(f"refs/heads/{branch}")
    if isinstance(tip, Present) and tip.value == head:
        answer(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}", env=env)


def _work(town: Town, address: str, bead: str | None, by: Caller) -> tuple[str | None, str]:
    """Its work is on its hook again, if nobody else took it."""
    if bead is None:
        return None, ""
    try:
        now = beads.get(town.ledger, bead)
        if now.status is not BeadStatus.OPEN:
            return None, f"{bead} is {now.status} by now, so it is not slung again"
        sling(town, bead, address, by=by)
    except GastownError as problem:
        return None, f"{bead} is not slung again: {problem.message}"
    return bead, ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def bring_rig_back(town: Town, name: str, aside: Path) -> Path:
    """Put a rig that was removed back where it was, trust entry included. Agents come back as work is slung at them.

    Raises Refused when there is such a rig again, NotFound when the folder is gone, Unavailable.
    """
    must_be_person(town, "gt undo of a removed rig")
    home = town.root / name
    with lock(town.places.lock("rigs"), what="the list of rigs", wait=5):
        if os.path.lexists(home):
            raise Refused(
                f"there is {home} already", f"mv {aside} to another name, and give it another prefix"
            )
        if not (aside / rigs.FILE_NAME).is_file():
            raise NotFound(f"{aside} is gone, or no rig", f"ls {aside.parent}")
        _rename(aside, home)
        try:
            trusted = town.rig(name).trust
        except GastownError:  # its prefix may be another rig's by now
            _rename(home, aside)
            raise
        if trusted:
            trusting.give(home, home)
    ring(town.places.wake)
    return home


def _rename(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError as error:
        raise Unavailable(f"{old} cannot be moved: {error.strerror}", "check its rights") from error
