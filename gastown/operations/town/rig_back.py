"""Bringing back a rig that was removed, with its agents and what was wished of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import OVERSEER, parse_address
from gastown.domain.undo import Undoable
from gastown.errors import GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, beads, events
from gastown.operations.sessions.caller import must_be_person
from gastown.operations.town import trust as trusting
from gastown.operations.work.target import make
from gastown.settings import rig as rigs
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class RigBack:
    """Where the rig is again, and what to know of its agents."""

    home: Path
    notes: tuple[str, ...]


def bring_rig_back(town: Town, removal: Undoable) -> RigBack:
    """Put a rig that was removed back where it was: its folder, its trust entry, its agents, and whom was to run.

    What was on their hooks stays open work. A call that was cut off is carried on, and so is a folder that somebody
    moved back. Raises Refused when there is another such rig, NotFound when the folder is gone, Unavailable.
    """
    must_be_person(town, "gt undo of a removed rig")
    name, home = removal.about, town.root / removal.about
    with lock(town.places.lock("rigs"), what="the list of rigs", wait=5):
        if not is_back(town, removal):
            _move(town, Path(removal.places[0]), home)
        if town.rig(name).trust:
            trusting.give(home, home)
        notes = _agents_back(town, removal)
    ring(town.places.wake)
    return RigBack(home, tuple(notes))


def is_back(town: Town, removal: Undoable) -> bool:
    """Whether the folder that was moved aside is the rig again, and not another one that was added since."""
    home, added = town.root / removal.about, events.last_of_type(town.ledger, removal.about, "rig.added")
    moved = not os.path.lexists(removal.places[0]) and (home / rigs.FILE_NAME).is_file()
    return moved and (added is None or added.seq < removal.id)


def _move(town: Town, aside: Path, home: Path) -> None:
    if os.path.lexists(home):
        raise Refused(f"there is {home} already", f"mv {aside} to another name, and give it another prefix")
    if not (aside / rigs.FILE_NAME).is_file():
        raise NotFound(f"{aside} is gone, or no rig", f"ls {aside.parent}")
    _rename(aside, home)
    try:
        town.rig(home.name)
    except GastownError:  # its prefix may be another rig's by now
        _rename(home, aside)
        raise


def _rename(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError as error:
        raise Unavailable(f"{old} cannot be moved: {error.strerror}", "check its rights") from error


def _agents_back(town: Town, removal: Undoable) -> Sequence[str]:
    """All that were there are there again; gives what became of the work that they had."""
    now, notes, again = town.clock.now(), list[str](), 0
    with town.ledger.transaction() as ledger:
        for told in removal.agents:
            address, wanted_by, bead = str(told["agent"]), told.get("wanted_by"), told.get("bead")
            again += make(ledger, parse_address(address), by=Caller(OVERSEER), now=now)
            if isinstance(wanted_by, str):
                agents.want(ledger, address, by=wanted_by, now=now)
            known = beads.find(ledger, bead) if isinstance(bead, str) else None
            if (
                known is not None
                and agents.holder(ledger, known.id) is None
                and known.status is BeadStatus.OPEN
            ):
                notes.append(f"{known.id} is open work since: gt sling {known.id} {address}")
    return [*([f"its agents are in the town again: {again}"] if again else []), *notes]
