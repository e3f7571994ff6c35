"""What a landing leans on and agents can reach: a request's frozen commit, and the target kept beside a checkout."""

from dataclasses import dataclass

from gastown.domain.merges import MergeRequest
from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Unavailable
from gastown.ledger import merges
from gastown.operations.merge.evidence import SHORT, kept_as
from gastown.operations.merge.queue import Queue


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
                f"{kept_as(request)} is {commit[:SHORT]}, but {request.commit[:SHORT]} was submitted"
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


def moved_outside(queue: Queue, target: str, at: str) -> str | None:
    """Why the target kept here, which was just seen `at`, is not where this queue and the checkout left it.

    Every agent can write the refs of the rig's repository, so what is kept there is believed only if it is what
    landed last, or what the fetched checkout has. A remote's target is the remote's own affair: None.
    """
    repository = queue.repository
    if not repository.is_local_checkout():
        return None
    landed = _left_at(queue, target)
    theirs = repository.resolve(f"refs/remotes/origin/{target}")
    pulled = isinstance(theirs, Present) and repository.contains(theirs.value, at)
    if at == landed or (pulled and (landed is None or repository.contains(at, landed))):
        return None
    right = landed or (theirs.value if isinstance(theirs, Present) else None)
    return _told(queue, target, at, right)


def _left_at(queue: Queue, target: str) -> str | None:
    """Where this queue's newest landing left the target: what had landed before may have been found beneath it."""
    newest = merges.newest_landing_on(queue.ledger, queue.rig, target)
    if newest is None or newest.landing_new is None:
        return None
    old, new = newest.landing_old, newest.landing_new
    return old if old is not None and queue.repository.contains(old, new) else new


def _told(queue: Queue, target: str, at: str, right: str | None) -> str:
    ref = f"refs/gastown/target/{target}"
    words = f"{ref} was moved outside the queue, to {at[:SHORT]}"
    if right is None:
        return words
    return f"{words} from {right[:SHORT]}; to undo it: git -C {queue.repository.path} update-ref {ref} {right[:SHORT]}"
