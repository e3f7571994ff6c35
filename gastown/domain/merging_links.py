"""Three-way merge of dependencies: sets from the base, but never two parents and never a circle."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gastown.domain.beads import ORDERING, DependencyKind
from gastown.domain.merging_fields import canonical, mappings
from gastown.domain.records import Json, Record


class Edge(NamedTuple):
    """One bead leans on another; both by what they are called on no side alone."""

    source: str
    target: str
    kind: str


Edges = Mapping[Edge, Record]
"""Dependencies with what else is known of them: when and by whom they were added."""

Onward = Callable[[str], Iterable[str]]
"""What a bead that is in no merged edge leans on, as far as that says what comes first."""


@dataclass(frozen=True, slots=True)
class Links:
    """The dependencies after a merge, and those that had to give way."""

    kept: Edges
    dropped: Sequence[Edge]


def edges_of(record: Record, source: str, node: Callable[[str], str]) -> Edges:
    """The dependencies of a record, with each id in them as `node` calls it."""
    found: dict[Edge, Record] = {}
    for link in mappings(record.get("dependencies")):
        rest = {key: value for key, value in link.items() if key not in ("issue_id", "depends_on_id", "type")}
        found[Edge(source, node(str(link.get("depends_on_id", ""))), str(link.get("type", "")))] = rest
    return found


def merge_links(base: Edges, ours: Edges, theirs: Edges, onward: Onward) -> Links:
    """What one side removed stays removed, what either added stays, unless it makes a circle or a second parent.

    Of those that cannot all stay, the older do. What both sides have is never touched.
    """
    shared = ours.keys() & theirs.keys()
    names = (base.keys() & shared) | (ours.keys() - base.keys()) | (theirs.keys() - base.keys())
    merged = {
        edge: _told(base.get(edge), [side[edge] for side in (ours, theirs) if edge in side]) for edge in names
    }
    fresh = [edge for edge in merged if edge not in shared and edge.kind in ORDERING]
    suspects = _suspects(merged, fresh, onward)
    dropped = _give_way(merged, suspects, onward)
    return Links({edge: merged[edge] for edge in sorted(merged.keys() - set(dropped))}, dropped)


def _told(before: Record | None, sides: Sequence[Record]) -> Record:
    """Of a dependency that both have: as on the side that added it anew, else as it was added first."""
    changed = [told for told in sides if before is None or canonical(told) != canonical(before)]
    return min(changed or sides, key=lambda told: (str(told.get("created_at", "")), canonical(told)))


def _suspects(merged: Edges, fresh: Sequence[Edge], onward: Onward) -> Sequence[Edge]:
    """Those of the edges that one side alone has which may be one too many, the oldest first."""
    if not fresh:
        return ()
    parents: dict[str, int] = defaultdict(int)
    for edge in merged:
        parents[edge.source] += edge.kind == DependencyKind.PARENT_CHILD
    rings = _rings(_Graph(merged, onward), {edge.source for edge in fresh})
    found = [
        edge
        for edge in fresh
        if (edge.kind == DependencyKind.PARENT_CHILD and parents[edge.source] > 1)
        or (edge.source in rings and rings.get(edge.source) == rings.get(edge.target))
    ]
    return sorted(found, key=lambda edge: (str(merged[edge].get("created_at", "")), edge))


def _give_way(merged: Edges, suspects: Sequence[Edge], onward: Onward) -> Sequence[Edge]:
    """Add one suspect after the other to what is beyond doubt; those that do not fit give way."""
    if not suspects:
        return ()
    doubtful = set(suspects)
    graph = _Graph({edge: merged[edge] for edge in merged if edge not in doubtful}, onward)
    parented = {
        edge.source for edge in merged if edge.kind == DependencyKind.PARENT_CHILD and edge not in doubtful
    }
    dropped: list[Edge] = []
    for edge in suspects:
        is_parent = edge.kind == DependencyKind.PARENT_CHILD
        if (is_parent and edge.source in parented) or graph.leads(edge.target, edge.source):
            dropped.append(edge)
            continue
        graph.add(edge)
        if is_parent:
            parented.add(edge.source)
    return dropped


class _Graph:
    """What comes before what."""

    def __init__(self, edges: Iterable[Edge], onward: Onward) -> None:
        self._targets: dict[str, list[str]] = defaultdict(list)
        self._onward = onward
        for edge in sorted(edges):
            if edge.kind in ORDERING:
                self.add(edge)

    def add(self, edge: Edge) -> None:
        self._targets[edge.source].append(edge.target)

    def after(self, node: str) -> Sequence[str]:
        return [*self._targets.get(node, ()), *self._onward(node)]

    def leads(self, start: str, end: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            if node == end:
                return True
            further = [each for each in self.after(node) if each not in seen]
            seen.update(further)
            waiting += further
        return False


def _rings(graph: _Graph, starts: Iterable[str]) -> Mapping[str, int]:
    """Tarjan's strongly connected components, without recursion: beads in one circle have the same number."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    ring: dict[str, int] = {}
    stack: list[str] = []
    for start in sorted(starts):
        if start in order:
            continue
        path = [(start, iter(_enter(start, graph, order, low, stack)))]
        while path:
            node, rest = path[-1]
            target = next(rest, None)
            if target is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                _leave(node, order, low, stack, ring)
            elif target not in order:
                path.append((target, iter(_enter(target, graph, order, low, stack))))
            elif target not in ring:
                low[node] = min(low[node], order[target])
    return ring


def _enter(
    node: str, graph: _Graph, order: dict[str, int], low: dict[str, int], stack: list[str]
) -> Sequence[str]:
    order[node] = low[node] = len(order)
    stack.append(node)
    return graph.after(node)


def _leave(
    node: str, order: Mapping[str, int], low: Mapping[str, int], stack: list[str], ring: dict[str, int]
) -> None:
    if low[node] != order[node]:
        return
    while True:
        member = stack.pop()
        ring[member] = order[node]
        if member == node:
            return


def as_told(edge: Edge, told: Record, names: Callable[[str], str]) -> dict[str, Json]:
    """The dependency as a record holds it, with the final ids."""
    ends: dict[str, Json] = {
        "issue_id": names(edge.source),
        "depends_on_id": names(edge.target),
        "type": edge.kind,
    }
    return {**ends, **told}
