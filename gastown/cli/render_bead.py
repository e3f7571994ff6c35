"""Beads as text: one in full, and lists of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import body, faint, harmless, strong
from gastown.cli.tables import bar, table
from gastown.cli.times import ago, clock, day, since

if TYPE_CHECKING:
    from gastown.ledger.graph import Link
    from gastown.ledger.ready import ReadyBead
    from gastown.operations.work.depend import Dependency
    from gastown.views.bead_page import AssignmentLine, BeadPage, Deleted
    from gastown.views.request_line import RequestLine

SHORT = 10
"""Digits of a commit that are shown."""

LISTED = 20
"""Links, or parts, of one sort that are listed, and comments."""

LONGEST_TEXT, LONGEST_COMMENT = 20_000, 4_000
"""Characters that are shown; the whole is there on demand."""

NO_END = 1_000_000_000

NAMED = 8
"""Ids that are named on one line."""

PART = "parent-child"

KINDS = {"blocks": "waits for", PART: "part of"}
"""Links in words, where there are better ones than their names."""


def dependency(made: "Dependency") -> str:
    """What `bd dep add` did."""
    words = KINDS.get(made.kind, made.kind)
    return f"{'linked' if made.new else 'linked before'}  {made.bead} {words} {made.depends_on}"


def ready_list(lines: "Sequence[ReadyBead]", now: datetime) -> str:
    """What `bd ready` shows; empty when there is nothing."""
    rows = [
        (line.id, f"P{line.priority}", line.type, line.rig or "-", line.title, since(line.created_at, now))
        for line in lines
    ]
    return "\n".join(table(rows, gives_way={4: 12}, right=(5,)))


def bead_text(page: "BeadPage", now: datetime, *, whole: bool = False) -> str:
    """One bead: its texts from their beginnings and its newest comments, or the whole of them."""
    most = NO_END if whole else LONGEST_TEXT
    if page.deleted is not None:
        return "\n".join([f"{strong(page.id)}  {harmless(page.title)}", *_husk(page.deleted, now)])
    parts = [
        f"{strong(page.id)}  {harmless(page.title)}",
        *_facts(page, now),
        *_times(page, now),
        *_body("Description", page.description, most),
        *_body("Acceptance", page.acceptance, most),
        *_body("Design", page.design, most),
        *_body("Notes", page.notes, most),
        *_links("Leans on", [link for link in page.depends_on if link.kind != PART]),
        *_children(page),
        *_links("Needed by", [link for link in page.dependents if link.kind != PART]),
        *_links("Tracks", page.tracks),
        *_worked_on(page.assignments, now),
        *_requests(page.requests, now),
        *_comments(page, now, whole=whole),
    ]
    return "\n".join(parts)


def _husk(deleted: "Deleted", now: datetime) -> Iterable[str]:
    """What is left of a bead that was deleted."""
    yield f" deleted {ago(deleted.at, now)} by {harmless(deleted.by or 'nobody known')}"
    if deleted.why:
        yield f" because {harmless(deleted.why)}"


def _facts(page: "BeadPage", now: datetime) -> Iterable[str]:
    wisp = ("a wisp",) if page.ephemeral else ()
    kind = (page.status.replace("_", " "), page.type, f"priority {page.priority}", page.rig or "of no rig")
    yield f" {' · '.join(harmless(word) for word in (*kind, *wisp, *page.labels))}"
    yield faint(f" filed by {harmless(page.created_by)} {ago(page.created_at, now)}{_owner(page)}")
    if page.parent:
        yield f" part of {page.parent.id}  {harmless(page.parent.title)}"
    if page.worker:
        yield f" on the hook of {harmless(page.worker)}"
    elif page.assignee:
        yield f" assigned to {harmless(page.assignee)}"
    if page.open_blockers:
        yield f" waits for {_some(page.open_blockers)}"
    if page.held_by:
        yield f" waits because of what it is part of: {_some(page.held_by)}   (bd ready {page.id} says more)"
    if page.convoys:
        yield f" in convoy {_some(page.convoys)}"
    if page.external_ref:
        yield f" known elsewhere as {harmless(page.external_ref)}"
    if page.landed_as:
        yield f" landed as {page.landed_as[:SHORT]}"


def _owner(page: "BeadPage") -> str:
    return f", owned by {harmless(page.owner)}" if page.owner and page.owner != page.created_by else ""


def _times(page: "BeadPage", now: datetime) -> Iterable[str]:
    """Moments of its life that there are."""
    if page.started_at and not page.closed_at:
        yield f" begun {ago(page.started_at, now)}"
    if page.due and not page.closed_at:
        late = f"   overdue for {since(page.due, now)}" if page.due < now else f"   in {since(now, page.due)}"
        yield f" due {day(page.due)}{late}"
    if page.defer_until and not page.closed_at:
        over = "   that is over" if page.defer_until <= now else ""
        yield f" deferred until {day(page.defer_until)}{over}"
    if page.closed_at:
        by = f" by {harmless(page.closed_by)}" if page.closed_by else ""
        yield f" closed {ago(page.closed_at, now)}{by}: {harmless(page.close_reason or 'no reason given')}"


def _some(ids: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"{', '.join(ids[:NAMED])}{more}"


def _children(page: "BeadPage") -> Iterable[str]:
    """Its parts, the first few; steps of a molecule among them."""
    if page.children_total:
        yield f"\n {strong('Parts')}  {bar(page.children_closed, page.children_total)}"
        rows = [(link.id, link.status.replace("_", " "), link.kind, link.title) for link in page.children]
        yield from table(rows[:LISTED], indent=3, gives_way={3: 12})
        if page.children_total > LISTED:
            yield f"   … {page.children_total - LISTED} more: bd children {page.id} --all"


def _body(title: str, text: str, most: int) -> Iterable[str]:
    if text.strip():
        yield f"\n {strong(title)}"
        yield from body(text[:most])
        if len(text) > most:
            yield f"   … {len(text) - most:,} more characters: --all shows them"


def _links(title: str, links: "Sequence[Link]") -> Iterable[str]:
    if links:
        yield f"\n {strong(title)}"
        rows = [
            (link.id, link.status.replace("_", " "), KINDS.get(link.kind, link.kind), link.title)
            for link in links[:LISTED]
        ]
        yield from table(rows, indent=3, gives_way={3: 12})
        if len(links) > LISTED:
            yield f"   … {len(links) - LISTED} more"


def _worked_on(assignments: "Sequence[AssignmentLine]", now: datetime) -> Iterable[str]:
    if assignments:
        yield f"\n {strong('Worked on by')}"
        yield from table([_assignment(one, now) for one in assignments], indent=3, gives_way={4: 12})


def _assignment(one: "AssignmentLine", now: datetime) -> Sequence[str]:
    what = (one.outcome or "at it").replace("_", " ")
    why = f"{what}: {one.no_change}" if one.no_change else what
    began = clock(one.started_at, now)
    return (
        one.agent,
        began,
        (one.commit or "")[:SHORT],
        one.branch or "",
        f"{why} (generation {one.generation})",
    )


def _requests(requests: "Sequence[RequestLine]", now: datetime) -> Iterable[str]:
    if requests:
        yield f"\n {strong('Merge requests')}"
        yield from table([_request(one, now) for one in requests], indent=3, gives_way={3: 12})


def _request(one: "RequestLine", now: datetime) -> Sequence[str]:
    state = one.state.replace("_", " ")
    became = f"{state} as {one.landed_as[:SHORT]}" if one.landed_as else state
    return (one.id, clock(one.ended_at or one.submitted_at, now), became, one.because or "")


def _comments(page: "BeadPage", now: datetime, *, whole: bool) -> Iterable[str]:
    """The newest comments, oldest first."""
    older = 0 if whole else max(len(page.comments) - LISTED, 0)
    if older:
        yield f"\n   … {older:,} older comments: --all shows them"
    most = NO_END if whole else LONGEST_COMMENT
    for comment in page.comments[older:]:
        yield from _body(f"{harmless(comment.author)} wrote {ago(comment.at, now)}", comment.body, most)
