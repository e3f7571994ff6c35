"""How far epics have come: the work at their ends, counted through epics within epics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gastown.domain.beads import WORK_TYPES, BeadStatus
from gastown.ledger import beads, trees
from gastown.ledger.database import Database
from gastown.ledger.trees import Part
from gastown.town import Town

EPICS = 50
DEEPEST = 50
"""So many epics within each other are shown one by one; what is beneath them is counted all the same."""

EPIC = "epic"


@dataclass(frozen=True, slots=True)
class EpicProgress:
    """An epic, or a bead with parts. Only work without parts of its own is counted."""

    id: str
    title: str
    status: str
    total: int
    closed: int
    in_progress: int
    """On a hook or otherwise begun."""
    eligible_to_close: bool
    """It is not closed, and all that is beneath it is."""
    epics: tuple["EpicProgress", ...]
    """The epics directly within it; not those that are more than fifty steps down."""


@dataclass(frozen=True, slots=True)
class EpicList:
    """Epics that are no part of others, and whether there are more."""

    epics: tuple[EpicProgress, ...]
    more: bool


def epic_status(town: Town, what: str, *, closed: bool = True) -> EpicProgress:
    """How far the bead of that id has come, or the one id that begins so. Raises NotFound or Refused."""
    with town.ledger.snapshot() as ledger:
        return _progress(ledger, beads.get(ledger, what).id, closed=closed)


def epic_list(town: Town, *, closed: bool, rig: str | None = None, most: int = EPICS) -> EpicList:
    """All epics that are no part of another one; closed ones too if wanted. Raises NotFound for an unknown rig."""
    name = town.rig(rig).name if rig is not None else None
    with town.ledger.snapshot() as ledger:
        ids = trees.epics(ledger, closed=closed, rig=name, most=most + 1)
        found = tuple(_progress(ledger, one, closed=closed) for one in ids[:most])
    return EpicList(found, len(ids) > most)


def _progress(ledger: Database, identity: str, *, closed: bool) -> EpicProgress:
    parts = trees.parts(ledger, identity)
    beneath: dict[int, list[Part]] = {}
    for part in parts:
        if part.parent is not None:
            beneath.setdefault(part.parent, []).append(part)
    done: dict[int, EpicProgress] = {}
    for part in reversed(parts):  # children come before their parents then
        done[part.key] = _rolled_up(part, beneath.get(part.key, ()), done, closed=closed)
    return done[parts[0].key]


def _rolled_up(
    part: Part, beneath: Sequence[Part], done: Mapping[int, EpicProgress], *, closed: bool
) -> EpicProgress:
    """One bead of the tree, once all beneath it are done."""
    if not beneath:
        work, begun = part.type in WORK_TYPES, part.status in (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)
        is_closed = part.status == BeadStatus.CLOSED
        return EpicProgress(
            part.id, part.title, part.status, int(work), int(work and is_closed), int(work and begun),
            eligible_to_close=False, epics=(),
        )  # fmt: skip
    kids = [done[child.key] for child in beneath]
    return EpicProgress(
        id=part.id,
        title=part.title,
        status=part.status,
        total=sum(kid.total for kid in kids),
        closed=sum(kid.closed for kid in kids),
        in_progress=sum(kid.in_progress for kid in kids),
        eligible_to_close=part.status != BeadStatus.CLOSED
        and all(kid.status == BeadStatus.CLOSED for kid in kids),
        epics=tuple(
            done[child.key]
            for child in beneath
            if child.type == EPIC and child.depth <= DEEPEST and (closed or child.status != BeadStatus.CLOSED)
        ),
    )


def eligible(found: Sequence[EpicProgress]) -> Sequence[str]:
    """Ids of those that can be closed, of epics within epics too, the innermost first."""
    return [
        identity
        for one in found
        for identity in (*eligible(one.epics), *([one.id] if one.eligible_to_close else []))
    ]
