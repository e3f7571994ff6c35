"""The trail of an agent or a bead: its story in order, from the record and from git."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gastown.domain.assignments import Assignment
from gastown.domain.briefing_text import one_line
from gastown.domain.identity import parse_address
from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, beads, events, incarnations, messages
from gastown.ledger.events import Event
from gastown.town import Town
from gastown.views.find_agent import named_agent
from gastown.views.names import short_name
from gastown.views.sentences import sentence

MOST = 200
SHORT_COMMIT = 10
LONGEST = 300
"""Characters of a note that a line shows."""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that happened to an agent's work."""

    at: datetime
    kind: str
    """filed, slung, started, prompted, commit, step, handed off, compacted, done, sent back, landed, nuked, …"""
    agent: str
    """Empty: nobody's."""
    bead: str | None
    what: str
    count: int = 1
    """How often in a row."""


@dataclass(frozen=True, slots=True)
class Trail:
    """A story; `title` is a bead's."""

    about: str
    title: str
    lines: tuple[TrailLine, ...]
    """Oldest first."""
    cannot_see: tuple[str, ...] = ()
    """What could not be read, and why."""


def trail(town: Town, what: str, most: int = MOST) -> Trail:
    """The story of an agent, or of a bead and all who worked on it: its newest `most` lines. NotFound or Refused."""
    agent = named_agent(town, what, agents.all_agents(town.ledger))
    if agent is not None:
        work = agents.assignments_of_agent(town.ledger, agent.address)
        return _trail(town, agent.address, "", work, most)
    try:
        bead = beads.get(town.ledger, what)
    except NotFound as missing:
        raise NotFound(f"nothing here is called {what!r}", "an agent, or a bead") from missing
    work = agents.assignments_of_bead(town.ledger, bead.id)
    return _trail(town, bead.id, bead.title, work, most)


def _trail(town: Town, about: str, title: str, work: Sequence[Assignment], most: int) -> Trail:
    happened = events.last_of(town.ledger, (about,), None, most * 10)
    told = [line for event in happened if (line := _line(town, event)) is not None]
    told += _ends(town, work, about)
    commits, unseen = list[TrailLine](), list[str]()
    for assignment in work[max(0, len(work) - most) :]:
        try:
            commits += _commits(town, assignment)
        except GastownError as error:
            unseen.append(f"the commits of {assignment.bead}: {error.message}")
    lines = _together(sorted([*told, *commits], key=lambda line: line.at))
    return Trail(about, title, tuple(lines[max(0, len(lines) - most) :]), tuple(dict.fromkeys(unseen)))


def _ends(town: Town, work: Sequence[Assignment], about: str) -> Iterator[TrailLine]:
    """The ends of sessions: of the agent that it is about, or of those that worked on the bead."""
    for agent in {about} | {assignment.agent for assignment in work}:
        for session in incarnations.of_agent(town.ledger, agent):
            if session.ended_at is not None and about in {session.agent, session.bead}:
                why = one_line(session.why or "")
                yield TrailLine(session.ended_at, "session ended", session.agent, session.bead, why)


def _commits(town: Town, work: Assignment) -> Iterator[TrailLine]:
    """What was committed for this assignment: up to what was handed in, else to where its branch stands.

    Git knows seconds alone: what was built on where a session began was made after that began.
    """
    rig = parse_address(work.agent).rig
    if rig is None or work.base is None or work.branch is None:
        return
    tip = work.done_commit or f"refs/heads/{work.branch}"
    starts = incarnations.of_agent(town.ledger, work.agent)
    began = {start.head: start.began_at for start in starts if start.generation == work.generation}
    below, not_before = work.base, work.started_at
    for commit in town.repository(rig).commits_between(work.base, tip):
        not_before = max(not_before, began.get(below, not_before))
        below = commit.id
        if commit.at >= work.started_at.replace(microsecond=0):  # else it is an earlier assignment's
            what = f"{commit.id[:SHORT_COMMIT]}  {one_line(commit.subject)}"
            yield TrailLine(max(commit.at, not_before), "commit", work.agent, work.bead, what)


def _together(lines: Iterable[TrailLine]) -> list[TrailLine]:
    """Without the repetition of what says nothing more the second time."""
    story: list[TrailLine] = []
    for line in lines:
        last = story[-1] if story else None
        if (
            last is not None
            and line.kind == "prompted"
            and (last.kind, last.agent) == (line.kind, line.agent)
        ):
            story[-1] = replace(last, count=last.count + 1)
        else:
            story.append(line)
    return story


def _line(town: Town, event: Event) -> TrailLine | None:
    """What an event adds to the story; None where that is nothing."""
    teller = _TELLERS.get(event.type)
    if teller is None or event.payload.get("stale") or _says_nothing(event):
        return None
    kind, tell = teller
    payload = event.payload
    agent = str(payload.get("agent") or _agent(event))
    bead = payload.get("bead") or (event.subject if event.type.startswith("bead.") else None)
    return TrailLine(event.at, kind, agent, str(bead) if bead else None, tell(town, event))


