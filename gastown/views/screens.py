"""Screens of agents that tell by them alone what they do: an idle one is captured once, and known until it changes."""

from datetime import datetime, timedelta

from gastown.domain.terminal import Session
from gastown.town import Town

LINES = 60
"""Lines of a screen in which an agent CLI shows what it does."""

MOST = 256
"""Screens that are known at a time."""

SETTLED = timedelta(seconds=2)
"""After its last output nothing more can come in the same second, which is how finely the terminal tells the time."""

_known: dict[tuple[str, str, int], tuple[datetime, str]] = {}


def screen(town: Town, session: Session) -> str:
    """What the session shows. Raises NotFound and Unavailable."""
    key = str(town.root), session.id, session.pane_pid
    if (known := _known.get(key)) is not None and known[0] == session.activity:
        return known[1]
    text = town.terminal.capture(session, LINES)
    if town.clock.now() - session.activity >= SETTLED:
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = session.activity, text
    return text
