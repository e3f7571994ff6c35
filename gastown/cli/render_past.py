"""What became of beads, as text: their history, figures, and which of them touched a file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong, width
from gastown.cli.render_list import short
from gastown.cli.tables import fit, table
from gastown.cli.times import clock, since, span
from gastown.ledger.journal import BEGAN, OF_RECORDS, values
from gastown.views.bead_page import TOMBSTONE

if TYPE_CHECKING:
    from gastown.ledger.journal import Change
    from gastown.views.files_touched import CommitLine, FilesTouched, Touch
    from gastown.views.history import BeadHistory
    from gastown.views.stats import Stats

LONGEST = 60
"""Characters of an old or a new value."""

SHORT = 10
"""Digits of a commit."""

LONGEST_NAME = 20
"""Columns of an agent's name."""

COMMITS = 3
"""Commits of one bead that are listed."""

STAMPS = frozenset({"updated_at", "created_at", "created_by", "uid", "closed_at", "closed_by"})
"""Fields that only repeat when, by whom, or that it was done."""


def history_text(page: "BeadHistory", now: datetime) -> str:
    """What `bd history` shows: one line for everything that changed."""
    head = f"{strong(page.id)}  {fit(harmless(page.title), max(width() - len(page.id) - 2, 12))}"
    rows = [
        (clock(change.at, now), short(change.by) or "-", what)
        for place, change in enumerate(page.changes)
        for what in _told(change, first=not place and not page.left_out)
    ]
    return "\n".join([head, *table(rows, gives_way={2: 20, 1: 8})])


def _told(change: "Change", *, first: bool) -> Iterable[str]:
    """What one write changed, in words."""
    if BEGAN in change.what:
        began = change.what[BEGAN]
        yield from _began(began if isinstance(began, dict) else {}, first=first)  # pyright: ignore[reportUnknownArgumentType]
        return
    changed = {field: (old, new) for field, old, new in values(change)}
    was, becomes = changed.get("type", ("", ""))
    if becomes == TOMBSTONE:
        why = changed.get("close_reason", ("", ""))[1]
        yield f"deleted it: {_value(why)}" if why else "deleted it"
        return
    if was == TOMBSTONE:
        yield "brought it back"
    for field, (old, new) in changed.items():
        if field not in STAMPS:
            yield _field(field, old, new)
    if OF_RECORDS in change.what:
        yield "took over when its fields were written elsewhere"


def _began(fields: Mapping[str, object], *, first: bool) -> Iterable[str]:
    told = [str(fields.get("type", "bead")), f"priority {fields.get('priority', '?')}"]
    told += [f"{name} {fields[name]}" for name in ("rig", "assignee") if fields.get(name)]
    verb = "filed it" if first else "put it back"
    yield f"{verb}: {_value(fields.get('title'))} ({', '.join(told)}, {fields.get('status', '?')})"


def _field(field: str, old: object, new: object) -> str:
    name = field.replace("_", " ")
    if field == "dependency":
        return _dependency(old, new)
    if field == "comment":
        text = new if new is not None else old
        body = text.get("text") if isinstance(text, dict) else text  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return f"{'wrote' if new is not None else 'removed the comment'} {_value(body)}"  # pyright: ignore[reportUnknownArgumentType]
    if field == "label":
        return f"label + {_value(new)}" if new is not None else f"label - {_value(old)}"
    if old in (None, ""):
        return f"{name}: {_value(new)}"
    if new in (None, ""):
        return f"{name}: {_value(old)} → nothing"
    return f"{name}: {_value(old)} → {_value(new)}"


def _dependency(old: object, new: object) -> str:
    link = new if new is not None else old
    if not isinstance(link, dict):
        return "depends on something else"
    named = f"{link.get('kind')} {link.get('on')}"  # pyright: ignore[reportUnknownMemberType]
    return f"depends on + {named}" if new is not None else f"depends on - {named}"


def _value(value: object) -> str:
    text = harmless(str(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def stats_text(page: "Stats", now: datetime) -> str:
    """What `bd stats` shows."""
    counts = page.counts
    lately = f"{counts.closed_lately:,} closed in {page.days} days"
    if counts.lead_lately is not None:
        lately += f", each {span(counts.lead_lately)} after it was filed"
    over_all = f"   (of all: {span(counts.lead)})" if counts.lead is not None else ""
    rows = [
        ("Beads", f"{counts.total:,}"),
        ("Status", _counted(counts.statuses)),
        ("Open", f"{counts.ready:,} ready · {counts.blocked:,} waiting"),
        ("Types", _counted(counts.types)),
        ("Priorities", _counted({f"P{number}": beads for number, beads in counts.priorities.items()})),
        ("Lately", lately + over_all),
    ]
    if counts.oldest is not None:
        oldest = counts.oldest
        rows.append(("Oldest", f"{oldest.id}  {oldest.title}  ({since(oldest.created_at, now)})"))
    head = [f" {strong(page.rig)}"] if page.rig else []
    return "\n".join([*head, *table([row for row in rows if row[1]], gives_way={1: 20})])


def _counted(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())


def files_text(page: "FilesTouched", now: datetime) -> str:
    """What `bd files` shows; empty when nothing touched the path."""
    parts = list[str]()
    if page.in_flight:
        parts += [f" {strong('In flight')}", *_touches(page.in_flight, now)]
    if page.landed:
        parts += [f" {strong(f'Landed on {page.target}')}", *_touches(page.landed, now)]
    if page.others:
        parts += [f" {strong('Without a bead')}", *_commits(page.others, now)]
    return "\n".join(parts)


def _touches(touches: "Sequence[Touch]", now: datetime) -> Iterable[str]:
    for one in touches:
        state = {"queued": f"in the queue as {one.request}", "hooked": "on the hook"}.get(one.state, "")
        told = f"  {fit(harmless(short(one.agent)), LONGEST_NAME)}{', ' if state else ''}{state}"
        head = f"   {one.bead}  "
        yield f"{head}{fit(harmless(one.title), max(width() - len(head) - len(told), 12))}{told}"
        yield from _commits(one.commits, now)


def _commits(commits: "Sequence[CommitLine]", now: datetime) -> Iterable[str]:
    rows = [(one.id[:SHORT], clock(one.at, now), one.subject, one.author) for one in commits[:COMMITS]]
    yield from table(rows, indent=5, gives_way={2: 16, 3: 6})
    if len(commits) > COMMITS:
        yield faint(f"     … and {len(commits) - COMMITS} more commits")
