"""Handing off with work: a bead for the own empty hook first, then a fresh session that begins with it."""

from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.ledger import agents, beads
from gastown.operations.sessions.handoff import HandedOff, hand_off
from gastown.town import Town


def hand_off_with(
    town: Town, bead: str | None, *, note: str = "", collect: bool = False, by: Caller
) -> HandedOff:
    """As `hand_off`; `bead` is put on the caller's own hook before, unless it hangs there. Raises as `sling` too."""
    by.must_be_current()
    if bead is not None and not by.is_human:
        wanted = beads.get(town.ledger, bead).id
        work = agents.open_assignment(town.ledger, by.address)
        if work is not None and work.bead != wanted:
            raise Refused(
                f"{work.bead} is on your hook, and stays there",
                "gt handoff without a bead goes on with it",
            )
        if work is None:
            from gastown.operations.work.sling import sling  # most handoffs bring no work

            sling(town, wanted, by.address, by=by)
    return hand_off(town, note=note, collect=collect, by=by)
