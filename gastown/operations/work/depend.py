"""Letting one bead wait for another."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.beads import ORDERING, DependencyKind
from gastown.errors import Invalid, Refused
from gastown.ledger import beads, events, graph
from gastown.operations.sessions.caller import fence
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Dependency:
    """One bead leans on another; `new` is False when it did so before."""

    bead: str
    depends_on: str
    kind: str
    new: bool


def depend(town: Town, bead: str, depends_on: str, *, kind: str = "blocks", by: Caller) -> Dependency:
    """Make `bead` depend on `depends_on`. Raises NotFound, Invalid for a kind, Refused for a circle."""
    by.must_be_current()
    if kind not in list(DependencyKind):
        raise Invalid(f"{kind!r} is no kind of dependency", f"kinds: {', '.join(DependencyKind)}")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        one, other = beads.get(ledger, bead).id, beads.get(ledger, depends_on).id
        if one == other:
            raise Refused(f"{one} cannot wait for itself")
        if kind in ORDERING and (path := graph.path_between(ledger, other, one)) is not None:
            raise Refused(f"that would close a circle: {path} → {other}", f"bd show {one}")
        new = graph.add_dependency(ledger, one, other, kind, by=by.address, now=now)
        if new:
            events.append(ledger, by.address, "dependency.added", one, now, depends_on=other, kind=kind)
    return Dependency(one, other, kind, new)
