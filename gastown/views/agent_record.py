"""An agent's record: all that it was ever given to do, what became of it, and what that took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.endings import HANDOFF
from gastown.domain.merges import MergeRequest, MergeState
from gastown.errors import NotFound
from gastown.ledger import agents, beads, conversations, incarnations, merges
from gastown.ledger.conversations import Conversation
from gastown.town import Town
from gastown.views.agents import AgentLine, agent_line
from gastown.views.find_agent import find_agent

NEVER_BEGAN = "could not start"
"""How the reason begins of a session that came to nothing."""

OUTCOMES = {
    MergeState.MERGED: "landed",
    MergeState.SENT_BACK: "sent back",
    MergeState.QUEUED: "in the queue",
    MergeState.HELD: "held in the queue",
}


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """One piece of work."""

    generation: int
    bead: str
    title: str
    slung_by: str
    runtime: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    """landed, sent back, in the queue, held in the queue, no change, taken back, on the hook, deferred"""
    request: str | None
    sessions: int
    """Sessions that were started for it."""
    handed_off: int
    worked: timedelta
    """How long those sessions were there in all."""


@dataclass(frozen=True, slots=True)
class Totals:
    """All of it in figures. What the CLI did not tell is None, and counted in `untold`."""

    assignments: int
    landed: int
    sent_back: int
    no_change: int
    taken_back: int
    open: int
    """On its hook, or in the queue."""
    sessions: int
    handed_off: int
    worked: timedelta
    """How long its sessions were there in all, be it at their prompt."""
    conversations: int
    untold: int
    """Conversations whose tokens nobody knows: they go on, or left no transcript."""
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """The agent as it is now, and its record, the newest assignment first."""

    agent: AgentLine
    totals: Totals
    assignments: tuple[AssignmentLine, ...]
    at: datetime


def agent_record(town: Town, who: str) -> AgentRecord:
    """The record of the agent that `who` names, in any form that `find_agent` knows. Raises NotFound or Refused."""
    row = find_agent(town, who)
    line = agent_line(town, row.address)
    if line is None:
        raise NotFound(f"there is no agent {who!r}", "gt agents lists them")
    now = town.clock.now()
    sessions = [one for one in incarnations.of_agent(town.ledger, row.address) if _began(one)]
    talks = conversations.of_agent(town.ledger, row.address)
    work = [
        _assignment(town, one, sessions, now) for one in agents.assignments_of_agent(town.ledger, row.address)
    ]
    return AgentRecord(line, _totals(work, sessions, talks, now), tuple(reversed(work)), now)


def _began(session: Incarnation) -> bool:
    return session.why is None or not session.why.startswith(NEVER_BEGAN)


def _assignment(
    town: Town, work: Assignment, sessions: Sequence[Incarnation], now: datetime
) -> AssignmentLine:
    request = merges.of_generation(town.ledger, work.generation)
    own = [one for one in sessions if one.generation == work.generation]
    bead = beads.find(town.ledger, work.bead)
    return AssignmentLine(
        generation=work.generation, bead=work.bead, title=bead.title if bead else "", slung_by=work.slung_by,
        runtime=work.runtime, started_at=work.started_at, ended_at=work.ended_at, outcome=_outcome(work, request),
        request=request.id if request else None, sessions=len(own), handed_off=_handed_off(own),
        worked=_there(own, now),
    )  # fmt: skip


def _outcome(work: Assignment, request: MergeRequest | None) -> str:
    if request is not None:
        return OUTCOMES[request.state]
    match work.outcome:
        case None:
            return "deferred" if work.deferred else "on the hook"
        case "no_change":
            return "no change"
        case "unslung":
            return "taken back"
        case other:
            return other


def _handed_off(sessions: Sequence[Incarnation]) -> int:
    return sum(one.why == HANDOFF for one in sessions)


def _there(sessions: Sequence[Incarnation], now: datetime) -> timedelta:
    return sum(((one.ended_at or now) - one.began_at for one in sessions), timedelta())


def _totals(
    work: Sequence[AssignmentLine], sessions: Sequence[Incarnation], talks: Sequence[Conversation], now: datetime
) -> Totals:  # fmt: skip
    outcomes = [one.outcome for one in work]
    told = [one for one in talks if one.input_tokens is not None or one.output_tokens is not None]
    costs = [one.cost_usd for one in talks if one.cost_usd is not None]
    return Totals(
        assignments=len(work), landed=outcomes.count("landed"), sent_back=outcomes.count("sent back"),
        no_change=outcomes.count("no change"), taken_back=outcomes.count("taken back"),
        open=sum(one in {"on the hook", "deferred", "in the queue", "held in the queue"} for one in outcomes),
        sessions=len(sessions), handed_off=_handed_off(sessions), worked=_there(sessions, now),
        conversations=len(talks), untold=len(talks) - len(told),
        input_tokens=sum(one.input_tokens or 0 for one in told) if told else None,
        output_tokens=sum(one.output_tokens or 0 for one in told) if told else None,
        cost_usd=sum(costs) if costs else None,
    )  # fmt: skip
