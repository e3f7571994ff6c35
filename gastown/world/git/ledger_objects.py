"""Objects of the ledger's history: reading them without trust, and making trees out of changes.

libgit2 never returns from a loose object that was cut short, as a power cut can leave it, so those are read and
checked here first.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from gastown.world.git.ledger_failures import broken, said_plainly

if TYPE_CHECKING:
    from pygit2 import Oid, Repository, Tree

Edits: TypeAlias = dict[str, "bytes | Edits | None"]
"""What is to become of the names in one folder: a file's content, None to remove it, or edits further down."""

_KINDS = {0o040000: "tree", 0o100644: "blob", 0o100755: "blob"}
"""By mode; a link has one of its own, and so has another repository."""


class Objects:
    """The objects of one repository. Raises Broken for what cannot be read, Unavailable for what cannot be reached."""

    def __init__(self, path: Path, repository: "Repository") -> None:
        self._path = path
        self._repository = repository

    def content(self, identity: str) -> bytes:
        """What a blob or commit holds."""
        loose = self._loose(identity)
        if loose is not None:
            return loose.partition(b"\0")[2]
        with said_plainly(self._path):
            return self._repository.read(identity)[1]

    def tree(self, identity: str) -> "Tree":
        """A folder."""
        from pygit2 import Tree

        self._loose(identity)
        with said_plainly(self._path):
            found = self._repository[identity]
        if not isinstance(found, Tree):
            raise broken(self._path, f"{identity} is no folder")
        return found

    def entry(self, tree: str, path: str) -> str | None:
        """The object at `path` beneath a tree; None when there is nothing. An empty path is the tree itself."""
        identity, is_folder = tree, True
        for name in filter(None, path.split("/")):
            if not is_folder or (found := self._child(identity, name)) is None:
                return None
            identity, is_folder = found
        return identity

    def _child(self, tree: str, name: str) -> tuple[str, bool] | None:
        """The object of that name in a folder, and whether it is a folder; other repositories are nothing here."""
        folder = self.tree(tree)
        if name not in folder or (item := folder[name]).type_str == "commit":
            return None
        return str(item.id), item.type_str == "tree"

    def children(self, tree: str) -> Mapping[str, str]:
        """The objects in a folder, by name."""
        return {str(item.name): str(item.id) for item in self.tree(tree) if item.type_str != "commit"}

    def kinds(self, tree: str) -> Mapping[str, str]:
        """What a folder's entries are, by name, whoever wrote it: `tree`, `blob`, or else neither folder nor file."""
        return {
            (item.raw_name or b"").decode("utf-8", "backslashreplace"): _KINDS.get(
                int(item.filemode), "other"
            )
            for item in self.tree(tree)
        }

    def walk(self, tree: str, prefix: str) -> Iterator[tuple[str, str]]:
        """All files beneath a tree, each with its path behind `prefix` and the blob that it is."""
        for item in self.tree(tree):
            path = f"{prefix}{item.name}"
            if item.type_str == "tree":
                yield from self.walk(str(item.id), f"{path}/")
            elif item.type_str == "blob":
                yield path, str(item.id)

    def edited(self, tree: str | None, edits: Edits) -> "Oid | None":
        """The folder with these edits, written; None when nothing is left in it. Unchanged folders are kept."""
        from pygit2.enums import FileMode

        known = None if tree is None else self.tree(tree)
        old: Mapping[str, str] = {} if tree is None else self.children(tree)
        with said_plainly(self._path, writing=True):
            builder = self._repository.TreeBuilder() if known is None else self._repository.TreeBuilder(known)
            for name, edit in edits.items():
                if isinstance(edit, dict):
                    new, mode = self.edited(old.get(name), edit), FileMode.TREE
                else:
                    new = None if edit is None else self._repository.create_blob(edit)
                    mode = FileMode.BLOB
                if new is not None:
                    builder.insert(name, new, mode)
                elif name in old:
                    builder.remove(name)
            return builder.write() if len(builder) else None

    def _loose(self, identity: str) -> bytes | None:
        """A loose object with its header, checked against its name; None when it is packed, or not there at all."""
        file = self._path / "objects" / identity[:2] / identity[2:]
        with said_plainly(self._path):
            try:
                packed = file.read_bytes()
            except FileNotFoundError:
                return None
        inflation = zlib.decompressobj()
        try:
            whole = inflation.decompress(packed)
        except zlib.error as error:
            raise broken(self._path, f"{identity} cannot be read ({error})") from error
        if not inflation.eof or hashlib.sha1(whole, usedforsecurity=False).hexdigest() != identity:
            raise broken(self._path, f"{identity} is not what it was")
        return whole


def nested(changes: Mapping[str, bytes | None]) -> Edits:
    """Changes by path as edits by folder."""
    edits: Edits = {}
    for path, content in changes.items():
        *folders, name = path.split("/")
        inside = edits
        for folder in folders:
            deeper = inside.setdefault(folder, {})
            if not isinstance(deeper, dict):
                raise TypeError(f"{path} lies beneath a file")
            inside = deeper
        inside[name] = content
    return edits
