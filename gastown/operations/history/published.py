"""A shared rig's own history: its beads as others may have them, on the branch rigs/RIG of the ledger's repository.

Other towns may call the rig otherwise, and do not have the rest of this town. So the lines there name no rig, and
no dependency in them leads out of it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gastown.domain.ledger_tree import BEADS, rig_folder
from gastown.domain.merging_fields import mappings
from gastown.domain.records import Record, line, parse, shard
from gastown.world.git.ledger_commits import with_trailers
from gastown.world.git.ledger_repository import LedgerRepository

TREE = "Ledger-Tree"
"""The trailer that says which folder of the town's history a commit was made of."""

AUTHOR = "Gas Town <gastown@localhost>"


def branch_of(rig: str) -> str:
    """Where a rig's own history is kept."""
    return f"rigs/{rig}"


def publish(repository: LedgerRepository, rig: str, main: str, now: datetime) -> str:
    """Bring the rig's own history up to what the town's says at `main`; gives its newest commit.

    Only files that changed since the last time are read.
    """
    branch, folder = branch_of(rig), f"{BEADS}{rig_folder(rig)}"
    head, tree = repository.head(branch), repository.subtree(main, folder)
    made_of = "" if head is None else _made_of(repository, head.id)
    if head is not None and made_of == (tree or "nothing"):
        return head.id
    now_there, before = _children(repository, tree), _children(repository, made_of)
    rest = _Rig(repository, rig, now_there)
    changed = [name for name in sorted({*now_there, *before}) if now_there.get(name) != before.get(name)]
    files = {name: rest.published(name) if name in now_there else None for name in changed}
    message = with_trailers(f"{rig}: {len(changed)} files of beads", {TREE: tree or "nothing"})
    return repository.write(branch, files, author=AUTHOR, message=message, at=now)


def join(repository: LedgerRepository, rig: str, ours: str, theirs: str, now: datetime) -> str:
    """Say in the rig's own history that all of `theirs` is in it; gives the commit that says so."""
    made_of = _made_of(repository, ours)
    message = with_trailers(
        f"Merge what others did in {rig}", {TREE: made_of} if made_of else {"Merged": theirs}
    )
    return repository.write(
        branch_of(rig), {}, author=AUTHOR, message=message, at=now, parents=[ours, theirs]
    )


def _made_of(repository: LedgerRepository, commit: str) -> str:
    return repository.commit(commit).trailers.get(TREE, "")


def _children(repository: LedgerRepository, tree: str | None) -> Mapping[str, str]:
    return {} if tree in (None, "", "nothing") else repository.children(str(tree))


class _Rig:
    """The rig's files in the town's history."""

    def __init__(self, repository: LedgerRepository, rig: str, files: Mapping[str, str]) -> None:
        self._repository, self._rig, self._files = repository, rig, files
        self._known: dict[str, frozenset[str]] = {}

    def published(self, name: str) -> bytes:
        """A file as others may have it."""
        return b"".join(f"{line(self._outside(record))}\n".encode() for record in self._records(name))

    def _outside(self, record: Record) -> Record:
        inside = [
            link for link in mappings(record.get("dependencies")) if self._has(str(link["depends_on_id"]))
        ]
        rest: Record = {key: value for key, value in record.items() if key not in ("rig", "dependencies")}
        return {**rest, "dependencies": [*inside]} if inside else rest

    def _has(self, identity: str) -> bool:
        name = f"{shard(identity)}.jsonl"
        if name not in self._known:
            records = self._records(name) if name in self._files else ()
            self._known[name] = frozenset(str(record["id"]) for record in records)
        return identity in self._known[name]

    def _records(self, name: str) -> Iterator[Record]:
        for text in filter(None, self._repository.blob(self._files[name]).split(b"\n")):
            yield parse(text.decode())
