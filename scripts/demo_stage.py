"""What the demo plays, and the board that shows it: one line a bead, moving through its stations."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from gastown.ledger.events import Event


@dataclass(frozen=True, slots=True)
class Task:
    """One bead of the demo."""

    title: str
    description: str


def _steps(*lines: str) -> str:
    return "The steps:\n\n```sh\n" + "\n".join(lines) + "\n```\n"


TASKS = (
    Task(
        "Hire a town crier",
        _steps(
            "mkdir -p town-demo && echo 'echo \"Hear ye, hear ye\"' > town-demo/crier.sh",
            "echo 'echo \"All is well\"' >> town-demo/crier.sh",
            "echo 'The crier speaks at noon.' > town-demo/README",
            "sh town-demo/crier.sh | grep -q well && echo 'It was heard.' >> town-demo/README",
        ),
    ),
    Task(
        "Count the barrels",
        _steps(
            "mkdir -p town-demo && echo 'barrels=3' > town-demo/barrels.sh",
            "echo 'echo \"$barrels barrels of gas\"' >> town-demo/barrels.sh",
            "sh town-demo/barrels.sh",
        ),
    ),
    Task(
        "Let the crier call the barrels",
        _steps(
            "test -f town-demo/crier.sh",
            "echo 'test ! -f town-demo/barrels.sh || sh town-demo/barrels.sh' >> town-demo/crier.sh",
            "sh town-demo/crier.sh",
        ),
    ),
)

IN_PROSE = (
    Task(
        "Hire a town crier",
        "Create town-demo/crier.sh, a POSIX shell script that prints two lines of a town crier's call and exits 0. "
        "Add a line about it to town-demo/README. Commit after each of the two, with a clear message.",
    ),
    Task(
        "Count the barrels",
        "Create town-demo/barrels.sh, a POSIX shell script that prints how many barrels of gas the town has "
        "(three) and exits 0. Commit it.",
    ),
    Task(
        "Let the crier call the barrels",
        "Extend town-demo/crier.sh so that it also runs town-demo/barrels.sh when that file exists, from the "
        "repository's root. It must exit 0 either way. Commit it.",
    ),
)

STATIONS: Mapping[str, str] = {
    "bead.slung": "slung",
    "agent.primed": "working",
    "bead.submitted": "done",
    "gate.began": "gate",
    "bead.landed": "landed",
    "merge.sent_back": "sent back",
    "merge.held": "held",
    "bead.parked": "parked",
    "agent.start_failed": "start failed",
}


@dataclass(slots=True)
class Line:
    """One bead on the board."""

    bead: str
    title: str
    waits: str
    began: float
    stations: list[str] = field(default_factory=lambda: ["filed"])
    seconds: float | None = None


class Board:
    """Draws in place on a terminal; elsewhere it prints a line whenever one changed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: dict[str, Line] = {}
        self._live = out.isatty()
        self._drawn = 0
        self._news: list[str] = []
        self._last: dict[str, str] = {}

    def say(self, text: str) -> None:
        """Print something beside the board."""
        self._erase()
        print(text, file=self._out, flush=True)
        self.draw()

    def open(self, ids: Sequence[str], titles: Sequence[str], waits: Mapping[str, str]) -> None:
        """Put the beads on the board."""
        for bead, title in zip(ids, titles, strict=True):
            self._lines[bead] = Line(bead, title, waits.get(bead, ""), time.monotonic())

    def show(self, event: Event) -> None:
        """Move the bead that an event tells of to its next station."""
        bead = next((b for b in (event.subject, event.payload.get("bead")) if b in self._lines), None)
        station = STATIONS.get(event.type)
        if bead is None or station is None:
            return
        line = self._lines[str(bead)]
        if station == "working" and "working" in line.stations:
            station = "working again"
        if station == "landed":
            line.seconds = time.monotonic() - line.began
            station = f"landed {str(event.payload.get('commit', ''))[:9]}"
        if line.stations[-1] != station:
            line.stations.append(station)

    def strike(self, text: str, bead: str | None) -> None:
        """Announce a blow, and mark the bead that it hit."""
        if bead is not None:
            self._lines[bead].stations.append("✗ killed")
        self.draw()
        self.say(f" ⚡ {text}")

    def draw(self) -> None:
        """Show the board as it is now."""
        rows = [self._row(line) for line in self._lines.values()]
        if self._live:
            self._erase()
            self._out.write("".join(f"{row}\n" for row in rows))
            self._drawn = len(rows)
        else:
            for line, row in zip(self._lines.values(), rows, strict=True):
                if self._last.get(line.bead) != row:
                    self._last[line.bead] = row
                    print(row, file=self._out)
        self._out.flush()

    def close(self) -> None:
        """Leave the board standing; what follows is printed below it."""
        if self._lines:
            self.draw()
        self._drawn = 0
        self._lines = {}

    def _erase(self) -> None:
        if self._live and self._drawn:
            self._out.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0

    def _row(self, line: Line) -> str:
        waiting = line.stations == ["filed"] and line.waits
        trail = f"waits for {line.waits}" if waiting else " ─ ".join(line.stations)
        time_taken = f"   {line.seconds:.1f} s" if line.seconds is not None else ""
        return f" demo  {line.bead}  {line.title:<31} {trail}{time_taken}"[: _width()]


def _width() -> int:
    import shutil

    return max(80, shutil.get_terminal_size((140, 24)).columns - 1) if sys.stdout.isatty() else 200
