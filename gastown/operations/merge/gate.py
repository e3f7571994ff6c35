"""Running a rig's gate once: bounded in time and output, recorded before and after, and ended whole."""

import os
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gastown.domain.decide.merge_queue import CUT_OFF, NOT_FOUND, outcome_of
from gastown.domain.merges import GateRun, MergeRequest
from gastown.errors import Unavailable
from gastown.ledger import events, merges
from gastown.operations.merge.gate_environment import gate_environment, marks
from gastown.operations.merge.gate_log import GateLog
from gastown.operations.merge.queue import Queue
from gastown.operations.merge.stopping import Stopped
from gastown.operations.sessions.environment import kept_environment
from gastown.settings.rig import RigSettings
from gastown.world import process, processes
from gastown.world.adoption import adopting
from gastown.world.git.checked import holds

_PRINT_INTO = 'command exec >"$2" 2>&1 || exit 126; exec sh -c "$1"'
"""The gate is a shell's only command, and both its outputs are one, in the order in which it printed."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What the gate is run on: the change as it would land, or the target as it is."""

    commit: str
    on_target: bool


def run_gate(queue: Queue, request: MergeRequest, rig: RigSettings, tree: Tree) -> GateRun:
    """Run the rig's gate in the queue's worktree, where `tree` is checked out.

    Nothing that the gate started is left when this returns or raises: not its process group, nobody who carries
    its marks, and on Linux nobody who descends from it. Unavailable when somebody cannot be ended, when the
    process table cannot be read, and when something else than `tree` is checked out.
    """
    _must_be_checked_out(queue, tree)
    log = _log(queue, request)
    run = _begin(queue, request, rig, tree, log)
    try:
        result = _execute(queue, rig, log)
    except BaseException as problem:
        with queue.ledger.transaction() as ledger:
            merges.gate_ended(ledger, run, None, None, queue.town.clock.now())
            if isinstance(problem, Stopped) and not queue.town.places.down.exists():
                merges.trouble(ledger, request.id, CUT_OFF)  # no person asked us: maybe the gate itself did
        raise
    _end(queue, request, tree, run, result)
    return result


def _must_be_checked_out(queue: Queue, tree: Tree) -> None:
    if not holds(queue.repository, queue.places.checkout, tree.commit):
        raise Unavailable(
            f"somebody else works in {queue.places.checkout}: it does not hold what is to be tested",
            "look for their processes; it is tried again",
        )


def end_gate(queue: Queue) -> None:
    """End everything that a gate of this rig started, be it in a session of its own. Unavailable if that fails."""
    processes.end_marked(marks(queue.town, queue.rig))


def _log(queue: Queue, request: MergeRequest) -> Path:
    """Where the output of the request's next gate run is kept."""
    number = len(merges.gates_of_request(queue.ledger, request.id)) + 1
    return queue.town.places.logs / "gates" / f"{request.id}-{number}.log"


def _execute(queue: Queue, rig: RigSettings, log: Path) -> GateRun:
    limit, began, words = rig.gate_limit.total_seconds(), time.monotonic(), ""
    with GateLog(log, queue.town.places.run / "gates" / queue.rig) as printed, adopting() as orphans:
        try:
            finished = process.run(
                ["/bin/sh", "-c", _PRINT_INTO, "gate", rig.gate, str(printed.pipe)],
                deadline=limit,
                cwd=queue.places.checkout,
                env=gate_environment(queue.town, queue.rig, kept_environment(queue.town) or os.environ),
                started=orphans.started,
            )
            status, timed_out = finished.status, False
        except Unavailable as problem:
            timed_out = time.monotonic() - began >= limit
            words = "" if timed_out else problem.message
            status = -signal.SIGKILL if timed_out else NOT_FOUND
        finally:
            seconds = min(time.monotonic() - began, limit)
            end_gate(queue)
    outcome = outcome_of(status, timed_out=timed_out)
    tail, where = printed.last_lines() or words, str(log.relative_to(queue.town.root))
    return GateRun(outcome, status, timed_out=timed_out, seconds=seconds, tail=tail, log=where)


def _begin(queue: Queue, request: MergeRequest, rig: RigSettings, tree: Tree, log: Path) -> int:
    now, where = queue.town.clock.now(), str(log.relative_to(queue.town.root))
    with queue.ledger.transaction() as ledger:
        run = merges.gate_began(
            ledger,
            request.id,
            on_target=tree.on_target,
            commit=tree.commit,
            command=rig.gate,
            log=where,
            now=now,
        )
        events.append(
            ledger, queue.actor, "gate.began", request.id, now, bead=request.bead, command=rig.gate,
            commit=tree.commit, on_target=tree.on_target, log=where,
        )  # fmt: skip
    place = f"{request.target} itself" if tree.on_target else "the change"
    queue.tell(request, f"gate on {place}: {rig.gate}  (at most {_words(rig.gate_limit)}; its output: {log})")
    return run


def _end(queue: Queue, request: MergeRequest, tree: Tree, run: int, result: GateRun) -> None:
    now = queue.town.clock.now()
    with queue.ledger.transaction() as ledger:
        merges.gate_ended(ledger, run, result.status, result.outcome, now)
        events.append(
            ledger, queue.actor, "gate.ended", request.id, now, bead=request.bead, outcome=result.outcome,
            told=result.told(), seconds=round(result.seconds, 3), on_target=tree.on_target,
        )  # fmt: skip
    queue.tell(request, f"gate {result.outcome.replace('_', ' ')}: {result.told()}, {result.seconds:.1f} s")


def _words(limit: timedelta) -> str:
    seconds = limit.total_seconds()
    return f"{seconds:g} s" if seconds % 60 else f"{seconds / 60:g} min"
