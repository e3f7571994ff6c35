"""Whether a bead's status, type or worker may be changed by hand, and by which command where it may not."""

from gastown.domain.beads import FILED_TYPES, WORK_TYPES, Bead, BeadStatus
from gastown.domain.decide.closing import check_hands_off
from gastown.errors import Invalid, Refused

BY_HAND = (
    BeadStatus.OPEN,
    BeadStatus.IN_PROGRESS,
    BeadStatus.BLOCKED,
    BeadStatus.DEFERRED,
    BeadStatus.PINNED,
)
"""What people may set; a hook and a landing set the others."""


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


def check_status(bead: Bead, live_request: str | None) -> None:
    """Raise Refused with the way if somebody else decides about the bead's status."""
    check_hands_off(bead)
    if bead.type == "convoy":
        raise Refused(
            f"{bead.id} is a convoy: it is open until all it tracks has ended", f"bd show {bead.id}"
        )
    if bead.status is BeadStatus.HOOKED:
        raise Refused(f"{bead.id} is on {bead.assignee}'s hook", f"gt unsling {bead.id}")
    if live_request is not None:
        raise Refused(
            f"{bead.id} waits in the merge queue as {live_request}",
            f"gt mq show {live_request}    gt mq reject {live_request}",
        )
    if bead.status is BeadStatus.CLOSED:
        raise Refused(
            f"{bead.id} is closed: {bead.close_reason or 'no reason given'}", f"bd reopen {bead.id}"
        )


def check_type_change(bead: Bead, to: str, live_request: str | None) -> None:
    """Raise Refused if the bead is something that another command made, or work that is being done."""
    if bead.type not in FILED_TYPES:
        raise Refused(f"{bead.id} is a {bead.type}, and stays one", f"bd show {bead.id}")
    if to not in WORK_TYPES and (bead.status is BeadStatus.HOOKED or live_request is not None):
        raise Refused(f"{bead.id} is being worked on, so it stays work", f"bd show {bead.id}")


def check_claim(bead: Bead, by: str, live_request: str | None, blockers: str) -> None:
    """Raise Refused, naming who was faster or what is in the way, if `by` may not take the bead."""
    check_status(bead, live_request)
    taken = bead.status is BeadStatus.IN_PROGRESS or bead.assignee is not None
    if taken and bead.assignee != by:
        word = "is being worked on by" if bead.status is BeadStatus.IN_PROGRESS else "is assigned to"
        raise Refused(f"{bead.id} {word} {bead.assignee or 'somebody'}", "bd ready lists what is free")
    if bead.status not in (BeadStatus.OPEN, BeadStatus.IN_PROGRESS):
        raise Refused(f"{bead.id} is {bead.status}", f"bd update {bead.id} --status open")
    if blockers:
        raise Refused(f"{bead.id} waits for {blockers}", f"bd show {bead.id}")
