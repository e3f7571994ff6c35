"""Merge queues as text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong
from gastown.cli.tables import table
from gastown.cli.times import ago, clock, lasted

if TYPE_CHECKING:
    from gastown.views.queue import GateLine, RequestPage, RigQueue
    from gastown.views.request_line import RequestLine

SHORT = 10
"""Digits of a commit that are shown."""


def queues(shown: "Sequence[RigQueue]", now: datetime) -> str:
    """What `gt mq list` shows."""
    return "\n\n".join("\n".join(_queue(queue, now)) for queue in shown)


def _queue(queue: "RigQueue", now: datetime) -> Iterable[str]:
    at = f" @ {queue.newest_landing[:SHORT]}" if queue.newest_landing else ""
    gate = f"gate {harmless(queue.gate)}" if queue.gate else "no gate"
    yield f" {strong(queue.rig)} → {queue.target}{at}   {gate} · process {queue.process}"
    if queue.live:
        yield from table(
            [_waiting(place, request, now) for place, request in enumerate(queue.live, 1)],
            indent=3,
            gives_way={5: 20, 4: 12},
        )
    else:
        yield "   empty"
    if queue.ended:
        yield from table(
            [_ended(request, now) for request in queue.ended], indent=3, gives_way={5: 20, 4: 12}
        )
    yield faint(f" last hour  {queue.landed} landed · {queue.gates} gate runs · {queue.sent_back} sent back")


def _waiting(place: int, request: "RequestLine", now: datetime) -> Sequence[str]:
    name = request.short.rpartition("/")[2]
    if request.gate and request.gate_since:
        state = f"gate {request.gate} {lasted((now - request.gate_since).total_seconds())}"
    elif request.state == "held":
        state = f"held: {request.because or 'nobody said why'}"
    else:
        state = request.because or "waits"
    return (str(place), request.id, request.bead, name, request.title, state)


def _ended(request: "RequestLine", now: datetime) -> Sequence[str]:
    name = request.short.rpartition("/")[2]
    if request.landed_as:
        state = f"landed {request.landed_as[:SHORT]} {ago(request.ended_at, now)}{_unless_tested(request)}"
    else:
        state = f"sent back {ago(request.ended_at, now)}: {request.because or ''}"
    return ("✓" if request.landed_as else "✗", request.id, request.bead, name, request.title, state)


def _unless_tested(request: "RequestLine") -> str:
    """What a person should know of a landing that no gate stood before."""
    return "" if request.tested or not request.because else f": {request.because}"


def request(page: "RequestPage", now: datetime) -> str:
    """What `gt mq show` shows."""
    one = page.request
    lines = [
        f"{strong(one.id)}  {one.bead}  {harmless(one.title)}",
        f" {_state(one, now)}",
        f" {one.agent} → {one.rig} {one.target} · commit {one.commit[:SHORT]} · branch {one.branch}",
        faint(f" handed over {ago(one.submitted_at, now)} · generation {one.generation}"),
    ]
    if page.gates:
        lines += ["", f" {strong('Gate runs')}", *table([_gate(run, now) for run in page.gates], indent=3)]
        lines += [faint(f"   {harmless(page.gates[-1].log)}")]
    return "\n".join(lines)


def _state(one: "RequestLine", now: datetime) -> str:
    words = one.state.replace("_", " ")
    became = f" as {one.landed_as[:SHORT]}" if one.landed_as else ""
    when = f" {ago(one.ended_at, now)}" if one.ended_at else ""
    why = f": {harmless(one.because)}" if one.because else ""
    return f"{words}{became}{when}{why}"


def _gate(run: "GateLine", now: datetime) -> Sequence[str]:
    place = "target itself" if run.on_target else "change"
    ended = run.ended_at or (now if run.running else None)
    length = lasted((ended - run.began_at).total_seconds()) if ended else ""
    outcome = "runs" if run.running else (run.outcome or "cut off").replace("_", " ")
    status = "" if run.status is None else f"status {run.status}"
    return (
        clock(run.began_at, now),
        f"on the {place}",
        run.commit[:SHORT],
        outcome,
        status,
        length,
        run.command,
    )
