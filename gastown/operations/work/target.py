"""Which agent a person means in this town, and making the one that is not there yet."""

from collections.abc import Mapping
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.decide.dispatch import choose_polecat
from gastown.domain.identity import Address
from gastown.domain.targets import WORKER, AnyOf, Kind, Known, Named, parse_target, role_words
from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, events, incarnations
from gastown.ledger.database import Database
from gastown.settings import roles
from gastown.town import Town


def target(town: Town, text: str | None, *, home: str | None, new: bool = True) -> AnyOf | Named:
    """What `text` names, for work of the rig `home`; without `new`, somebody who is there.

    Raises Invalid, NotFound, and what its rig's settings raise.
    """
    rigs = {name: settings.prefix for name, settings in town.rigs.items()}
    every = agents.all_agents(town.ledger)
    known = Known(
        rigs=rigs,
        agents=tuple(agent.address for agent in every if agent.removed_at is None),
        removed=frozenset(agent.address for agent in every if agent.removed_at is not None),
        kinds={place: _kinds(town, text or "", place) for place in (None, *rigs)},
    )
    wanted = parse_target(text, bead_rig=home, known=known, new=new)
    if (rig := rig_of_target(wanted)) is not None:
        town.rig(rig)
    return wanted


def _kinds(town: Town, text: str, rig: str | None) -> Mapping[str, Kind]:
    """The roles that `text` may speak of. One that cannot be read is none; who needs it is told why."""
    found: dict[str, Kind] = {}
    for name in sorted(role_words(text) & set(roles.names(town.root, rig))):
        try:
            role = roles.read(name, town=town.root, rig=rig)
        except GastownError:
            continue
        found[name] = Kind(role.scope, role.many, role.names)
    return found


def rig_of_target(wanted: AnyOf | Named) -> str | None:
    """The rig that its agent belongs to; None: the town."""
    return wanted.rig if isinstance(wanted, AnyOf) else wanted.address.rig


def address_named(town: Town, text: str, *, home: str | None = None) -> str:
    """The address of the one agent that `text` names; where it is the only one of its role it need not exist yet.

    `home` is the rig that a bare name is looked for first. Raises as `target` does, and NotFound for an agent that
    nobody made.
    """
    wanted = target(town, text, home=home, new=False)
    if isinstance(wanted, AnyOf):
        raise NotFound(f"{wanted.rig} is a rig, not an agent", "gt agents lists them")
    address = str(wanted.address)
    row = agents.get(town.ledger, address)
    if wanted.address.role != WORKER or (row is not None and row.removed_at is None):
        return address
    if home is not None:
        try:
            return address_named(town, text)
        except GastownError:
            pass
    raise NotFound(f"there is no {address}", f'gt sling "…" {address} makes it')


def make(ledger: Database, address: Address, *, by: Caller, now: datetime) -> bool:
    """Make the agent known, or bring it back, inside the present transaction; False when it is there."""
    if not agents.add(ledger, address, now):
        return False
    events.append(ledger, by.address, "agent.created", str(address), now, role=address.role)
    return True


def free_polecat(town: Town, ledger: Database, rig: str) -> str:
    """The name of the rig's polecat that takes new work: an idle one, else a new one, else one that was removed."""
    every = agents.all_agents(ledger, rig)
    workers = [agent for agent in every if agent.role == WORKER]
    free = [
        agent.name
        for agent in workers
        if agent.removed_at is None
        and agent.hook_bead is None
        and agent.paused is None
        and _rests(ledger, agent.address)
    ]
    names = town.rig(rig).names or roles.read(WORKER, town=town.root, rig=rig).names
    gone = [agent.name for agent in workers if agent.removed_at is not None]
    return choose_polecat(free, {agent.name for agent in every}, names, gone)


def _rests(ledger: Database, address: str) -> bool:
    """Whether no session of the agent is left: one may be busy, or watched, long after its work was handed over.

    One that takes up one piece of work after the other rests between two.
    """
    newest = incarnations.newest(ledger, address)
    return newest is None or newest.ended_at is not None or newest.lasting
