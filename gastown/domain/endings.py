"""Causes that are written down of sessions that ended because somebody wanted it so."""

from datetime import datetime

HANDOFF = "handoff"
"""A fresh session took its place, as itself or somebody else had wished."""

RESTARTED = "gt session restart"
STOPPED = "gt session stop"
"""By a person; how it begins where an agent did it."""


def told_of_mail_until(
    *, began_at: datetime, rung_at: datetime | None, ended_at: datetime | None, why: str | None
) -> datetime:
    """Until when mail had come that a session was told of; what came before somebody stopped it counts as told."""
    if ended_at is not None and (why or "").startswith(STOPPED):
        return ended_at
    return max(began_at, rung_at or began_at)
