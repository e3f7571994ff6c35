"""What a queue process that was killed left running, and how the next one finds it."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from gastown.ledger import merges
from gastown.operations.merge.gate import end_gate
from gastown.operations.merge.queue import Queue
from gastown.world import processes

MARK = "GT_QUEUE"
"""In the environment of every git that a queue starts: a rebase or push must not outlive it into our worktree."""


@contextmanager
def children_marked(queue: Queue) -> Generator[None]:
    """Let what this process starts in the block carry the queue's mark; gates carry their own."""
    before = os.environ.get(MARK)
    os.environ[MARK] = _name(queue)
    try:
        yield
    finally:
        if before is None:
            del os.environ[MARK]
        else:
            os.environ[MARK] = before


def end_predecessor(queue: Queue) -> None:
    """End the gate and the git of an earlier queue process, and note that its gate will never be heard of.

    Unavailable when somebody cannot be ended, or the process table cannot be read.
    """
    end_gate(queue)
    processes.end_marked({MARK: _name(queue)})
    with queue.ledger.transaction() as ledger:
        cut_off = merges.gates_abandoned(ledger, queue.rig, queue.town.clock.now())
    if cut_off:
        queue.say("the queue process before this one was cut off during a gate: it is run again")


def _name(queue: Queue) -> str:
    return str(queue.places.root.resolve())
