"""Filing a bead."""

from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import WORK_TYPES, Bead, check_id, check_title
from gastown.domain.identity import TOWN_PREFIX
from gastown.errors import Invalid
from gastown.ledger import bead_writes, beads, events
from gastown.ledger.bead_writes import NewBead
from gastown.operations.sessions.caller import fence
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
    """File a bead; its rig is the given one, else the one with the id's prefix, else the usual one, else none.

    Raises Invalid for bad input, NotFound for an unknown rig, Refused for an id that is taken.
    """
    by.must_be_current()
    home = town.rig(rig).name if rig else rig_of(town, id) or usual_rig(town)
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
        fence(ledger, by)
        identity = bead_writes.insert(ledger, new, by=by.address, now=now)
        events.append(ledger, by.address, "bead.created", identity, now, title=new.title, rig=home)
    return beads.get(town.ledger, identity)


def rig_of(town: Town, identity: str) -> str | None:
    """The rig whose beads' ids begin as this one does."""
    prefix = identity.split("-", maxsplit=1)[0]
    return next((name for name, rig in town.rigs.items() if rig.prefix == prefix), None)


def usual_rig(town: Town) -> str | None:
    """The rig that the present folder lies in, else the town's only one. Raises Invalid when its rig.toml is broken."""
    names = {*town.rigs, *town.broken_rigs}
    here = _folder_in(town)
    name = here if here in names else next(iter(names)) if len(names) == 1 else None
    return None if name is None else town.rig(name).name


def _folder_in(town: Town) -> str | None:
    """The folder of the town in which we are."""
    try:
        within = Path.cwd().relative_to(town.root.resolve())
    except (OSError, ValueError):  # elsewhere, or in a folder that is gone
        return None
    return within.parts[0] if within.parts else None
