"""What an agent CLI does, as its screen tells it: for those that keep no file about themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.observed import Observed, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus

LOWEST = 8
"""Lines of the screen, empty ones not counted, in which it shows what it does; above them is what it did."""

FOOT = 2
"""Lines at the very bottom, in which a dialog says how to answer it."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Regular expressions for what an agent CLI shows; an empty one is never there."""

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
    lines = [line for line in text.splitlines() if line.strip()][-LOWEST:]
    if not patterns:
        return Unknown("nobody has said how its screen shows what it does")
    if _shows(patterns.waiting, lines[-FOOT:]):
        return Present(AgentStatus(Activity.WAITING, "an answer on its screen", ""))
    if _shows(patterns.busy, lines):
        return Present(AgentStatus(Activity.BUSY, "", ""))
    if _shows(patterns.ready, lines):
        return Present(AgentStatus(Activity.IDLE, "", ""))
    return Unknown("its screen shows neither that it works nor that it waits")


def _shows(pattern: str, lines: Sequence[str]) -> bool:
    return bool(pattern) and any(re.search(pattern, line) for line in lines)
