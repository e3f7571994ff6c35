"""Requests that do not land now: sent back with evidence, held with a reason, or left waiting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.decide.merge_queue import given_up, kind_of_trouble
from gastown.domain.merges import MergeRequest, MergeState
from gastown.ledger import bead_writes, events, merges
from gastown.ledger.database import Database
from gastown.operations.merge.evidence import comment, one_line
from gastown.operations.merge.queue import Queue
from gastown.world.wake import ring


def send_back(queue: Queue, request: MergeRequest, because: str, evidence: str) -> None:
    """Make the bead work again, with `evidence` as a comment; its commit stays kept. Once, however often called."""
    now, because = queue.town.clock.now(), one_line(because)
    words = comment(request, because, evidence)
    with queue.ledger.transaction() as ledger:
        if not give_back(ledger, request, because, words, by=queue.actor, now=now):
            return
    ring(queue.town.places.wake)
    queue.tell(request, f"sent back: {because}")


def give_back(
    ledger: Database, request: MergeRequest, because: str, words: str, *, by: str, now: datetime
) -> bool:
    """Inside the present transaction, make the request's bead work again, with `words` as a comment.

    False when the request is not as it was given.
    """
    if not merges.move(ledger, request, MergeState.SENT_BACK, because=because, now=now):
        return False
    bead_writes.close(ledger, request.id, f"sent back: {because}", by=by, now=now)
    bead_writes.set_status(
        ledger, request.bead, BeadStatus.IN_PROGRESS, BeadStatus.OPEN, assignee=None, by=by, now=now
    )
    bead_writes.add_comment(ledger, request.bead, words, by=by, now=now)
    events.append(
        ledger, by, "merge.sent_back", request.id, now, bead=request.bead, agent=request.agent, why=because
    )
    return True


def hold(queue: Queue, request: MergeRequest, because: str, held_for: str) -> None:
    """Take the request out of the way until what `held_for` names has changed, or a person says `gt mq retry`."""
    now, because = queue.town.clock.now(), one_line(because)
    with queue.ledger.transaction() as ledger:
        if not merges.move(ledger, request, MergeState.HELD, because=because, held_for=held_for, now=now):
            return
        events.append(
            ledger,
            queue.actor,
            "merge.held",
            request.id,
            now,
            bead=request.bead,
            agent=request.agent,
            why=because,
        )
    ring(queue.town.places.wake)
    queue.tell(request, f"held: {because}")


def give_up_or_wait(queue: Queue, request: MergeRequest, because: str, held_for: str) -> bool:
    """Leave the request in the queue, or hold it when the same has come between too often; whether it waits."""
    with queue.ledger.transaction() as ledger:
        times = merges.trouble(ledger, request.id, kind_of_trouble(because))
    spent = given_up(because, times)
    if spent is None:
        wait(queue, request, because)
        return True
    hold(queue, replace(request, state=MergeState.QUEUED), spent, held_for)
    return False


def wait(queue: Queue, request: MergeRequest, because: str) -> None:
    """Leave the request in the queue and write down what it waits for."""
    because = one_line(because)
    with queue.ledger.transaction() as ledger:
        changed = merges.waits(ledger, request.id, because)
    if changed:
        ring(queue.town.places.wake)
    queue.tell(request, f"waits: {because}")


def wait_no_more(queue: Queue, requests: Sequence[MergeRequest]) -> None:
    """Strike out what queued requests waited for: now they only wait their turn."""
    waiting = [r for r in requests if r.state is MergeState.QUEUED and r.because is not None]
    if waiting:
        with queue.ledger.transaction() as ledger:
            for request in waiting:
                merges.waits(ledger, request.id, None)


def take_up(queue: Queue, request: MergeRequest) -> MergeRequest | None:
    """The request as it is worked on: queued, waiting for nothing; None when somebody took it away meanwhile."""
    now, why = queue.town.clock.now(), "the rig's settings or the target have changed"
    with queue.ledger.transaction() as ledger:
        if request.state is MergeState.HELD and merges.move(
            ledger, request, MergeState.QUEUED, because=why, now=now
        ):
            events.append(ledger, queue.actor, "merge.retried", request.id, now, bead=request.bead, why=why)
        merges.waits(ledger, request.id, None)
        taken = merges.get(ledger, request.id)
    return taken if taken is not None and taken.state is MergeState.QUEUED else None
