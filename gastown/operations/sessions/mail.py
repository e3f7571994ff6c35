"""Mail by hand: writing as whoever asks, and reading what came."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.beads import LONGEST_TITLE, is_visible
from gastown.domain.fields import check_line, check_text
from gastown.domain.messages import Kind, Urgency
from gastown.domain.roles import Capability
from gastown.errors import Invalid
from gastown.ledger import beads, messages
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import permit
from gastown.operations.talk.send import send
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent."""

    id: str
    sender: str
    recipient: str
    subject: str
    kind: str
    urgency: str
    about: str | None


def write(
    town: Town,
    recipient: str,
    subject: str,
    body: str,
    *,
    by: Caller,
    urgency: Urgency = Urgency.NORMAL,
    kind: Kind = Kind.NOTE,
    about: str | None = None,
) -> Sent:
    """Send a message to this address as the caller. A question stays open until its recipient closes it.

    Raises Refused for a session that was replaced and a role that may not, Invalid for what is no text, NotFound for
    an unknown bead.
    """
    by.must_be_current()
    permit(town, by, Capability.MAIL, "write messages")
    line, text = check_line(subject, "subject", LONGEST_TITLE), check_text(body, "message")
    if not is_visible(line):
        raise Invalid("a message needs a subject", f'gt mail send {recipient} "What it is about"')
    bead = beads.get(town.ledger, about).id if about else None
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        message = send(
            town, ledger, sender=by.address, recipient=recipient, subject=line, body=text, now=town.clock.now(),
            kind=kind, urgency=urgency, about=bead, generation=by.generation, incarnation=by.incarnation,
        )  # fmt: skip
    ring(town.places.wake)
    return Sent(message, by.address, recipient, line, str(kind), str(urgency), bead)


def seen(town: Town, message: str, *, by: Caller) -> bool:
    """Write down that the caller was shown it; False when it was before, is another's, or the caller was replaced."""
    found = messages.get(town.ledger, message)
    if found is None or not found.is_unread or found.recipient != by.address or not by.is_current:
        return False
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        new = messages.see(ledger, [message], by=by.address, incarnation=by.incarnation, now=town.clock.now())
    return bool(new)
