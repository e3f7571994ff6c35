"""Which landing brought which commit: worked out from the history of a branch and where each landing moved it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Landing(NamedTuple):
    """One request that landed: it moved the branch from `old` to `new`."""

    request: str
    old: str | None
    new: str


def landed_by(parents: Mapping[str, Sequence[str]], landings: Iterable[Landing]) -> Mapping[str, str | None]:
    """For every commit that a landing led to, its request; None for commits that came some other way.

    `parents` is the history as far as it is known; `landings` come in the order in which they happened.
    """
    found: dict[str, str | None] = {}
    for landing in landings:
        if landing.old is not None:
            _claim(parents, landing.old, None, found)
        _claim(parents, landing.new, landing.request, found)
    return found


def _claim(
    parents: Mapping[str, Sequence[str]], tip: str, request: str | None, found: dict[str, str | None]
) -> None:
    """Give what leads to `tip`, and is nobody's yet, to the request."""
    waiting = [tip]
    while waiting:
        commit = waiting.pop()
        if commit not in found and commit in parents:
            found[commit] = request
            waiting.extend(parents[commit])
