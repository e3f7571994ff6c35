"""`gt ledger pull`: what other towns wrote comes into this one, and nothing that either did is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.merging import Reidentified
from gastown.errors import GastownError
from gastown.operations.history.apply import Decision
from gastown.operations.history.joining import Joined, join_rig, join_town
from gastown.operations.history.place import LOCK, repository
from gastown.operations.history.record import PATIENCE, record
from gastown.operations.history.remote import Place, places
from gastown.town import Town
from gastown.world.git import ledger_remotes
from gastown.world.locks import lock

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came from one place. `empty`: nothing is there yet; `failed`: why it could not be had."""

    source: str
    rig: str | None
    empty: bool = False
    news: bool = False
    unrelated: bool = False
    """The two histories had nothing in common before."""
    added: int = 0
    changed: int = 0
    reidentified: Sequence[Reidentified] = ()
    conflicts: Sequence[Decision] = ()
    commit: str | None = None
    failed: GastownError | None = None


def pull(town: Town, remote: str | None = None, *, by: Caller, say: Say = lambda _: None) -> Sequence[Pulled]:
    """Bring in what is elsewhere: from `remote`, or from where town.toml says and from every shared rig's remote.

    A place that cannot be reached does not keep the others from being pulled, unless it is the only one. May be
    killed at any point and begun again. Raises Refused, Invalid, NotFound, Busy or Unavailable.
    """
    by.must_be_current()
    chosen = places(town, remote, by)
    found: list[Pulled] = []
    for place in chosen:
        try:
            found.append(pull_from(town, place, by=by.address, say=say))
        except GastownError as failure:
            if len(chosen) == 1:
                raise
            found.append(Pulled(place.shown, place.rig, failed=failure))
    return found


def pull_from(town: Town, place: Place, *, by: str, say: Say = lambda _: None) -> Pulled:
    """Bring in what is at one place."""
    record(town)
    kept = repository(town)
    say(f"fetching {place.shown}")
    theirs = ledger_remotes.fetch(kept.path, place.url, place.ref, place.kept_as)
    if theirs is None:
        return Pulled(place.shown, place.rig, empty=True)
    with lock(town.places.lock(LOCK), what="the ledger's history", wait=PATIENCE):
        joined = bring_in(town, place, theirs, by=by)
    done = joined.applied
    return Pulled(
        place.shown, place.rig, news=joined.news, unrelated=joined.unrelated, added=done.added, changed=done.changed,
        reidentified=done.reidentified, conflicts=done.conflicts, commit=joined.commit,
    )  # fmt: skip


def bring_in(town: Town, place: Place, theirs: str, *, by: str) -> Joined:
    """Join a commit that was fetched. For those who hold the lock of the history."""
    if place.rig is None:
        return join_town(town, theirs, place.shown, by=by)
    return join_rig(town, place.rig, theirs, place.shown, by=by)
