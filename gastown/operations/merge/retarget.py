"""Requests follow their rig's target: what rig.toml says now is where they land."""

from collections.abc import Sequence
from dataclasses import replace

from gastown.domain.merges import MergeRequest
from gastown.ledger import events, merges
from gastown.operations.merge.queue import Queue


def follow_settings(queue: Queue, live: Sequence[MergeRequest]) -> Sequence[MergeRequest]:
    """The live requests as they are after each that is for another branch was given the rig's present target.

    One that is about to land is left alone until it is known whether it did.
    """
    return [_followed(queue, request, queue.settings.target) for request in live]


def _followed(queue: Queue, request: MergeRequest, target: str) -> MergeRequest:
    if request.target == target:
        return request
    with queue.ledger.transaction() as ledger:
        if not merges.retarget(ledger, request.id, target):
            return request
        events.append(
            ledger, queue.actor, "merge.retargeted", request.id, queue.town.clock.now(), bead=request.bead,
            was=request.target, target=target,
        )  # fmt: skip
    queue.tell(request, f"lands on {target} instead of {request.target}, as rig.toml says now")
    return replace(request, target=target)
