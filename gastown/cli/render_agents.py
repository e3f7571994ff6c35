"""Agents as text: the list of them, one with its record, and sessions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.place import short_path
from gastown.cli.tables import fit, table
from gastown.cli.times import ago, clock, since, span

if TYPE_CHECKING:
    from gastown.views.agent_record import AgentRecord, Totals
    from gastown.views.agents import AgentLine
    from gastown.views.sessions import SessionLine

TITLE, NAME = 16, 9
"""Columns that a title, and a name or a state, keep on a narrow terminal."""

SHOWN = 20
"""Assignments that a record lists; the figures count all."""


def agents_by_home(lines: "Sequence[AgentLine]", now: datetime) -> str:
    """What `gt agents` shows: those of the town, then those of each rig."""
    parts = [
        "\n".join([strong(f" {rig or 'town'}"), *_rows(list(group), now)])
        for rig, group in groupby(
            (line for line in lines if line.is_there or line.removed_at), lambda line: line.rig
        )
    ]
    unneeded = [line.short for line in lines if not line.is_there and line.removed_at is None]
    if unneeded and parts:
        told = wrap(f"not needed yet: {', '.join(unneeded)}", width() - 1, subsequent_indent="  ")
        parts.append("\n".join(faint(f" {line}") for line in told))
    return "\n\n".join(parts)


def _rows(lines: "Sequence[AgentLine]", now: datetime) -> list[str]:
    rows = [
        (
            line.name,
            line.role if line.role != line.name else "",
            f"{line.state.replace('-', ' ')}{', paused' if line.paused else ''}",
            line.bead or "",
            since(line.since, now) if line.bead else "",
            ago(line.last_sign, now) if line.runs else "",
            _what(line),
        )
        for line in lines
    ]
    return table(rows, indent=3, gives_way={6: TITLE, 0: NAME, 2: NAME}, right=(4, 5))


def _what(line: "AgentLine") -> str:
    """The work where all is well, else what is the matter."""
    watched = "   you watch" if line.attached else ""
    if line.bead and line.state == "working":
        return f"{line.title or ''}{watched}"
    return f"{line.why}{watched}"


def record_page(record: "AgentRecord") -> str:
    """What `gt agents show` shows."""
    agent, now = record.agent, record.at
    home = f"{agent.role} of {agent.rig}" if agent.rig else agent.role
    runtime = f" · {agent.runtime}" if agent.runtime else ""
    lines = [f" {strong(agent.short)}   {home} · {agent.state.replace('-', ' ')}{runtime}"]
    lines.append(fit(f"   {harmless(agent.why)}", width()))
    if agent.bead:
        hook = f"   hook      {agent.bead}  for {since(agent.since, now)}  {harmless(agent.title or '')}"
        lines.append(fit(hook, width()))
    lines.append(f"   session   {agent.session or '-'}{_session(agent, now)}")
    lines.append(f"   folder    {short_path(Path(agent.folder))}")
    return "\n".join([*lines, "", *_totals(record.totals), *_assignments(record)])


def _session(agent: "AgentLine", now: datetime) -> str:
    if agent.runs is None:
        return ", not to be seen"
    wanted = ", wanted" if agent.wanted_at else ""
    if not agent.runs:
        return f", not running{wanted}"
    return f", last sign {ago(agent.last_sign, now)}{', you watch' if agent.attached else ''}{wanted}"


def _totals(totals: "Totals") -> list[str]:
    counts = {
        "landed": totals.landed,
        "sent back": totals.sent_back,
        "without a change": totals.no_change,
        "taken back": totals.taken_back,
        "open": totals.open,
    }
    outcomes = [f"{count} {word}" for word, count in counts.items() if count]
    worked = (
        f"{_count(totals.sessions, 'session')}, {span(totals.worked)} in all · {totals.handed_off} handed off"
    )
    return [
        f" {strong('Record')}   {' · '.join([_count(totals.assignments, 'assignment'), *outcomes])}",
        f"   {worked}",
        f"   {_cost(totals)}",
    ]


def _cost(totals: "Totals") -> str:
    """Tokens and money; what is unknown is said."""
    if not totals.conversations:
        return "no conversation was recorded: tokens and cost are unknown"
    talks = _count(totals.conversations, "conversation")
    if totals.input_tokens is None or totals.output_tokens is None:
        return f"{talks}: tokens and cost are unknown yet"
    cost = "cost unknown" if totals.cost_usd is None else f"${totals.cost_usd:.2f}"
    untold = f" · {totals.untold} of them unknown" if totals.untold else ""
    return f"{talks} · {tokens(totals.input_tokens)} tokens in, {tokens(totals.output_tokens)} out · {cost}{untold}"


def tokens(count: int) -> str:
    """A number of tokens in a few digits: `812`, `14k`, `2.3M`."""
    if count < 10_000:  # noqa: PLR2004 - five digits are long
        return str(count)
    return f"{count / 1000:.0f}k" if count < 1_000_000 else f"{count / 1_000_000:.1f}M"  # noqa: PLR2004


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _assignments(record: "AgentRecord") -> Iterator[str]:
    if not record.assignments:
        return
    rows = [
        (
            clock(one.started_at, record.at),
            one.bead,
            one.outcome,
            one.title,
            span(one.worked),
            _count(one.sessions, "session") + (f", {one.handed_off} handed off" if one.handed_off else ""),
        )
        for one in record.assignments[:SHOWN]
    ]
    yield ""
    yield from table(rows, indent=3, gives_way={3: TITLE}, right=(4,))
    if (more := len(record.assignments) - SHOWN) > 0:
        yield faint(f"   and {more} earlier ones: --json has them all")


def sessions(lines: "Sequence[SessionLine]", now: datetime) -> str:
    """What `gt session list` shows."""
    if not lines:
        return ""
    head = ("session", "agent", "up", "last sign", "state", "")
    rows = [
        (
            line.session,
            line.agent or "-",
            since(line.started, now) if line.runs else "-",
            ago(line.last_sign, now) if line.runs else "-",
            line.state.replace("-", " ") if line.runs else "missing",
            _told(line),
        )
        for line in lines
    ]
    head_line, *rest = table([head, *rows], right=(2, 3), gives_way={5: TITLE})
    return "\n".join([faint(head_line), *rest])


def _told(line: "SessionLine") -> str:
    watched = ["you watch"] if line.attached else []
    resumed = ["its conversation was resumed"] if line.resumed else []
    why = [line.bead] if line.bead and line.state == "working" else [line.why]
    return ", ".join(part for part in (*why, *resumed, *watched) if part)
