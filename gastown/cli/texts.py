"""Texts that a command reads from elsewhere than its line: a dash means standard input, a file its content."""

import sys
from pathlib import Path

from gastown.errors import Invalid, NotFound

DASH = "A dash reads it from standard input."


def one_dash(*given: str | None) -> None:
    """Raise Invalid if more than one of these texts is a dash."""
    if given.count("-") > 1:
        raise Invalid("standard input can be read once only", "give one text as a dash, the others in words")


def read_dash(text: str) -> str:
    """The same text, or standard input for a dash. Raises Invalid."""
    return standard_input() if text == "-" else text


def read_dash_or_none(text: str | None) -> str | None:
    """The same for an option that may not have been given."""
    return standard_input() if text == "-" else text


def standard_input() -> str:
    """All of it. Raises Invalid when it is closed, or is no text."""
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise Invalid(f"standard input is not valid UTF-8: {error.reason}", "write it as UTF-8") from error
    except (AttributeError, ValueError) as error:
        raise Invalid("standard input is closed", "give the text in words") from error


def file_or_input(name: str) -> str:
    """What the file holds, or standard input for a dash. Raises NotFound, or Invalid when it is no text."""
    if name == "-":
        return standard_input()
    try:
        content = Path(name).read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError) as missing:
        raise NotFound(f"there is no file {name!r}", "a dash reads standard input") from missing
    except IsADirectoryError as folder:
        raise Invalid(f"{name!r} is a folder", "name a file") from folder
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(f"{name}: line {line} is not valid UTF-8", "write the file as UTF-8") from error
