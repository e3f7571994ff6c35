"""`gt mq run RIG`: the process of one rig's merge queue, from the predecessor's leavings to the last request."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from gastown.domain.decide.merge_queue import next_request
from gastown.domain.merges import MergeRequest, MergeState
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Busy, GastownError, NotFound, Unavailable
from gastown.ledger import merges
from gastown.operations.merge.attempt import attempt, held_for
from gastown.operations.merge.gate import end_gate
from gastown.operations.merge.predecessor import children_marked, end_predecessor
from gastown.operations.merge.queue import Queue
from gastown.operations.merge.retarget import follow_settings
from gastown.operations.merge.seals import read_target
from gastown.operations.merge.settle import give_up_or_wait, hold, take_up, wait, wait_no_more
from gastown.operations.merge.stopping import Stopped, stopped_by_signals
from gastown.operations.sessions.caller import must_be_person
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring


def run_queue(town: Town, rig: str, *, say: Callable[[str], None]) -> None:
    """Work the rig's queue off, oldest request first, and return when nothing is left to do.

    `say` gets a line for every phase of every request. Killed at any moment it loses nothing: the next one ends
    what it left running and goes on. On SIGTERM and SIGHUP it ends its gate and returns; the request stays
    queued. Raises NotFound for a rig that is not there, Busy while another process runs this queue, and, when
    all that could be done is done, Unavailable if requests had to be left waiting: start it again later. Refused
    for agents, whose work it judges, and in a gate of this town.
    """
    must_be_person(town, "gt mq run")
    town.rig(rig)
    queue = Queue(town, rig, say)
    try:
        with lock(town.places.queue_lock(rig), what=f"the queue of {rig}"), stopped_by_signals():
            _run(queue)
    finally:
        ring(town.places.wake)


def _run(queue: Queue) -> None:
    try:
        end_predecessor(queue)
        with children_marked(queue):
            _work_off(queue)
    except Stopped:
        end_gate(queue)
        queue.say("asked to end: what was being tested stays queued")


def _work_off(queue: Queue) -> None:
    left: dict[str, GastownError] = {}
    while live := [
        r for r in follow_settings(queue, merges.live(queue.ledger, queue.rig)) if r.id not in left
    ]:
        targets = _read(queue, {request.target for request in live})
        left |= _unreadable(queue, live, targets)
        wait_no_more(queue, [request for request in live if request.id not in left])
        request = next_request(live, _present(queue, targets))
        if request is None:
            break
        try:
            _work_on(queue, request, targets[request.target])
        except Busy as problem:
            wait(queue, request, problem.message)
            left[request.id] = problem
        except GastownError as problem:
            if give_up_or_wait(queue, request, problem.message, _now(queue, targets[request.target])):
                left[request.id] = problem
    if left:
        first = next(iter(left.values()))
        raise Unavailable(f"{queue.rig}: {len(left)} left waiting: {first.message}", first.hint)


def _read(queue: Queue, targets: AbstractSet[str]) -> Mapping[str, Observed[str]]:
    """Where the targets stand now, asked of the remote."""
    return {target: _stands(queue, target) for target in sorted(targets)}


def _stands(queue: Queue, target: str) -> Observed[str]:
    try:
        return Present(read_target(queue, target))
    except NotFound:
        return _no_such_branch(queue)
    except GastownError as problem:
        return Unknown(problem.message)


def _no_such_branch(queue: Queue) -> Observed[str]:
    """Absent if the remote itself is there; one that says there is nothing at all may be back tomorrow."""
    try:
        queue.repository.fetch()
    except GastownError as problem:
        return Unknown(problem.message)
    return Absent()


def _unreadable(
    queue: Queue, live: Sequence[MergeRequest], targets: Mapping[str, Observed[str]]
) -> dict[str, GastownError]:
    """Requests whose target nobody can see now: they wait."""
    left: dict[str, GastownError] = {}
    for request in live:
        target = targets[request.target]
        if isinstance(target, Unknown) and request.state is MergeState.QUEUED:
            wait(queue, request, target.why)
            left[request.id] = Unavailable(target.why)
    return left


def _present(queue: Queue, targets: Mapping[str, Observed[str]]) -> Mapping[str, str]:
    return {name: _now(queue, target) for name, target in targets.items() if not isinstance(target, Unknown)}


def _now(queue: Queue, target: Observed[str]) -> str:
    """What a hold would depend on now."""
    return held_for(queue.settings, target.value if isinstance(target, Present) else None)


def _work_on(queue: Queue, request: MergeRequest, target: Observed[str]) -> None:
    match target:
        case Present(commit):
            attempt(queue, request, commit)
        case Absent() | Unknown():
            if (taken := take_up(queue, request)) is not None:
                why = f"there is no branch {request.target} to land on"
                hold(queue, taken, why, held_for(queue.settings, None))
