"""Writing beneath a bead."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.fields import check_text
from gastown.errors import Invalid
from gastown.ledger import bead_writes, events
from gastown.operations.sessions.caller import fence
from gastown.operations.work.named import one_named
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Commented:
    """A comment that was written."""

    bead: str
    author: str
    text: str


def comment(town: Town, identity: str, text: str, *, by: Caller) -> Commented:
    """Write a comment beneath the bead. Raises NotFound, Invalid for an empty one, Refused for a deleted bead."""
    by.must_be_current()
    body, now = check_text(text, "comment"), town.clock.now()
    if not body.strip():
        raise Invalid("the comment is empty", f'bd comment {identity} "What is to be said"')
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        bead = one_named(ledger, identity)
        bead_writes.add_comment(ledger, bead.id, body, by=by.address, now=now)
        events.append(ledger, by.address, "bead.commented", bead.id, now, text=_beginning(body))
    return Commented(bead.id, by.address, body)


def _beginning(text: str) -> str:
    """Enough of it for a line of the log; all of it is with the bead."""
    line = " ".join(text[:400].split())
    return line if len(line) <= 120 else f"{line[:119]}…"  # noqa: PLR2004 - a line
