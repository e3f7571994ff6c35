"""Landing a tested commit: the wish, the push, the look whether it came true, and only then the bead's end."""

import contextlib

from gastown.domain.merges import GateOutcome, MergeRequest, MergeState
from gastown.errors import GastownError, Refused, Unavailable
from gastown.ledger import bead_writes, events, merges
from gastown.ledger.database import Database
from gastown.operations.merge.evidence import SHORT
from gastown.operations.merge.queue import Queue
from gastown.operations.merge.seals import read_target
from gastown.operations.molecules import of_work as steps
from gastown.operations.work.convoys import close_finished
from gastown.world.git.landing import Moved, push
from gastown.world.wake import ring


def land(queue: Queue, request: MergeRequest, *, head: str, onto: str) -> bool:
    """Move the target from `onto` to `head` and close the bead; False when somebody else moved it first.

    Refused, with the remote's words, when it will not have the commit. Other errors mean that nobody can say
    yet whether the target will move: the wish stays written, and whoever comes next looks first.
    """
    if read_target(queue, request.target) != onto or not _wish(queue, request, head, onto):
        return False
    try:
        push(queue.repository, request.target, old=onto, new=head)
    except Moved:
        forget(queue, request)
        return False
    except GastownError as problem:
        return _despite(queue, request, problem, head=head)
    _confirm(queue, request, head)
    return True


def came_true(queue: Queue, request: MergeRequest, *, head: str, seen: str) -> bool:
    """Whether the target, last seen at `seen`, holds `head`: then the request is finished, else the wish forgotten."""
    if queue.repository.contains(seen, head):
        finish(queue, request, head)
        return True
    forget(queue, request)
    return False


def forget(queue: Queue, request: MergeRequest) -> None:
    """Take the wish back: the target was read, and it did not come true."""
    with queue.ledger.transaction() as ledger:
        merges.forget_landing(ledger, request.id)


def finish(queue: Queue, request: MergeRequest, commit: str, *, had_at: str | None = None) -> None:
    """Close what has landed: the request, its bead, and convoys that waited for it. Once, however often called.

    `had_at`: nothing was pushed, because the target, there, held it already.
    """
    now, by, words = queue.town.clock.now(), queue.actor, f"landed as {commit} on {request.target}"
    with queue.ledger.transaction() as ledger:
        gate_seconds = _tested(ledger, request, commit)
        why = _why(request, tested=gate_seconds is not None, had=had_at is not None)
        if had_at is not None:
            merges.wish_landing(ledger, request.id, had_at, commit)
        if not merges.move(ledger, request, MergeState.MERGED, because=why, now=now):
            return
        bead_writes.close(ledger, request.id, words, by=by, now=now)
        bead_writes.close(ledger, request.bead, words, by=by, now=now)
        events.append(
            ledger, by, "bead.landed", request.bead, now, commit=commit, target=request.target,
            agent=request.agent, request=request.id, gate_seconds=gate_seconds, tested=gate_seconds is not None,
            untested=None if gate_seconds is not None else why,
        )  # fmt: skip
        steps.clear(ledger, request.bead, by=by, now=now)
        close_finished(ledger, request.bead, by=by, now=now)
    ring(queue.town.places.wake)
    queue.tell(request, f"landed as {commit[:SHORT]} on {request.target}: {why}")
    _tell_how_to_take_over(queue, request)


def _why(request: MergeRequest, *, tested: bool, had: bool) -> str:
    """Why a request is merged, without hiding what did not go through the gate."""
    if had:
        return f"{request.target} had it already" + ("" if tested else ": it was not tested here")
    return "the gate passed" if tested else "it landed untested"


def _confirm(queue: Queue, request: MergeRequest, head: str) -> None:
    """Read the target again and finish what it holds; Unavailable when it does not: then nobody understands it."""
    seen = read_target(queue, request.target)
    if not queue.repository.contains(seen, head):
        raise Unavailable(
            f"{request.target} was moved to {head[:SHORT]}, but is at {seen[:SHORT]} without it",
            "somebody may have pushed with force; it is looked at again",
        )
    finish(queue, request, head)


def _despite(queue: Queue, request: MergeRequest, problem: GastownError, *, head: str) -> bool:
    """Look whether the target moved though the push failed; raises what went wrong when it did not."""
    if queue.repository.contains(read_target(queue, request.target), head):
        finish(queue, request, head)
        return True
    if isinstance(problem, Refused):
        forget(queue, request)
    raise problem


def _tell_how_to_take_over(queue: Queue, request: MergeRequest) -> None:
    """A repository that somebody works in is not pushed to: they pull."""
    repository = queue.repository
    with contextlib.suppress(GastownError):
        if not repository.is_local_checkout():
            return
        queue.tell(request, f"to have it there:  {repository.pull_command(request.target)}")


def _wish(queue: Queue, request: MergeRequest, head: str, onto: str) -> bool:
    """Write down what is about to be done; False when the request is not ours to land any more."""
    with queue.ledger.transaction() as ledger:
        if not merges.wish_landing(ledger, request.id, onto, head):
            return False
        events.append(
            ledger, queue.actor, "merge.landing", request.id, queue.town.clock.now(), bead=request.bead,
            old=onto, new=head, target=request.target,
        )  # fmt: skip
    queue.tell(request, f"moves {request.target} from {onto[:SHORT]} to {head[:SHORT]}")
    return True


def _tested(ledger: Database, request: MergeRequest, commit: str) -> float | None:
    """How many seconds the gate took that passed on this very commit; None: none did."""
    for gate in reversed(merges.gates_of_request(ledger, request.id)):
        if gate.commit == commit and gate.outcome is GateOutcome.PASSED and gate.ended_at is not None:
            return (gate.ended_at - gate.began_at).total_seconds()
    return None
