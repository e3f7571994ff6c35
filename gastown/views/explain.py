"""Why a bead is ready or is not: every reason, up to the parent where it lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import WORK_TYPES, BeadStatus
from gastown.errors import NotFound
from gastown.ledger import agents, beads, merges, waits
from gastown.ledger import ready as ledgered
from gastown.ledger.graph import Link
from gastown.ledger.waits import Held
from gastown.town import Town
from gastown.views.assignees import one_address
from gastown.views.names import short_name


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, with the ids that it is about."""

    kind: str
    """ready, waits, parent, deferred, hooked, queued, status, assigned, type or closed"""
    why: str
    beads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One bead, whether it is ready, and why."""

    id: str
    title: str
    status: BeadStatus
    priority: int
    rig: str | None
    ready: bool
    reasons: tuple[Reason, ...]


def explain(town: Town, what: str) -> Explanation:
    """Why the bead of that id, or of the one id that begins so, is ready or not. Raises NotFound or Refused."""
    with town.ledger.snapshot() as ledger:
        return _explained(town, beads.get(ledger, what).id)


def explain_first(
    town: Town, rig: str | None, most: int, assignee: str | None = None
) -> tuple[Explanation, ...]:
    """The same for the first `most` beads that are ready, and the first `most` that are not.

    Raises NotFound for an unknown rig.
    """
    name = town.rig(rig).name if rig is not None else None
    who = one_address(town, assignee) if assignee is not None else None
    now = town.clock.now()
    with town.ledger.snapshot() as ledger:
        ready = ledgered.first(ledger, rig=name, now=now, most=most, assignee=who)
        others = waits.not_ready(ledger, now, rig=name, assignee=who, most=most)
        return tuple(_explained(town, identity) for identity in (*(one.id for one in ready), *others))


def _explained(town: Town, identity: str) -> Explanation:
    bead = waits.held(town.ledger, identity)
    if bead is None:  # pragma: no cover - it was there a moment ago
        raise NotFound(f"there is no bead {identity!r}", "bd ready lists what can be worked on")
    now = town.clock.now()
    ready = bead.is_ready(now)
    reasons = tuple(_reasons(town, bead, now)) or (
        Reason("ready", "nothing keeps it") if ready else Reason("status", "gt ledger verify says more"),
    )
    if ready and bead.assignee:
        reasons = (*reasons, Reason("assigned", f"assigned to {short_name(bead.assignee)}"))
    return Explanation(bead.id, bead.title, bead.status, bead.priority, bead.rig, ready, reasons)


def _reasons(town: Town, bead: Held, now: datetime) -> Iterator[Reason]:
    """What keeps it; nothing for a bead that is ready."""
    if bead.status is BeadStatus.CLOSED:
        yield Reason("closed", f"closed: {bead.close_reason or 'no reason given'}")
        return
    if bead.type not in WORK_TYPES:
        yield Reason("type", f"a bead of type {bead.type} is nobody's work itself")
    yield from _of_its_status(town, bead)
    yield from waits_for(bead)
    yield from parents(waits.parents_that_hold(town.ledger, bead))
    if bead.defer_until is not None and bead.defer_until > now:
        yield Reason("deferred", f"deferred until {_day(bead.defer_until)}")


def _of_its_status(town: Town, bead: Held) -> Iterator[Reason]:
    request = merges.live_of_bead(town.ledger, bead.id)
    if request is not None:
        why = f": {request.because}" if request.because else ""
        yield Reason("queued", f"in the merge queue as {request.id}, {request.state}{why}", (request.id,))
    match bead.status:
        case BeadStatus.HOOKED:
            agent = agents.holder(town.ledger, bead.id) or bead.assignee or "somebody"
            yield Reason("hooked", f"on the hook of {short_name(agent)}")
        case BeadStatus.BLOCKED | BeadStatus.DEFERRED | BeadStatus.PINNED:
            yield Reason("status", f"a person has set it to {bead.status}")
        case BeadStatus.IN_PROGRESS if request is None:
            by = f", by {short_name(bead.assignee)}" if bead.assignee else ""
            yield Reason("status", f"in progress{by}")
        case _:
            pass


def waits_for(bead: Held) -> Iterator[Reason]:
    """What the bead waits for itself."""
    if bead.blockers:
        more = f" and {bead.blockers_left_out} more" if bead.blockers_left_out else ""
        named = ", ".join(_named(link) for link in bead.blockers)
        yield Reason("waits", f"waits for {named}{more}", tuple(link.id for link in bead.blockers))


def parents(chain: Sequence[Held]) -> Iterator[Reason]:
    """What the parents that hold it up wait for themselves, the nearest first."""
    for place, above in enumerate(chain):
        who = (
            f'its parent {above.id} "{above.title}"'
            if not place
            else f'that one\'s parent {above.id} "{above.title}"'
        )
        own = [reason.why for reason in waits_for(above)]
        if above.stopped_by_hand:
            own.append(f"was set to {above.status} by a person")
        why = " and ".join(own) or "is held up in turn"
        yield Reason("parent", f"{who} {why}", (above.id, *(link.id for link in above.blockers)))


def _named(link: Link) -> str:
    kind = "" if link.kind == "blocks" else f"{link.kind}, "
    return f'{link.id} "{link.title}" ({kind}{link.status.replace("_", " ")})'


def _day(at: datetime) -> str:
    here = at.astimezone()
    return f"{here:%Y-%m-%d}" if (here.hour, here.minute) == (0, 0) else f"{here:%Y-%m-%d %H:%M}"
