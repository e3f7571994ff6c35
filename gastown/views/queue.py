"""The merge queues: what waits, what is tested now, what landed in the last hour, and one request in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.merges import GateOutcome, MergeRequest, MergeState
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import NotFound
from gastown.ledger import beads, merges
from gastown.ledger.merges import RecordedGate, RunningGate
from gastown.town import Town
from gastown.views.request_line import RequestLine, request_line

RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One rig's queue in short; `gate` is set while one really runs."""

    rig: str
    process: str
    """running, stopped or unknown"""
    waiting: int
    held: int
    because: str | None
    """Why the oldest waiting request has to wait, if the queue said so."""
    gate: str | None
    gate_since: datetime | None
    request: str | None
    bead: str | None


@dataclass(frozen=True, slots=True)
class RigQueue:
    """One rig's queue in full."""

    rig: str
    target: str
    newest_landing: str | None
    """The commit that the queue last moved the target to."""
    gate: str | None
    no_gate: bool
    process: str
    live: tuple[RequestLine, ...]
    ended: tuple[RequestLine, ...]
    """Of the last hour, newest first."""
    landed: int
    sent_back: int
    gates: int
    """How many gates were begun in the last hour."""


@dataclass(frozen=True, slots=True)
class GateLine:
    """One run of a gate. Without an end and not running, or without an outcome: it was cut off."""

    id: int
    on_target: bool
    commit: str
    command: str
    log: str
    began_at: datetime
    ended_at: datetime | None
    status: int | None
    outcome: GateOutcome | None
    running: bool


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One merge request with every run of its gate, oldest first."""

    request: RequestLine
    gates: tuple[GateLine, ...]


def merge_queue(town: Town, rig: str | None = None) -> tuple[RigQueue, ...]:
    """The queue of one rig, or of every rig by name. Raises NotFound."""
    names = town.rigs if rig is None else {rig: town.rig(rig)}
    return tuple(_queue(town, name) for name in names)


def queue_lines(town: Town) -> tuple[QueueLine, ...]:
    """Every rig's queue in short."""
    live = merges.live(town.ledger)
    return tuple(_line(town, name, [r for r in live if r.rig == name]) for name in town.rigs)


def merge_request(town: Town, what: str) -> RequestPage:
    """The request of that id, or the newest one of that bead. Raises NotFound or Refused."""
    request = _find(town, what)
    running = _running_gate(town, request.rig, _process(town, request.rig))
    gates = merges.gates_of_request(town.ledger, request.id)
    line = request_line(request, running, tested=_tested(town, request))
    return RequestPage(line, tuple(_gate(town, gate, running) for gate in gates))


def _find(town: Town, what: str) -> MergeRequest:
    if (request := merges.get(town.ledger, what)) is not None:
        return request
    bead = beads.get(town.ledger, what)
    if (request := merges.get(town.ledger, bead.id)) is not None:
        return request
    requests = merges.of_bead(town.ledger, bead.id)
    if not requests:
        raise NotFound(f"{bead.id} was never handed to the merge queue", f"bd show {bead.id}")
    return requests[-1]


def _queue(town: Town, name: str) -> RigQueue:
    rig, since = town.rig(name), town.clock.now() - RECENT
    process = _process(town, name)
    running = _running_gate(town, name, process)
    ended = merges.ended_since(town.ledger, name, since)
    landing = merges.newest_landing(town.ledger, name)
    return RigQueue(
        rig=name,
        target=rig.target,
        newest_landing=landing.landing_new if landing else None,
        gate=rig.gate or None,
        no_gate=rig.no_gate,
        process=_word(process),
        live=tuple(request_line(request, running) for request in merges.live(town.ledger, name)),
        ended=tuple(request_line(request, tested=_tested(town, request)) for request in ended),
        landed=sum(request.state is MergeState.MERGED for request in ended),
        sent_back=sum(request.state is MergeState.SENT_BACK for request in ended),
        gates=merges.gates_since(town.ledger, name, since),
    )


def _line(town: Town, name: str, live: Sequence[MergeRequest]) -> QueueLine:
    process = _process(town, name)
    running = _running_gate(town, name, process) if live else None
    waiting = [request for request in live if request.state is MergeState.QUEUED]
    return QueueLine(
        rig=name,
        process=_word(process),
        waiting=len(waiting),
        held=len(live) - len(waiting),
        because=waiting[0].because if waiting else None,
        gate=running.command if running else None,
        gate_since=running.began_at if running else None,
        request=running.request if running else None,
        bead=running.bead if running else None,
    )


def _process(town: Town, rig: str) -> Observed[int]:
    """The queue's process; imported late, since most who want one request's line look at no process."""
    from gastown.views.supervised import queue_process

    return queue_process(town, rig)


def _running_gate(town: Town, rig: str, process: Observed[int]) -> RunningGate | None:
    """The gate that runs now: without the queue's process it is only a run whose end nobody wrote down."""
    return merges.gate_running(town.ledger, rig) if isinstance(process, Present) else None


def _word(process: Observed[int]) -> str:
    match process:
        case Present():
            return "running"
        case Absent():
            return "stopped"
        case Unknown():
            return "unknown"


def _tested(town: Town, request: MergeRequest) -> bool | None:
    if request.state is not MergeState.MERGED:
        return None
    gates = merges.gates_of_request(town.ledger, request.id)
    return any(gate.outcome is GateOutcome.PASSED and gate.commit == request.landing_new for gate in gates)


def _gate(town: Town, gate: RecordedGate, running: RunningGate | None) -> GateLine:
    return GateLine(
        id=gate.id,
        on_target=gate.on_target,
        commit=gate.commit,
        command=gate.command,
        log=str(town.root / gate.log),
        began_at=gate.began_at,
        ended_at=gate.ended_at,
        status=gate.status,
        outcome=gate.outcome,
        running=running is not None and running.id == gate.id,
    )
