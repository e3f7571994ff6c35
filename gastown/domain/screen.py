"""What an agent CLI does, as its screen tells it: for those that keep no file about themselves."""

import re
from dataclasses import dataclass

from gastown.domain.observed import Observed, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus

LOWEST = 12
"""Lines of the screen, empty ones not counted, in which it shows what it does; above them is what it did."""


@dataclass(frozen=True, slots=True)
class Patterns:
    r"""Regular expressions for what an agent CLI shows at the bottom of its screen; an empty one is never there.

    `^` and `$` are beginnings and ends of lines, `\Z` is the end of the screen.
    """

    ready: str = ""
    """Its input box is empty, and what is typed there becomes a prompt."""
    busy: str = ""
    """It works. It may show an input box meanwhile."""
    waiting: str = ""
    """A dialog is open, and whatever is typed answers it."""

    def __bool__(self) -> bool:
        return bool(self.ready or self.busy or self.waiting)


def read_screen(text: str, patterns: Patterns) -> Observed[AgentStatus]:
    """Whether it waits for an answer, works, or waits for its next prompt; Unknown where it shows none of them.

    Idle is only what shows an empty input box and no sign of work: text that stands in the box is somebody's.
    """
    bottom = "\n".join([line.rstrip() for line in text.splitlines() if line.strip()][-LOWEST:])
    if not patterns:
        return Unknown("nobody has said how its screen shows what it does")
    if _shows(patterns.waiting, bottom):
        return Present(AgentStatus(Activity.WAITING, "an answer on its screen", ""))
    if _shows(patterns.busy, bottom):
        return Present(AgentStatus(Activity.BUSY, "", ""))
    if _shows(patterns.ready, bottom):
        return Present(AgentStatus(Activity.IDLE, "", ""))
    return Unknown("its screen shows neither that it works nor that it waits")


def _shows(pattern: str, bottom: str) -> bool:
    return bool(pattern) and re.search(pattern, bottom, re.MULTILINE) is not None
