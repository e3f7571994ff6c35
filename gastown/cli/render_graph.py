"""Trees of beads, circles and the progress of epics as text."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.tables import bar, columns, fit, pad

if TYPE_CHECKING:
    from gastown.views.dep_tree import Circle, DepTree, Node
    from gastown.views.epic_status import EpicProgress

DOWN = {"blocks": "", "parent-child": "part of"}
UP = {"blocks": "", "parent-child": "a part"}
"""Kinds in words, as they are told downwards and upwards; where there is none, the kind's own name."""

LEAST = 12
"""Columns that a title is never cut below."""


def tree(found: "DepTree") -> str:
    """What `bd dep tree` shows."""
    what = "no bead leans on it" if found.upwards else "it leans on no bead"
    lines = [f"{strong(found.root.id)}  {_rest(found.root, '', len(found.root.id) + 2)}"]
    lines += _branches(found.root, "", UP if found.upwards else DOWN)
    if not found.root.beneath:
        lines.append(faint(f" nothing: {what}"))
    return "\n".join(lines)


def _branches(node: "Node", before: str, words: dict[str, str]) -> Iterable[str]:
    for place, each in enumerate(node.beneath):
        last = place == len(node.beneath) - 1 and not node.cut
        stem = f"{before}{'└─ ' if last else '├─ '}{each.id}  "
        yield stem + _rest(each, words.get(each.kind, each.kind), columns(stem))
        yield from _branches(each, f"{before}{'   ' if last else '│  '}", words)
    if node.cut:
        yield f"{before}└─ …"


def _rest(node: "Node", how: str, taken: int) -> str:
    """Status, kind and title of a bead, as far as there is room."""
    mark = "  (shown above)" if node.seen else ""
    facts = ", ".join(part for part in (node.status.replace("_", " "), how) if part)
    title = fit(harmless(node.title), max(width() - taken - len(facts) - 4 - len(mark), LEAST))
    return f"{title}  ({harmless(facts)}){mark}"


def circles(found: "Sequence[Circle]") -> str:
    """What `bd dep cycles` shows; empty when there is none."""
    return "\n".join(
        f" {' → '.join((*circle.beads, circle.beads[0]))}   {faint('; '.join(circle.kinds))}"
        for circle in found
    )


def epics(found: "Sequence[EpicProgress]") -> str:
    """What `bd epic status` shows; epics within epics stand beneath them."""
    rows = [row for one in found for row in _rows(one, 1)]
    ids = max(columns(name) for name, _ in rows)
    bars = max(columns(_bar(one)) for _, one in rows)
    return "\n".join(_epic(name, one, ids, bars) for name, one in rows)


def _rows(one: "EpicProgress", depth: int) -> "Iterable[tuple[str, EpicProgress]]":
    yield f"{' ' * (2 * depth - 1)}{one.id}", one
    for each in one.epics:
        yield from _rows(each, depth + 1)


def _bar(one: "EpicProgress") -> str:
    return bar(one.closed, one.total)


def _epic(name: str, one: "EpicProgress", ids: int, bars: int) -> str:
    words = [one.status.replace("_", " ")] if one.status != "open" else []
    words += [f"{one.in_progress} being done"] if one.in_progress else []
    words += ["can be closed"] if one.eligible_to_close else []
    told = f"  ({', '.join(words)})" if words else ""
    start = f"{pad(name, ids)}  {pad(_bar(one), bars)}  "
    return f"{start}{fit(harmless(one.title), max(width() - columns(start) - len(told), LEAST))}{told}"
