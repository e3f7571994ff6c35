"""What waits for the human: each thing with its reason and the one command that answers it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from gastown.domain.briefing_text import one_line
from gastown.domain.failures import answer
from gastown.domain.identity import OVERSEER, parse_address
from gastown.domain.merges import MergeState
from gastown.domain.messages import Kind
from gastown.domain.observed import Unknown
from gastown.domain.supervised import AgentFacts
from gastown.domain.worker_state import WorkerState, is_started_by_hand, needs_a_person
from gastown.ledger import convoys, events, merges, messages
from gastown.settings.rig import FILE_NAME, RigSettings
from gastown.town import Town
from gastown.views.names import short_name
from gastown.views.workers import WorkerLine

NEWS = timedelta(days=1)
"""How long it is told that a convoy has ended, if nobody looks at it."""

MOST_NEWS = 5
MOST_MAIL = 5


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One thing that a person has to do."""

    kind: str
    """answer, question, stalled, failure, held, parked, gate, role, broken or mail; landed, closed: a convoy's end"""
    who: str
    """The agent, rig or request that waits, as people say it."""
    bead: str | None
    what: str
    since: datetime | None
    command: str


def waiting_lines(
    town: Town, agents: Sequence[AgentFacts], workers: Sequence[WorkerLine], rigs: Mapping[str, RigSettings]
) -> tuple[WaitingLine, ...]:
    """Everything that waits for the human: agents that ask first, then what holds, then news of convoys."""
    asking = [
        line for agent, worker in zip(agents, workers, strict=True) for line in _asks(town, agent, worker)
    ]
    holding = [*_parked(town, agents, workers), *_held(town), *_gateless(town, rigs), *_broken(town, agents)]
    questions, letters = _mail(town)
    return (*_by_age([*asking, *questions]), *_by_age(holding), *letters, *_ended(town))


def _by_age(lines: Sequence[WaitingLine]) -> Sequence[WaitingLine]:
    return sorted(lines, key=lambda line: (line.since is None, line.since.timestamp() if line.since else 0.0))


def _asks(town: Town, agent: AgentFacts, worker: WorkerLine) -> Iterator[WaitingLine]:
    need = needs_a_person(agent, town.clock.now())
    if need is None or need.question is not None:  # the question itself stands among those to the human
        return
    attach = f"gt attach {worker.short}"
    if need.failure is None:
        kind = "answer" if need.asks else "stalled"
        yield WaitingLine(kind, worker.short, worker.bead, one_line(need.why), worker.last_sign, attach)
    else:
        event = events.last_of_type(town.ledger, agent.address, "agent.failed")
        since = event.at if event else None
        command = answer(need.failure, worker.short)
        yield WaitingLine("failure", worker.short, worker.bead, one_line(need.why), since, command)


def _mail(town: Town) -> tuple[Sequence[WaitingLine], Sequence[WaitingLine]]:
    """Questions to the human that are open, and what else was not read; what the town tells stands elsewhere."""
    questions, letters = list[WaitingLine](), list[WaitingLine]()
    for message in messages.waiting(town.ledger, OVERSEER):
        who, what = short_name(message.sender), one_line(message.subject)
        command = f"gt mail read {message.id}"
        if message.kind == Kind.QUESTION:
            questions.append(WaitingLine("question", who, message.about, what, message.sent_at, command))
        elif message.kind != Kind.NOTICE:
            letters.append(WaitingLine("mail", who, message.about, what, message.sent_at, command))
    if further := letters[MOST_MAIL:]:
        what = f"{len(further)} more messages"
        letters[MOST_MAIL:] = [WaitingLine("mail", "inbox", None, what, further[0].since, "gt mail inbox")]
    return questions, letters


def _parked(town: Town, agents: Sequence[AgentFacts], workers: Sequence[WorkerLine]) -> Iterator[WaitingLine]:
    """Work that nobody tries any more, and sessions that are wanted and do not come up."""
    for agent, worker in zip(agents, workers, strict=True):
        if worker.state is not WorkerState.PARKED or agent.paused is not None:
            continue
        by_hand = f"gt session start {worker.short}"
        if agent.work is None or is_started_by_hand(agent):
            event = events.last_of_type(town.ledger, agent.address, "agent.parked")
            again = by_hand
        else:
            event = events.last_of_type(town.ledger, agent.work.bead, "bead.parked")
            again = f"gt unsling {agent.work.bead} && gt sling {agent.work.bead} {worker.short}"
        since = event.at if event else worker.last_sign
        yield WaitingLine("parked", worker.short, worker.bead, worker.why, since, again)


def _held(town: Town) -> Iterator[WaitingLine]:
    for request in merges.live(town.ledger):
        if request.state is MergeState.HELD:
            event = events.last_of_type(town.ledger, request.id, "merge.held")
            since = event.at if event else request.submitted_at
            what = one_line(request.because or "nobody said why")
            yield WaitingLine("held", request.id, request.bead, what, since, f"gt mq retry {request.id}")


def _gateless(town: Town, rigs: Mapping[str, RigSettings]) -> Iterator[WaitingLine]:
    for name, rig in rigs.items():
        if not rig.gate and not rig.no_gate:
            file = town.rig_places(name).root / FILE_NAME
            yield WaitingLine(
                "gate", name, None, "no gate is configured, so nothing lands", None, f"$EDITOR {file}"
            )


def _broken(town: Town, agents: Sequence[AgentFacts]) -> Iterator[WaitingLine]:
    for name, error in town.broken_rigs.items():
        file = town.rig_places(name).root / FILE_NAME
        mend = one_line(error.hint) or f"$EDITOR {file}"
        yield WaitingLine("broken", name, None, one_line(error.message), None, mend)
    for why, role in {
        a.role.why: parse_address(a.address).role for a in agents if isinstance(a.role, Unknown)
    }.items():
        yield WaitingLine("role", role, None, one_line(why), None, "gt role check")


def _ended(town: Town) -> Iterator[WaitingLine]:
    """Convoys of which the human was told since yesterday that they have ended; a lone bead's is no news."""
    since = town.clock.now() - NEWS
    fresh = takewhile(lambda notice: notice.at >= since, convoys.told(town.ledger, OVERSEER))
    news = [notice for notice in fresh if not notice.lone]
    for notice in news[:MOST_NEWS]:
        kind = "landed" if notice.landed else "closed"
        command = f"bd close {notice.id}" if notice.deleted else f"gt convoy status {notice.convoy}"
        yield WaitingLine(kind, notice.convoy, None, one_line(notice.title), notice.at, command)
    if further := news[MOST_NEWS:]:
        what = f"{len(further)} more have ended"
        yield WaitingLine("landed", "convoys", None, what, further[0].at, "gt convoy list --all")
