"""Mail: what waits for somebody, one message, and whom a name means as its recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER
from gastown.domain.messages import Message
from gastown.errors import NotFound
from gastown.ledger import agents, beads, messages
from gastown.town import Town
from gastown.views.find_agent import is_single, named_agent


@dataclass(frozen=True, slots=True)
class MailLine:
    """One message in a list."""

    id: str
    sender: str
    recipient: str
    subject: str
    kind: str
    urgency: str
    about: str | None
    sent_at: datetime
    seen_at: datetime | None
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, whole."""

    id: str
    sender: str
    recipient: str
    subject: str
    body: str
    kind: str
    urgency: str
    about: str | None
    sent_at: datetime
    seen_at: datetime | None
    """When its recipient was first shown it, before this."""
    is_open: bool


def unread(town: Town, who: str) -> Sequence[MailLine]:
    """What `who` has not been shown yet, the most urgent first, then the oldest."""
    return [_line(message) for message in messages.unread(town.ledger, who)]


def newest(town: Town, who: str, most: int) -> Sequence[MailLine]:
    """The newest messages to `who`, read or not."""
    return [_line(message) for message in messages.of_recipient(town.ledger, who, most)]


def letter(town: Town, identity: str) -> Letter:
    """The message of that id, or of the one id that begins with it. Raises NotFound or Refused."""
    bead = beads.get(town.ledger, identity)
    found = messages.get(town.ledger, bead.id)
    if found is None:
        raise NotFound(f"{bead.id} is no message", f"bd show {bead.id}")
    return Letter(
        found.id, found.sender, found.recipient, found.subject, found.body, found.kind, str(found.urgency), found.about,
        found.sent_at, found.seen_at, found.is_open,
    )  # fmt: skip


def addressee(town: Town, name: str, by: Caller) -> str:
    """Whom `by` means: the overseer, an agent, or the only one of a role, there or not yet. Raises NotFound or Refused.

    Within a rig its witness and refinery are called so, too.
    """
    if name in (OVERSEER, by.address):
        return name
    known = [agent for agent in agents.all_agents(town.ledger) if agent.removed_at is None]
    home, _, rest = by.address.partition("/")
    for form in (name, f"{home}/{name}") if rest else (name,):
        if is_single(town, form):
            return form
    if (agent := named_agent(town, name, known)) is not None:
        return agent.address
    raise NotFound(f"nobody here is called {name!r}", f"gt agents lists them; a person is called {OVERSEER}")


def _line(message: Message) -> MailLine:
    return MailLine(
        message.id, message.sender, message.recipient, message.subject, message.kind, str(message.urgency),
        message.about, message.sent_at, message.seen_at, message.is_unread,
    )  # fmt: skip
