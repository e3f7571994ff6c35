"""A bead as somebody wants it filed, and the checks that it passes before it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gastown.domain.beads import DependencyKind, check_id, check_title
from gastown.domain.fields import check_label, check_line, check_text, check_type
from gastown.errors import Invalid

TEXTS = ("description", "design", "acceptance", "notes")


class Leaning(NamedTuple):
    """One thing that a bead is to lean on: the kind of link, and an id, or in a file another bead's name."""

    kind: str
    other: str


class Filing(NamedTuple):
    """What somebody said about a bead that is to be filed."""

    title: str
    rig: str | None = None
    id: str = ""
    description: str = ""
    design: str = ""
    acceptance: str = ""
    notes: str = ""
    type: str = "task"
    priority: int = 2
    assignee: str = ""
    external_ref: str = ""
    due: datetime | None = None
    defer_until: datetime | None = None
    ephemeral: bool = False
    parent: str = ""
    deps: tuple[Leaning, ...] = ()
    labels: tuple[str, ...] = ()
    name: str = ""
    """What others in the same file call it, if not by its title."""
    place: str = ""
    """Where in a file it was said: `line 3`."""


def checked(filing: Filing) -> Filing:
    """The same, its lines tidied. Raises Invalid for what no bead may hold."""
    for field in TEXTS:
        check_text(getattr(filing, field), field)
    if filing.priority not in range(5):
        raise Invalid(f"{filing.priority} is no priority", "0 is the most urgent, 4 the least; 2 is usual")
    parents = [leaning.other for leaning in filing.deps if leaning.kind == DependencyKind.PARENT_CHILD]
    if len({*parents, *([filing.parent] if filing.parent else [])}) > 1:
        raise Invalid("a bead has one parent at most", "--parent ID; other links: --deps related:ID")
    return filing._replace(
        title=check_title(filing.title),
        type=check_type(filing.type),
        id=check_id(filing.id) if filing.id else "",
        assignee=check_line(filing.assignee, "assignee"),
        external_ref=check_line(filing.external_ref, "external reference"),
        parent=filing.parent or (parents[0] if parents else ""),
        deps=tuple(
            dict.fromkeys(leaning for leaning in filing.deps if leaning.kind != DependencyKind.PARENT_CHILD)
        ),
        labels=tuple(dict.fromkeys(check_label(label) for label in filing.labels)),
    )


def parse_leaning(text: str) -> Leaning:
    """What `KIND:ID`, or an ID alone, says a bead leans on; alone it means that it waits for it. Raises Invalid."""
    kind, colon, other = text.partition(":")
    if not colon:
        return Leaning(DependencyKind.BLOCKS, text.strip())
    return Leaning(check_kind(kind.strip().lower()), other.strip())


def check_kind(kind: str) -> str:
    """Give the kind of link back if it may be made by hand. Raises Invalid."""
    if kind not in list(DependencyKind):
        by_hand = (each for each in DependencyKind if each != DependencyKind.TRACKS)
        raise Invalid(f"{kind!r} is no kind of dependency", f"kinds: {', '.join(by_hand)}")
    if kind == DependencyKind.TRACKS:
        raise Invalid("only convoys and merge requests track beads", "gt convoy add CONVOY BEAD")
    return kind


def leanings(texts: Sequence[str]) -> tuple[Leaning, ...]:
    """What each of these says. Raises Invalid."""
    return tuple(parse_leaning(text) for text in texts)