def _says_nothing(event: Event) -> bool:
    """The end of a conversation that came with the end of its session."""
    return event.type == "agent.session_ended" and event.payload.get("reason") in {None, "other"}


def _agent(event: Event) -> str:
    """Whom it is about, where its payload does not say so."""
    if event.type.startswith(("agent.", "conversation.", "custody.")):
        return event.subject
    return event.actor if event.type in _BY_THE_AGENT else ""


def _plainly(_town: Town, event: Event) -> str:
    return sentence(event)


def _nothing_more(_town: Town, _event: Event) -> str:
    return ""


def _slung(_town: Town, event: Event) -> str:
    told = event.payload
    return f"{short_name(event.actor)} → {short_name(str(told.get('agent', '')))}, generation {told.get('generation')}"


def _starting(_town: Town, event: Event) -> str:
    """Afresh or resumed, and why."""
    told = event.payload
    how = "resumed" if told.get("resumed") else "afresh"
    why = [str(told[key]) for key in ("because", "conversation_because") if told.get(key)]
    conversation = f", conversation {str(told['conversation'])[:8]}" if told.get("conversation") else ""
    return one_line(f"{how}{conversation}: {'; '.join(why)}" if why else f"{how}{conversation}")


def _handoff(town: Town, event: Event) -> str:
    note = messages.get(town.ledger, str(event.payload.get("note") or ""))
    by = "" if event.actor == event.subject else f"wished by {short_name(event.actor)}"
    if note is None:
        return by
    text = one_line(f"{note.subject} {note.body}")
    said = f'"{text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"}" ({note.id})'
    return f"{by}: {said}" if by else said


def _of(key: str) -> Callable[[Town, Event], str]:
    return lambda _town, event: one_line(str(event.payload.get(key) or ""))


def _asked(_town: Town, event: Event) -> str:
    """Who held a seance, about which conversation, and what was asked."""
    told = event.payload
    by, which = short_name(event.actor), str(told.get("conversation") or "")[:8]
    question = one_line(str(told.get("question") or ""))
    return f'by {by} in {which}: "{question}"' if question else f"{by} opened {which}"


def _done(_town: Town, event: Event) -> str:
    commit = str(event.payload.get("commit") or "")[:SHORT_COMMIT]
    request = event.payload.get("request")
    return f"{commit} → merge queue as {request}" if request else commit


def _state(_town: Town, event: Event) -> str:
    told = event.payload
    changes = told.get("changes")
    parts = [f"steps {told['steps']}"] if told.get("steps") else []
    parts += [f"{changes} file{'s' if changes != 1 else ''} not committed"] if changes else []
    parts += [f"kept as {told['ref']}"] if told.get("ref") else []
    return one_line("; ".join(parts))


_BY_THE_AGENT = frozenset({"bead.submitted", "bead.done_without_change", "step.closed"})

_TELLERS: Mapping[str, tuple[str, Callable[[Town, Event], str]]] = {
    "bead.created": ("filed", lambda _town, event: f"by {short_name(event.actor)}"),
    "bead.slung": ("slung", _slung),
    "bead.undeferred": ("begins", _nothing_more),
    "bead.unslung": ("taken back", lambda _town, event: f"by {short_name(event.actor)}"),
    "bead.parked": ("parked", _of("why")),
    "agent.created": ("made", lambda _town, event: f"by {short_name(event.actor)}"),
    "agent.took_up": ("took up", _plainly),
    "agent.starting": ("started", _starting),
    "agent.start_failed": ("not started", _of("why")),
    "agent.prompted": ("prompted", _nothing_more),
    "agent.failed": ("failed", _of("error")),
    "agent.left_off": ("left off", _plainly),
    "agent.compacting": ("compacted", _of("trigger")),
    "agent.state_kept": ("kept", _state),
    "agent.handoff_wished": ("handed off", _handoff),
    "agent.session_ended": ("conversation ended", _of("reason")),
    "agent.restarted": ("restarted", _plainly),
    "agent.paused": ("paused", _plainly),
    "agent.unpaused": ("resumed", _plainly),
    "agent.nuked": ("nuked", _plainly),
    "step.closed": (
        "step",
        lambda _town, event: one_line(f"{event.subject} {event.payload.get('title') or ''}"),
    ),
    "custody.secured": ("kept", _of("ref")),
    "conversation.asked": ("asked", _asked),
    "bead.submitted": ("done", _done),
    "bead.done_without_change": (
        "done",
        lambda _town, event: one_line(f"no change: {event.payload.get('why')}"),
    ),
    "merge.held": ("held", _of("why")),
    "merge.sent_back": ("sent back", _of("why")),
    "merge.retried": ("tried again", _of("why")),
    "bead.landed": (
        "landed",
        lambda _town, event: one_line(
            f"on {event.payload.get('target')} as {str(event.payload.get('commit') or '')[:SHORT_COMMIT]}"
        ),
    ),
    "bead.closed": ("closed", _of("reason")),
    "bead.reopened": ("opened again", _of("reason")),
}
"""Which events make the story, what each is called in it, and what is told of it."""
