"""From the bytes of a terminal to what a person meant by them; no input or output here."""

import codecs
import re
from enum import Enum
from typing import NamedTuple, TypeAlias


class Key(Enum):
    ESCAPE = "escape"
    INTERRUPT = "interrupt"
    END = "end"
    """Ctrl-D on an empty line, or nobody is there any more."""


class Line(NamedTuple):
    """Some text and Enter."""

    text: str


Typed: TypeAlias = Line | Key

_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O[@-~])")
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)?\Z")


class Keyboard:
    """Holds the line that is being typed.

    As in Claude Code, tabs and other control characters vanish; a backslash before Enter makes a new line.
    """

    def __init__(self) -> None:
        self.line = ""
        self.held = ""
        """An escape that may be a key of its own or begin a sequence: feed more soon, or flush."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> list[Typed]:
        """What these bytes complete."""
        text = _SEQUENCE.sub("", self.held + self._decoder.decode(data))
        unfinished = _UNFINISHED.search(text)
        self.held = unfinished.group() if unfinished else ""
        return self._take(text.removesuffix(self.held))

    def flush(self) -> list[Typed]:
        """No more bytes came: what was held is the Escape key."""
        held, self.held = self.held, ""
        return self._take(held)

    def _take(self, text: str) -> list[Typed]:
        return [typed for character in text if (typed := self._press(character)) is not None]

    def _press(self, character: str) -> Typed | None:
        match character:
            case "\r" | "\n" if self.line.endswith("\\"):
                self.line = self.line[:-1] + "\n"
            case "\r" | "\n":
                line, self.line = self.line, ""
                return Line(line)
            case "\x1b":
                return Key.ESCAPE
            case "\x03":
                return Key.INTERRUPT
            case "\x04" if not self.line:
                return Key.END
            case "\x7f" | "\b":
                self.line = self.line[:-1]
            case "\x15":
                self.line = ""
            case "\x17":
                self.line = re.sub(r"\S*\s*$", "", self.line)
            case _ if character.isprintable():
                self.line += character
            case _:
                pass
        return None
