"""Beads as text: one in full, and lists of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.cli.output import faint, harmless, strong
from gastown.cli.tables import table
from gastown.cli.times import ago, clock, since

if TYPE_CHECKING:
    from gastown.ledger.graph import Link
    from gastown.operations.work.depend import Dependency
    from gastown.views.bead_page import AssignmentLine, BeadPage
    from gastown.views.queue import RequestLine
    from gastown.ledger.ready import ReadyBead

SHORT = 10
"""Digits of a commit that are shown."""

KINDS = {"blocks": "waits for"}
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


def bead_text(page: "BeadPage", now: datetime) -> str:
    """One bead in full."""
    parts = [
        f"{strong(page.id)}  {harmless(page.title)}",
        *_facts(page, now),
        *_body("Description", page.description),
        *_body("Acceptance", page.acceptance),
        *_body("Design", page.design),
        *_body("Notes", page.notes),
        *_links("Leans on", page.depends_on),
        *_links("Needed by", page.dependents),
        *_links("Tracks", page.tracks),
        *_worked_on(page.assignments, now),
        *_requests(page.requests, now),
        *_comments(page, now),
    ]
    return "\n".join(parts)


def _facts(page: "BeadPage", now: datetime) -> Iterable[str]:
    words = (page.status, page.type, f"priority {page.priority}", page.rig or "of no rig", *page.labels)
    yield f" {' · '.join(harmless(word) for word in words)}"
    yield faint(f" filed by {harmless(page.created_by)} {ago(page.created_at, now)}")
    if page.worker:
        yield f" on the hook of {harmless(page.worker)}"
    if page.open_blockers:
        yield f" waits for {', '.join(page.open_blockers)}"
    if page.convoys:
        yield f" in convoy {', '.join(page.convoys)}"
    if page.external_ref:
        yield f" known elsewhere as {harmless(page.external_ref)}"
    if page.landed_as:
        yield f" landed as {page.landed_as[:SHORT]}"
    if page.closed_at:
        yield f" closed {ago(page.closed_at, now)}: {harmless(page.close_reason or 'no reason given')}"


def _body(title: str, text: str) -> Iterable[str]:
    if text.strip():
        from gastown.domain.briefing import printable

        yield f"\n {strong(title)}"
        yield from (f"   {line}".rstrip() for line in printable(text).strip("\n").splitlines())


def _links(title: str, links: "Sequence[Link]") -> Iterable[str]:
    if links:
        yield f"\n {strong(title)}"
        yield from table(
            [(link.id, link.status, KINDS.get(link.kind, link.kind), link.title) for link in links],
            indent=3,
            gives_way={3: 12},
        )


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


def _comments(page: "BeadPage", now: datetime) -> Iterable[str]:
    for comment in page.comments:
        yield from _body(f"{harmless(comment.author)} wrote {ago(comment.at, now)}", comment.body)
