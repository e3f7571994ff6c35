"""Bringing back an agent that left the town, with all that it had."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.domain.observed import Present
from gastown.domain.roles import Capability
from gastown.errors import GastownError, NotFound, Refused
from gastown.ledger import agents, beads, events
from gastown.ledger.events import Event
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.town.take_out import LEFT, PATIENCE
from gastown.operations.work.sling import sling
from gastown.operations.work.target import make
from gastown.town import Town
from gastown.world.git import restoring, worktrees
from gastown.world.git.command import answer
from gastown.world.git.folders import is_vacant
from gastown.world.git.laying import lay_down
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


RETURNED = "agent.returned"
"""The event that it is in the town again, because its leaving was undone; all but its work has come with it."""


def bring_agent_back(town: Town, address: str, *, event: int | None = None, by: Caller) -> AgentBack:
    """Make an agent that left what it was: its worktree on its branch, what was unsaved there, its work if it is free.

    Whatever was kept stays kept as well, and a call that was cut off is carried on. Raises NotFound, Refused when it
    is there again, its place is taken, or it left again after the event of that number, Unavailable, Busy.
    """
    by.must_be_current()
    where = parse_address(address)
    permit(town, by, Capability.NUKE, "bring agents back")
    must_be_of_rig(by, where.rig, "bring back agents")
    with lock(town.places.lock(address), what=address, wait=PATIENCE):
        left, returned = _departure(town, address, event)
        branch, notes = _text(left.payload.get("branch")), list[str]()
        folder = None
        if where.rig is not None and has_worktree(town, address):
            refs = left.payload.get("refs")
            places = [str(ref) for ref in refs] if isinstance(refs, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            folder = folder_of(town, address)
            if not returned:
                notes += _place(town, where.rig, folder, branch, _text(left.payload.get("head")), places)
        if not returned:
            _be_there(town, left, by)
    bead, why = _work(town, address, _text(left.payload.get("bead")), by)
    ring(town.places.wake)
    return AgentBack(address, folder, branch, bead, (*notes, *([why] if why else ())))


def _departure(town: Town, address: str, number: int | None) -> tuple[Event, bool]:
    """How it left, which is to be undone, and whether all but its work has come back. NotFound, Refused."""
    agent, left = agents.get(town.ledger, address), events.last_of_type(town.ledger, address, LEFT)
    if agent is None or left is None:
        raise NotFound(f"{address} never left", "gt agents lists them")
    kept = f"gt rescue list --agent {address} tells what was kept"
    if number is not None and left.seq != number:
        raise Refused(f"{address} came back since, and left again", f"gt undo {left.seq} undoes that; {kept}")
    came = events.last_of_type(town.ledger, address, RETURNED)
    returned = came is not None and came.payload.get("event") == left.seq
    if agent.removed_at is None and not returned:
        raise Refused(f"{address} is in the town again", kept)
    return left, agent.removed_at is None


def _be_there(town: Town, left: Event, by: Caller) -> None:
    """It is in the town, with what was wished of it."""
    now, address, wanted_by = town.clock.now(), left.subject, _text(left.payload.get("wanted_by"))
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        make(ledger, parse_address(address), by=by, now=now)
        if wanted_by is not None:
            agents.want(ledger, address, by=wanted_by, now=now)
        if (paused := _text(left.payload.get("paused"))) is not None:
            agents.pause(ledger, address, paused)
        events.append(ledger, by.address, RETURNED, address, now, event=left.seq)


def _place(  # noqa: PLR0917 - private
    town: Town, rig: str, folder: Path, branch: str | None, head: str | None, places: Sequence[str]
) -> list[str]:
    """Its worktree as it was; gives what of it stays set aside."""
    repository = town.repository(town.rig(rig).name)
    kept = [one for one in kept_in(repository, rig) if set(one.places) & set(places)]
    folders = [Path(place) for place in places if os.path.isabs(place)]  # noqa: PTH117 - refs are no paths
    if any(restoring.moved_back(repository, each, folder) for each in folders):
        _on_branch_again(repository, folder, branch)
        return [_stays(one) for one in kept if one.folder is None]
    record = record_of(repository.path, folder)
    begun = record is not None and record.linked and branch is not None and record.branch == branch  # cut off
    if not begun and not is_vacant(folder):
        raise Refused(
            f"there is something at {folder}", f"move it away, then again; gt worktree list --rig {rig}"
        )
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
                worktrees.clear_stale_lock(repository, folder)
                lay_down(repository, folder, part)
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
    """Its work is on its hook again, if nobody else took it, or had it since: what they made of it is elsewhere."""
    if bead is None:
        return None, ""
    try:
        if agents.holder(town.ledger, bead) == address:
            return bead, ""
        now = beads.get(town.ledger, bead)
        if now.status is not BeadStatus.OPEN:
            return None, f"{bead} is {now.status} by now, so it is not slung again"
        newest = agents.assignments_of_bead(town.ledger, bead)[-1:]
        if newest and newest[0].agent != address:
            told = f"{newest[0].agent} had it since (gt sling {bead} {address})"
            return None, f"{bead} is not slung again: {told}"
        sling(town, bead, address, by=by)
    except GastownError as problem:
        return None, f"{bead} is not slung again: {problem.message}"
    return bead, ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
