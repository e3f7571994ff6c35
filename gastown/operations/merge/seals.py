"""What a landing leans on and agents can reach: a request's frozen commit, and the target kept beside a checkout."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gastown.domain.merges import MergeRequest
from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Unavailable
from gastown.ledger import events, merges
from gastown.operations.merge.evidence import SHORT, kept_as
from gastown.operations.merge.queue import Queue

if TYPE_CHECKING:
    from gastown.world.git.targets import Landed


@dataclass(frozen=True, slots=True)
class Broken:
    """Why the frozen commit is not what was submitted. `gone`: there is no such commit any more."""

    why: str
    gone: bool = False


def broken_seal(queue: Queue, request: MergeRequest) -> Broken | None:
    """What is wrong with the frozen commit; a ref that was removed is set again as long as its commit is there.

    Raises Unavailable when it cannot be read.
    """
    match queue.repository.resolve(kept_as(request)):
        case Present(commit) if commit == request.commit:
            return None
        case Present(commit):
            return Broken(
                f"{kept_as(request)} is {commit[:SHORT]}, but {request.commit[:SHORT]} was submitted: "
                "gt mq reject makes it work again"
            )
        case Absent():
            return _freeze_again(queue, request)
        case Unknown(why):
            raise Unavailable(f"the submitted commit cannot be read: {why}", "gt doctor")


def _freeze_again(queue: Queue, request: MergeRequest) -> Broken | None:
    match queue.repository.resolve(request.commit):
        case Present():
            queue.repository.freeze(request.commit, request.bead, request.generation)
            queue.tell(request, f"{kept_as(request)} was gone: it is set again")
            return None
        case Absent():
            return Broken(f"the submitted commit {request.commit[:SHORT]} is gone", gone=True)
        case Unknown(why):
            raise Unavailable(f"the submitted commit cannot be read: {why}", "gt doctor")


def read_target(queue: Queue, target: str) -> str:
    """Where the rig's `target` stands now, asked of the remote; what agents can write is not believed.

    Beside a checkout that somebody works in it stands in a ref of the rig's own repository. What it should be
    follows from what landed last and from the checkout; one that was moved by somebody else is put right, and
    that is told. Raises NotFound or Unavailable.
    """
    repository = queue.repository
    landed = _landed(queue, target)
    before = repository.kept_target(target)
    now = repository.read_target(target, landed=landed)
    if (
        before is None
        or before == now
        or not repository.is_local_checkout()
        or repository.contains(now, before)
    ):
        return now
    with queue.ledger.transaction() as ledger:
        events.append(
            ledger, queue.actor, "merge.target_restored", queue.rig, queue.town.clock.now(), target=target,
            old=before, new=now,
        )  # fmt: skip
    why = f"{before[:SHORT]} neither landed here nor is in the checkout"
    queue.say(f"the target {target} is at {now[:SHORT]} again: {why}")
    return now


def _landed(queue: Queue, target: str) -> "Landed":
    from gastown.world.git.targets import Landed

    begun = [
        r.landing_new for r in merges.live(queue.ledger, queue.rig) if r.target == target and r.landing_new
    ]
    return Landed(_left_at(queue, target), begun[0] if begun else None)


def _left_at(queue: Queue, target: str) -> str | None:
    """Where this queue's newest landing left the target: what had landed before may have been found beneath it."""
    newest = merges.newest_landing_on(queue.ledger, queue.rig, target)
    if newest is None or newest.landing_new is None:
        return None
    old, new = newest.landing_old, newest.landing_new
    try:
        return old if old is not None and queue.repository.contains(old, new) else new
    except (
        Unavailable
    ):  # one of them is not in this repository: what is there, the repository finds out itself
        return new
