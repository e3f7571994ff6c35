"""What the beads of one file lean on, taken together: circles, and what is not there."""

from collections.abc import Iterable, Mapping, Sequence

from gastown.domain.beads import ORDERING

BLOCKING = frozenset(str(kind) for kind in ORDERING)
"""Kinds of dependency that say what comes first."""

Edges = Mapping[str, Sequence[str]]
"""For each bead, what must come before it."""


def circle(edges: Edges) -> Sequence[str]:
    """Beads that wait for each other in a ring, each once, from the least id on; empty when there are none."""
    done: set[str] = set()
    for start in edges:
        if start not in done and (found := _ring_from(start, edges, done)):
            least = found.index(min(found))
            return [*found[least:], *found[:least]]
    return ()


def _ring_from(start: str, edges: Edges, done: set[str]) -> list[str]:
    """Go as deep as it goes, without recursion: a chain may be as long as the file."""
    path, on_path = [start], {start}
    ways = [iter(edges[start])]
    while ways:
        step = next(ways[-1], None)
        if step is None:
            ways.pop()
            on_path.discard(path[-1])
            done.add(path.pop())
        elif step in on_path:
            return path[path.index(step) :]
        elif step not in done and step in edges:
            path.append(step)
            on_path.add(step)
            ways.append(iter(edges[step]))
    return []


def circles(edges: Edges, most: int) -> Sequence[Sequence[str]]:
    """Up to `most` circles, no two of which share a bead."""
    left, found = dict(edges), list[Sequence[str]]()
    while len(found) < most and (ring := circle(left)):
        found.append(ring)
        for bead in ring:
            del left[bead]
    return found


def shown(ring: Iterable[str]) -> str:
    """A circle as people read it: `bd-1 → bd-2 → bd-1`."""
    beads = list(ring)
    return " → ".join([*beads, beads[0]])
