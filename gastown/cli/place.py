"""Where a command runs: the town around it, who called it, and the supervisor that carries on what it began."""

from pathlib import Path
from typing import TYPE_CHECKING

from gastown.cli import output
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.domain.assignments import Caller


def here() -> Town:
    """The town that GT_TOWN names or that the present folder lies in. Raises NotFound."""
    try:
        start = Path.cwd()
    except FileNotFoundError:  # it was removed under us
        start = Path("/")
    return Town.here(start)


def caller(town: Town) -> "Caller":
    """Who typed this: an agent, known by its credential, or the human. Raises Refused."""
    from gastown.operations.sessions.caller import caller as known_by_credential

    return known_by_credential(town)


def keep_up(town: Town, *, wanted: bool) -> None:
    """Start a missing supervisor, and tell; that it cannot be started spoils nothing that was done."""
    if not wanted:
        return
    from gastown.domain.observed import Absent
    from gastown.world.locks import held

    if not isinstance(held(town.places.supervisor_lock), Absent):
        return
    from gastown.operations.town.up import ensure_up

    output.tell(ensure_up(town))


def agent_named(town: Town, who: str) -> str:
    """The address of the agent that is named, itself or by the bead that it works on. Raises NotFound and Refused."""
    from gastown.ledger import agents, beads
    from gastown.views.find_agent import find_agent, named_agent

    agent = named_agent(town, who, agents.all_agents(town.ledger))
    if agent is not None and agent.removed_at is None:
        return agent.address
    if beads.find(town.ledger, who) is not None:
        return find_agent(town, who).address
    from gastown.operations.work.create import usual_rig
    from gastown.operations.work.target import address_named

    return address_named(town, who, home=usual_rig(town))


def short_path(path: Path) -> str:
    """A path as people write it: `~/gt`."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
