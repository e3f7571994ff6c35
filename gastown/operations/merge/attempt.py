"""One request: replayed onto the fresh target, tried there, and landed, sent back or held."""

from gastown.domain.decide.merge_queue import (
    CUT_OFF,
    Hold,
    Land,
    ProveOnTarget,
    SendBack,
    configuration,
    given_up,
    reasons,
    wherever,
)
from gastown.domain.merges import MergeRequest, MergeState
from gastown.errors import Busy, Refused
from gastown.ledger import agents, merges
from gastown.operations.merge.evidence import GONE, SHORT, of_conflict, of_gate
from gastown.operations.merge.land import came_true, finish, land
from gastown.operations.merge.queue import Queue
from gastown.operations.merge.seals import Broken, broken_seal, read_target
from gastown.operations.merge.settle import hold, send_back, take_up
from gastown.operations.merge.trial import put_to_trial
from gastown.settings.rig import RigSettings
from gastown.world.git.landing import Conflict, Replayed, replay

ROUNDS = 5
"""How often a request is replayed because the target moved under it, before others get their turn."""


def attempt(queue: Queue, request: MergeRequest, onto: str) -> None:
    """Bring `request` to an end, or hold it; `onto` is where its target was just seen.

    Unavailable or Busy when that is not possible now: the request stays queued, and nothing is lost.
    """
    taken = take_up(queue, request)
    if taken is None:
        return
    if taken.landing_new is not None and came_true(queue, taken, head=taken.landing_new, seen=onto):
        return
    if taken.trouble == CUT_OFF and (spent := given_up(CUT_OFF, taken.troubles)) is not None:
        hold(queue, taken, spent, wherever(_configuration(queue.settings)))
        return
    for _ in range(ROUNDS):
        if _round(queue, taken, onto) or not _still_ours(queue, taken):
            return
        onto = read_target(queue, taken.target)
        queue.tell(taken, f"{taken.target} has moved: once more")
    raise Busy(f"{taken.target} moved {ROUNDS} times while this was tested", "it is tried again later")


def held_for(rig: RigSettings, target: str | None) -> str:
    """What a hold under these settings, with the target at this commit, depends on."""
    return reasons(_configuration(rig), target)


def _configuration(rig: RigSettings) -> str:
    return configuration(rig.gate, rig.gate_limit, no_gate=rig.no_gate, target=rig.target)


def _still_ours(queue: Queue, request: MergeRequest) -> bool:
    """Whether nobody took the request out of the queue meanwhile."""
    now = merges.get(queue.ledger, request.id)
    return now is not None and now.state is MergeState.QUEUED


def _round(queue: Queue, request: MergeRequest, onto: str) -> bool:
    """Try to land on `onto`; False when the target moved meanwhile."""
    rig = queue.settings
    reason = held_for(rig, onto)
    match broken_seal(queue, request):
        case Broken(why, gone=True):
            send_back(queue, request, why, GONE)
            return True
        case Broken(why):
            hold(queue, request, why, reason)
            return True
        case None:
            pass
    queue.tell(request, f"replays on {request.target} @ {onto[:SHORT]}")
    match _replayed(queue, request, onto):
        case Conflict(files, detail):
            evidence = of_conflict(files, detail, onto, request.target)
            send_back(queue, request, f"it conflicts with {request.target}", evidence)
            return True
        case Replayed(head) if head == onto:
            finish(queue, request, _already(queue, request, onto), had_at=onto)
            return True
        case Replayed(head):
            if not _may_land(queue, request, rig, head=head, onto=onto):
                return True
    try:
        return land(queue, request, head=head, onto=onto)
    except Refused as refusal:
        hold(queue, request, refusal.message, reason)
        return True


def _replayed(queue: Queue, request: MergeRequest, onto: str) -> Replayed | Conflict:
    repository, folder = queue.repository, queue.places.checkout
    if repository.contains(onto, request.commit):
        return Replayed(onto, ())
    queue.check_out(onto)
    assignment = agents.assignment(queue.ledger, request.generation)
    return replay(
        repository,
        folder,
        commit=request.commit,
        onto=onto,
        committer=queue.actor,
        email=queue.town.settings.email,
        base=assignment.base if assignment else None,
    )


def _already(queue: Queue, request: MergeRequest, seen: str) -> str:
    """Under which commit the target, at `seen`, holds the change: its own, or one that somebody else made."""
    return request.commit if queue.repository.contains(seen, request.commit) else seen


def _may_land(queue: Queue, request: MergeRequest, rig: RigSettings, *, head: str, onto: str) -> bool:
    """Whether the gate lets `head` through; otherwise the request has been sent back or held."""
    if not rig.gate and rig.no_gate:
        queue.tell(request, "no gate: it lands untested, as rig.toml says")
        return True
    if not rig.gate:
        hold(queue, request, _no_gate(rig), held_for(rig, onto))
        return False
    trial = put_to_trial(queue, request, rig, head=head, onto=onto)
    match trial.judgement:
        case Land():
            return True
        case SendBack(because):
            send_back(queue, request, because, of_gate(trial.on_change, rig.gate, onto, request.target))
        case Hold(because) | ProveOnTarget(because):
            hold(queue, request, because, held_for(rig, onto))
    return False


def _no_gate(rig: RigSettings) -> str:
    return (
        f"no gate is configured: set gate.command in {rig.name}/rig.toml, "
        "or gate.none = true to let work land untested"
    )
