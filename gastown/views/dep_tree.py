"""What a bead leans on, or what leans on it, as a tree; and circles, which should not be there."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.interchange.graph import circles
from gastown.ledger import beads, trees
from gastown.ledger.trees import Edge
from gastown.town import Town

DEEPEST = 10
LARGEST = 300
"""Beads in a tree."""

CIRCLES = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A bead of a tree, with what is one step further."""

    id: str
    kind: str
    """How it hangs on the one before; empty for the root."""
    title: str
    status: str
    type: str
    seen: bool
    """It was shown before with all that is beneath it."""
    cut: bool
    """More is beneath it than is shown."""
    beneath: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class DepTree:
    """The tree of one bead."""

    upwards: bool
    """It shows what leans on the bead, not what the bead leans on."""
    root: Node
    beads: int


@dataclass(frozen=True, slots=True)
class Circle:
    """Beads that wait for each other; each waits for the next, the last for the first."""

    beads: tuple[str, ...]
    kinds: tuple[str, ...]
    """How each one leans on the next."""


def dep_tree(town: Town, what: str, *, upwards: bool = False, depth: int = DEEPEST) -> DepTree:
    """The tree of the bead of that id, or of the one id that begins so. Raises NotFound or Refused."""
    growing = _Growing(town, upwards=upwards)
    with town.ledger.snapshot() as ledger:
        bead = beads.get(ledger, what)
        growing.grow(bead.id, depth)
    root = Edge("", bead.id, "", bead.title, bead.status, bead.type)
    return DepTree(upwards, growing.node(root, depth), len(growing.beneath))


class _Growing:
    """The beads of a tree, level by level, as far as it may grow."""

    def __init__(self, town: Town, *, upwards: bool) -> None:
        self._ledger, self._upwards = town.ledger, upwards
        self.beneath: dict[str, list[Edge]] = {}
        self._cut: set[str] = set()
        self._shown: set[str] = set()

    def grow(self, root: str, depth: int) -> None:
        """Read level after level; every bead's own edges are read once."""
        level, count = [root], 1
        for _ in range(depth + 1):
            if not level:
                break
            for bead in level:
                self.beneath[bead] = []
            following: dict[str, None] = {}
            for edge in trees.edges_of(self._ledger, level, upwards=self._upwards, most=LARGEST + 1):
                if count >= LARGEST:
                    self._cut.add(edge.at)
                    continue
                count += 1
                self.beneath[edge.at].append(edge)
                if edge.id not in self.beneath:
                    following[edge.id] = None
            level = list(following)

    def node(self, edge: Edge, depth: int) -> Node:
        """The bead at the end of that edge; where it comes a second time, nothing is beneath it."""
        seen, further = edge.id in self._shown, self.beneath.get(edge.id, [])
        deep = depth <= 0 and bool(further)
        if not deep:
            self._shown.add(edge.id)
        nodes = () if seen or deep else tuple(self.node(each, depth - 1) for each in further)
        cut = not seen and (deep or edge.id in self._cut)
        return Node(edge.id, edge.kind, edge.title, edge.status, edge.type, seen, cut, nodes)


def dep_cycles(town: Town) -> tuple[Circle, ...]:
    """Circles of beads that wait for each other over dependencies of any kind that says what comes first."""
    edges: dict[str, list[str]] = {}
    with town.ledger.snapshot() as ledger:
        for bead, depends_on in trees.all_edges(ledger):
            edges.setdefault(bead, []).append(depends_on)
        return tuple(_circle(town, ring) for ring in circles(edges, CIRCLES))


def _circle(town: Town, ring: Sequence[str]) -> Circle:
    following = [*ring[1:], ring[0]]
    kinds = (
        ", ".join(trees.kinds_between(town.ledger, bead, other))
        for bead, other in zip(ring, following, strict=True)
    )
    return Circle(tuple(ring), tuple(kinds))
