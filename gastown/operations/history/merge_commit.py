"""The commit that joins another town's history to this one's: its files, and what its message tells."""

from gastown.domain import ledger_tree as tree
from gastown.operations.history.apply import Applied
from gastown.operations.history.export import town_numbers
from gastown.operations.history.place import town_uid
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit, with_trailers
from gastown.world.git.ledger_repository import MAIN, LedgerRepository

MOST_TOLD = 50
"""Decisions in a commit's message."""


def commit_merge(
    town: Town, kept: LedgerRepository, before: Commit, theirs: str, *, told: str, by: str
) -> str:
    """Say in one commit that the town's history goes on from both `before` and `theirs`; gives its id.

    What was recorded since `before`, the merge among it, goes into this commit. It was recorded alone first, so
    that whoever is killed here leaves nothing that the next one does not record again.
    """
    now = kept.head() or before
    files = {**_changes(kept, before, now), **_other_towns(kept, town_uid(town, kept), now, theirs)}
    trailers = {name: value for name, value in now.trailers.items() if name.startswith("Ledger-")}
    if now.id != before.id:
        kept.move(MAIN, before.id, was=now.id)
    return kept.write(
        MAIN,
        files,
        author=f"{by} <{by.replace(' ', '')}@{town.settings.name}>",
        message=with_trailers(told, trailers),
        at=town.clock.now(),
        parents=[before.id, theirs],
    )


def _changes(kept: LedgerRepository, before: Commit, now: Commit) -> dict[str, bytes | None]:
    if now.id == before.id:
        return {}
    old, new = dict(kept.files(before.id)), dict(kept.files(now.id))
    gone: dict[str, bytes | None] = dict.fromkeys(old.keys() - new.keys())
    return gone | {path: kept.blob(blob) for path, blob in new.items() if old.get(path) != blob}


def _other_towns(kept: LedgerRepository, own: str, ours: Commit, theirs: str) -> dict[str, bytes | None]:
    """The files of towns that the other history knows better than ours does: each town counts its own numbers up."""
    files: dict[str, bytes | None] = {}
    there = kept.subtree(theirs, "towns")
    for uid in () if there is None else sorted(kept.children(there)):
        folder = tree.town_folder(uid).rstrip("/")
        if uid != own and _is_newer(kept, tree.town_path(uid), ours.id, theirs):
            old, new = dict(kept.files(ours.id, folder)), dict(kept.files(theirs, folder))
            files |= dict.fromkeys(old.keys() - new.keys())
            files |= {path: kept.blob(blob) for path, blob in new.items() if old.get(path) != blob}
    return files


def _is_newer(kept: LedgerRepository, path: str, ours: str, theirs: str) -> bool:
    here, there = (town_numbers(kept.read(commit, path)) for commit in (ours, theirs))
    return (there.generation, there.incarnation) >= (here.generation, here.incarnation)


def story(source: str, applied: Applied) -> str:
    """The message of a merge: where from, how much, and every decision with what it was made of."""
    head = f"Merge {source}: {applied.added} new, {applied.changed} changed"
    lines = [f"{each.old} is {each.new} now" for each in applied.reidentified]
    lines += [
        f"{each.bead} {each.field}: {tree.json_line({'ours': each.ours, 'theirs': each.theirs})}"
        for each in applied.conflicts
    ]
    more = [f"… and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    body = "\n".join([*lines[:MOST_TOLD], *more])
    return f"{head}\n\n{body}" if body else head
