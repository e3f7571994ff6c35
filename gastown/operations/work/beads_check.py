"""Whether the beads of a file go together with each other, and with those that are here."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gastown.domain.interchange import graph
from gastown.domain.interchange.lists import Lean
from gastown.domain.interchange.times import seconds_apart
from gastown.ledger import interchange
from gastown.ledger.database import Database
from gastown.ledger.interchange import Known
from gastown.operations.work.beads_draft import Draft, Entry, Note, Problem, blocking

SAME_MOMENT = 1.0
"""Seconds: some Beads rounded the time at which a bead was made."""

MOST_CIRCLES = 10
NOWHERE = frozenset[str]()


@dataclass(slots=True)
class Settled:
    """What is known once the file was held against the ledger."""

    known: dict[str, Known]
    """Beads of the file that are here already."""
    aside: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """For a bead, what its line leans on that is not there: kept with it, but no dependency."""
    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[Note] = field(default_factory=list[Note])


def settle(ledger: Database, draft: Draft, *, skip_missing: bool) -> Settled:
    """Hold the file against the ledger, inside the transaction that will take it."""
    settled = Settled(interchange.known(ledger, draft.beads))
    settled.problems += draft.problems
    settled.problems += _of_identity(ledger, draft, settled.known)
    _find_missing(ledger, draft, settled, skip_missing=skip_missing)
    if not settled.problems:
        settled.problems += _circles(ledger, draft, settled)
    settled.problems.sort(key=lambda problem: problem.line)
    return settled


def _of_identity(ledger: Database, draft: Draft, known: dict[str, Known]) -> Iterator[Problem]:
    """Ids that another bead has here, and beads that have another id here."""
    for identity, here in known.items():
        if problem := _not_the_same(draft.beads[identity], here):
            yield Problem(draft.beads[identity].line, identity, problem)
    new = {entry.uid: identity for identity, entry in draft.beads.items() if identity not in known}
    for uid, other in interchange.ids_of(ledger, new).items():
        yield Problem(draft.beads[new[uid]].line, new[uid], f"is known here as {other}")


def _not_the_same(entry: Entry, here: Known) -> str:
    if here.wisp and not entry.wisp:
        return "there is a wisp of that id here"
    if here.busy and entry.deleted and entry.updated_at >= here.updated_at:
        return f"is deleted in the file, and {here.busy} here"
    if here.uid == entry.uid:
        return ""
    if entry.own_uid or seconds_apart(here.created_at, entry.created_at) > SAME_MOMENT:
        return f'another bead has that id here: "{here.title}", made {here.created_at}'
    return ""


def _find_missing(ledger: Database, draft: Draft, settled: Settled, *, skip_missing: bool) -> None:
    """Put aside what need not be there, and complain of the rest."""
    targets = {lean.on for entry in draft.beads.values() for lean in entry.leans} - draft.beads.keys()
    missing = targets - interchange.known(ledger, targets).keys()
    if not missing:
        return
    for identity, entry in draft.beads.items():
        aside = [lean for lean in entry.leans if lean.on in missing]
        for lean in aside:
            said = _without(lean, draft.wisps.get(lean.on))
            if not said:
                continue
            if skip_missing:
                settled.notes.append(
                    Note(entry.line, identity, f"{said}: the dependency is kept, but not in force")
                )
            else:
                settled.problems.append(Problem(entry.line, identity, said))
        if aside:
            settled.aside[identity] = frozenset(lean.on for lean in aside)


def _without(lean: Lean, wisp: Entry | None) -> str:
    """What is lost without the bead that is leaned on; nothing, where it was a loose tie or a wisp that is over."""
    if wisp is not None:
        return f"depends on {lean.on}, a wisp" if lean.kind in graph.BLOCKING and not wisp.closed else ""
    return f"depends on {lean.on}, which is neither in the file nor here" if lean.bound else ""


def _circles(ledger: Database, draft: Draft, settled: Settled) -> Iterator[Problem]:
    """Beads that would wait for themselves, by the lines that will count."""
    ways = {
        identity: blocking(entry, settled.aside.get(identity, NOWHERE))
        for identity, entry in draft.beads.items()
        if identity not in settled.known or entry.updated_at >= settled.known[identity].updated_at
    }
    outside = {on for leans in ways.values() for on in leans} - ways.keys()
    if outside:
        ways = {**interchange.ways_on(ledger, outside), **ways}
    for ring in graph.circles(ways, MOST_CIRCLES):
        lines = [(draft.beads[bead].line, bead) for bead in ring if bead in draft.beads]
        if lines:  # one that is all in the ledger was there before
            line, first = min(lines)
            turned = [*ring[ring.index(first) :], *ring[: ring.index(first)]]
            yield Problem(line, first, f"waits for itself: {graph.shown(turned)}")
