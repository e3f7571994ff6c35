"""Where an agent works, and what its role says of that: the same for everybody who starts, stops or watches it."""

from pathlib import Path

from gastown.domain.identity import TOWN_PREFIX, Address, parse_address, session_name
from gastown.domain.roles import Place, Restart, Role
from gastown.settings import roles
from gastown.town import Town


def role_of(town: Town, address: str) -> Role:
    """The agent's role as it counts where the agent lives. Raises NotFound, Invalid or Unavailable."""
    where = parse_address(address)
    return roles.read(where.role, town=town.root, rig=where.rig)


def session_of(town: Town, address: str) -> str:
    """What its next session is called. Raises NotFound or Invalid when its rig cannot be read."""
    where = parse_address(address)
    return session_name(TOWN_PREFIX if where.rig is None else town.rig(where.rig).prefix, where.handle)


def folder_of(town: Town, address: str) -> Path:
    """Its worktree, or the folder of its own."""
    return town.places.home(address)


def has_worktree(town: Town, address: str) -> bool:
    """Whether it works on branches of its rig; else it has a folder without code. Raises as `role_of`."""
    return role_of(town, address).place is Place.WORKTREE


def is_lent(role: Role) -> bool:
    """Whether a worktree is the agent's for one piece of work, and is let go after it; else it stays as it is left."""
    return role.place is Place.WORKTREE and role.restart is Restart.TEMPORARY


def branch_for(address: Address, work: str) -> str:
    """What a branch of this agent is called: `polecat/Toast/we-12`, `crew-ann/we-12`."""
    owner = f"polecat/{address.name}" if address.role == "polecat" else address.handle
    return f"{owner}/{work}"
