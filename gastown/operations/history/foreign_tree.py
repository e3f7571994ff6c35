"""Whether what was fetched has the files and folders of a ledger's history: asked before anything of it is taken."""

import re
from collections.abc import Callable, Mapping

from gastown.domain import ledger_tree as tree
from gastown.errors import Invalid
from gastown.world.git.ledger_repository import LedgerRepository

TOWNS = "towns"

_SHARD = re.compile(r"[0-9a-f]{2}\.jsonl")
_RIG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""What a town, and its files and folders, may be called."""


def must_be_a_towns(kept: LedgerRepository, commit: str) -> None:
    """Raise Invalid when a commit of another side is not a town's history, or has in it what no town writes."""
    root = kept.commit(commit).tree
    told = kept.read(commit, tree.FORMAT_FILE) if kept.kinds(root).get(tree.FORMAT_FILE) == "blob" else None
    if told != tree.FORMAT.encode():
        newer = told is not None and told.strip().startswith(b'{"format"')
        what = "was written by another version of Gas Town" if newer else "is no ledger of Gas Town"
        raise Invalid(f"what is there {what}", "nothing was changed")
    beads = tree.BEADS.rstrip("/")
    known = {name: kind for name, kind in kept.kinds(root).items() if name in (beads, TOWNS)}
    for name in known:
        _must_be(known, name, "", folder=_any)
    there = kept.children(root)
    if beads in there:
        _folders_of_beads(kept, there[beads])
    if TOWNS in there:
        _towns(kept, there[TOWNS])


def must_be_a_rigs(kept: LedgerRepository, commit: str) -> None:
    """Raise Invalid when a commit of another side has in it what is in no shared rig's own history."""
    _shards(kept, kept.commit(commit).tree, "")


def _folders_of_beads(kept: LedgerRepository, folder: str) -> None:
    kinds = kept.kinds(folder)
    for name in kinds:
        _must_be(kinds, name, tree.BEADS, folder=_RIG.fullmatch)
    for name, rig in kept.children(folder).items():
        _shards(kept, rig, f"{tree.BEADS}{name}/")


def _shards(kept: LedgerRepository, folder: str, path: str) -> None:
    kinds = kept.kinds(folder)
    for name in kinds:
        _must_be(kinds, name, path, file=_SHARD.fullmatch)


def _towns(kept: LedgerRepository, folder: str) -> None:
    """A town's folder has files and folders of files."""
    kinds = kept.kinds(folder)
    for name in kinds:
        _must_be(kinds, name, f"{TOWNS}/", folder=_NAME.fullmatch)
    for town, inside in kept.children(folder).items():
        path, kinds = tree.town_folder(town), kept.kinds(inside)
        for name in kinds:
            _must_be(kinds, name, path, folder=_NAME.fullmatch, file=_NAME.fullmatch)
        for name, deeper in kept.children(inside).items():
            files = kept.kinds(deeper) if kinds[name] == "tree" else dict[str, str]()
            for file in files:
                _must_be(files, file, f"{path}{name}/", file=_NAME.fullmatch)


def _any(_: str) -> bool:
    return True


def _none(_: str) -> bool:
    return False


def _must_be(
    kinds: Mapping[str, str],
    name: str,
    path: str,
    *,
    folder: Callable[[str], object] = _none,
    file: Callable[[str], object] = _none,
) -> None:
    """Raise Invalid unless the entry is a folder, or a file, with a name that such a one may have there."""
    fits = {"tree": folder, "blob": file}.get(kinds[name], _none)
    if not fits(name):
        what = {"tree": "a folder", "blob": "a file"}.get(kinds[name], "a link or another repository")
        raise Invalid(
            f"the other side's history is damaged: {path}{name} is {what} that no ledger has there",
            "nothing was changed; whoever wrote it there puts it right, then gt ledger pull",
        )
