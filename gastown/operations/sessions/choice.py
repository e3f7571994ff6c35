"""Which agent CLI and which model: what was said nearest to the work counts."""

import shutil

from gastown.domain.assignments import Assignment
from gastown.domain.identity import parse_address
from gastown.errors import Refused, Unavailable
from gastown.ledger import agents
from gastown.operations.sessions.place import role_of
from gastown.settings.rig import RigSettings
from gastown.town import Town


def runtime_of(town: Town, address: str, assignment: Assignment | None) -> str:
    """The agent CLI of the sling, else of the agent, its role, its rig, the town.

    Raises Refused when it may not run in this town, and what reading the settings raises.
    """
    agent, rig = agents.get(town.ledger, address), _rig(town, address)
    name = (
        (assignment.runtime if assignment else None)
        or (agent.runtime if agent else None)
        or role_of(town, address).runtime
        or (rig.runtime if rig else "")
        or town.settings.runtime
    )
    if name == "scripted" and not town.settings.scripted_allowed:
        raise Refused("the scripted agent runs only in towns made for it", "gt install DIR --agent scripted")
    return name


def check_runtime(town: Town, name: str) -> None:
    """Raise NotFound, Refused or Unavailable if no agent can be started here with that runtime."""
    runtime = town.runtime(name)
    if runtime.program and shutil.which(runtime.program) is None:
        raise Unavailable(f"{runtime.program} is not installed, or not on PATH", runtime.how_to_get_it)
    if name == "scripted" and not town.settings.scripted_allowed:
        raise Refused(
            "the scripted agent executes the text of beads, so it runs only in towns made for it",
            "gt install DIR --agent scripted",
        )


def model_of(town: Town, address: str, assignment: Assignment | None) -> str:  # noqa: ARG001 - a sling names none yet
    """The model of the agent's role, else of its rig, the town; empty: the CLI's own. Raises as reading them does."""
    rig = _rig(town, address)
    return role_of(town, address).model or (rig.model if rig else "") or town.settings.model


def _rig(town: Town, address: str) -> RigSettings | None:
    where = parse_address(address)
    return town.rig(where.rig) if where.rig is not None else None
