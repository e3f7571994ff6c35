"""Former conversations: whose, when, about what, why they ended, what they took, and whether they can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, beads, conversations, incarnations
from gastown.ledger.conversations import Conversation
from gastown.town import Town
from gastown.views.find_agent import is_single, named_agent
from gastown.views.names import short_name

MOST = 50
_ITS_PROCESS_ENDED = ("other", "unknown")

SHORT = 8
"""Characters of an id that mostly tell one conversation from the others."""


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One conversation of an agent with its CLI."""

    id: str
    short: str
    """As much of its id as it takes to mean it among those that are listed."""
    agent: str
    name: str
    runtime: str
    bead: str | None
    title: str | None
    started_at: datetime
    ended_at: datetime | None
    """None: it goes on."""
    why: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    transcript: str
    """Where it can be read: `archive`, `cli` (not copied yet), or empty when it is gone."""


def former_conversations(
    town: Town, what: str | None = None, most: int = MOST
) -> tuple[ConversationLine, ...]:
    """Those of an agent or about a bead, or of everybody, the newest first. Raises NotFound or Refused."""
    if what is None:
        return _lines(town, conversations.every(town.ledger, most))
    found = _of(town, what)
    if found is None:
        raise NotFound(
            f"nothing here is called {what!r}", "an agent, a bead, or the beginning of a conversation's id"
        )
    return _lines(town, found[::-1][:most])


def is_agent_or_bead(town: Town, what: str) -> bool:
    """Whether `what` names one of these, and so not a conversation. Raises Refused for several agents."""
    return _of(town, what) is not None


def newest_to_ask(town: Town, what: str) -> str:
    """The newest conversation of that agent or about that bead that is over and can be read. Raises NotFound."""
    lines = former_conversations(town, what)
    for line in lines:
        if line.ended_at is not None and line.transcript:
            return line.id
    hint = f"gt seance {what} lists those it had" if lines else "gt seance lists those of all"
    raise NotFound(f"{what} has had no conversation that can be asked", hint)


def _of(town: Town, what: str) -> Sequence[Conversation] | None:
    agent = named_agent(town, what, agents.all_agents(town.ledger))
    if agent is not None:
        return conversations.of_agent(town.ledger, agent.address)
    try:
        bead = beads.get(town.ledger, what).id
    except GastownError:
        return () if is_single(town, what) else None
    return conversations.of_bead(town.ledger, bead)


def _lines(town: Town, found: Sequence[Conversation]) -> tuple[ConversationLine, ...]:
    ids = [each.id for each in found]
    titles: dict[str, str | None] = {}
    for bead in {each.bead for each in found if each.bead}:
        seen = beads.find(town.ledger, bead)
        titles[bead] = seen.title if seen else None
    return tuple(_line(town, each, _shortest(each.id, ids), titles.get(each.bead or "")) for each in found)


def _line(town: Town, known: Conversation, short: str, title: str | None) -> ConversationLine:
    return ConversationLine(
        id=known.id, short=short, agent=known.agent, name=short_name(known.agent), runtime=known.runtime,
        bead=known.bead, title=title, started_at=known.started_at, ended_at=known.ended_at, why=_why(town, known),
        input_tokens=known.input_tokens, output_tokens=known.output_tokens, cost_usd=known.cost_usd,
        transcript=_place(town, known),
    )  # fmt: skip


def _why(town: Town, known: Conversation) -> str | None:
    """Why it ended: in the word of its CLI, or in ours where that says only that its process ended."""
    if known.ended_at is None or known.why not in {None, *_ITS_PROCESS_ENDED}:
        return known.why
    session = incarnations.get(town.ledger, known.incarnation)
    return (session.why if session is not None else None) or known.why


def _place(town: Town, known: Conversation) -> str:
    if known.archived is not None and (town.root / known.archived).is_file():
        return "archive"
    told = Path(known.transcript) if known.transcript else None
    return "cli" if told is not None and told.is_absolute() and told.is_file() else ""


def _shortest(identity: str, others: Sequence[str]) -> str:
    for size in range(SHORT, len(identity)):
        if not any(other != identity and other.startswith(identity[:size]) for other in others):
            return identity[:size]
    return identity
