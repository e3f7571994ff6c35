"""Whose a file or folder is: an agent's, the town's own, or nobody's that we mind."""

import os

TOWN = "the town"
"""Owner of what the town keeps for itself."""

QUEUE = "the merge queue"

_KEPT = frozenset({
    *("archive", "bin", "directives", "ledger.git", "logs", "prompts", "repo.git", "roles", "run", "runtimes"),
    *(".rescued", "town.toml", "rig.toml"),
})  # fmt: skip
_ALONE = frozenset({"boot", "deacon", "mayor", "refinery", "witness"})
_GLOB = frozenset("*?[")

ANY = "(any)"
"""Name of whatever a pattern matches."""


class Here:
    """Who asks, and from where. Paths are real ones."""

    def __init__(self, town: str, address: str, cwd: str) -> None:
        self.town, self.address, self.cwd = town, address, cwd

    @property
    def home(self) -> str:
        """Where the agent works."""
        return os.path.join(self.town, self.address)

    def at(self, path: str, folder: str | None = None) -> str:
        """`path` in full as the kernel finds it, but for its last part: a link itself is what is meant."""
        whole = os.path.join(self.cwd if folder is None else folder, os.path.expanduser(path))
        parent, name = os.path.split(whole.rstrip("/") or "/")
        if name in ("", ".", ".."):
            return os.path.realpath(whole)
        return os.path.join(os.path.realpath(parent), name)

    def foreign(self, path: str) -> str:
        """Whose it is, if it is not the agent's own; empty: its own, or nobody's."""
        owner = self._owner(path)
        return "" if owner == self.address else owner

    def lost(self, path: str) -> str:
        """Who would lose something if `path` was removed or moved away; empty: nobody else."""
        if path in (self.home, self.town) or self.town.startswith(path.rstrip("/") + "/"):
            return TOWN
        if not self.town_has(path) or self._owner(path) == self.address:
            return ""
        return self._owner(path) or (TOWN if self._holds_others(path) else "")

    def town_has(self, path: str) -> bool:
        """Whether it lies in the town."""
        return path.startswith(self.town + "/")

    def _holds_others(self, path: str) -> bool:
        """Whether it is a rig, a folder of agents' homes, or any of such."""
        folder = os.path.dirname(path) if path.endswith(f"/{ANY}") else path
        rig = os.path.isfile(os.path.join(folder, "rig.toml"))
        return rig or folder == self.town or bool(_groups(self._parts(folder)))

    def _parts(self, path: str) -> list[str]:
        return path[len(self.town) + 1 :].split("/")

    def _owner(self, path: str) -> str:
        if not self.town_has(path):
            return ""
        first, *rest = self._parts(path)
        if first in _KEPT or first.startswith("gastown.db") or (not rest and first.endswith(".toml")):
            return TOWN
        if os.path.isfile(os.path.join(self.town, first, "rig.toml")):
            return self._in_rig(first, rest)
        if first == "deacon" and rest[1:] and rest[0].endswith("s"):
            return f"deacon/{rest[0]}/{rest[1]}"
        return first if first in _ALONE or self._is_role(first) else ""

    def _in_rig(self, rig: str, rest: list[str]) -> str:
        if not rest:
            return ""
        first = rest[0]
        if first in _KEPT or (len(rest) == 1 and first.endswith(".toml")):
            return TOWN
        if first == "queue":
            return QUEUE
        if first in _groups(rest):
            return f"{rig}/{first}/{rest[1]}" if rest[1:] else ""
        return f"{rig}/{first}" if first in _ALONE or self._is_role(first) else ""

    def _is_role(self, name: str) -> bool:
        return os.path.isfile(os.path.join(self.town, "roles", f"{name}.toml"))


def _groups(parts: list[str]) -> tuple[str, ...]:
    """Names among `parts` of folders that hold agents' homes."""
    return tuple(part for part in parts[:2] if part in ("polecats", "crew", "dogs"))


def before_glob(path: str) -> str:
    """`path` up to where it matches several; below that a name that stands for any of them."""
    parts = path.split("/")
    for number, part in enumerate(parts):
        if _GLOB.intersection(part):
            return "/".join([*parts[:number], ANY])
    return path
