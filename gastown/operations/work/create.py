"""Filing a bead."""

from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import WORK_TYPES, Bead, check_id, check_title
from gastown.domain.identity import TOWN_PREFIX
from gastown.errors import Invalid
from gastown.ledger import beads, events
from gastown.ledger.beads import NewBead
from gastown.town import Town

PRIORITIES = range(5)


def create(  # noqa: PLR0913 - a bead's own fields
    town: Town,
    title: str,
    *,
    by: Caller,
    rig: str | None = None,
    id: str = "",  # noqa: A002 - the field's own name
    description: str = "",
    acceptance: str = "",
    design: str = "",
    type: str = "task",  # noqa: A002 - the field's own name
    priority: int = 2,
) -> Bead:
    """File a bead; the rig is the given one, else that of the present folder, else the only one, else none.

    Raises Invalid for bad input, NotFound for an unknown rig, Refused for an id that is taken.
    """
    by.must_be_current()
    home = town.rig(rig).name if rig else usual_rig(town)
    if type not in WORK_TYPES:
        raise Invalid(f"{type!r} is no type of work", f"types: {', '.join(WORK_TYPES)}")
    if priority not in PRIORITIES:
        raise Invalid(f"{priority} is no priority", "0 is the most urgent, 4 the least; 2 is usual")
    new = NewBead(
        title=check_title(title), rig=home, prefix=town.rig(home).prefix if home else TOWN_PREFIX,
        id=check_id(id) if id else "", description=description, acceptance=acceptance, design=design, type=type,
        priority=priority, owner=by.address,
    )  # fmt: skip
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        identity = beads.insert(ledger, new, by=by.address, now=now)
        events.append(ledger, by.address, "bead.created", identity, now, title=new.title, rig=home)
    return beads.get(town.ledger, identity)


def usual_rig(town: Town) -> str | None:
    """The rig that the present folder lies in, else the town's only one."""
    rigs = town.rigs
    here = Path.cwd()
    if here.is_relative_to(town.root) and (parts := here.relative_to(town.root).parts) and parts[0] in rigs:
        return parts[0]
    return next(iter(rigs)) if len(rigs) == 1 else None
