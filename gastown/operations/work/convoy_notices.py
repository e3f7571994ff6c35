"""Telling how a convoy ended: one message to each who asked, in the transaction that ended it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.convoys import recipients
from gastown.domain.identity import TOWN_PREFIX
from gastown.domain.messages import Kind
from gastown.errors import GastownError
from gastown.ledger import bead_writes, convoys, graph, messages
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.town import Town

SENDER = "convoy"

LONGEST = 200
"""Characters of a convoy's title in a message's."""


def tell(ledger: Database, convoy: Bead, words: str, *, knows: str | None, now: datetime) -> Sequence[str]:
    """Write a message to the owner and the watchers, but not to the one who `knows`; gives who was told.

    The messages are wisps: they are about this town's people, and never leave its ledger.
    """
    title = convoy.title if len(convoy.title) <= LONGEST else f"{convoy.title[: LONGEST - 1]}…"
    to = [who for who in recipients(convoy) if who != knows]
    for who in to:
        new = NewBead(
            title=f"Convoy {title} {words}", prefix=TOWN_PREFIX, type="message", assignee=who, ephemeral=True,
            description=f"gt convoy status {convoy.id}",
        )  # fmt: skip
        message = bead_writes.insert(ledger, new, by=SENDER, now=now)
        messages.add(
            ledger, message, sender=SENDER, recipient=who, kind=Kind.NOTICE, about=convoy.id, now=now
        )
        graph.add_dependency(ledger, message, convoy.id, "related", by=SENDER, now=now)
    return to


def tell_deleted(
    ledger: Database, convoy: Bead, unread: Sequence[str], reason: str, *, by: str, now: datetime
) -> None:
    """After its deletion, tell of a convoy that was open; of one that had ended, `unread` messages stay as they are."""
    for message in unread:
        graph.add_dependency(ledger, message, convoy.id, "related", by=SENDER, now=now)
    if convoy.status is not BeadStatus.CLOSED:
        why = f": {reason}" if reason else ""
        tell(ledger, convoy, f"was deleted by {by}, and has not landed{why}", knows=by, now=now)


def withdraw(ledger: Database, convoy: str, *, by: str, now: datetime) -> None:
    """Close messages that nobody has read and that are true no more, inside the present transaction."""
    for message in convoys.unread(ledger, convoy):
        bead_writes.close(ledger, message, "it is open again", by=by, now=now)


def seen(town: Town, convoy: str, *, by: Caller) -> None:
    """Close the caller's messages about a convoy that he has just been shown. Raises nothing: it can wait."""
    with suppress(GastownError):
        if not by.is_current or not convoys.unread(town.ledger, convoy, by.address):
            return
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            for message in convoys.unread(ledger, convoy, by.address):
                bead_writes.close(ledger, message, "read", by=by.address, now=now)
