"""Three-way merge of two towns' beads: which records are true after both, and what had to be decided.

Beads are told apart by uid, never by id. The result depends on neither whose side is whose nor on how often
it is merged: two towns that pull each other hold the same beads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from gastown.domain.beads import ORDERING
from gastown.domain.merging_fields import Conflict, Telling, canonical, mappings, merge_fields
from gastown.domain.merging_links import Edge, Edges, as_told, edges_of, merge_links
from gastown.domain.records import Json, Record, is_tombstone
from gastown.domain.reidentify import Side, final_ids


class Elsewhere(Protocol):
    """Finds by id the beads that were not given because both sides have them alike."""

    def __contains__(self, identity: object, /) -> bool: ...

    def get(self, identity: str, /) -> Record | None:
        """The bead of that id."""


NOTHING: Mapping[str, Record] = MappingProxyType({})
_SAME_EVERYWHERE = "="
"""Begins the name of a bead that is the same on all sides, and so is known by its id."""


@dataclass(frozen=True, slots=True)
class Reidentified:
    """A bead that another one had the same id as; `old` is what our side called it, if it knew it."""

    uid: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Merged:
    """All beads that were given, by uid, as they are now; and what is to be told."""

    records: Mapping[str, Record]
    reidentified: Sequence[Reidentified]
    conflicts: Sequence[Conflict]

    def changes(self, side: Side) -> Sequence[Record]:
        """The records that are not so on that side, by their uid."""
        return [
            self.records[uid]
            for uid in sorted(self.records)
            if uid not in side or canonical(side[uid]) != canonical(self.records[uid])
        ]


def merge(base: Side, ours: Side, theirs: Side, elsewhere: Elsewhere = NOTHING) -> Merged:
    """Merge what two sides made of `base`, all by uid.

    `elsewhere` is asked only for what dependencies lead to, and for ids that are to be given. Every bead that the
    sides differ in must be given.
    """
    told: Telling = []
    final = final_ids(base, ours, theirs, elsewhere)
    records: dict[str, Record] = {}
    for uid in sorted(final):
        records[uid] = merge_fields(base.get(uid), ours.get(uid), theirs.get(uid), told)
    own = _Linking(base, ours, theirs, elsewhere).merged(records, final, told)
    for uid, record in records.items():
        records[uid] = _named(record, final[uid], own.get(uid, []))
    return Merged(records, _reidentified(ours, theirs, final), told)


def _named(record: Record, identity: str, dependencies: Sequence[Json]) -> Record:
    rest = {key: value for key, value in record.items() if key != "dependencies"}
    named: Record = {**rest, "id": identity}
    return {**named, "dependencies": [*dependencies]} if dependencies else named


def _reidentified(ours: Side, theirs: Side, final: Mapping[str, str]) -> Sequence[Reidentified]:
    known = {uid: str((ours.get(uid) or theirs[uid])["id"]) for uid in final}
    return [Reidentified(uid, known[uid], final[uid]) for uid in sorted(final) if known[uid] != final[uid]]


class _Linking:
    """The dependencies of all sides, with uids instead of ids."""

    def __init__(self, base: Side, ours: Side, theirs: Side, elsewhere: Elsewhere) -> None:
        self._base, self._ours, self._theirs, self._elsewhere = base, ours, theirs, elsewhere
        self._everyone = {**_uids(theirs), **_uids(ours)}

    def merged(
        self, records: Mapping[str, Record], final: Mapping[str, str], told: Telling
    ) -> Mapping[str, list[Json]]:
        """The dependencies of every bead, as its record holds them."""
        ours, theirs = (_with_links(side) & records.keys() for side in (self._ours, self._theirs))
        gone = {uid for uid, record in records.items() if is_tombstone(record)}
        sides = (self._base, ours & theirs), (self._ours, ours), (self._theirs, theirs)
        base_edges, our_edges, their_edges = (_edges(side, uids - gone) for side, uids in sides)
        links = merge_links(base_edges, our_edges, their_edges, self._onward)
        known = {**their_edges, **our_edges}

        def name(node: str) -> str:
            return final.get(node) or node.removeprefix(_SAME_EVERYWHERE)

        for edge in links.dropped:
            value = as_told(edge, known[edge], name)
            one, other = (value if edge in side else None for side in (our_edges, their_edges))
            told.append(Conflict(edge.source, "dependencies", one, other, None))
        found: dict[str, list[Json]] = defaultdict(list)
        for edge in sorted(links.kept, key=lambda edge: (name(edge.target), edge.kind)):
            found[edge.source].append(as_told(edge, links.kept[edge], name))
        return found

    def _onward(self, node: str) -> Iterable[str]:
        identity = node.removeprefix(_SAME_EVERYWHERE)
        found = None if identity == node else self._elsewhere.get(identity)
        for link in mappings((found or {}).get("dependencies")):
            if link.get("type") in ORDERING:
                target = str(link.get("depends_on_id"))
                yield self._everyone.get(target) or _SAME_EVERYWHERE + target


def _uids(side: Side) -> Mapping[str, str]:
    return {str(record["id"]): uid for uid, record in side.items()}


def _with_links(side: Side) -> set[str]:
    """Beads of which the side can say what they lean on."""
    return {uid for uid, record in side.items() if not is_tombstone(record)}


def _edges(side: Side, uids: set[str]) -> Edges:
    """The dependencies of these beads. One that the side leaves out because all have it is known by its id."""
    known = _uids(side)

    def node(identity: str) -> str:
        return known.get(identity) or _SAME_EVERYWHERE + identity

    found: dict[Edge, Record] = {}
    for uid in uids & side.keys():
        found.update(edges_of(side[uid], uid, node))
    return found
