"""One bead with all that is known of it: what it leans on, who worked on it, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment
from gastown.domain.beads import Bead, BeadStatus, Comment, DependencyKind
from gastown.ledger import agents, beads, graph, pages
from gastown.ledger.graph import Link
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.ledger.database import Database
    from gastown.views.request_line import RequestLine

TOMBSTONE = "tombstone"
"""The type of what is left of a deleted bead."""


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """One time that the bead was on a hook."""

    generation: int
    agent: str
    slung_by: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    branch: str | None
    commit: str | None
    no_change: str | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """What is kept of a bead that was deleted."""

    at: datetime | None
    by: str | None
    why: str | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # without them it is made in half the time
class BeadPage:
    """A bead's own fields first, as agents read them; then what surrounds it."""

    id: str
    title: str
    description: str
    status: BeadStatus
    type: str
    priority: int
    rig: str | None
    assignee: str | None
    labels: tuple[str, ...]
    acceptance: str
    design: str
    notes: str
    created_at: datetime
    created_by: str
    updated_at: datetime
    closed_at: datetime | None
    close_reason: str | None
    external_ref: str | None
    metadata: Mapping[str, object]
    worker: str | None
    """The agent on whose hook it is."""
    landed_as: str | None
    """The commit that its work became on the target."""
    open_blockers: tuple[str, ...]
    """Ids of what must close before it can be worked on."""
    depends_on: tuple[Link, ...]
    dependents: tuple[Link, ...]
    tracks: tuple[Link, ...]
    """What this convoy follows."""
    convoys: tuple[str, ...]
    comments: tuple[Comment, ...]
    assignments: tuple[AssignmentLine, ...]
    """Oldest first."""
    requests: "tuple[RequestLine, ...]"
    """Its merge requests, oldest first."""
    owner: str | None
    due: datetime | None
    defer_until: datetime | None
    started_at: datetime | None
    closed_by: str | None
    updated_by: str
    ephemeral: bool
    """A wisp: it never leaves this ledger's file."""
    parent: Link | None
    held_by: tuple[str, ...]
    """Ids of the parents because of which it waits, the nearest first."""
    children: tuple[Link, ...]
    """Its parts, each with its type as `kind`; the first of them if they are very many."""
    children_total: int
    children_closed: int
    deleted: Deleted | None
    """Set when this is only what is left of a deleted bead."""


def bead_page(town: Town, what: str) -> BeadPage:
    """The bead of that id, or of the one id that begins so, all of it at one moment. Raises NotFound or Refused."""
    with town.ledger.snapshot() as ledger:
        return _page(town, ledger, what)


def _page(town: Town, ledger: "Database", what: str) -> BeadPage:
    bead = beads.get(ledger, what)
    requests = _requests(town, bead)
    own = {request.id for request in requests}
    leaning, parts = pages.leans_on(ledger, bead.id), pages.count_children(ledger, bead.id)
    return BeadPage(
        id=bead.id,
        title=bead.title,
        description=bead.description,
        status=bead.status,
        type=bead.type,
        priority=bead.priority,
        rig=bead.rig,
        assignee=bead.assignee,
        labels=tuple(beads.labels(ledger, bead.id)),
        acceptance=bead.acceptance,
        design=bead.design,
        notes=bead.notes,
        created_at=bead.created_at,
        created_by=bead.created_by,
        updated_at=bead.updated_at,
        closed_at=bead.closed_at,
        close_reason=bead.close_reason,
        external_ref=bead.external_ref,
        metadata=bead.metadata,
        worker=agents.holder(ledger, bead.id),
        landed_as=next((r.landed_as for r in reversed(requests) if r.landed_as), None),
        open_blockers=tuple(graph.open_blockers(ledger, bead.id)),
        depends_on=tuple(leaning),
        dependents=tuple(pages.needed_by(ledger, bead.id)),
        tracks=tuple(pages.tracks(ledger, bead.id)),
        convoys=tuple(link.id for link in pages.tracked_by(ledger, bead.id) if link.id not in own),
        comments=tuple(beads.comments(ledger, bead.id)),
        assignments=tuple(_assignment(one) for one in agents.assignments_of_bead(ledger, bead.id)),
        requests=requests,
        owner=bead.owner,
        due=bead.due,
        defer_until=bead.defer_until,
        started_at=bead.started_at,
        closed_by=bead.closed_by,
        updated_by=bead.updated_by,
        ephemeral=bead.ephemeral,
        parent=next((link for link in leaning if link.kind == DependencyKind.PARENT_CHILD), None),
        held_by=tuple(pages.held_by(ledger, bead.id)),
        children=tuple(pages.children(ledger, bead.id)) if parts[0] else (),
        children_total=parts[0],
        children_closed=parts[1],
        deleted=_deleted(bead),
    )


def _deleted(bead: Bead) -> Deleted | None:
    """A husk keeps when, by whom and why it was deleted where other beads keep how they were closed."""
    if bead.type != TOMBSTONE:
        return None
    return Deleted(bead.closed_at, bead.closed_by, bead.close_reason)


def _requests(town: Town, bead: Bead) -> "tuple[RequestLine, ...]":
    """The requests of a bead; a bead that is a request itself has that one."""
    if not pages.has_requests(town.ledger, bead.id):
        return ()  # and nothing about merging needs to be loaded
    from gastown.ledger import merges
    from gastown.views.request_line import request_line

    own = merges.get(town.ledger, bead.id)
    return tuple(request_line(r) for r in ([own] if own else merges.of_bead(town.ledger, bead.id)))


def _assignment(one: Assignment) -> AssignmentLine:
    return AssignmentLine(
        generation=one.generation,
        agent=one.agent,
        slung_by=one.slung_by,
        started_at=one.started_at,
        ended_at=one.ended_at,
        outcome=one.outcome,
        branch=one.branch,
        commit=one.done_commit,
        no_change=one.no_change,
    )
