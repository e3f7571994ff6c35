"""Sending a message: a bead for its recipient, written in the transaction of whoever has something to say."""

from datetime import datetime

from gastown.domain.beads import LONGEST_TITLE, UNFIT
from gastown.domain.fields import LONGEST_TEXT
from gastown.domain.identity import OVERSEER, TOWN_PREFIX, parse_address
from gastown.domain.messages import BEAD_TYPE, Urgency, metadata
from gastown.ledger import agents, bead_writes, events, messages
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.settings import roles
from gastown.town import Town

NO_SUBJECT = "(no subject)"


def send(  # noqa: PLR0913 - a message's own fields
    town: Town,
    ledger: Database,
    *,
    sender: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    kind: str = "note",
    urgency: str = "normal",
    about: str | None = None,
    generation: int | None = None,
    incarnation: int | None = None,
) -> str:
    """Write a message inside the present transaction; gives its id.

    `sender` is whom the credential names: ask nobody for it. A subject or body that no bead can hold is made to fit;
    whoever lets people type them checks them first.
    """
    how_urgent = Urgency(urgency)
    new = NewBead(
        title=_subject(subject), prefix=TOWN_PREFIX, type=BEAD_TYPE, assignee=recipient, owner=sender,
        description=_body(body), metadata=metadata(kind, how_urgent, about, generation, incarnation),
    )  # fmt: skip
    message = bead_writes.insert(ledger, new, by=sender, now=now)
    messages.add(
        ledger, message, sender=sender, recipient=recipient, now=now, kind=kind, urgency=how_urgent, about=about,
        generation=generation, incarnation=incarnation,
    )  # fmt: skip
    _make_known(town, ledger, recipient, now)
    events.append(
        ledger,
        sender,
        "message.sent",
        message,
        now,
        to=recipient,
        kind=kind,
        urgency=str(how_urgent),
        about=about,
    )
    return message


def _make_known(town: Town, ledger: Database, recipient: str, now: datetime) -> None:
    """The one agent of a role is there from its first letter on: it may be what wakes it."""
    address = parse_address(recipient)
    if recipient == OVERSEER or not address.is_alone or agents.get(ledger, recipient) is not None:
        return
    if address.role in roles.names(town.root, address.rig):
        agents.add(ledger, address, now)
        events.append(ledger, "supervisor", "agent.created", recipient, now, role=address.role)


def _subject(text: str) -> str:
    line = " ".join(UNFIT.sub(" ", text).split()) or NO_SUBJECT
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def _body(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:LONGEST_TEXT]
