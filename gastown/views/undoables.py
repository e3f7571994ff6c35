"""What can be undone, each with what stands in its way now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gastown.domain.beads import BeadStatus
from gastown.domain.undo import Deed, Undoable
from gastown.errors import GastownError
from gastown.ledger import agents, beads, husks, undoables
from gastown.town import Town
from gastown.world.git.rescued import Kept, kept_in

_WORDS = {
    Deed.SET_ASIDE: "set aside",
    Deed.UNSLUNG: "unslung",
    Deed.DELETED: "deleted",
    Deed.NUKED: "left the town",
    Deed.RIG_REMOVED: "rig removed",
}


@dataclass(frozen=True, slots=True)
class UndoLine:
    """One of them. `refused`: why it cannot be undone as things are; empty: it can."""

    id: int
    what: str
    about: str
    at: datetime
    by: str
    title: str
    command: str
    refused: str


def undo_lines(town: Town, *, most: int = 30) -> list[UndoLine]:
    """Newest first."""
    found = undoables.lately(town.ledger, most)
    any_kept = any(each.deed is Deed.SET_ASIDE for each in found)
    kept = _kept(town) if any_kept else dict[str, Kept]()
    return [_line(town, each, kept) for each in found]


def _kept(town: Town) -> Mapping[str, Kept]:
    """What is kept, by every ref and folder."""
    found: dict[str, Kept] = {}
    for rig in town.rigs:
        try:
            every = kept_in(town.repository(rig), rig)
        except GastownError:
            continue
        found |= {place: kept for kept in every for place in kept.places}
    return found


def _line(town: Town, each: Undoable, kept: Mapping[str, Kept]) -> UndoLine:
    about = each.about if each.deed is not Deed.UNSLUNG else f"{each.about} ← {each.agent}"
    command, refused = each.command, ""
    if each.deed is Deed.SET_ASIDE:
        ids = list(dict.fromkeys(kept[place].id for place in each.places if place in kept))
        refused = "" if ids else "nothing of it is kept any more, or its rig cannot be read"
        command = "; ".join(f"gt rescue restore {one}" for one in ids) or command
    else:
        refused = _in_the_way(town, each)
    return UndoLine(each.id, _WORDS[each.deed], about, each.at, each.by, each.title, command, refused)


def _in_the_way(town: Town, each: Undoable) -> str:
    match each.deed:
        case Deed.UNSLUNG:
            return _not_slingable(town, each.about, each.agent or "")
        case Deed.DELETED:
            return _not_deleted(town, each.about)
        case Deed.NUKED:
            agent = agents.get(town.ledger, each.about)
            return "" if agent is not None and agent.removed_at is not None else "it is in the town again"
        case Deed.RIG_REMOVED:
            return _not_movable(town, each.about, each.places)
        case Deed.SET_ASIDE:
            return ""


def _not_slingable(town: Town, bead: str, agent: str) -> str:
    try:
        now = beads.get(town.ledger, bead)
    except GastownError as problem:
        return problem.message
    if now.status is not BeadStatus.OPEN:
        return f"{bead} is {now.status} by now"
    row = agents.get(town.ledger, agent)
    return f"{agent} works on {row.hook_bead}" if row is not None and row.hook_bead is not None else ""


def _not_deleted(town: Town, bead: str) -> str:
    try:
        return "" if husks.named(town.ledger, bead).type == "tombstone" else "it is back"
    except GastownError as problem:
        return problem.message


def _not_movable(town: Town, rig: str, places: Sequence[str]) -> str:
    if (town.root / rig).exists():
        return f"there is a {rig} again"
    return "" if places and Path(places[0]).is_dir() else f"{places[0] if places else rig} is gone"
