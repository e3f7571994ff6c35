"""Who asks, as its credential says: address, fences, hook, and what its role may do."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.ledger import agents
from gastown.settings import roles
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """The caller. A person is the overseer, who may all; the fields of agents are None then."""

    address: str
    role: str
    rig: str | None
    incarnation: int | None
    generation: int | None
    """Of the assignment that its session is for."""
    is_current: bool
    """False: a newer session of the agent has taken over, and this one may change nothing."""
    hook: str | None
    title: str | None
    may: tuple[str, ...] | None
    """What its role may do; None: everything."""
    person: str | None
    """The name of the human, where a person asks."""


def whoami(town: Town, by: Caller) -> WhoAmI:
    """Who `by` is. Raises what reading its role raises."""
    if by.is_human:
        return WhoAmI(
            by.address, "overseer", None, None, None, is_current=True, hook=None, title=None, may=None,
            person=town.settings.owner,
        )  # fmt: skip
    where = parse_address(by.address)
    role = roles.read(where.role, town=town.root, rig=where.rig)
    row = agents.get(town.ledger, by.address)
    hook = row.hook_bead if row is not None else None
    return WhoAmI(
        by.address, where.role, where.rig, by.incarnation, by.generation, is_current=by.is_current, hook=hook,
        title=_title(town, hook), may=tuple(sorted(role.may)), person=None,
    )  # fmt: skip


def _title(town: Town, bead: str | None) -> str | None:
    if bead is None:
        return None
    from gastown.ledger import beads

    found = beads.find(town.ledger, bead)
    return found.title if found is not None else None
