"""What happened, as sentences: of the whole town, or of one agent, bead or rig."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.beads import DependencyKind
from gastown.errors import NotFound
from gastown.ledger import agents, beads, events, graph
from gastown.ledger.events import Event
from gastown.town import Town
from gastown.views.find_agent import named_agent
from gastown.views.names import short_name
from gastown.views.sentences import sentence

MOST = 50


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event: `who` did `what`."""

    seq: int
    at: datetime
    who: str
    what: str
    type: str
    subject: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _About:
    """What a log is about: names, and a pattern of addresses."""

    names: Sequence[str]
    within: str | None = None


def log(town: Town, about: str | None = None, most: int = MOST) -> tuple[LogLine, ...]:
    """The newest events, oldest first; `about` is a bead, request, rig or agent. Raises NotFound or Refused."""
    if about is None:
        return _lines(events.last(town.ledger, most))
    chosen = _resolve(town, about)
    return _lines(events.last_of(town.ledger, chosen.names, chosen.within, most))


def after(town: Town, seq: int, about: str | None = None) -> tuple[LogLine, ...]:
    """Up to 500 events that came after the one numbered `seq`, oldest first; as `log`."""
    if about is None:
        return _lines(events.after(town.ledger, seq))
    chosen = _resolve(town, about)
    return _lines(events.after_of(town.ledger, seq, chosen.names, chosen.within))


def newest(town: Town) -> int:
    """The number of the newest event, from which a follower goes on."""
    return events.newest_seq(town.ledger)


def _resolve(town: Town, about: str) -> _About:
    if about == "supervisor":
        return _About((about,))
    if about in town.rigs:
        return _About((about,), f"{about}/*")
    bead = beads.find(town.ledger, about)
    if bead is not None:
        return _about_bead(town, bead.id)
    agent = named_agent(town, about, agents.all_agents(town.ledger))
    if agent is not None:
        return _About((agent.address,))
    try:
        return _about_bead(town, beads.get(town.ledger, about).id)
    except NotFound as missing:
        hint = "a bead, an agent, a rig, a merge request, or nothing for all of it"
        raise NotFound(f"nothing here is called {about!r}", hint) from missing


def _about_bead(town: Town, bead: str) -> _About:
    """The bead with its merge requests and the convoys that track it."""
    leaning = [b.id for b in graph.dependents(town.ledger, bead) if b.kind == DependencyKind.TRACKS]
    return _About((bead, *leaning))


def _lines(happened: Sequence[Event]) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(
            event.seq,
            event.at,
            short_name(event.actor),
            sentence(event),
            event.type,
            event.subject,
            event.payload,
        )
        for event in happened
    )
