"""Why beads are ready or wait, as text."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.tables import fit, table

if TYPE_CHECKING:
    from gastown.views.blocked import BlockedLine
    from gastown.views.explain import Explanation, Reason


def explanation(found: "Explanation") -> str:
    """What `bd ready BEAD` shows."""
    word = "is ready" if found.ready else "is not ready"
    head = f"{strong(found.id)}  {_title(found.title, len(found.id) + 2)}"
    return "\n".join([head, f" {word}:" if not found.ready else f" {word}", *_because(found.reasons, 3)])


def explanations(found: "Sequence[Explanation]") -> str:
    """What `bd ready --explain` shows; empty when there is nothing."""
    ready = [one for one in found if one.ready]
    others = [one for one in found if not one.ready]
    parts = list[str]()
    if ready:
        parts += [f" {strong(f'Ready ({len(ready)})')}", *_ready(ready)]
    if others:
        parts += [*([""] if parts else []), f" {strong(f'Not ready ({len(others)})')}"]
        for one in others:
            parts += [_line(one.id, one.priority, one.title), *_because(one.reasons, 8)]
    return "\n".join(parts)


def blocked_list(lines: "Sequence[BlockedLine]") -> str:
    """What `bd blocked` shows; empty when there is nothing."""
    parts = list[str]()
    for one in lines:
        parts += [_line(one.id, one.priority, one.title), *_because(one.reasons, 8)]
    return "\n".join(parts)


def _ready(ready: "Sequence[Explanation]") -> Iterable[str]:
    rows = [
        (one.id, f"P{one.priority}", one.title, "; ".join(reason.why for reason in one.reasons))
        for one in ready
    ]
    return table(rows, indent=3, gives_way={2: 12, 3: 10})


def _line(identity: str, priority: int, title: str) -> str:
    head = f"   {identity}  P{priority}  "
    return head + _title(title, len(head))


def _title(title: str, taken: int) -> str:
    return fit(harmless(title), max(width() - taken, 12))


def _because(reasons: "Sequence[Reason]", indent: int) -> Iterable[str]:
    """Every reason on lines of its own, broken where the terminal ends."""
    blank = " " * indent
    for reason in reasons:
        for number, line in enumerate(wrap(harmless(reason.why), max(width() - indent - 2, 30)) or [""]):
            yield faint(f"{blank}{'  ' if number else ''}{line}")
