"""Convoys as text: lists of them, one in full, and what was done to one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong
from gastown.cli.tables import bar, in_one_line_or_two, table
from gastown.cli.times import ago, since
from gastown.domain.convoys import breakdown

if TYPE_CHECKING:
    from gastown.operations.work.convoy_change import ConvoyChange, ConvoyClosed
    from gastown.operations.work.sling_many import SlungMany
    from gastown.views.convoy_news import ConvoyNews
    from gastown.views.convoys import ConvoyLine, ConvoyPage

SHOWN = 20
"""Beads that are named where there may be thousands."""


def convoy_list(lines: "Sequence[ConvoyLine]", now: datetime) -> str:
    """What `gt convoy list` shows; empty when there is nothing."""
    rows = [
        (line.id, line.title, bar(line.closed, line.tracked), line.owner or "-", since(line.created_at, now),
         _stands(line))
        for line in lines
    ]  # fmt: skip
    return "\n".join(in_one_line_or_two(rows, gives_way={1: 12, 3: 8}, right=(4,), indent=1))


def _stands(line: "ConvoyLine") -> str:
    if line.state != "open":
        return line.state
    return breakdown(line.states) or "nothing in it yet"


def convoy_text(page: "ConvoyPage", most: int, now: datetime) -> str:
    """One convoy in full, with its first `most` beads."""
    return "\n".join([*_head(page, now), *_beads(page, most, now)])


def _head(page: "ConvoyPage", now: datetime) -> Iterable[str]:
    line = page.convoy
    yield f"{strong(line.id)}  {harmless(line.title)}"
    ended = f" · {page.ended.words}" if line.closed else ""
    yield f" {line.state} · {bar(line.closed, line.tracked)}{ended}"
    if left := breakdown(line.states):
        yield f" {left}"
    watched = f", watched by {harmless(', '.join(line.watchers))}" if line.watchers else ""
    opened = f"opened by {harmless(line.created_by)} {ago(line.created_at, now)}"
    yield faint(f" owned by {harmless(line.owner or 'nobody')}{watched} · {opened}")
    if line.closed_at:
        yield f" closed {ago(line.closed_at, now)}: {harmless(line.close_reason or 'no reason given')}"


def _beads(page: "ConvoyPage", most: int, now: datetime) -> Iterable[str]:
    from gastown.views.convoy_news import words

    shown = page.beads[:most]
    rows = [
        (bead.id, bead.rig or "-", f"P{bead.priority}", bead.title, words(bead),
         ago(bead.closed_at, now) if bead.closed_at else "")
        for bead in shown
    ]  # fmt: skip
    if rows:
        yield ""
        yield from table(rows, indent=3, gives_way={3: 14, 4: 16}, right=(5,))
    if len(page.beads) > most:
        yield f"   … and {len(page.beads) - most} more: gt convoy status {page.convoy.id} -n {len(page.beads)}"


def changed(made: "ConvoyChange", verb: str) -> str:
    """What `create`, `add` and `remove` did."""
    lines = [f'{verb}  {made.id} "{harmless(made.title)}"   {bar(made.closed, made.tracked)}']
    if made.beads and verb != "created":
        lines.append(f"  {'taken out' if verb == 'removed' else 'put in'}: {_some(made.beads)}")
    if made.already:
        lines.append(f"  in it before: {_some(made.already)}")
    if made.reopened:
        lines.append("  it is open again")
    if made.landed:
        lines.append("  nothing open is left in it: it is done")
    return "\n".join(lines)


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more


def closed(made: "ConvoyClosed") -> str:
    """What `gt convoy close` did."""
    word = "closed before" if made.already else "closed"
    left = f", {made.still_open} still open" if made.still_open else ""
    return f'{word}  {made.id} "{harmless(made.title)}": {harmless(made.reason)}   ({made.how}{left})'


def slung_many(done: "SlungMany") -> str:
    """What `gt sling CONVOY` or `EPIC` did."""
    all_of_it = len(done.slung) + len(done.not_slung) + done.closed
    inside = (
        f"{done.type} {done.what}" if done.what == done.convoy else f"epic {done.what}, convoy {done.convoy}"
    )
    ended = f", {done.closed} closed" if done.closed else ""
    lines = [
        f"slung  {len(done.slung)} of {all_of_it} in {harmless(done.title)}   ({inside}{ended})",
        *table(
            [
                (
                    one.bead,
                    one.title,
                    f"→ {one.agent}",
                    f"generation {one.generation}{_not_for(one.taken_from)}",
                )
                for one in done.slung
            ],
            indent=3,
            gives_way={1: 14},
        ),
    ]
    if done.not_slung:
        lines.append(f" {strong('Not slung')}")
        rows = [(one.bead, one.title, one.why) for one in done.not_slung[:SHOWN]]
        lines += table(rows, indent=3, gives_way={1: 14, 2: 24})
    if len(done.not_slung) > SHOWN:
        lines.append(f"   … and {len(done.not_slung) - SHOWN} more: gt convoy status {done.convoy}")
    return "\n".join(lines)


def _not_for(somebody: str | None) -> str:
    return f", not {harmless(somebody)}'s any more" if somebody else ""


def told(one: "ConvoyNews") -> str:
    """One line of `gt convoy watch`."""
    return f"{bar(one.closed, one.tracked)}  {one.bead}  {harmless(one.what)}  {harmless(one.title)}"


def bar_line(line: "ConvoyLine") -> str:
    """The one line that `gt convoy watch` redraws."""
    left = breakdown(line.states)
    return f"{bar(line.closed, line.tracked)}  {harmless(line.title)}{f'  {left}' if left else ''}"
