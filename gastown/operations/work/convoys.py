"""Convoys end when all they track has ended, and open again with it, always in the transaction that changed it."""

from datetime import datetime

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.convoys import GIVEN_UP, Endings, is_lone, was_given_up
from gastown.errors import Refused
from gastown.ledger import bead_writes, beads, convoys, events
from gastown.ledger.database import Database
from gastown.operations.work import convoy_notices
from gastown.town import Town

LANDED = "all it tracks has ended: {}"


def close_finished(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Inside the present transaction, close every convoy that tracks `bead` and has nothing open left.

    To be called by whatever closes or deletes a bead.
    """
    for convoy in convoys.finished_convoys(ledger, bead):
        _land(ledger, convoy, by=by, now=now)


def close_all_finished(ledger: Database, *, by: str, now: datetime) -> None:
    """The same for every convoy of the ledger: after many beads came from elsewhere at once."""
    for convoy in convoys.all_finished(ledger):
        _land(ledger, convoy, by=by, now=now)


def reopen_for(ledger: Database, bead: str, *, by: str, now: datetime) -> None:
    """Inside the present transaction, open the convoys again that had landed with `bead`, which is open again.

    To be called by whatever reopens a bead. Convoys that were closed by hand stay closed.
    """
    for convoy in convoys.closed_with(ledger, bead):
        reopen(ledger, convoy, by=by, now=now, because=f"{bead} is open again")


def settle(ledger: Database, identity: str, *, by: str, now: datetime) -> None:
    """Inside the present transaction, bring convoys into line with a bead that came back, or came from elsewhere.

    The bead may be a convoy itself.
    """
    bead = beads.find(ledger, identity)
    if bead is None:
        return
    if bead.status is not BeadStatus.CLOSED:
        reopen_for(ledger, identity, by=by, now=now)
    else:
        close_finished(ledger, identity, by=by, now=now)
    if bead.type == "convoy":
        if bead.status is not BeadStatus.CLOSED:  # it may have been deleted, and told of it
            convoy_notices.withdraw(ledger, identity, by=by, now=now)
        tracked, closed = convoys.progress(ledger, [identity]).get(identity, (0, 0))
        if tracked and tracked == closed:
            _land(ledger, identity, by=by, now=now)
        elif tracked > closed and not was_given_up(bead):
            reopen(ledger, identity, by=by, now=now, because="something in it is open")


def settle_changed(town: Town, since: int, *, by: Caller) -> None:
    """The same for all that changed since that row of the journal, as after a pull; in a transaction of its own."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        for bead in convoys.changed_since(ledger, since):
            settle(ledger, bead, by=by.address, now=now)


def finish(ledger: Database, convoy: str, *, by: str, now: datetime, because: str = "") -> bool:
    """Inside the present transaction, close this convoy if nothing in it is open; whoever did it is told otherwise.

    `because` says to the others how that came, if not with the end of the last bead in it.
    """
    if not convoys.is_finished(ledger, convoy):
        return False
    return _land(ledger, convoy, by=by, now=now, knows=by, because=because)


def reopen(ledger: Database, convoy: str, *, by: str, now: datetime, because: str) -> bool:
    """Inside the present transaction, open a closed convoy again; it can land, and tell of it, once more."""
    if not convoys.reopen(ledger, convoy, by=by, now=now):
        return False
    convoy_notices.withdraw(ledger, convoy, by=by, now=now)
    events.append(ledger, by, "convoy.reopened", convoy, now, because=because)
    return True


def take_up(ledger: Database, convoy: str, reason: str, *, by: str, now: datetime) -> bool:
    """Inside the present transaction, open a convoy again by hand; False when it is open.

    Raises Refused when nothing in it is open: it would be done at once.
    """
    tracked, closed = convoys.progress(ledger, [convoy]).get(convoy, (0, 0))
    if tracked and tracked == closed and beads.get(ledger, convoy).status is BeadStatus.CLOSED:
        raise Refused(f"nothing in {convoy} is open", f"gt convoy add {convoy} BEAD opens it again")
    return reopen(ledger, convoy, by=by, now=now, because=reason or "somebody takes it up again")


def give_up(ledger: Database, convoy: str, reason: str, *, by: str, now: datetime) -> Endings:
    """Inside the present transaction, close a convoy by hand: what it tracks goes on as it was."""
    found, how = beads.get(ledger, convoy), convoys.endings(ledger, convoy)
    convoys.set_metadata(ledger, convoy, {**found.metadata, GIVEN_UP: True}, by=by, now=now)
    bead_writes.close(ledger, convoy, reason, by=by, now=now)
    words = f"was closed by {by}, and has not landed: {reason}"
    told = convoy_notices.tell(ledger, found, f"{words} ({how.words})", knows=by, now=now)
    events.append(
        ledger,
        by,
        "convoy.closed",
        convoy,
        now,
        title=found.title,
        why=reason,
        how=how.words,
        told=list(told),
    )
    return how


def _land(
    ledger: Database, convoy: str, *, by: str, now: datetime, knows: str | None = None, because: str = ""
) -> bool:
    how = convoys.endings(ledger, convoy)
    if not bead_writes.close(ledger, convoy, LANDED.format(how.words), by=by, now=now):
        return False
    found = beads.get(ledger, convoy)
    if GIVEN_UP in found.metadata:  # it was, and somebody opened it again by other means than ours
        rest = {key: value for key, value in found.metadata.items() if key != GIVEN_UP}
        convoys.set_metadata(ledger, convoy, rest, by=by, now=now)
    words = f"has nothing open left: {because} ({how.words})" if because else how.told
    told = convoy_notices.tell(ledger, found, words, knows=knows, now=now)
    events.append(
        ledger, by, "convoy.landed", convoy, now, title=found.title, how=how.words, told=list(told),
        lone=is_lone(found),
    )  # fmt: skip
    return True
