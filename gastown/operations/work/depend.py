"""Letting one bead lean on another, and no longer."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.beads import BLOCKING, ORDERING, DependencyKind
from gastown.domain.decide import changing
from gastown.domain.filing import check_kind
from gastown.errors import Refused
from gastown.ledger import beads, events, graph
from gastown.ledger.custody import custody
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.work.changeable import must_be_changeable
from gastown.operations.work.named import one_named
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Dependency:
    """One bead leans on another; `new` is False when it did so before."""

    bead: str
    depends_on: str
    kind: str
    new: bool


@dataclass(frozen=True, slots=True)
class Undepended:
    """One bead leans on another no more; the kinds of links that were cut, none when there were none."""

    bead: str
    depends_on: str
    kinds: Sequence[str]


def depend(town: Town, bead: str, depends_on: str, *, kind: str = "blocks", by: Caller) -> Dependency:
    """Make `bead` depend on `depends_on`. Raises NotFound, Invalid for a kind, Refused for a circle."""
    by.must_be_current()
    check_kind(kind)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        one, other = one_named(ledger, bead), one_named(ledger, depends_on)
        changing.check_link(one, other, kind, custody(ledger, one.id).live_request)
        must_be_changeable(town, one, by=by)
        check_link(ledger, one.id, other.id, kind)
        new = graph.add_dependency(ledger, one.id, other.id, kind, by=by.address, now=now)
        if new:
            events.append(ledger, by.address, "dependency.added", one.id, now, depends_on=other.id, kind=kind)
    return Dependency(one.id, other.id, kind, new)


def undepend(town: Town, bead: str, depends_on: str, *, kind: str | None = None, by: Caller) -> Undepended:
    """Cut the links of this kind, or of every kind, from `bead` to `depends_on`. Raises NotFound, Invalid, Refused."""
    by.must_be_current()
    kinds = [check_kind(kind)] if kind else [each for each in DependencyKind if each != DependencyKind.TRACKS]
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        one, other = one_named(ledger, bead), beads.get(ledger, depends_on)
        changing.check_cut(one)
        must_be_changeable(town, one, by=by)
        cut = [
            str(each)
            for each in kinds
            if graph.remove_dependency(ledger, one.id, other.id, each, by=by.address, now=now)
        ]
        for each in cut:
            events.append(
                ledger, by.address, "dependency.removed", one.id, now, depends_on=other.id, kind=each
            )
    return Undepended(one.id, other.id, cut)


def check_link(ledger: Database, bead: str, depends_on: str, kind: str) -> None:
    """Raise Refused if this link would close a circle, be a second parent, hold a child for its parent, or be lost."""
    if bead == depends_on:
        words = "wait for itself" if kind in BLOCKING else "be linked to itself"
        raise Refused(f"{bead} cannot {words}", f"bd show {bead}")
    check_lasts(ledger, bead, depends_on)
    if kind == DependencyKind.PARENT_CHILD:
        _check_parent(ledger, bead, depends_on)
    elif kind in BLOCKING and depends_on in graph.ancestors(ledger, bead):
        raise Refused(
            f"{bead} is beneath {depends_on}, which closes after it: neither ever would", f"bd show {bead}"
        )
    if kind in ORDERING and (path := graph.path_between(ledger, depends_on, bead)) is not None:
        raise Refused(f"that would close a circle: {path} → {depends_on}", f"bd show {bead}")


def check_lasts(ledger: Database, bead: str, depends_on: str) -> None:
    """Raise Refused if a bead that lasts would lean on a wisp: no record could tell of that."""
    if graph.would_be_lost(ledger, bead, depends_on):
        raise Refused(
            f"{depends_on} is a wisp: it is removed when it has ended, and nothing that lasts leans on it",
            f"gt sling {depends_on} makes it last; else file it again, without --ephemeral",
        )


def _check_parent(ledger: Database, bead: str, parent: str) -> None:
    present = graph.parent(ledger, bead)
    if present is not None and present != parent:
        raise Refused(
            f"{bead} is beneath {present} already, and a bead has one parent",
            f"bd update {bead} --parent {parent} moves it",
        )
    above = {parent, *graph.ancestors(ledger, parent)}
    waits = next(
        (one.id for one in graph.blocked_by(ledger, bead) if one.kind in BLOCKING and one.id in above), None
    )
    if waits is not None:
        raise Refused(
            f"{bead} waits for {waits}, which would close after it: neither ever would",
            f"bd dep remove {bead} {waits}",
        )
