"""Whether a bead may be closed, deleted or reopened by hand, and how it is done where it may not."""

from collections.abc import Sequence
from typing import NamedTuple

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.identity import OVERSEER
from gastown.errors import Refused

TOLD = 5
"""How many beads are named that stand in the way."""

POURED = ("molecule", "step")
"""Types that go with the work they were poured for, and are gone through in their order."""


class EndFacts(NamedTuple):
    """All that decides whether a bead may be ended by hand."""

    bead: Bead
    human: bool
    force: bool
    by: str = OVERSEER
    """Who wants to end it."""
    serves: str | None = None
    """What it was poured for, if it is a molecule."""
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
    """Raise Refused if the bead was deleted, or is a merge request or a message: nobody changes these by hand."""
    check_no_request(bead)
    if bead.type == "message":
        raise Refused(
            f"{bead.id} is a message, and stays as it was written", f"bd close {bead.id}, by whom it is for"
        )


def check_no_request(bead: Bead) -> None:
    """Raise Refused if the bead was deleted, or is a merge request: that changes only with its queue."""
    check_alive(bead)
    if bead.type == "merge-request":
        raise Refused(f"{bead.id} is a merge request", f"gt mq show {bead.id}    gt mq reject {bead.id}")


def others_work(bead: Bead, by: str) -> str | None:
    """Who has made the bead their own work, if that is somebody else than `by`."""
    claimed = bead.status is BeadStatus.IN_PROGRESS and bead.assignee != by
    return bead.assignee if claimed else None


def check_not_others(bead: Bead, by: str, *, human: bool) -> None:
    """Raise Refused if an agent would take from somebody what they have claimed; people may."""
    whose = others_work(bead, by)
    if whose is not None and not human:
        raise Refused(
            f"{bead.id} is {whose}'s work", f'bd comment {bead.id} "…" tells them; bd ready lists others'
        )


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
    check_no_request(facts.bead)
    bead = facts.bead
    if bead.type == "message" and not (verb == "close" and _is_addressee(facts)):
        check_hands_off(bead)
    if facts.force and not facts.human:
        raise Refused("--force is for people", "ask the one who runs this town, and end your turn")
    if bead.type in POURED and not facts.human:
        _check_poured(facts, verb)
    if facts.live_request is not None:
        raise Refused(
            f"{bead.id} waits in the merge queue as {facts.live_request}",
            f"gt mq show {facts.live_request}    gt mq reject {facts.live_request}",
        )
    if facts.handing_over:
        raise Refused(f"{facts.worker} has finished {bead.id}; it is being submitted", "gt mq list")
    if verb == "delete" and bead.status == "hooked":
        raise Refused(f"{bead.id} is on {facts.worker}'s hook", f"gt unsling {bead.id}")
    check_not_others(bead, facts.by, human=facts.human)


def _is_addressee(facts: EndFacts) -> bool:
    """Whether the message is for the caller; a person's force closes any."""
    return facts.bead.assignee == facts.by or (facts.human and (facts.force or facts.bead.assignee is None))


def _check_poured(facts: EndFacts, verb: str) -> None:
    """What agents do not end: what goes with work."""
    bead = facts.bead
    if verb == "delete":
        raise Refused(f"{bead.id} is a {bead.type}, which is not deleted", "bd mol burn    bd mol squash")
    if facts.serves is not None:
        raise Refused(
            f"{bead.id} was poured for {facts.serves}: it ends with that",
            "bd close STEP --continue goes on in it; gt done hands the work over",
        )


def _way(facts: EndFacts) -> str:
    """How work closes as it should."""
    if facts.bead.status == "hooked":
        return "gt done, by the agent" if facts.human else "gt done"
    return f"gt sling {facts.bead.id} has it finished" if facts.human else f"bd show {facts.bead.id}"


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:TOLD]) + (" and more" if len(ids) > TOLD else "")
