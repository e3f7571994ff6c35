"""One merge request as a line of a list."""

from dataclasses import dataclass
from datetime import datetime

from gastown.domain.merges import MergeRequest, MergeState
from gastown.ledger.merges import RunningGate
from gastown.views.names import short_name


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One merge request; `gate` is set while its gate really runs."""

    id: str
    bead: str
    title: str
    rig: str
    agent: str
    short: str
    generation: int
    state: MergeState
    because: str | None
    submitted_at: datetime
    ended_at: datetime | None
    commit: str
    branch: str
    target: str
    landed_as: str | None
    gate: str | None
    gate_since: datetime | None
    tested: bool | None = None
    """Whether its gate passed here on what landed; None before it has landed."""


def request_line(
    request: MergeRequest, running: RunningGate | None = None, *, tested: bool | None = None
) -> RequestLine:
    """One request as a line of a list; `running` is the gate that its queue runs now."""
    mine = running if running is not None and running.request == request.id else None
    return RequestLine(
        id=request.id,
        bead=request.bead,
        title=request.title,
        rig=request.rig,
        agent=request.agent,
        short=short_name(request.agent),
        generation=request.generation,
        state=request.state,
        because=request.because,
        submitted_at=request.submitted_at,
        ended_at=request.ended_at,
        commit=request.commit,
        branch=request.branch,
        target=request.target,
        landed_as=request.landing_new if request.state is MergeState.MERGED else None,
        gate=mine.command if mine else None,
        gate_since=mine.began_at if mine else None,
        tested=tested,
    )
