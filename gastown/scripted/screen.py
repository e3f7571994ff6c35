"""What people see: lines that scroll away, and the input line that stays below them."""

import contextlib
import os
import re
import sys
from collections.abc import Mapping

DEFAULT_WIDTH = 80
RESULT_LINES = 8
WIDE = 0x2E80
STYLES = {"": "", "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")


class Screen:
    """Writes to standard output. A terminal that has gone away is no error."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._terminal = sys.stdout.isatty()
        self._colour = self._terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self._typed = ""
        self._hint = ""

    def line(self, text: str, style: str = "") -> None:
        """Show `text`, which is our own and may have several lines."""
        self._write("".join(self._styled(line, style) + "\n" for line in text.split("\n")))

    def say(self, text: str) -> None:
        """The agent's own words."""
        self.line(f"● {text}")

    def entered(self, text: str, note: str = "") -> None:
        """What was typed and taken; `note` says what becomes of it."""
        shown = " ⏎ ".join(harmless(line) for line in text.split("\n"))
        self.line(
            self._cut(f"> {shown}") if not note else self._cut(f"  {note}: {shown}"),
            "dim" if note else "bold",
        )

    def call(self, command: str) -> None:
        """The agent starts a tool."""
        first, *more = [harmless(line) for line in command.strip().split("\n")]
        ending = f" … +{len(more)} lines)" if more else ")"
        head = self._cut(first, reserved=len("● Bash(" + ending))
        self._write(f"{self._styled('●', 'green')} {self._styled('Bash', 'bold')}({head}{ending}\n")

    def result(self, output: str, style: str = "dim") -> None:
        """What the tool, or whatever else ran, had to tell: the first lines of it."""
        lines = [harmless(line) for line in output.rstrip().split("\n")]
        if len(lines) > RESULT_LINES:
            lines = [*lines[: RESULT_LINES - 1], f"… +{len(lines) - RESULT_LINES + 1} lines"]
        margins = ["  ⎿  ", *["     "] * (len(lines) - 1)]
        self.line(
            "\n".join(self._cut(margin + line) for margin, line in zip(margins, lines, strict=True)), style
        )

    def input(self, typed: str) -> None:
        """Redraw the input line."""
        self._typed = typed
        self._write("")

    def hint(self, text: str) -> None:
        """What the input line shows while nothing is typed."""
        self._hint = text
        self._write("")

    def close(self) -> None:
        """Take the input line away."""
        self._terminal, terminal = False, self._terminal
        if terminal:
            self._write("\r\x1b[K")

    @property
    def width(self) -> int:
        try:
            return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH
        except OSError:
            return DEFAULT_WIDTH

    def _write(self, text: str) -> None:
        if self._terminal:
            text = f"\r\x1b[K{text}{self._input_line()}"
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.buffer.write(text.encode(errors="replace"))
            sys.stdout.buffer.flush()

    def _input_line(self) -> str:
        if not self._typed:
            return "> " + self._styled(self._hint[: self.width - 3], "dim")
        shown = self._typed.replace("\n", "⏎")[-self.width :]
        while cells(shown) > self.width - 3:
            shown = shown[1:]
        return "> " + shown

    def _cut(self, text: str, reserved: int = 0) -> str:
        room = self.width - reserved
        if cells(text) <= room:
            return text
        text = text[: room - 1]
        while cells(text) >= room:
            text = text[:-1]
        return text + "…"

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self._colour and style and text else text


def harmless(text: str) -> str:
    """One line of foreign text without what could move the cursor or change the terminal."""
    text = _ESCAPES.sub("", text).expandtabs(4)
    return "".join(character for character in text if character.isprintable())


def cells(text: str) -> int:
    """How wide `text` is on a terminal, nearly: from the East Asian scripts on, two cells each."""
    return len(text) if text.isascii() else sum(1 + (ord(character) >= WIDE) for character in text)
