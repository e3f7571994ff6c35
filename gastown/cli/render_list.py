"""Lists of beads as text: a line or two for each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.tables import bar, fit, table
from gastown.cli.times import day, since

if TYPE_CHECKING:
    from gastown.ledger.lists import BeadLine
    from gastown.ledger.search import Found
    from gastown.views.bead_list import Parts

INDENT = 5

SUMMARY = 200
"""Columns of what is said of a bead in short, where no terminal is narrower."""


def bead_lines(lines: "Sequence[BeadLine]", now: datetime, *, long: bool = False) -> str:
    """A line for each bead; with `long` another one with all else that there is to say in short."""
    rows = [
        (
            line.id,
            f"P{line.priority}",
            _status(line),
            line.type,
            line.rig or "-",
            line.title,
            short(line.assignee),
            since(line.closed_at or line.created_at, now),
        )
        for line in lines
    ]
    shown = table(rows, gives_way={5: 16, 6: 6, 3: 4}, right=(7,))
    if not long:
        return "\n".join(shown)
    return "\n".join(
        part for row, line in zip(shown, lines, strict=True) for part in (row, *_more(line, now))
    )


def short(address: str | None) -> str:
    """An agent's address as people say it; what is none stays as it is."""
    return "" if address is None else address.replace("/polecats/", "/").replace("/crew/", "/")


def _status(line: "BeadLine") -> str:
    status = line.status.replace("_", " ")
    return f"{status}, waits" if line.waits and line.status == "open" else status


def _more(line: "BeadLine", now: datetime) -> Iterable[str]:
    facts = [
        *line.labels,
        f"part of {line.parent}" if line.parent else "",
        f"{line.children} part{'s' if line.children > 1 else ''}" if line.children else "",
        f"due {day(line.due)}" if line.due else "",
        f"deferred until {day(line.defer_until)}" if line.defer_until and line.defer_until > now else "",
        f"known elsewhere as {line.external_ref}" if line.external_ref else "",
        "a wisp" if line.ephemeral else "",
        f"changed {since(line.updated_at, now)} ago",
        f"closed: {line.close_reason or 'no reason given'}" if line.closed_at else "",
    ]
    room = max(min(width(), SUMMARY) - INDENT, 20)
    yield faint(f"{' ' * INDENT}{fit(' · '.join(harmless(fact) for fact in facts if fact), room)}")
    if line.description.strip():
        first = line.description.lstrip()[: room + 1].splitlines()[0]
        yield faint(f"{' ' * INDENT}{fit(harmless(first), room)}")


def parts_head(parts: "Parts") -> str:
    """The bead whose parts follow, and how many of them are closed."""
    head = f"{strong(parts.id)}  "
    progress = f"  {bar(parts.closed, parts.total)} closed" if parts.total else "  no parts"
    room = max(width() - len(parts.id) - 2 - len(progress), 12)
    return f"{head}{fit(harmless(parts.title), room)}{progress}"


def stale_lines(lines: "Sequence[BeadLine]", now: datetime) -> str:
    """What `bd stale` shows: how long each was left alone comes first."""
    rows = [
        (
            since(line.updated_at, now),
            line.id,
            f"P{line.priority}",
            _status(line),
            line.type,
            line.title,
            short(line.assignee),
        )
        for line in lines
    ]
    return "\n".join(table(rows, gives_way={5: 16, 6: 6}, right=(0,)))


def found_lines(found: "Sequence[Found]") -> str:
    """What `bd search` shows: each bead with the words around what was found."""
    rows = [
        (one.bead.id, f"P{one.bead.priority}", _status(one.bead), one.bead.type, one.bead.title)
        for one in found
    ]
    shown = table(rows, gives_way={4: 16})
    return "\n".join(part for row, one in zip(shown, found, strict=True) for part in (row, *_snippet(one)))


def _snippet(one: "Found") -> Iterable[str]:
    """The text around the words, unless the title says the same."""
    text, room = harmless(one.snippet), max(width() - INDENT, 20)
    if one.where == "text" and text.strip("…") not in harmless(one.bead.title):
        yield faint(f"{' ' * INDENT}{fit(text, room)}")
    elif one.where == "comment":
        yield faint(f"{' ' * INDENT}{fit(f'a comment: {text}', room)}")
    elif one.where == "external_ref":
        yield faint(f"{' ' * INDENT}{fit(f'known elsewhere as {text}', room)}")
