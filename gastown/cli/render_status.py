"""The one page as text: what waits for the human first, then who works, then the queues."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.place import short_path
from gastown.cli.rig import gate_words
from gastown.cli.tables import bar, columns, fit, fit_end, in_one_line_or_two, table
from gastown.cli.times import ago, lasted, since

if TYPE_CHECKING:
    from gastown.ledger.convoys import ConvoyProgress
    from gastown.views.queue import QueueLine
    from gastown.views.rig_list import RigLine
    from gastown.views.town_status import SupervisorLine, TownStatus
    from gastown.views.waiting import WaitingLine
    from gastown.views.workers import WorkerLine

SIGNS = {"answer": "?", "question": "?", "landed": "✓", "mail": "✉"}
"""What stands before a line that waits for the human; `!` for all that is neither a question nor good news."""

TITLE, WHY, PATH = 16, 24, 12
"""Columns that a title, a reason and the town's path keep on a narrow terminal."""


def page(town: "TownStatus") -> str:
    """What `gt status` and `gt` alone show."""
    parts = [
        [_head(town)],
        _waiting(town.waiting, town.at),
        _unseen(town.cannot_see),
        _working(town.working, town.at),
        [*_idle(town), *_queues(town.queues, town.at), *_convoys(town.convoys, town.convoys_open)],
        _rigs(town.rigs),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(town: "TownStatus") -> str:
    agents = len(town.working) + len(town.idle)
    facts = [
        _count(len(town.rigs), "rig"),
        _count(agents, "agent"),
        _supervisor(town.supervisor, town.at),
        f"{town.ready} ready",
    ]
    told = " · ".join(facts)
    path = fit_end(short_path(Path(town.path)), max(PATH, width() - columns(f" Gas Town     {told}")))
    return f" {strong('Gas Town')}  {path}   {told}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _supervisor(line: "SupervisorLine", now: datetime) -> str:
    if line.state == "up":
        return f"supervisor up {since(line.since, now)}" if line.since else "supervisor up"
    return f"supervisor {line.state.upper()}"


def _waiting(lines: "Sequence[WaitingLine]", now: datetime) -> list[str]:
    if not lines:
        return []
    rows = [
        (
            SIGNS.get(line.kind, "!"),
            line.who,
            line.bead or "",
            line.what,
            since(line.since, now) if line.since else "",
            line.command,
        )
        for line in lines
    ]
    return [
        f" {strong(f'Waiting for you ({len(lines)})')}",
        *in_one_line_or_two(rows, gives_way={3: WHY}, right=(4,)),
    ]


def _unseen(lines: "Sequence[str]") -> list[str]:
    return (
        [f" {strong('Could not be seen')}", *(f"   ~  {harmless(line)}" for line in lines)] if lines else []
    )


def _working(lines: "Sequence[WorkerLine]", now: datetime) -> list[str]:
    if not lines:
        return []
    head = ("", "", "", "", "since", "last sign", "")
    rows = [
        (
            line.rig,
            line.name,
            line.bead or "-",
            line.title or "",
            since(line.since, now),
            ago(line.last_sign, now),
            _state(line),
        )
        for line in lines
    ]
    first, *rest = in_one_line_or_two([head, *rows], gives_way={3: TITLE}, right=(4, 5))
    title = f" Working ({len(lines)})"
    padded = (
        first if len(first.strip()) + len(title) < len(first) else f"{' ' * (len(title) + 2)}{first.strip()}"
    )
    return [f"{strong(title)}{faint(padded[len(title) :])}", *rest]


def _state(line: "WorkerLine") -> str:
    """How far it is where all is as it should be; else the state and its reason."""
    if line.state != "working":
        words = f"{line.state.replace('-', ' ')}: {line.why}"
    else:
        words = "" if line.why == f"works on {line.bead}" else line.why
    step = f"step {line.step}" if line.step and line.state == "working" else ""
    watched = "you watch" if line.attached else ""
    return ", ".join(part for part in (step, words, watched) if part)


def _idle(town: "TownStatus") -> Iterable[str]:
    by_rig: dict[str, list[str]] = {}
    for line in town.idle:
        by_rig.setdefault(line.rig or "town", []).append(line.name)
    if by_rig:
        groups = [f"{rig} {', '.join(names)}" for rig, names in by_rig.items()]
        yield f" {strong('Idle')}     {' · '.join(groups)}"


def _queues(lines: "Sequence[QueueLine]", now: datetime) -> Iterable[str]:
    if lines:
        yield f" {strong('Queue')}    {' · '.join(_queue(line, now) for line in lines)}"


def _queue(line: "QueueLine", now: datetime) -> str:
    parts = [f"{line.waiting} waiting"] if line.waiting else []
    parts += [f"{line.held} held"] if line.held else []
    if line.gate and line.gate_since:
        parts.append(f'"{harmless(line.gate)}" {lasted((now - line.gate_since).total_seconds())}')
    elif line.because:
        parts.append(harmless(line.because))
    if line.waiting and line.process != "running":
        parts.append(f"process {line.process}")
    return f"{line.rig} {', '.join(parts) or 'empty'}"


def _convoys(convoys: "Sequence[ConvoyProgress]", there_are: int) -> Iterable[str]:
    """Convoys of more than one bead: a lone bead's tells nothing that its line does not."""
    lines = [f"{bar(one.closed, one.tracked)}  {harmless(one.title)}" for one in convoys if one.tracked > 1]
    if there_are > len(convoys):
        lines.append(f"… and {there_are - len(convoys)} more: gt convoy list")
    for place, line in enumerate(lines):
        yield f" {'       ' if place else strong('Convoys')}  {fit(line, width() - 10)}"


def _rigs(rigs: "Sequence[RigLine]") -> list[str]:
    rows = [
        (
            rig.name,
            f"→ {rig.target}",
            f"gate {gate_words(rig.gate, no_gate=rig.no_gate)}",
            f"agents: {rig.permissions}{', trusted' if rig.trust else ''}",
            f"parked: {rig.parked}" if rig.parked else "",
        )
        for rig in rigs
    ]
    return [f" {strong('Rigs')}", *table(rows, indent=3, gives_way={2: 12, 4: 12})] if rows else []
