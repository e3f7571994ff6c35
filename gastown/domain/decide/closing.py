"""Whether a bead may be closed, deleted or reopened by hand, and how it is done where it may not."""

from collections.abc import Sequence
from typing import NamedTuple

from gastown.domain.beads import Bead
from gastown.errors import Refused

TOLD = 5
"""How many beads are named that stand in the way."""


class EndFacts(NamedTuple):
    """All that decides whether a bead may be ended by hand."""

    bead: Bead
    human: bool
    force: bool
    worker: str | None = None
    """Who has it on its hook, or had it there last; None: nobody ever."""
    handing_over: bool = False
    """Whether `gt done` has been said for it and is not yet carried out."""
    live_request: str | None = None
    children: Sequence[str] = ()
    """What is beneath it: when it is to be closed, of that what is open."""
    tracked: Sequence[str] = ()
    """What it tracks and is open, if it is a convoy."""
    waiting: Sequence[str] = ()
    """Open beads that wait for it."""


def check_alive(bead: Bead) -> None:
    """Raise Refused if the bead was deleted."""
    if bead.type == "tombstone":
        raise Refused(f"{bead.id} was deleted", f"bd undelete {bead.id}")


def check_hands_off(bead: Bead) -> None:
    """Raise Refused if the bead was deleted, or is a merge request: that changes only with its queue."""
    check_alive(bead)
    if bead.type == "merge-request":
        raise Refused(f"{bead.id} is a merge request", f"gt mq show {bead.id}    gt mq reject {bead.id}")


def check_closable(facts: EndFacts) -> None:
    """Raise Refused with the reason and the way if the bead may not be closed by hand."""
    _check_work(facts, "close")
    bead = facts.bead
    if facts.force:
        return
    if facts.worker is not None:
        raise Refused(
            f"{bead.id} was slung to {facts.worker}: it closes when its commits land",
            f"{_way(facts)}\nbd close {bead.id} --force closes it without a landing: for a person, and it is logged",
        )
    if facts.children:
        raise Refused(
            f"{bead.id} has open children: {_some(facts.children)}",
            f"close them first, or bd close {bead.id} --force",
        )
    if facts.tracked:
        raise Refused(
            f"{bead.id} still tracks open beads: {_some(facts.tracked)}",
            f"it closes by itself when they have landed; bd close {bead.id} --force closes it now",
        )


def check_deletable(facts: EndFacts) -> None:
    """Raise Refused with the reason and the way if the bead may not be deleted."""
    _check_work(facts, "delete")
    bead, force = facts.bead, f"bd delete {facts.bead.id} --force"
    if facts.worker is not None and bead.ephemeral:
        raise Refused(
            f"{bead.id} is a wisp that {facts.worker} worked on: that record is kept", f"bd close {bead.id}"
        )
    if facts.force:
        return
    if facts.worker is not None:
        raise Refused(f"{bead.id} was slung to {facts.worker}: its record is work that was done", force)
    if facts.children:
        raise Refused(f"{bead.id} has children: {_some(facts.children)}", force)
    if facts.waiting:
        raise Refused(f"open beads wait for {bead.id}: {_some(facts.waiting)}", force)


def _check_work(facts: EndFacts, verb: str) -> None:
    """What no force changes: nothing is ended that is in the queue or on its way there, nor by an agent's force."""
    check_hands_off(facts.bead)
    bead = facts.bead
    if facts.force and not facts.human:
        raise Refused("--force is for people", "ask the one who runs this town, and end your turn")
    if facts.live_request is not None:
        raise Refused(
            f"{bead.id} waits in the merge queue as {facts.live_request}",
            f"gt mq show {facts.live_request}    gt mq reject {facts.live_request}",
        )
    if facts.handing_over:
        raise Refused(f"{facts.worker} has finished {bead.id}; it is being submitted", "gt mq list")
    if verb == "delete" and bead.status == "hooked":
        raise Refused(f"{bead.id} is on {facts.worker}'s hook", f"gt unsling {bead.id}")


def _way(facts: EndFacts) -> str:
    """How work closes as it should."""
    if facts.bead.status == "hooked":
        return "gt done, by the agent" if facts.human else "gt done"
    return f"gt sling {facts.bead.id} has it finished" if facts.human else f"bd show {facts.bead.id}"


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:TOLD]) + (" and more" if len(ids) > TOLD else "")
