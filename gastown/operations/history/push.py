"""`gt ledger push`: this town's history goes where others find it; what they pushed is never taken away."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.errors import GastownError
from gastown.operations.history.place import LOCK, repository
from gastown.operations.history.published import publish
from gastown.operations.history.pull import Say, bring_in
from gastown.operations.history.record import PATIENCE, record_held
from gastown.operations.history.remote import Place, places, settle
from gastown.town import Town
from gastown.world.git import ledger_remotes
from gastown.world.git.ledger_repository import LedgerRepository
from gastown.world.locks import lock


@dataclass(frozen=True, slots=True)
class Pushed:
    """What went to one place. `already`: all of it was there; `settled`: town.toml names the place from now on."""

    target: str
    rig: str | None
    commit: str = ""
    already: bool = False
    settled: bool = False
    failed: GastownError | None = None


def push(
    town: Town, remote: str | None = None, *, save: bool = False, by: Caller, say: Say = lambda _: None
) -> Sequence[Pushed]:
    """Record the ledger and take its history to `remote`, or to where town.toml says and to shared rigs' remotes.

    The first place that is ever named is kept in town.toml; with `save` also a later one. A place that cannot be
    reached does not keep the others from theirs, unless it is the only one. Raises Busy when somebody pushed
    what was not pulled yet; Refused, Invalid, NotFound or Unavailable.
    """
    by.must_be_current()
    chosen = places(town, remote, by)
    found: list[Pushed] = []
    for place in chosen:
        try:
            found.append(push_to(town, place, by=by.address, say=say))
        except GastownError as failure:
            if len(chosen) == 1:
                raise
            found.append(Pushed(place.shown, place.rig, failed=failure))
    if remote is not None and (save or not town.settings.ledger_remote):
        settle(town, chosen[0].url)
        return [Pushed(each.target, each.rig, each.commit, each.already, settled=True) for each in found]
    return found


def push_to(town: Town, place: Place, *, by: str, say: Say = lambda _: None) -> Pushed:
    """Take the history to one place."""
    with lock(town.places.lock(LOCK), what="the ledger's history", wait=PATIENCE):
        commit = _newest(town, place)
    kept = repository(town)
    there = ledger_remotes.tips(kept.path, place.url, place.ref).get(place.ref)
    if there is not None and ledger_remotes.contains(kept.path, there, commit):
        return Pushed(place.shown, place.rig, commit, already=True)
    if there is not None and _says_nothing(kept, there, commit):
        with lock(town.places.lock(LOCK), what="the ledger's history", wait=PATIENCE):
            bring_in(town, place, there, by=by)
            commit = _newest(town, place)
    say(f"pushing to {place.shown}")
    ledger_remotes.push(kept.path, place.url, commit, place.ref)
    return Pushed(place.shown, place.rig, commit)


def _newest(town: Town, place: Place) -> str:
    """The commit that is to go there; while nobody else writes the history."""
    record_held(town)
    kept = repository(town)
    head = kept.resolve("HEAD").id
    return head if place.rig is None else publish(kept, place.rig, head, town.clock.now())


def _says_nothing(kept: LedgerRepository, there: str, commit: str) -> bool:
    """Whether what is there is only a commit that joined us, with nothing in it that we have not had: pulled before."""
    if not ledger_remotes.is_here(kept.path, there) or ledger_remotes.contains(kept.path, commit, there):
        return False
    bases = ledger_remotes.common(kept.path, there, commit)
    return bool(bases) and all(kept.commit(base).tree == kept.commit(there).tree for base in bases)
