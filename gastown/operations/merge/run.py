"""`gt mq run RIG`: the process of one rig's merge queue, from the predecessor's leavings to the last request."""

from collections.abc import Callable, Mapping, Sequence

from gastown.domain.decide.merge_queue import next_request
from gastown.domain.merges import MergeRequest, MergeState
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import GastownError, NotFound, Unavailable
from gastown.ledger import merges
from gastown.operations.merge.attempt import attempt, held_for
from gastown.operations.merge.gate import end_gate
from gastown.operations.merge.queue import Queue
from gastown.operations.merge.settle import hold, take_up, wait
from gastown.operations.merge.stopping import Stopped, stopped_by_signals
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring


def run_queue(town: Town, rig: str, *, say: Callable[[str], None]) -> None:
    """Work the rig's queue off, oldest request first, and return when nothing is left to do.

    `say` gets a line for every phase of every request. Killed at any moment it loses nothing: the next one ends
    what it left running and goes on. On SIGTERM and SIGHUP it ends its gate and returns; the request stays
    queued. Raises NotFound for a rig that is not there, Busy while another process runs this queue, and, when
    all that could be done is done, Unavailable if requests had to be left waiting: start it again later.
    """
    town.rig(rig)
    with lock(town.places.queue_lock(rig), what=f"the queue of {rig}"):
        queue = Queue(town, rig, say)
        try:
            with stopped_by_signals():
                _end_predecessor(queue)
                _work_off(queue)
        except Stopped:
            end_gate(queue)
            say("asked to end: what was being tested stays queued")
    ring(town.places.wake)


def _end_predecessor(queue: Queue) -> None:
    """End what a queue process that was killed left running, and note that its gate will never be heard of."""
    end_gate(queue)
    with queue.ledger.transaction() as ledger:
        cut_off = merges.gates_abandoned(ledger, queue.rig, queue.town.clock.now())
    if cut_off:
        queue.say("the queue process before this one was cut off during a gate: it is run again")


def _work_off(queue: Queue) -> None:
    left: dict[str, GastownError] = {}
    while live := [request for request in merges.live(queue.ledger, queue.rig) if request.id not in left]:
        targets = {name: _read(queue, name) for name in sorted({request.target for request in live})}
        left |= _unreadable(queue, live, targets)
        request = next_request(live, _present(queue, targets))
        if request is None:
            break
        try:
            _work_on(queue, request, targets[request.target])
        except GastownError as problem:
            wait(queue, request, problem.message)
            left[request.id] = problem
    if left:
        first = next(iter(left.values()))
        raise Unavailable(f"{queue.rig}: {len(left)} left waiting: {first.message}", first.hint)


def _read(queue: Queue, target: str) -> Observed[str]:
    """Where the target stands now, asked of the remote."""
    try:
        return Present(queue.repository.read_target(target))
    except NotFound:
        return Absent()
    except GastownError as problem:
        return Unknown(problem.message)


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
    rig, present = queue.settings, {}
    for name, target in targets.items():
        match target:
            case Present(commit):
                present[name] = held_for(rig, commit)
            case Absent():
                present[name] = held_for(rig, None)
            case Unknown():
                pass
    return present


def _work_on(queue: Queue, request: MergeRequest, target: Observed[str]) -> None:
    match target:
        case Present(commit):
            attempt(queue, request, commit)
        case Absent() | Unknown():
            if (taken := take_up(queue, request)) is not None:
                why = f"there is no branch {request.target} to land on"
                hold(queue, taken, why, held_for(queue.settings, None))
