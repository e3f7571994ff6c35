"""What a queue process that was killed left running, and how the next one finds it."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from gastown.domain.decide.merge_queue import CUT_OFF
from gastown.ledger import merges
from gastown.operations.merge.gate_environment import marks, queue_mark
from gastown.operations.merge.queue import Queue
from gastown.operations.sessions.marks import QUEUE
from gastown.town import Town
from gastown.world import processes


@contextmanager
def children_marked(queue: Queue) -> Generator[None]:
    """Let what this process starts in the block carry the queue's mark; gates carry their own.

    A rebase or push must not outlive its queue into our worktree.
    """
    before = os.environ.get(QUEUE)
    os.environ.update(queue_mark(queue.town, queue.rig))
    try:
        yield
    finally:
        if before is None:
            del os.environ[QUEUE]
        else:
            os.environ[QUEUE] = before


def end_predecessor(queue: Queue) -> None:
    """End the gate and the git of an earlier queue process, and note that its gate will never be heard of.

    Unavailable when somebody cannot be ended, or the process table cannot be read.
    """
    end_all_of_queue(queue.town, queue.rig)
    with queue.ledger.transaction() as ledger:
        cut_off = merges.gates_abandoned(ledger, queue.rig, queue.town.clock.now())
        for request in cut_off:
            merges.trouble(ledger, request, CUT_OFF)
    if cut_off:
        queue.say("the queue process before this one was cut off during a gate: it is run again")


def end_all_of_queue(town: Town, rig: str) -> None:
    """End whatever a rig's queue and its gates started, in whichever process. Raises Unavailable if one stays."""
    processes.end_marked(marks(town, rig))
    processes.end_marked(queue_mark(town, rig))
