"""Sending a request back because a person, or the refinery, says so."""

from gastown.domain.assignments import Caller
from gastown.domain.merges import MergeRequest, MergeState
from gastown.domain.roles import Capability
from gastown.errors import Busy
from gastown.ledger import merges
from gastown.operations.merge.evidence import comment, one_line
from gastown.operations.merge.retry import find_live
from gastown.operations.merge.settle import give_back
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.town import Town
from gastown.world.wake import ring

NO_REASON = "nobody said why"


def reject(town: Town, what: str, *, because: str = "", by: Caller) -> MergeRequest:
    """Take the request `what`, or the one of that bead, out of the queue: its bead is work again, its commit kept.

    Raises NotFound; Refused when the caller may not, or it has landed or was sent back; Busy while it is landed.
    """
    by.must_be_current()
    permit(town, by, Capability.MERGE, "decide over the merge queue")
    why, now = one_line(because) or NO_REASON, town.clock.now()
    request = find_live(town, what)
    must_be_of_rig(by, request.rig, "decide over the merge queue")
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        request = merges.get(ledger, request.id) or request
        if request.landing_new is not None and request.state is MergeState.QUEUED:
            raise Busy(
                f"{request.id} is being landed, or nobody could see yet whether it has",
                f"gt mq show {request.id}; the queue looks as soon as {request.target} can be read",
            )
        words = comment(request, why, "", by=by.address)
        if request.ended_at is not None or not give_back(ledger, request, why, words, by=by.address, now=now):
            raise Busy(f"{request.id} is not in the queue any more", f"gt mq show {request.id}")
        back = merges.get(ledger, request.id)
    ring(town.places.wake)
    return back or request
