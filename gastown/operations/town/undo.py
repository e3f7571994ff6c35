"""Undoing what was done lately: each deed by the command that is its opposite, with the same checks."""

from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.undo import UNDONE, Deed, Undoable
from gastown.errors import NotFound, Refused
from gastown.ledger import agents, beads, events, undoables
from gastown.operations.sessions.caller import fence
from gastown.operations.town.bring_back import bring_agent_back
from gastown.operations.town.rig_back import bring_rig_back
from gastown.operations.town.take_out import LEFT
from gastown.operations.work.rescue import find, restore
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.town import Town
from gastown.world.git.moving import way_of

LOOKED_AT = 500
"""Deeds among which a name is looked for; any event's number is found, if it is that recent."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone, in a line each."""

    id: int
    about: str
    lines: tuple[str, ...]
    next: str
    """What one would look at now."""


def undo(town: Town, what: str, *, by: Caller) -> Undone:
    """Undo the event of that number, or the newest deed that an agent, bead, rig or ref of that name suffered.

    Raises NotFound, and Refused with the reason when the world has moved on, or the caller may not.
    """
    by.must_be_current()
    deed = _meant(town, what)
    lines, following = _carry_out(town, deed, by)
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        events.append(
            ledger, by.address, UNDONE, deed.about, town.clock.now(), event=deed.id, what=deed.deed.value
        )
    return Undone(deed.id, deed.about, tuple(lines), following)


def _meant(town: Town, what: str) -> Undoable:
    lately = undoables.lately(town.ledger, LOOKED_AT)
    if what.isdigit() and undoables.was_undone(town.ledger, int(what)):
        raise Refused(f"{what} was undone already", "gt undo lists what can be")
    exact = [deed for deed in lately if what in deed.names]
    if exact:
        return exact[0]
    bead = beads.find(town.ledger, what)
    known = {bead.id} if bead is not None else set[str]()
    known |= {row.address for row in agents.all_agents(town.ledger) if row.address.endswith(f"/{what}")}
    found = [deed for deed in lately if known.intersection(deed.names)]
    if found:
        return found[0]
    found = [deed for deed in lately if deed.deed is Deed.SET_ASIDE and _is_kept_as(town, deed, what)]
    if not found:
        raise NotFound(f"nothing that can be undone is called {what!r}", "gt undo lists what can be")
    return found[0]


def _is_kept_as(town: Town, deed: Undoable, what: str) -> bool:
    """Whether the deed set aside what has that rescue id."""
    try:
        kept, _ = find(town, what)
    except (NotFound, Refused):
        return False
    return bool(set(kept.places) & set(deed.places))


def _carry_out(town: Town, deed: Undoable, by: Caller) -> tuple[list[str], str]:
    match deed.deed:
        case Deed.UNSLUNG:
            return _sling_back(town, deed, by)
        case Deed.DELETED:
            _check_newest(town, deed, "bead.deleted")
            back = undelete(town, deed.about, by=by)
            if back.already:
                raise Refused(f"{deed.about} is there again", f"bd show {deed.about}")
            return [f"{back.id} is back"], f"bd show {back.id}"
        case Deed.SET_ASIDE:
            return _restore(town, deed, by)
        case Deed.NUKED:
            agent = bring_agent_back(town, deed.about, event=deed.id, by=by)
            lines = [f"{agent.agent} is back" + (f" in {agent.folder}" if agent.folder is not None else "")]
            lines += [f"{agent.bead} is on its hook again"] if agent.bead else []
            return [*lines, *agent.notes], f"gt agents show {agent.agent}"
        case Deed.RIG_REMOVED:
            rig = bring_rig_back(town, deed)
            return [f"{deed.about} is back at {rig.home}", *rig.notes], "gt rig list"


def _check_newest(town: Town, deed: Undoable, type_: str) -> None:
    """Only what was done last can be undone: what was before it is not what is there."""
    newest = events.last_of_type(town.ledger, deed.about, type_)
    if newest is not None and newest.seq != deed.id:
        raise Refused(
            f"that was done to {deed.about} again since", f"gt undo {newest.seq} undoes the last time"
        )


def _sling_back(town: Town, deed: Undoable, by: Caller) -> tuple[list[str], str]:
    """To the same agent alone: whoever else wants it slings it."""
    row = agents.get(town.ledger, deed.agent or "")
    if row is None or deed.agent is None:
        raise Refused(f"nobody knows whose {deed.about} was", f"gt sling {deed.about}")
    if row.hook_bead == deed.about:
        raise Refused(f"{deed.about} is on {deed.agent}'s hook again", f"bd show {deed.about}")
    if row.hook_bead is not None:
        raise Refused(
            f"{deed.agent} works on {row.hook_bead} by now", f"gt sling {deed.about} takes another agent"
        )
    newest = agents.assignments_of_bead(town.ledger, deed.about)[-1:]
    if newest and deed.generation is not None and newest[0].generation != deed.generation:
        raise Refused(
            f"{newest[0].agent} had {deed.about} since",
            f"gt sling {deed.about} {deed.agent}, if that is meant",
        )
    left = events.last_of_type(town.ledger, deed.agent, LEFT) if row.removed_at is not None else None
    if left is not None and left.seq > deed.id:
        raise Refused(
            f"{deed.agent} left the town since",
            (
                f"gt undo {left.seq} brings it back with that; "
                if left.payload.get("bead") == deed.about
                else ""
            )
            + f"gt sling {deed.about} {deed.agent} makes it anew",
        )
    slung = sling(town, deed.about, deed.agent, by=by)
    return [f"{slung.bead} is on the hook of {slung.agent} again"], f"bd show {slung.bead}"


def _restore(town: Town, deed: Undoable, by: Caller) -> tuple[list[str], str]:
    lines: list[str] = []
    done: set[str] = set()
    for place in deed.places:
        if (went := _went(place)) is not None:
            lines.append(f"the whole folder: {went}")
            continue
        kept, _ = find(town, place)
        if kept.id in done:
            continue
        done.add(kept.id)
        for back in restore(town, kept.id, by=by).back:
            where = " on ".join(
                [*([str(back.folder)] if back.folder else []), *([back.branch] if back.branch else [])]
            )
            lines.append(f"{back.what}: {where}")
    return lines, "gt worktree list"


def _went(place: str) -> Path | None:
    """Where a folder is that lay aside, if it was brought back already."""
    where, whole = way_of(Path(place)) if place.startswith("/") else (None, False)
    return where if whole else None
