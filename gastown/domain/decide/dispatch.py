"""Whether a bead may be slung, and which polecat of a rig takes it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, count

from gastown.domain.beads import WORK_TYPES, Bead, BeadStatus
from gastown.domain.identity import OVERSEER, POLECAT_NAMES
from gastown.errors import Refused

LONGEST_STEM = 26
"""With a number behind it, it is still a name that a polecat may bear."""


@dataclass(frozen=True, slots=True)
class SlingFacts:
    """All that decides whether a bead may go onto a hook."""

    bead: Bead
    holder: str | None
    held_since: str
    open_blockers: Sequence[str]
    live_request: str | None
    rig: str | None
    parked: str
    by: str = OVERSEER
    """Who slings it."""
    human: bool = True
    target: str | None = None
    """The agent that is named, if one is."""
    deferred: bool = False
    """Whether it is put off to a moment that has not come."""


def check_slingable(facts: SlingFacts) -> None:
    """Raise Refused with the reason and the way out if the bead may not be slung."""
    bead = facts.bead
    if facts.holder is not None:
        raise Refused(
            f"{bead.id} is on {facts.holder}'s hook since {facts.held_since}",
            f"gt unsling {bead.id}   or   gt sling --restart {bead.id} {facts.target or ''}".rstrip(),
        )
    if bead.type not in WORK_TYPES:
        raise Refused(f"{bead.id} is a {bead.type}, not work for one agent", "sling the beads in it")
    if facts.live_request is not None:
        raise Refused(
            f"{bead.id} waits in the merge queue as {facts.live_request}", f"gt mq show {facts.live_request}"
        )
    if bead.status is BeadStatus.CLOSED:
        raise Refused(f"{bead.id} is closed: {bead.close_reason or 'no reason given'}", f"bd show {bead.id}")
    if bead.status in (BeadStatus.BLOCKED, BeadStatus.DEFERRED, BeadStatus.PINNED):
        raise Refused(f"{bead.id} is {bead.status}", f"bd show {bead.id}")
    _check_whose(facts)
    if facts.deferred and bead.defer_until is not None:
        raise Refused(
            f"{bead.id} is deferred until {bead.defer_until:%Y-%m-%d %H:%M} UTC",
            f'bd update {bead.id} --defer ""',
        )
    if facts.open_blockers:
        raise Refused(
            f"{bead.id} waits for {', '.join(facts.open_blockers)}", f"bd show {facts.open_blockers[0]}"
        )
    if facts.rig is not None and bead.rig is not None and facts.rig != bead.rig:
        raise Refused(
            f"{bead.id} belongs to {bead.rig}, not to {facts.rig}", f"gt sling {bead.id} {bead.rig}"
        )
    if facts.parked:
        raise Refused(f"rig {facts.rig} is parked: {facts.parked}", 'set rig.parked in its rig.toml to ""')


def taken_from(bead: Bead, target: str | None, by: str) -> str | None:
    """Whom slinging the bead takes it from: who has it, or is to have it, and is neither target nor caller."""
    return None if bead.assignee in {target, by} else bead.assignee


def _check_whose(facts: SlingFacts) -> None:
    """What somebody has claimed is theirs; what is only assigned to somebody a person may give to another."""
    bead, who = facts.bead, taken_from(facts.bead, facts.target, facts.by)
    if who is None:
        return
    if bead.status is BeadStatus.IN_PROGRESS:
        raise Refused(
            f"{bead.id} is being worked on by {who}",
            f'bd update {bead.id} --assignee "" takes it from them, by a person',
        )
    if not facts.human:
        raise Refused(f"{bead.id} is assigned to {who}", "bd ready lists what is free")


def choose_polecat(
    free: Sequence[str], known: AbstractSet[str], names: Sequence[str], gone: Sequence[str] = ()
) -> str:
    """The name of the polecat that takes new work: one with neither work nor a session, else the next new name.

    Where all names are borne, one of those that were removed comes back. Names that differ only in case count as one.
    """
    if free:
        return free[0]
    pool, taken = names or POLECAT_NAMES, {name.casefold() for name in known}
    back = (name for name in gone if name in pool)
    further = (f"{pool[0][:LONGEST_STEM]}{n}" for n in count(2))
    unused = (name for name in pool if name.casefold() not in taken)
    return next(chain(unused, back, (name for name in further if name.casefold() not in taken)))
