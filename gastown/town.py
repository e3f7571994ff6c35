"""A town: its settings, and the doors to all it works with, each opened when first used."""

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.errors import GastownError
from gastown.settings import rig as rig_files
from gastown.settings import town as town_files

if TYPE_CHECKING:
    from gastown.domain.clock import Clock
    from gastown.domain.runtime import Runtime
    from gastown.domain.terminal import Terminal
    from gastown.ledger.database import Database
    from gastown.world.git.repository import Repository


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


class Town:
    """One town on disk. Settings are read anew at every use, so that edits count at once."""

    def __init__(
        self, root: Path, *, clock: "Clock | None" = None, terminal: "Terminal | None" = None
    ) -> None:
        self.root = town_files.real(root)
        self.places = town_files.Places(self.root)
        self.clock: Clock = clock or SystemClock()
        self._terminal = terminal

    @classmethod
    def here(cls, start: Path) -> "Town":
        """The town that `start` lies in, or that GT_TOWN names. Raises NotFound."""
        return cls(town_files.find(start))

    @property
    def settings(self) -> town_files.TownSettings:
        """What town.toml says now. Raises NotFound or Invalid."""
        return town_files.read(self.root)

    @property
    def rigs(self) -> dict[str, rig_files.RigSettings]:
        """What every rig.toml that can be read says now, by the rig's name."""
        return rig_files.all_in(self.root)[0]

    @property
    def broken_rigs(self) -> dict[str, GastownError]:
        """Why a rig.toml cannot be read, by the rig's name."""
        return rig_files.all_in(self.root)[1]

    def rig(self, name: str) -> rig_files.RigSettings:
        """What one rig's settings say now. Raises NotFound or Invalid."""
        return rig_files.one_of(self.root, name)

    def rig_places(self, name: str) -> rig_files.RigPlaces:
        """Where a rig keeps its files."""
        return rig_files.RigPlaces(self.root / name)

    @cached_property
    def ledger(self) -> "Database":
        """The town's ledger. Raises NotFound, Invalid or Unavailable."""
        from gastown.ledger.database import FILE_NAME, Database

        return Database(self.root / FILE_NAME)

    @property
    def terminal(self) -> "Terminal":
        """The town's own tmux server."""
        if self._terminal is None:
            from gastown.world.tmux.place import socket_path
            from gastown.world.tmux.terminal import Tmux

            self._terminal = Tmux(socket_path(self.root), wake=self.places.wake)
        return self._terminal

    def repository(self, rig: str) -> "Repository":
        """A rig's bare clone; where it comes from is asked of rig.toml when it is needed. Nothing raises here."""
        from gastown.world.git.repository import Repository

        return Repository(self.rig_places(rig).repository, lambda: self.rig(rig).url)

    def runtime(self, name: str) -> "Runtime":
        """An agent CLI by name, the town's own among them. Raises NotFound, Invalid or Unavailable."""
        from gastown.world.agents.registry import runtime

        return runtime(name, self.root)

    def close(self) -> None:
        """Let go of the ledger."""
        if "ledger" in self.__dict__:
            self.ledger.close()
