"""`gt ledger verify`: whether the file is whole, all in it agrees, and the git history says the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gastown.errors import GastownError
from gastown.ledger import derived, history, numbers, replay
from gastown.ledger.database import Database
from gastown.ledger.history import Highest
from gastown.operations.history.compare import compare, town_told
from gastown.operations.history.place import repository
from gastown.operations.history.record import has_lost
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_repository import LedgerRepository

NOTHING_TOLD = Highest(0, 0)
MOST = 20
"""Findings of one kind that are told."""

RESTORE = "gt ledger restore, or --from a backup"
REPAIR = "gt ledger verify --repair"
ASK = "gt ledger backup, then bd history shows how it came about"
EVENTS = "gt ledger restore --from a backup that has them; nothing else depends on them"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and what to do about it."""

    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what was found."""

    beads: int
    changes: int
    findings: tuple[Finding, ...]
    repaired: tuple[str, ...]
    behind: int | None
    """How many changes the git history still lacks; None: it is of another file, or there is none."""
    notes: tuple[str, ...]


def verify(town: Town, *, repair: bool = False) -> Verified:
    """Look at everything. With `repair` derived tables are made anew; nothing else is ever changed.

    Raises what opening the ledger raises.
    """
    ledger = town.ledger
    broken = [Finding(wrong, RESTORE) for wrong in _first(_wrong(ledger, "integrity"))]
    if broken:  # what a damaged file says of itself proves nothing
        return Verified(0, 0, tuple(broken), (), None, ())
    findings = [Finding(wrong, RESTORE) for wrong in _first(_wrong(ledger, "foreign_keys"))]
    stale = [Finding(wrong, REPAIR) for wrong in _first(derived.check(ledger))]
    repaired: tuple[str, ...] = ()
    if repair and stale:
        with ledger.transaction():
            derived.rebuild(ledger)
        repaired = tuple(finding.what for finding in stale)
        stale = [Finding(wrong, RESTORE) for wrong in _first(derived.check(ledger))]
    kept = repository(town)
    head = _head(kept)  # before the ledger: what is recorded from now on tells of more than is looked at
    with ledger.snapshot():
        findings += [*stale, *(Finding(wrong, ASK) for wrong in _first(_wrong(ledger, "hooks_wrong")))]
        findings += [Finding(wrong, ASK) for wrong in _first(replay.differing(ledger))]
        findings += [Finding(wrong, RESTORE) for wrong in _first(numbers.lost_changes(ledger))]
        findings += [Finding(wrong, EVENTS) for wrong in _first(numbers.lost_events(ledger))]
        in_git, behind, notes = _in_git(ledger, kept, head)
        beads = int(ledger.rows("history", "count_beads")[0]["beads"])
        changes = history.newest(ledger)
    return Verified(beads, changes, (*findings, *in_git), repaired, behind, notes)


def _head(kept: LedgerRepository) -> Commit | GastownError | None:
    try:
        return kept.head() if kept.exists() else None
    except GastownError as problem:
        return problem


def _in_git(
    ledger: Database, kept: LedgerRepository, head: Commit | GastownError | None
) -> tuple[Sequence[Finding], int | None, tuple[str, ...]]:
    if not kept.exists():
        return _fences(ledger), None, ("there is no git history yet: the supervisor writes it",)
    try:
        if isinstance(head, GastownError):
            raise head
        fences = _fences(ledger, town_told(kept, head))
        if has_lost(head, ledger):
            lost = Finding("the file has lost changes that its own git history has", RESTORE)
            return [lost, *fences], None, ()
        seen = compare(ledger, kept, head)
    except GastownError as problem:
        aside = "gt down and gt up: it is kept aside, and begun anew"
        return [Finding(problem.message, aside), *_fences(ledger)], None, ()
    finally:
        kept.close()
    todo = "the next commit that touches it puts it right; gt ledger log BEAD shows who wrote it"
    differing = [Finding(wrong, todo) for wrong in _first(seen.differing)]
    return [*fences, *differing], seen.behind, seen.notes


def _fences(ledger: Database, told: Highest = NOTHING_TOLD) -> list[Finding]:
    """Numbers that could be given out twice."""
    return [Finding(wrong, RESTORE) for wrong in numbers.fences_behind(ledger, told)]


def _wrong(ledger: Database, name: str) -> Iterator[str]:
    return (str(row["wrong"]) for row in ledger.rows("history", name))


def _first(found: Iterable[str]) -> list[str]:
    """The first of them, and that there are more."""
    iterator = iter(found)
    first = list(islice(iterator, MOST))
    return [*first, "… and more like these"] if next(iterator, None) is not None else first
