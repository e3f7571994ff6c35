"""The single most useful command to type now."""

from collections.abc import Sequence

from gastown.domain.worker_state import WorkerState
from gastown.ledger.ready import ReadyBead
from gastown.views.queue import QueueLine
from gastown.views.waiting import WaitingLine
from gastown.views.workers import WorkerLine


def next_step(
    *,
    rigs: Sequence[str],
    supervised: bool,
    blind: bool,
    waiting: Sequence[WaitingLine],
    workers: Sequence[WorkerLine],
    queues: Sequence[QueueLine],
    ready: ReadyBead | None,
) -> str:
    """What stands in the way first, then what can be begun, then what can be watched."""
    busy = [line for line in workers if line.state not in (WorkerState.IDLE, WorkerState.DEFERRED)]
    watched = [line for line in busy if line.state is WorkerState.WORKING]
    if not rigs:
        return "gt rig add NAME URL_OR_PATH"
    if not supervised and (busy or any(line.waiting for line in queues)):
        return "gt up"
    if blind:
        return "gt doctor"
    if waiting:
        return waiting[0].command
    if ready is not None:
        return f"gt sling {ready.id}" if ready.rig else f"gt sling {ready.id} {rigs[0]}"
    if watched:
        return f"gt attach {watched[0].short}"
    if busy or any(line.waiting for line in queues):
        return "gt log --follow"
    return f'gt sling "What is to be done" {rigs[0]}'
