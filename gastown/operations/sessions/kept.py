"""Telling the town's log what of a worktree was kept, for which work, and how it comes back."""

from collections.abc import Sequence
from datetime import datetime

from gastown.ledger import events
from gastown.ledger.database import Database


def record_kept(
    ledger: Database, address: str, bead: str | None, places: Sequence[str], now: datetime
) -> None:
    """Write one event inside the present transaction; none where nothing was kept.

    `bead` is the work that the agent had in its worktree then.
    """
    if not places:
        return
    from gastown.world.git.custody import restore_hint

    restore = restore_hint(places).splitlines()
    events.append(
        ledger, "supervisor", "custody.secured", address, now, ref=places[0], refs=list(places), bead=bead,
        commands=restore, restore="; ".join(restore),
    )  # fmt: skip
