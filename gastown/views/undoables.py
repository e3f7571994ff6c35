"""What can be undone, each with what stands in its way now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gastown.domain.beads import BeadStatus
from gastown.domain.undo import Deed, Undoable
from gastown.errors import GastownError
from gastown.ledger import agents, beads, events, husks, undoables
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
            return _not_slingable(town, each)
        case Deed.DELETED:
            return _not_last(town, each) or _not_deleted(town, each.about)
        case Deed.NUKED:
            return _not_last(town, each) or _not_gone(town, each)
        case Deed.RIG_REMOVED:
            return _not_movable(town, each)
        case Deed.SET_ASIDE:
            return ""


def _not_last(town: Town, each: Undoable) -> str:
    last = events.last_of_type(town.ledger, each.about, each.deed)
    return "that was done again since" if last is not None and last.seq != each.id else ""


def _not_gone(town: Town, each: Undoable) -> str:
    """An agent that is back without its work: bringing it back was cut off, and is carried on."""
    agent, back = (
        agents.get(town.ledger, each.about),
        events.last_of_type(town.ledger, each.about, "agent.returned"),
    )
    cut_off = back is not None and back.payload.get("event") == each.id
    return (
        "" if cut_off or (agent is not None and agent.removed_at is not None) else "it is in the town again"
    )


def _not_slingable(town: Town, each: Undoable) -> str:
    bead, agent = each.about, each.agent or ""
    try:
        now = beads.get(town.ledger, bead)
    except GastownError as problem:
        return problem.message
    if now.status is not BeadStatus.OPEN:
        return f"{bead} is {now.status} by now"
    newest = agents.assignments_of_bead(town.ledger, bead)[-1:]
    if newest and each.generation is not None and newest[0].generation != each.generation:
        return f"{newest[0].agent} had it since"
    row = agents.get(town.ledger, agent)
    if row is None or row.hook_bead is not None:
        return f"{agent} works on {row.hook_bead}" if row is not None else ""
    left = events.last_of_type(town.ledger, agent, Deed.NUKED) if row.removed_at is not None else None
    return f"{agent} left the town since" if left is not None and left.seq > each.id else ""


def _not_deleted(town: Town, bead: str) -> str:
    try:
        return "" if husks.named(town.ledger, bead).type == "tombstone" else "it is back"
    except GastownError as problem:
        return problem.message


def _not_movable(town: Town, each: Undoable) -> str:
    rig, aside = each.about, Path(each.places[0])
    if (town.root / rig).exists():
        added = events.last_of_type(town.ledger, rig, "rig.added")
        is_it = not aside.exists() and (added is None or added.seq < each.id)  # by hand, or cut off
        return "" if is_it else f"there is a {rig} again"
    return "" if aside.is_dir() else f"{aside} is gone"
