"""Finding out whether a change may land: its gate, and where that cannot run, the same on the target itself."""

from dataclasses import dataclass

from gastown.domain.decide.merge_queue import Judgement, ProveOnTarget, judge
from gastown.domain.merges import GateRun, MergeRequest
from gastown.operations.merge.gate import Tree, run_gate
from gastown.operations.merge.queue import Queue
from gastown.settings.rig import RigSettings


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be done with a change, and the gate run on it that says so."""

    judgement: Judgement
    on_change: GateRun


def put_to_trial(queue: Queue, request: MergeRequest, rig: RigSettings, *, head: str, onto: str) -> Trial:
    """Run the gate on `head`, which is checked out, and judge it; on `onto` too, if it could not run there."""
    on_change = run_gate(queue, request, rig, Tree(head, on_target=False))
    judgement = judge(on_change, None)
    if isinstance(judgement, ProveOnTarget):
        queue.tell(request, f"{judgement.because}: does it on {request.target} itself?")
        queue.check_out(onto)
        judgement = judge(on_change, run_gate(queue, request, rig, Tree(onto, on_target=True)))
    return Trial(judgement, on_change)
