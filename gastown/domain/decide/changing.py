"""Whether a bead may be changed by hand, and by which command where it may not."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from gastown.domain.beads import BLOCKING, FILED_TYPES, Bead, BeadStatus, DependencyKind
from gastown.domain.decide.closing import POURED, check_alive, check_hands_off, check_not_others
from gastown.errors import Invalid, Refused

BY_HAND = (
    BeadStatus.OPEN,
    BeadStatus.IN_PROGRESS,
    BeadStatus.BLOCKED,
    BeadStatus.DEFERRED,
    BeadStatus.PINNED,
)
"""What people may set; a hook and a landing set the others."""

PLACE = ("claim", "status", "type", "assignee", "parent")
"""What says in whose hands a bead is, and where: not its words, which a person may correct."""


class Change(NamedTuple):
    """What somebody wants to change by hand."""

    bead: Bead
    what: AbstractSet[str]
    """Columns; and `claim`, `parent`, `labels`."""
    by: str
    human: bool


def parse_status(text: str) -> BeadStatus:
    """The status to set by hand. Raises Invalid, with the command that sets the others."""
    word = text.strip().lower().replace("-", "_")
    if word == BeadStatus.HOOKED:
        raise Invalid("--status puts nothing on a hook", "gt sling BEAD")
    if word == BeadStatus.CLOSED:
        raise Invalid("--status closes nothing", "bd close BEAD")
    if word not in list(BY_HAND):
        raise Invalid(f"{text!r} is no status", f"statuses: {', '.join(BY_HAND)}")
    return BeadStatus(word)


def check_change(change: Change) -> None:
    """Raise Refused if what is to be changed is not the caller's: of steps, of messages, of what somebody claimed."""
    bead, what = change.bead, change.what
    check_hands_off(bead)
    if bead.type in POURED and not (change.human and what.isdisjoint(PLACE)):
        told = "its words can be corrected, by a person; all else" if change.human else "it"
        raise Refused(
            f"{bead.id} is a {bead.type}: {told} goes with the work it was poured for",
            "bd mol current shows it; bd close STEP --continue goes on in it",
        )
    if not what.isdisjoint(("status", "type", "assignee")):
        check_not_others(bead, change.by, human=change.human)


def check_status(bead: Bead, live_request: str | None) -> None:
    """Raise Refused with the way if somebody else decides about the bead's status."""
    check_hands_off(bead)
    if bead.type == "convoy":
        raise Refused(
            f"{bead.id} is a convoy: it is open until all it tracks has ended", f"bd show {bead.id}"
        )
    if bead.status is BeadStatus.HOOKED:
        raise Refused(f"{bead.id} is on {bead.assignee}'s hook", f"gt unsling {bead.id}")
    _check_queue(bead, live_request)
    if bead.status is BeadStatus.CLOSED:
        raise Refused(
            f"{bead.id} is closed: {bead.close_reason or 'no reason given'}", f"bd reopen {bead.id}"
        )


def check_put_off(bead: Bead, status: object, by: str, *, human: bool) -> None:
    """Raise Refused if an agent would block or defer what is not its own."""
    if status in {BeadStatus.BLOCKED, BeadStatus.DEFERRED} and not human and bead.assignee != by:
        raise Refused(
            f"{bead.id} is not {by}'s: only a person, and who has it, makes it {status}",
            f'bd comment {bead.id} "…" says what is in the way; bd dep add {bead.id} EARLIER what it waits for',
        )


def check_type_change(bead: Bead, live_request: str | None) -> None:
    """Raise Refused if the bead is something that another command made, or work that is being done."""
    if bead.type not in FILED_TYPES:
        raise Refused(f"{bead.id} is a {bead.type}, and stays one", f"bd show {bead.id}")
    if bead.status is BeadStatus.HOOKED:
        raise Refused(
            f"{bead.id} is on {bead.assignee}'s hook, and stays a {bead.type}", f"gt unsling {bead.id}"
        )
    _check_queue(bead, live_request)


def check_assignee(bead: Bead, live_request: str | None) -> None:
    """Raise Refused if a hook or the queue says whose the bead is."""
    if bead.status is BeadStatus.HOOKED:
        raise Refused(
            f"{bead.id} is on {bead.assignee}'s hook, and so theirs",
            f"gt unsling {bead.id}, then gt sling {bead.id} TARGET",
        )
    _check_queue(bead, live_request)


def check_claim(bead: Bead, by: str, live_request: str | None, blockers: str) -> None:
    """Raise Refused, naming who was faster or what is in the way, if `by` may not take the bead."""
    check_status(bead, live_request)
    if bead.assignee is not None and bead.assignee != by:
        word = "is being worked on by" if bead.status is BeadStatus.IN_PROGRESS else "is assigned to"
        raise Refused(f"{bead.id} {word} {bead.assignee}", "bd ready lists what is free")
    if bead.status not in (BeadStatus.OPEN, BeadStatus.IN_PROGRESS):
        raise Refused(f"{bead.id} is {bead.status}", f"bd update {bead.id} --status open")
    if blockers:
        raise Refused(f"{bead.id} waits for {blockers}", f"bd show {bead.id}")


def check_link(bead: Bead, other: Bead, kind: str, live_request: str | None) -> None:
    """Raise Refused if `bead` may not be made to lean on `other` by hand."""
    check_cut(bead)
    check_leaned_on(other, kind)
    if kind in BLOCKING:
        _check_queue(bead, live_request)


def check_cut(bead: Bead) -> None:
    """Raise Refused if the links that lead from the bead are not made and cut by hand."""
    check_hands_off(bead)
    _check_not_poured(bead)


def check_leaned_on(other: Bead, kind: str) -> None:
    """Raise Refused if nothing may be made to lean on the bead in that way by hand."""
    check_alive(other)
    _check_not_poured(other)
    if kind == DependencyKind.PARENT_CHILD and other.type in {"merge-request", "message"}:
        raise Refused(f"{other.id} is a {other.type}: nothing goes beneath it", f"bd show {other.id}")


def _check_not_poured(bead: Bead) -> None:
    if bead.type in POURED:
        raise Refused(
            f"{bead.id} is a {bead.type}: its links were poured with it",
            f"link the bead that it was poured for: bd mol current {bead.id} names it",
        )


def _check_queue(bead: Bead, live_request: str | None) -> None:
    if live_request is not None:
        raise Refused(
            f"{bead.id} waits in the merge queue as {live_request}",
            f"gt mq show {live_request}    gt mq reject {live_request}",
        )
