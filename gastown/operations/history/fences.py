"""The numbers that are never given out twice, whatever is restored: where the highest ones can be found."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator

from gastown.domain import ledger_tree as tree
from gastown.domain.own_rows import MOST
from gastown.errors import GastownError
from gastown.ledger.history import Highest
from gastown.operations.history.export import town_numbers
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository
from gastown.world.git.repository import SUBMITTED, Repository

MARGIN = 1000
"""Numbers that are skipped: more than can have been given out since the last of these places was written."""


def new_uid() -> str:
    """What tells a town from every other."""
    return uuid.uuid4().hex


def highest(town: Town, kept: LedgerRepository, uid: str, known: Iterable[Highest]) -> Highest:
    """The highest numbers that any place tells: what is known, the history, and what agents handed in."""
    found = [*known, *_in_history(kept, uid), *(Highest(generation, 0) for _, generation in _submitted(town))]
    return Highest(max(one.generation for one in found), max(one.incarnation for one in found))


def frozen_generations(town: Town) -> frozenset[int]:
    """The generations whose work was handed in."""
    return frozenset(generation for _, generation in _submitted(town))


def _in_history(kept: LedgerRepository, uid: str) -> Iterator[Highest]:
    if not kept.exists():
        return
    with contextlib.suppress(GastownError):  # a backup is restored beside a damaged history, too
        for commit in kept.branches().values():
            yield town_numbers(kept.read(commit, tree.town_path(uid)))


def _submitted(town: Town) -> Iterator[tuple[str, int]]:
    """Beads and generations of everything that was ever handed in, of rigs with a broken rig.toml as well."""
    for folder in sorted(town.root.glob("*/repo.git")):
        with contextlib.suppress(GastownError):
            for ref in Repository(folder).refs(SUBMITTED):
                bead, _, generation = ref.removeprefix(f"{SUBMITTED}/").rpartition("/")
                if generation.isdecimal() and int(generation) < MOST:  # others were never given out
                    yield bead, int(generation)
