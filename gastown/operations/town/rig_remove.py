"""Removing a rig: it is hidden, everything of it ends and is set aside, and the trust entry is undone."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gastown.domain.assignments import Caller
from gastown.domain.decide.budget import STOPPED_BY_PERSON
from gastown.domain.identity import OVERSEER, parse_address, session_name
from gastown.domain.observed import Present, Unknown
from gastown.errors import Refused, Unavailable
from gastown.ledger import agents, events, incarnations, merges
from gastown.ledger.database import Database
from gastown.operations.merge.predecessor import end_all_of_queue
from gastown.operations.sessions.caller import must_be_person
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.sessions.trusted import take_back_trust
from gastown.operations.town.holders import stop_holder
from gastown.operations.town.trust import take_back
from gastown.operations.work.unsling import put_back
from gastown.settings.rig import FILE_NAME, REMOVING, RigSettings
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring

SET_ASIDE = ".removed"
REMOVING_RIG = "rig.removing"
"""The event that tells who is about to go with it."""

PATIENCE = 30.0
"""Seconds for a start that is under way to come to its end."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Where the rig's folder lies now, and the command that brings it back."""

    name: str
    moved_to: Path
    trust_undone: bool
    undo: str


def remove_rig(town: Town, name: str, *, force: bool = False) -> Removed:
    """Take the rig out of the town. Its folder, with every branch and file, is moved aside, not deleted.

    What is on hooks is open work again. Raises Refused while work is on a hook or in the queue, unless forced, for
    agents and in a gate of this town; Busy when something else is done with the rig; Unavailable when sessions
    cannot be seen, or do not end. Then the rig is in the town as before.
    """
    must_be_person(town, "gt rig remove")
    with lock(town.places.lock(f"removing.{name}"), what=f"the removal of {name}"):
        for cut_off in (town.root / name, *(town.root / SET_ASIDE).glob(f"{name}-*")):
            _show(cut_off)  # by an earlier removal
        settings = town.rig(name)
        _check_idle(town, name, force=force)
        with _hidden(town, name), _everything_held(town, settings):
            _check_idle(town, name, force=force)
            _stop_sessions(town, settings)
            undone = take_back(town.root / name)
            undone = bool(take_back_trust(town, town.root / name)) or undone
            aside = _free_place(town, name)
            _end_work(town, name, aside)
            (town.root / name).rename(aside)
        _show(aside)
        _stop_sessions(town, settings)  # what somebody began before it was hidden, and showed only now
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            events.append(
                ledger,
                OVERSEER,
                "rig.removed",
                name,
                now,
                moved_to=str(aside),
                forced=force,
                agents=_there(ledger, name),
            )
    return Removed(name, aside, undone, f"gt undo {name}")


@contextmanager
def _hidden(town: Town, name: str) -> Generator[None]:
    """Let nothing new begin in the rig; it is shown again if the block fails."""
    home = town.root / name
    (home / FILE_NAME).rename(home / REMOVING)
    ring(town.places.wake)
    try:
        yield
    except BaseException:
        _show(home)
        ring(town.places.wake)
        raise


def _show(home: Path) -> None:
    if (home / REMOVING).exists() and not (home / FILE_NAME).exists():
        (home / REMOVING).rename(home / FILE_NAME)


@contextmanager
def _everything_held(town: Town, rig: RigSettings) -> Generator[None]:
    """Hold the locks of the rig's queue and of all its agents; whatever has them comes to its end first."""
    with ExitStack() as locks:
        queue = f"queue.{rig.name}"
        stop_holder(town, queue)
        locks.enter_context(lock(town.places.lock(queue), what=f"the queue of {rig.name}", wait=PATIENCE))
        for address in _addresses(town, rig.name):
            locks.enter_context(lock(town.places.lock(address), what=address, wait=PATIENCE))
        yield


def _addresses(town: Town, rig: str) -> Sequence[str]:
    return [agent.address for agent in agents.all_agents(town.ledger, rig)]


def _check_idle(town: Town, name: str, *, force: bool) -> None:
    if force:
        return
    hooked = [agent for agent in agents.all_agents(town.ledger, name) if agent.hook_bead is not None]
    if hooked:
        raise Refused(
            f"{hooked[0].address} works on {hooked[0].hook_bead}",
            f"gt unsling {hooked[0].hook_bead}, or --force",
        )
    if live := merges.live(town.ledger, name):
        raise Refused(f"{len(live)} of {name}'s changes are in the merge queue", "gt mq list, or --force")


def _stop_sessions(town: Town, rig: RigSettings) -> None:
    """End the rig's sessions, the one that shows its queue's log as well, and all that they started."""
    names = {
        *(session_name(rig.prefix, parse_address(address).handle) for address in _addresses(town, rig.name)),
        *_recorded_names(town, rig.name),
        session_name(rig.prefix, "queue"),
    }
    for name, seen in town.terminal.look(sorted(names)).items():
        match seen:
            case Present(session):
                town.terminal.stop(session)
            case Unknown(why):
                raise Unavailable(f"cannot see whether {name} runs: {why}", "gt doctor")
            case _:
                pass
    end_leftovers(town, {"GT_RIG": rig.name})
    end_all_of_queue(town, rig.name)


def _recorded_names(town: Town, rig: str) -> Sequence[str]:
    """The names of sessions that began before the rig had its prefix of today."""
    newest = (incarnations.newest(town.ledger, address) for address in _addresses(town, rig))
    return [one.session for one in newest if one is not None and one.ended_at is None]


def _there(ledger: Database, rig: str) -> Sequence[Mapping[str, object]]:
    """Who is in the town with the rig, what is wished of them, and what they had.

    Also those whom a removal that was cut off has taken out already.
    """
    before, removed = (events.last_of_type(ledger, rig, type_) for type_ in (REMOVING_RIG, "rig.removed"))
    found: dict[str, Mapping[str, object]] = {}
    if before is not None and (removed is None or removed.seq < before.seq):
        told = cast("list[Mapping[str, object]]", before.payload["agents"])
        found = {str(each["agent"]): each for each in told}
    for agent in agents.all_agents(ledger, rig):
        if agent.removed_at is None:
            had = {"wanted_by": agent.wanted_by if agent.wanted_at else None, "bead": agent.hook_bead}
            found[agent.address] = {
                "agent": agent.address,
                **{key: value for key, value in had.items() if value},
            }
    return list(found.values())


def _end_work(town: Town, rig: str, aside: Path) -> None:
    """Write down that its sessions have ended, take back what is on its hooks, and forget its agents.

    Their records stay; one that is made anew, when the rig is there again, goes on with its own.
    """
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        there = _there(ledger, rig)
        events.append(ledger, OVERSEER, REMOVING_RIG, rig, now, moved_to=str(aside), agents=there)
        for address in _addresses(town, rig):
            newest = incarnations.newest(ledger, address)
            if newest is not None and incarnations.end(ledger, newest.id, STOPPED_BY_PERSON, now):
                events.append(ledger, OVERSEER, "agent.stopped", address, now, because=STOPPED_BY_PERSON)
            if (assignment := agents.open_assignment(ledger, address)) is not None:
                put_back(ledger, assignment, by=Caller(OVERSEER), now=now)
            agents.remove(ledger, address, now)


def _free_place(town: Town, name: str) -> Path:
    folder = town.root / SET_ASIDE
    folder.mkdir(exist_ok=True)
    return folder / f"{name}-{town.clock.now():%Y%m%dT%H%M%S%fZ}"
