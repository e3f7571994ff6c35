"""What every step of one rig's merge queue needs: its town, its rig, and somebody to tell."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gastown.domain.identity import Address
from gastown.domain.merges import MergeRequest
from gastown.errors import Unavailable

if TYPE_CHECKING:
    from gastown.ledger.database import Database
    from gastown.settings.rig import RigPlaces, RigSettings
    from gastown.town import Town
    from gastown.world.git.repository import Repository

TITLE = 40
"""Columns of a line of progress that a title gets."""


@dataclass(frozen=True)
class Queue:
    """The merge queue of one rig, in this process."""

    town: "Town"
    rig: str
    say: Callable[[str], None]

    @property
    def actor(self) -> str:
        """Who its deeds are told of: the rig's refinery."""
        return str(Address("refinery", self.rig, "refinery"))

    @property
    def ledger(self) -> "Database":
        """The town's ledger."""
        return self.town.ledger

    @property
    def settings(self) -> "RigSettings":
        """What rig.toml says now. Raises NotFound or Invalid."""
        return self.town.rig(self.rig)

    @property
    def places(self) -> "RigPlaces":
        """Where the rig keeps its files; `checkout` is this queue's own worktree."""
        return self.town.rig_places(self.rig)

    @cached_property
    def repository(self) -> "Repository":
        """The rig's bare clone."""
        return self.town.repository(self.rig)

    def check_out(self, commit: str) -> None:
        """Put `commit`, and nothing else, into the queue's worktree. Raises Unavailable."""
        from gastown.world.git.landing import clean_checkout

        try:
            clean_checkout(self.repository, self.places.checkout, commit)
        except OSError as problem:  # a gate may leave what we must not remove
            raise Unavailable(
                f"{self.places.checkout} cannot be made clean: {problem.strerror}: {problem.filename}",
                f"remove {self.places.checkout} by hand: nothing in it is needed",
            ) from problem

    def tell(self, request: MergeRequest, words: str) -> None:
        """Say one line about a request, for a person who follows the queue."""
        title = request.title if len(request.title) <= TITLE else request.title[: TITLE - 1] + "…"
        self.say(f'{request.id}  {request.bead}  "{title}"  {words}')
