"""When the process of a rig's merge queue is started, and how soon again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.actions import Action, StartQueue
from gastown.domain.decide.budget import DOUBLINGS
from gastown.domain.supervised import QueueFacts

FIRST_QUEUE_PAUSE = timedelta(seconds=0.2)
LONGEST_QUEUE_PAUSE = timedelta(minutes=2)


def tend_queue(queue: QueueFacts) -> Action | None:
    """Whether the rig's queue process is to be started."""
    if queue.running or not queue.to_do:
        return None
    return StartQueue(queue.rig, f"{queue.to_do} in the queue, no process runs")


@dataclass(frozen=True, slots=True)
class QueueStarts:
    """The newest start of a queue process, when the next one may be, and how many came to nothing before."""

    began: datetime
    not_before: datetime
    in_vain: int


def queue_started(before: QueueStarts | None, now: datetime) -> QueueStarts:
    """What to remember of a start now; `before` is the last one if nothing has landed or come back since."""
    in_vain = 0 if before is None or now - before.not_before > LONGEST_QUEUE_PAUSE else before.in_vain + 1
    pause = min(FIRST_QUEUE_PAUSE * 2 ** min(in_vain, DOUBLINGS), LONGEST_QUEUE_PAUSE)
    return QueueStarts(now, now + pause, in_vain)
