"""One history brought into another: compared, merged, written into the ledger, and said in a commit of two parents."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gastown.domain.merging import Merged, merge
from gastown.domain.reidentify import Side
from gastown.errors import Busy
from gastown.ledger import events, pulled, records
from gastown.ledger.database import Database
from gastown.operations.history.apply import Applied, apply
from gastown.operations.history.differences import Differences, Histories, differences
from gastown.operations.history.foreign_tree import must_be_a_rigs, must_be_a_towns
from gastown.operations.history.merge_commit import commit_merge, story
from gastown.operations.history.place import repository
from gastown.operations.history.published import join, publish
from gastown.operations.history.record import exported, record_held
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_remotes import contains
from gastown.world.git.ledger_repository import LedgerRepository

TRIES = 20
"""How often a merge is begun anew because beads changed under it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it. `news`: there was something; `unrelated`: the histories had no commit in common."""

    news: bool = False
    unrelated: bool = False
    applied: Applied = field(default_factory=Applied)
    commit: str | None = None


Merging = Callable[[LedgerRepository, Commit], tuple[Differences, Merged, Side]]
"""Compares with the town's head: what differs, what it becomes, and what the ledger holds of it."""


def join_town(town: Town, theirs: str, source: str, *, by: str) -> Joined:
    """Bring another town's history into this one's. For those who hold the lock of the history."""
    kept = repository(town)
    record_held(town)
    head = _head(kept)
    must_be_a_towns(kept, theirs)
    if _has_nothing_new(kept, head, theirs):
        return Joined()
    before, found, applied = _applied(
        town, kept, source, by, lambda kept, head: _town_merged(kept, head, theirs)
    )
    record_held(town)
    commit = commit_merge(town, kept, before, theirs, told=story(source, applied), by=by)
    return Joined(news=True, unrelated=found.unrelated, applied=applied, commit=commit)


def join_rig(town: Town, rig: str, theirs: str, source: str, *, by: str) -> Joined:
    """Bring what others did in a shared rig into this town. For those who hold the lock of the history."""
    kept = repository(town)
    record_held(town)
    must_be_a_rigs(kept, theirs)
    ours = publish(kept, rig, _head(kept).id, town.clock.now())
    if _has_nothing_new(kept, kept.commit(ours), theirs):
        return Joined()

    def merging(kept: LedgerRepository, head: Commit) -> tuple[Differences, Merged, Side]:
        return _rig_merged(town, kept, rig, head, theirs)

    _, found, applied = _applied(town, kept, source, by, merging)
    record_held(town)
    ours = publish(kept, rig, _head(kept).id, town.clock.now())
    commit = join(kept, rig, ours, theirs, town.clock.now())
    return Joined(news=True, unrelated=found.unrelated, applied=applied, commit=commit)


def _head(kept: LedgerRepository) -> Commit:
    head = kept.head()
    if head is None:
        raise Busy("the ledger has no history yet", "try again")
    return head


def _has_nothing_new(kept: LedgerRepository, ours: Commit, theirs: str) -> bool:
    """Whether it is in ours, or only joined ours to itself: two towns that do no more than pull make no commits."""
    if contains(kept.path, ours.id, theirs):
        return True
    return kept.commit(theirs).tree == ours.tree and contains(kept.path, theirs, ours.id)


def _applied(
    town: Town, kept: LedgerRepository, source: str, by: str, merging: Merging
) -> tuple[Commit, Differences, Applied]:
    """Merge and write, anew when what was merged has changed in between; gives the head that it was merged with."""
    for _ in range(TRIES):
        head = _head(kept)
        since = exported(head, town.ledger)
        found, merged, ours = merging(kept, head)
        with town.ledger.transaction() as ledger:
            if since is not None and _still_fits(ledger, since, merged, ours):
                now = town.clock.now()
                applied = apply(ledger, merged, ours, by=by, now=now)
                if applied.added or applied.changed:
                    counts = {"added": applied.added, "changed": applied.changed}
                    events.append(
                        ledger, by, "ledger.pulled", town.settings.name, now, source=source, **counts
                    )
                return head, found, applied
        record_held(town)
    raise Busy("beads change faster than they can be merged", "try again, or gt down first")


def _still_fits(ledger: Database, since: int, merged: Merged, ours: Side) -> bool:
    """Whether what was changed here meanwhile is beside what is to be written: other beads, no ids, no links."""
    lately = pulled.changed(ledger, since)
    written = merged.changes(ours) if lately else ()
    uids, ids = ({str(record[name]) for record in written} for name in ("uid", "id"))
    return not any(each.leans or each.uid in uids or each.id in ids for each in lately)


def _town_merged(kept: LedgerRepository, head: Commit, theirs: str) -> tuple[Differences, Merged, Side]:
    found = differences(Histories(kept), head.id, theirs)
    return found, merge(found.base, found.ours, found.theirs, found.elsewhere), found.ours


def _rig_merged(
    town: Town, kept: LedgerRepository, rig: str, head: Commit, theirs: str
) -> tuple[Differences, Merged, Side]:
    """Ours are the beads as the ledger has them: what the rig's own history leaves out is not taken for removed."""
    published = publish(kept, rig, head.id, town.clock.now())
    found = differences(Histories(kept, rig), published, theirs)
    with town.ledger.snapshot() as ledger:
        names = {uid: pulled.id_of(ledger, uid) for uid in {*found.ours, *found.theirs}}
        named = [name for name in names.values() if name is not None]
        there = [pulled.occupant(ledger, str(record["id"])) for record in found.theirs.values()]
        others = [pulled.id_of(ledger, each.uid) for each in there if each is not None and not each.is_wisp]
        wanted = {*named, *(name for name in others if name is not None)}
        ours = {str(each["uid"]): each for each in records.read_all(ledger, ids=wanted)}
        merged = merge(found.base, ours, found.theirs, pulled.Known(ledger))
    return found, merged, ours
