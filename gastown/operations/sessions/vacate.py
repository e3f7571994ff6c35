"""Clearing a live session's pane before its successor begins there: whoever watches it stays."""

import os
from pathlib import Path

from gastown.domain.terminal import Session
from gastown.errors import NotFound
from gastown.town import Town

LONGEST = 1800
"""Seconds after which an empty pane is given up, if its keeper's process id went to somebody else."""

_KEEP = """printf '\\n  Gas Town makes this session ready for a fresh start ...\\n'
until_then={longest}
while [ "$until_then" -gt 0 ] && kill -0 {keeper} 2>/dev/null; do sleep 1; until_then=$((until_then - 1)); done
"""


def vacate(town: Town, session: Session) -> Session | None:
    """End all that runs in the session, and keep its pane for the start that follows; None when it has ended.

    The pane is kept for as long as this very process lives: who finds it later finds no session. Raises Unavailable
    when a process survives.
    """
    script = _KEEP.format(longest=LONGEST, keeper=os.getpid())
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    try:
        return town.terminal.respawn(
            session, ["/bin/sh", "-c", script], cwd=Path("/"), env=environment, options={}
        )
    except NotFound:
        return None
