"""The git history of the ledger: a bare repository of ours alone, opened, read, written and searched."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.errors import Busy
from gastown.world.git.command import answer, reason
from gastown.world.git.ledger_commits import COMMITTER, Commit, parse, person
from gastown.world.git.ledger_failures import Broken, broken, said_plainly
from gastown.world.git.ledger_objects import Objects, nested
from gastown.world.git.ledger_opening import make, opened, signature
from gastown.world.git.ledger_search import at, found_at, history, named

if TYPE_CHECKING:
    from pygit2 import Oid, Repository

MAIN = "main"
ABANDONED = 10.0
"""Seconds; libgit2 holds the lock of a branch for less than one."""


class LedgerRepository:
    """The repository at `path`. Everything raises Broken, Busy or Unavailable; nobody's configuration counts.

    What is written is on the disk, and not only in its cache, when the call returns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: Repository | None = None

    def exists(self) -> bool:
        """Whether there is something at its path."""
        return os.path.lexists(self.path)

    def open_or_create(self) -> "LedgerRepository":
        """Make it if there is nothing at its path, whole or not at all; gives itself."""
        if not self.exists():
            making = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            shutil.rmtree(making, ignore_errors=True)
            with said_plainly(making, writing=True):
                make(making)
                try:
                    making.rename(self.path)
                except OSError:
                    shutil.rmtree(making, ignore_errors=True)
                    if not self.exists():  # else another process was faster
                        raise
        _ = self._repository
        return self

    @property
    def _repository(self) -> "Repository":
        if self._opened is None:
            with said_plainly(self.path):
                self._opened = opened(self.path)
        return self._opened

    @property
    def _objects(self) -> Objects:
        return Objects(self.path, self._repository)

    def close(self) -> None:
        """Let go of its files; the next use opens it again."""
        if self._opened is not None:
            self._opened.free()
            self._opened = None

    def settings(self, prefix: str) -> Mapping[str, str]:
        """What its own configuration says under names that begin so."""
        with said_plainly(self.path):
            seen = ((str(entry.name), str(entry.value)) for entry in self._repository.config)
            return {name: value for name, value in seen if name.startswith(prefix)}

    def setting(self, name: str) -> str | None:
        """What its own configuration says."""
        return self.settings(name).get(name)

    def set_setting(self, name: str, value: str) -> None:
        """Keep something in its own configuration."""
        with said_plainly(self.path, writing=True):
            self._repository.config[name] = value

    def branches(self) -> Mapping[str, str]:
        """The commit at which each branch stands."""
        start = "refs/heads/"
        with said_plainly(self.path):
            names = [name for name in self._repository.references if name.startswith(start)]
        found = {name.removeprefix(start): self._target(name) for name in names}
        return {name: commit for name, commit in found.items() if commit is not None}

    def head(self, branch: str = MAIN) -> Commit | None:
        """The newest commit of a branch; None when there is no such branch."""
        newest = self._target(f"refs/heads/{branch}")
        return None if newest is None else self.commit(newest)

    def commit(self, identity: str) -> Commit:
        """The commit with this whole id."""
        content = self._objects.content(identity)
        with said_plainly(self.path):
            return parse(identity, content)

    def read(self, commit: str, path: str) -> bytes | None:
        """A file as it was at a commit; None when it was not there."""
        found = self.subtree(commit, path)
        return None if found is None else self.blob(found)

    def blob(self, identity: str) -> bytes:
        """The content of a file."""
        return self._objects.content(identity)

    def files(self, commit: str, prefix: str = "") -> Iterator[tuple[str, str]]:
        """All files beneath a folder as it was at a commit, by path, each with the id of its content."""
        found = self.subtree(commit, prefix)
        if found is not None:
            yield from self._objects.walk(found, f"{prefix.rstrip('/')}/" if prefix else "")

    def subtree(self, commit: str, path: str) -> str | None:
        """The id of the folder or file at `path` at a commit; equal ids are equal contents."""
        return self._objects.entry(self.commit(commit).tree, path)

    def children(self, tree: str) -> Mapping[str, str]:
        """What lies in a folder of this id, by name."""
        return self._objects.children(tree)

    def kinds(self, tree: str) -> Mapping[str, str]:
        """What the entries of a folder are, by name: `tree`, `blob`, or else neither folder nor file."""
        return self._objects.kinds(tree)

    def write(
        self,
        branch: str,
        changes: Mapping[str, bytes | None],
        *,
        author: str,
        message: str,
        at: datetime,
        parents: Sequence[str] | None = None,
        always: bool = False,
    ) -> str:
        """Commit `changes` (a path's new content, or None to remove it) on top of a branch; gives the commit's id.

        `author` is `Name <address>`. The first of `parents` (none: the branch's head) is where the branch must
        still stand, or not exist for no parents, else Busy is raised and nothing is written to it. What the
        changes do not touch stays as at the first parent. Without any difference, and with one parent, no
        commit is made unless `always`: that parent is given back.
        """
        known = self._parents(branch, parents)
        tree = self.commit(known[0]).tree if known else None
        made = self._objects.edited(tree, nested(changes))
        return self._commit(branch, made, known, author=author, message=message, at=at, always=always)

    def graft(
        self,
        branch: str,
        tree: str,
        *,
        author: str,
        message: str,
        at: datetime,
        parents: Sequence[str] | None = None,
    ) -> str:
        """Commit a folder that is there already as the whole content of a branch; else like `write`."""
        from pygit2 import Oid

        known = self._parents(branch, parents)
        return self._commit(branch, Oid(hex=tree), known, author=author, message=message, at=at)

    def move(self, branch: str, commit: str, *, was: str | None) -> None:
        """Let a branch stand at another commit; Busy when it is not where it was said to be (None: nowhere)."""
        from pygit2 import Oid

        self.commit(commit)
        self._move(f"refs/heads/{branch}", Oid(hex=commit), was)

    def _parents(self, branch: str, parents: Sequence[str] | None) -> Sequence[str]:
        if parents is not None:
            return parents
        newest = self._target(f"refs/heads/{branch}")
        return () if newest is None else (newest,)

    def _commit(
        self,
        branch: str,
        made: "Oid | None",
        parents: Sequence[str],
        *,
        author: str,
        message: str,
        at: datetime,
        always: bool = False,
    ) -> str:
        older = [self.commit(parent) for parent in parents]
        with said_plainly(self.path, writing=True):
            tree = made or self._repository.TreeBuilder().write()
            same = not always and [commit.tree for commit in older] == [str(tree)]
            if same and self._target(f"refs/heads/{branch}") == older[0].id:
                return older[0].id
            recorded = max([at, *(commit.recorded for commit in older)])
            who, we = signature(*person(author), at), signature(*COMMITTER, recorded)
            commit = self._repository.create_commit(None, who, we, message, tree, list(parents))
        self._move(f"refs/heads/{branch}", commit, parents[0] if parents else None)
        return str(commit)

    def _move(self, ref: str, commit: "Oid", was: str | None) -> None:
        try:
            self._move_once(ref, commit, was)
        except Busy:
            if not self._unlocked(ref):
                raise
            self._move_once(ref, commit, was)

    def _move_once(self, ref: str, commit: "Oid", was: str | None) -> None:
        """libgit2 compares and swaps under the lock of the ref, against what it read here."""
        with said_plainly(self.path, writing=True):
            if was is None:
                self._repository.references.create(ref, commit, force=False)
                return
            known = self._repository.references.get(ref)
            if known is None or str(known.target) != was:
                raise Busy(f"somebody else wrote to the history {self.path} meanwhile", "try again")
            known.set_target(commit)

    def _unlocked(self, ref: str) -> bool:
        """Remove the lock of a writer that was killed."""
        left = self.path / f"{ref}.lock"
        try:
            if time.time() - left.lstat().st_mtime < ABANDONED:
                return False
            left.unlink()
        except OSError:
            return False
        return True

    def log(self, branch: str = MAIN, most: int | None = None, path: str | None = None) -> Iterator[Commit]:
        """The commits of a branch, newest first; with a `path` those at which it differs from all parents."""
        newest, given = self.head(branch), 0
        for commit in () if newest is None else history(self, newest):
            if most is not None and given >= most:
                return
            if path is None or self._touched(commit, path):
                given += 1
                yield commit

    def _touched(self, commit: Commit, path: str) -> bool:
        now = self._objects.entry(commit.tree, path)
        before = [self.subtree(parent, path) for parent in commit.parents] or [None]
        return now not in before

    def resolve(self, what: str | datetime, branch: str = MAIN) -> Commit:
        """The commit that `what` names: a branch, the beginning of an id, either with `~N`, or a moment.

        For a moment it is the branch's newest commit whose changes were all made by then. Raises NotFound.
        """
        return at(self, what, branch) if isinstance(what, datetime) else named(self, what)

    def everything(self) -> Iterator[Commit]:
        """Every commit that can still be read, whether a branch leads to it or not; for when none does any more."""
        with said_plainly(self.path):
            names = [str(identity) for identity in self._repository.odb]
        yield from (commit for name in names if (commit := found_at(self, name)) is not None)

    def expand(self, beginning: str) -> str | None:
        """The whole id of the object whose id begins so; None when there is none, or more than one."""
        try:
            with said_plainly(self.path):
                return str(self._repository.expand_id(beginning))
        except Broken:
            return None

    def merge_base(self, a: str, b: str) -> str | None:
        """The best common ancestor of two commits; None when they have nothing in common."""
        seen = answer(
            self.path, "merge-base", a, b
        )  # by git itself, which gives up on commits that were cut short
        if seen.status in (0, 1) and not seen.err:
            return seen.out.strip() or None
        raise broken(self.path, reason(seen.err) or f"git merge-base ended with {seen.status}")

    def _target(self, ref: str) -> str | None:
        with said_plainly(self.path):
            try:
                known = self._repository.references.get(ref)
            except ValueError:  # no name that a branch could have
                return None
            return None if known is None else str(known.target)
