"""Pulling and sharing as people mean it: what came in, and what it means for the convoys here."""

from collections.abc import Sequence

from gastown.domain.assignments import Caller
from gastown.ledger import history
from gastown.operations.history import pull as pulling
from gastown.operations.history import share as sharing
from gastown.operations.history.pull import Pulled, Say
from gastown.operations.history.share import Shared
from gastown.operations.work.convoys import close_all_finished, settle_changed
from gastown.town import Town


def pull(town: Town, remote: str | None = None, *, by: Caller, say: Say = lambda _: None) -> Sequence[Pulled]:
    """`history.pull.pull`; convoys that have landed with it, or are open again, follow."""
    since = history.newest(town.ledger)
    done = pulling.pull(town, remote, by=by, say=say)
    _settle(town, since, by)
    return done


def share(town: Town, rig: str, *, by: Caller, say: Say = lambda _: None) -> Shared:
    """`history.share.share`, with the convoys as for `pull`."""
    since = history.newest(town.ledger)
    done = sharing.share(town, rig, by=by, say=say)
    _settle(town, since, by)
    return done


def _settle(town: Town, since: int, by: Caller) -> None:
    """All that have landed are closed, also those of a pull that was killed before it came to that."""
    settle_changed(town, since, by=by)
    with town.ledger.transaction() as ledger:
        close_all_finished(ledger, by=by.address, now=town.clock.now())
