"""A whole history becomes that of a new town: its beads, agents and hooks come back here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain import ledger_tree as tree
from gastown.domain.identity import OVERSEER, check_prefix
from gastown.domain.interchange.lines import parse
from gastown.domain.own_rows import MOST_FROM_ELSEWHERE
from gastown.domain.records import Record
from gastown.errors import Invalid, Refused
from gastown.ledger import pulled
from gastown.operations.history.differences import Histories
from gastown.operations.history.fences import new_uid
from gastown.operations.history.foreign_tree import must_be_a_towns
from gastown.operations.history.own_rows import OwnRows
from gastown.operations.history.place import LOCK, TOWN_SETTING, repository
from gastown.operations.history.pull import Say
from gastown.operations.history.record import PATIENCE
from gastown.operations.history.remote import Place, settle
from gastown.operations.history.restore import Restored, restore
from gastown.town import Town
from gastown.world.git import ledger_remotes
from gastown.world.git.addresses import masked
from gastown.world.git.ledger_repository import MAIN, LedgerRepository
from gastown.world.locks import lock


@dataclass(frozen=True, slots=True)
class NeededRig:
    """A rig that beads or agents of a restored ledger belong to, and the prefix of its ids."""

    name: str
    prefix: str


def take_over(town: Town, url: str, uid: str, *, say: Say) -> tuple[Restored, Sequence[NeededRig]]:
    """Take the whole history at `url` as this town's own, which has no beads yet, and make the ledger out of it.

    This town begins as a copy of the one with that `uid`, and is another one: what both record of their agents
    lies side by side. May be killed at any point and begun again; what is done already stays as it is. Raises
    Refused, and what `restore` raises.
    """
    kept = repository(town).open_or_create()
    with lock(town.places.lock(LOCK), what="the ledger's history", wait=PATIENCE):
        beads = pulled.how_many(town.ledger)
        if beads and town.settings.ledger_remote != url:
            raise Refused(f"{town.root} is a town with beads of its own", f"gt ledger pull {masked(url)}")
        commit = _fetched(town, kept, url, uid, say=say) if not beads else kept.resolve("HEAD").id
    town.close()
    done = Restored(masked(url), commit, None, beads, ())
    if not beads:
        settle(town, url)
        done = restore(Town(town.root, clock=town.clock), by=OVERSEER)
    rigs = _needed(kept, commit, uid)
    kept.close()
    return done, rigs


def _fetched(town: Town, kept: LedgerRepository, url: str, uid: str, *, say: Say) -> str:
    """Let the history there be the history here; gives its newest commit."""
    place = Place(url)
    say(f"fetching {place.shown}")
    commit = ledger_remotes.fetch(kept.path, place.url, place.ref, place.kept_as)
    if commit is None:
        raise Refused(f"{place.shown} is empty", "gt ledger push there first")
    _look_at(kept, commit, uid)
    head = kept.head()
    kept.move(MAIN, commit, was=None if head is None else head.id)
    _go_on_from(town, kept, commit, uid)
    return commit


def _look_at(kept: LedgerRepository, commit: str, uid: str) -> None:
    """Raise Invalid for what no ledger writes: nothing of it is believed before."""
    must_be_a_towns(kept, commit)
    OwnRows(kept, commit, uid, most=MOST_FROM_ELSEWHERE).check()
    histories = Histories(kept)
    for path, blob in histories.shards(commit).items():
        for line in histories.lines(blob):
            histories.foreign(line, path)


def _go_on_from(town: Town, kept: LedgerRepository, commit: str, uid: str) -> None:
    """Let the history say that a town of our own goes on from that one: with its agents, hooks and numbers."""
    own = kept.setting(TOWN_SETTING) or new_uid()
    kept.set_setting(TOWN_SETTING, own)
    old, new = tree.town_folder(uid), tree.town_folder(own)
    files = {
        new + path.removeprefix(old): kept.blob(blob) for path, blob in kept.files(commit, old.rstrip("/"))
    }
    name, now = town.settings.name, town.clock.now()
    kept.write(MAIN, files, author=f"{OVERSEER} <{OVERSEER}@{name}>", message=f"{name} begins here", at=now)


def _needed(kept: LedgerRepository, commit: str, uid: str) -> Sequence[NeededRig]:
    """The rigs that beads or agents of the town belong to."""
    folders = kept.subtree(commit, tree.BEADS.rstrip("/"))
    found: list[NeededRig] = []
    for name, folder in sorted(kept.children(folders).items()) if folders else ():
        if name != tree.TOWN:
            usual = prefixes(kept, list(kept.children(folder).values()))
            found.append(NeededRig(name, usual[0] if usual else ""))
    known = {rig.name for rig in found}
    others = {str(row["rig"]) for row in OwnRows(kept, commit, uid).agents() if row.get("rig")} - known
    return [*found, *(NeededRig(name, "") for name in sorted(others))]


def prefixes(kept: LedgerRepository, blobs: Sequence[str]) -> list[str]:
    """The prefixes of ids in these files, the most usual first."""
    ids = [tree.bead_of(line) for blob in blobs for line in tree.lines_of(kept.blob(blob))]
    counted = Counter(identity.rpartition("-")[0] for identity in ids)
    return [prefix for prefix, _ in counted.most_common() if _is_prefix(prefix)]


def _is_prefix(text: str) -> bool:
    try:
        return bool(check_prefix(text))
    except Invalid:
        return False


def row_of(file: bytes | None) -> Record:
    """What a file with one object in it says; nothing when it is none."""
    try:
        return parse(file or b"{}") or {}
    except Invalid:
        return {}
