"""Taking a town down for good: everything stops, trust is undone, the folder is set aside."""

from dataclasses import dataclass
from pathlib import Path

from gastown.errors import Refused
from gastown.ledger import agents, merges
from gastown.operations.sessions.caller import must_be_person
from gastown.operations.sessions.trusted import take_back_trust
from gastown.operations.town.down import down, undisturbed
from gastown.operations.town.trust import take_back
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """Where the town's folder lies now, and the command that brings it back."""

    moved_to: Path
    undo: str


def uninstall(town: Town, *, force: bool = False) -> Uninstalled:
    """Stop all that runs for the town, undo its trust entries, and rename its folder; nothing is deleted.

    Raises Refused while work is on a hook or in a queue, unless forced; for agents, and in a gate of this town.
    """
    must_be_person(town, "gt uninstall")
    hooked = [agent for agent in agents.all_agents(town.ledger) if agent.hook_bead is not None]
    if (hooked or merges.live(town.ledger)) and not force:
        raise Refused(
            f"{len(hooked)} agents have work on their hooks and {len(merges.live(town.ledger))} changes wait to land",
            "let them finish, or gt uninstall --force (everything is kept)",
        )
    with undisturbed():
        down(town, agents_too=True)
        for rig in town.rigs:
            take_back(town.root / rig)
        take_back_trust(town)
        town.close()
        aside = town.root.with_name(f"{town.root.name}.removed-{town.clock.now():%Y%m%dT%H%M%SZ}")
        town.root.rename(aside)
    return Uninstalled(aside, f"mv {aside} {town.root}")
