"""Trying a held request again because a person, or the refinery, says so."""

from gastown.domain.assignments import Caller
from gastown.domain.merges import MergeRequest, MergeState
from gastown.domain.roles import Capability
from gastown.errors import NotFound, Refused
from gastown.ledger import beads, events, merges
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.town import Town
from gastown.world.wake import ring


def retry(town: Town, what: str, *, by: Caller) -> MergeRequest:
    """Put the held request `what`, or the one of that bead, back into the queue; wakes the supervisor.

    Raises NotFound, or Refused when it is not held, or the caller may not.
    """
    by.must_be_current()
    permit(town, by, Capability.MERGE, "decide over the merge queue")
    request, now = _find(town, what), town.clock.now()
    must_be_of_rig(by, request.rig, "decide over the merge queue")
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        if request.state is not MergeState.HELD or not merges.move(
            ledger, request, MergeState.QUEUED, because=f"{by.address} had it tried again", now=now
        ):
            raise _not_held(request)
        events.append(ledger, by.address, "merge.retried", request.id, now, bead=request.bead)
        again = merges.get(ledger, request.id)
    ring(town.places.wake)
    return again or request


def find_live(town: Town, what: str) -> MergeRequest:
    """The request of that id, or the newest of that bead. Raises NotFound, or Refused when it is over."""
    request = _find(town, what)
    if request.state not in (MergeState.QUEUED, MergeState.HELD):
        raise _not_held(request)
    return request


def _find(town: Town, what: str) -> MergeRequest:
    bead = beads.get(town.ledger, what)
    if (request := merges.get(town.ledger, bead.id)) is not None:
        return request
    if not (requests := merges.of_bead(town.ledger, bead.id)):
        raise NotFound(f"{bead.id} was never handed to the merge queue", f"bd show {bead.id}")
    return requests[-1]


def _not_held(request: MergeRequest) -> Refused:
    match request.state:
        case MergeState.HELD | MergeState.QUEUED:
            return Refused(f"{request.id} is in the queue already", "gt mq list")
        case MergeState.MERGED:
            return Refused(f"{request.id} has landed", f"gt mq show {request.id}")
        case MergeState.SENT_BACK:
            return Refused(
                f"{request.id} was sent back: {request.because}",
                f"gt sling {request.bead} puts an agent on it",
            )
