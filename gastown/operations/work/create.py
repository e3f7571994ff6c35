"""Filing a bead."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.beads import BLOCKING, Bead, DependencyKind
from gastown.domain.filing import Filing, Leaning, checked
from gastown.domain.identity import TOWN_PREFIX
from gastown.domain.roles import Capability
from gastown.errors import Refused
from gastown.ledger import bead_writes, beads, events
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import permit
from gastown.settings.rig import FILE_NAME, RigSettings
from gastown.town import Town


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
    """File a bead of which no more is to be said than this; as `file` does."""
    return file(
        town,
        Filing(
            title=title, rig=rig, id=id, description=description, acceptance=acceptance, design=design,
            type=type, priority=priority,
        ),
        by=by,
    )  # fmt: skip


def file(town: Town, filing: Filing, *, by: Caller) -> Bead:
    """File a bead with all that was said of it, in one transaction.

    Its rig is the given one, else its parent's, else the one with the id's prefix, else the usual one, else none.
    Raises Invalid for bad input, NotFound for an unknown rig or bead, Refused for an id that is taken.
    """
    by.must_be_current()
    permit(town, by, Capability.FILE, "file beads")
    wanted = checked(filing)
    above = _named(town.ledger, wanted.parent).rig if wanted.parent else None
    home = home_of(town, wanted, above)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        links = [leaned_on(ledger, kind, other) for kind, other in leanings_of(wanted)]
        identity = insert(ledger, wanted, home, by=by, now=now)
        lean(ledger, identity, links, by=by, now=now)
    return beads.get(town.ledger, identity)


def home_of(town: Town, filing: Filing, above: str | None) -> RigSettings | None:
    """The rig that a new bead belongs to, if `above` is its parent's. Raises NotFound or Invalid."""
    name = filing.rig or above or (rig_of(town, filing.id) if filing.id else None)
    return town.rig(name) if name else _usual(town)


def insert(ledger: Database, filing: Filing, home: RigSettings | None, *, by: Caller, now: datetime) -> str:
    """Write a new bead with its labels inside the present transaction; gives its id."""
    new = new_bead(filing, home, assignee_of(ledger, filing.assignee), by)
    identity = bead_writes.insert(ledger, new, by=by.address, now=now)
    events.append(ledger, by.address, "bead.created", identity, now, title=new.title, rig=new.rig)
    for label in filing.labels:
        bead_writes.add_label(ledger, identity, label, by=by.address, now=now)
    return identity


def new_bead(filing: Filing, home: RigSettings | None, assignee: str | None, by: Caller) -> NewBead:
    """The bead that the filing wants, of that rig and for that assignee."""
    rig, prefix = (home.name, home.prefix) if home else (None, TOWN_PREFIX)
    return NewBead(
        title=filing.title, rig=rig, prefix=prefix, id=filing.id, description=filing.description,
        design=filing.design, acceptance=filing.acceptance, notes=filing.notes, type=filing.type,
        priority=filing.priority, assignee=assignee, owner=by.address,
        external_ref=filing.external_ref or None, due=filing.due, defer_until=filing.defer_until,
        ephemeral=filing.ephemeral,
    )  # fmt: skip


def leaned_on(ledger: Database, kind: str, other: str) -> Leaning:
    """The link to what is called `other`, by its id. Raises NotFound, and Refused if nothing leans on that by hand."""
    from gastown.domain.decide.changing import check_leaned_on

    found = _named(ledger, other)
    check_leaned_on(found, kind)
    return Leaning(kind, found.id)


def leanings_of(filing: Filing) -> tuple[Leaning, ...]:
    """All links of a new bead, its parent first."""
    above = (Leaning(DependencyKind.PARENT_CHILD, filing.parent),) if filing.parent else ()
    return (*above, *filing.deps)


def lean(ledger: Database, bead: str, links: Sequence[Leaning], *, by: Caller, now: datetime) -> None:
    """Write the links of a new bead inside the present transaction; nothing leads to it yet, so no circle can close.

    Raises Refused if it would wait for something that it is beneath, or lean on a wisp and be none.
    """
    if not links:
        return
    from gastown.ledger import graph
    from gastown.operations.work.depend import check_lasts

    parent = next((other for kind, other in links if kind == DependencyKind.PARENT_CHILD), None)
    waits = any(kind in BLOCKING for kind, _ in links)
    above = {parent, *graph.ancestors(ledger, parent)} if parent and waits else set[str]()
    for kind, other in links:
        check_not_above(kind, other, above)
        check_lasts(ledger, bead, other)
        graph.add_dependency(ledger, bead, other, kind, by=by.address, now=now)


def check_not_above(kind: str, other: str, above: Collection[str | None]) -> None:
    """Raise Refused if a bead beneath all these would wait for one of them."""
    if kind in BLOCKING and other in above:
        raise Refused(
            f"what is beneath {other} cannot wait for it: {other} closes after it",
            f"leave one of the two out: the parent, or {kind}:{other}",
        )


def assignee_of(ledger: Database, name: str) -> str | None:
    """The address of the agent that is called so, else the name."""
    if not name:
        return None
    from gastown.ledger import agents

    return agents.address_of(ledger, name)


def rig_of(town: Town, identity: str) -> str | None:
    """The rig whose beads' ids begin as this one does."""
    prefix = identity.split("-", maxsplit=1)[0]
    return next((name for name, rig in town.rigs.items() if rig.prefix == prefix), None)


def usual_rig(town: Town) -> str | None:
    """The rig that the present folder lies in, else the town's only one. Raises Invalid when its rig.toml is broken."""
    usual = _usual(town)
    return None if usual is None else usual.name


def _usual(town: Town) -> RigSettings | None:
    here = _folder_in(town)
    if here is not None and (town.root / here / FILE_NAME).is_file() and not here.startswith("."):
        return town.rig(here)
    names = {*town.rigs, *town.broken_rigs}
    return town.rig(next(iter(names))) if len(names) == 1 else None


def _named(ledger: Database, identity: str) -> Bead:
    from gastown.operations.work.named import one_named

    return one_named(ledger, identity)


def _folder_in(town: Town) -> str | None:
    """The folder of the town in which we are."""
    try:
        within = Path.cwd().relative_to(town.root.resolve())
    except (OSError, ValueError):  # elsewhere, or in a folder that is gone
        return None
    return within.parts[0] if within.parts else None
