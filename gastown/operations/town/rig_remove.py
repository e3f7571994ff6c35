"""Removing a rig: everything of it is set aside, and the trust entry is undone."""

from dataclasses import dataclass
from pathlib import Path

from gastown.domain.identity import OVERSEER, session_name
from gastown.domain.observed import Present, Unknown
from gastown.errors import Refused, Unavailable
from gastown.ledger import agents, events, merges
from gastown.operations.merge.predecessor import end_all_of_queue
from gastown.operations.sessions.caller import must_be_somebody
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.town.trust import take_back
from gastown.settings.rig import RigSettings
from gastown.town import Town
from gastown.world.locks import lock

SET_ASIDE = ".removed"


@dataclass(frozen=True, slots=True)
class Removed:
    """Where the rig's folder lies now, and the command that brings it back."""

    name: str
    moved_to: Path
    trust_undone: bool
    undo: str


def remove_rig(town: Town, name: str, *, force: bool = False) -> Removed:
    """Take the rig out of the town. Its folder, with every branch and file, is moved aside, not deleted.

    Raises Refused while work is on a hook or in the queue, unless forced, and in a gate of this town; Unavailable
    when sessions cannot be seen.
    """
    must_be_somebody(town)
    settings = town.rig(name)
    if not force:
        _check_idle(town, name)
    with lock(town.places.lock(f"queue.{name}"), what=f"the queue of {name}", wait=2):
        _stop_sessions(town, settings)
        undone = take_back(town.root / name)
        aside = _free_place(town, name)
        (town.root / name).rename(aside)
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            events.append(ledger, OVERSEER, "rig.removed", name, now, moved_to=str(aside), forced=force)
    return Removed(name, aside, undone, f"mv {aside} {town.root / name}")


def _check_idle(town: Town, name: str) -> None:
    hooked = [agent for agent in agents.all_agents(town.ledger, name) if agent.hook_bead is not None]
    if hooked:
        raise Refused(
            f"{hooked[0].address} works on {hooked[0].hook_bead}",
            f"gt unsling {hooked[0].hook_bead}, or --force",
        )
    if live := merges.live(town.ledger, name):
        raise Refused(f"{len(live)} of {name}'s changes are in the merge queue", "gt mq list, or --force")


def _stop_sessions(town: Town, rig: RigSettings) -> None:
    followers = [session_name(rig.prefix, "refinery")]
    names = [
        session_name(rig.prefix, agent.name) for agent in agents.all_agents(town.ledger, rig.name)
    ] + followers
    for name, seen in town.terminal.look(names).items():
        match seen:
            case Present(session):
                town.terminal.stop(session)
            case Unknown(why):
                raise Unavailable(f"cannot see whether {name} runs: {why}", "gt doctor")
            case _:
                pass
    end_leftovers(town, {"GT_RIG": rig.name})
    end_all_of_queue(town, rig.name)


def _free_place(town: Town, name: str) -> Path:
    folder = town.root / SET_ASIDE
    folder.mkdir(exist_ok=True)
    return folder / f"{name}-{town.clock.now():%Y%m%dT%H%M%S%fZ}"
