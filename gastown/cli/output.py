"""What commands print: results on standard output, the story around them on standard error, JSON when asked for."""

import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO, TypeVar

V = TypeVar("V")

NARROW = 80
"""Columns of a terminal that does not tell."""

NO_LIMIT = 100_000
"""Columns of a pipe or a file: nothing is cut there."""

_UNSAFE = {code: f"\\u{code:04x}" for code in (*range(127, 160), 0x2028, 0x2029)}
"""What JSON lets through although a terminal obeys it."""

_NO_TAG = {ord("<"): "\\u003c"}
"""The same in JSON, which has it in texts alone, and the beginning of no tag."""


def say(text: str = "") -> None:
    """One piece of the result."""
    _write(sys.stdout, text)


def tell(text: str = "") -> None:
    """One piece of the story: progress, warnings, what to do next."""
    flush()  # both may lead to the same place
    _write(sys.stderr, text)


def flush() -> None:
    """Hand on what was said so far, for a reader who waits for it."""
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it was closed
        sys.stdout.flush()


def next_steps(*commands: str) -> None:
    """What one would type now; part of the story, so that a pipe gets the result alone."""
    shown = [harmless(command) for command in commands if command]
    if shown:
        tell(f"{_paint(sys.stderr, '2', 'next:')}  {'    '.join(shown)}")


def undo(command: str) -> None:
    """How to bring back what was taken away."""
    tell(f"{_paint(sys.stderr, '2', 'undo:')}  {harmless(command)}")


def complain(message: str, hint: str = "", *, program: str = "gt") -> None:
    """What went wrong, and beneath it what to do about it."""
    tell(f"{_paint(sys.stderr, '1', program)}: {harmless(message)}")
    for line in hint.splitlines():
        tell(f"    {harmless(line, keep_blanks=True)}")


def harmless(text: str, *, keep_blanks: bool = False) -> str:
    """`text` on one line, without anything that could repaint a terminal, or is a tag of an agent's CLI there."""
    if "<" in text and for_an_agent():
        from gastown.domain.briefing_text import untagged

        text = untagged(text)
    if text.isprintable() and ("  " not in text or keep_blanks):
        return text
    from gastown.domain.briefing_text import one_line, printable

    return printable(text) if keep_blanks else one_line(text)


def body(text: str) -> Iterator[str]:
    """The lines of a longer text that somebody wrote; in an agent's session marked as a quotation on every line."""
    from gastown.domain.briefing_text import printable, untagged

    shown = printable(text).strip("\n")
    if for_an_agent():
        yield from (f"   | {line}" for line in untagged(shown).split("\n"))
    else:
        yield from (f"   {line}".rstrip() for line in shown.splitlines())


def for_an_agent() -> bool:
    """Whether what is printed is read in an agent's session, so that others' words must look like no one's orders."""
    return bool(os.environ.get("GT_CREDENTIAL"))


def show(value: V, render: Callable[[V], str], *, as_json: bool) -> None:
    """One view or result, rendered for people or as JSON. Nothing to render: nothing is printed."""
    text = json_text(value) if as_json else render(value)
    if text:
        say(text)


def json_text(value: object, *, indent: int | None = 2) -> str:
    """`value` as JSON: dataclasses as objects, times in ISO 8601, durations in seconds; safe on a terminal."""
    import json

    text = json.dumps(value, indent=indent, ensure_ascii=False, default=_plain).translate(_UNSAFE)
    return text.translate(_NO_TAG) if for_an_agent() else text


def _plain(value: object) -> object:
    from dataclasses import fields, is_dataclass
    from datetime import date, timedelta

    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset):
        return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return str(value)


def on_terminal() -> bool:
    """Whether a person reads the result as it comes."""
    return _is_terminal(sys.stdout)


def can_ask() -> bool:
    """Whether a person is there to answer: standard input and standard error are both terminals."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def width() -> int:
    """How many columns a line of the result may have."""
    if not on_terminal():
        return NO_LIMIT
    from shutil import get_terminal_size

    return get_terminal_size((NARROW, 24)).columns or NARROW


def strong(text: str) -> str:
    """A heading of the result."""
    return _paint(sys.stdout, "1", text)


def faint(text: str) -> str:
    """Something in the result that matters less."""
    return _paint(sys.stdout, "2", text)


def make_streams_lenient() -> None:
    """Let no character break a command where the terminal's encoding is poor."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:
        stream.write(f"{text}\n")


def _paint(stream: TextIO | None, code: str, text: str) -> str:
    """With colour on a terminal that wants some; the words say it all anyway."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    plain = unwanted or not _is_terminal(stream)
    return text if plain else f"\x1b[{code}m{text}\x1b[0m"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
