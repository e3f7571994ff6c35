"""One bead as a text for filing has it, before its fields are understood."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gastown.domain.filing import TEXTS

ALIASES = {
    "acceptance_criteria": "acceptance", "issue_type": "type", "label": "labels", "dependencies": "deps",
    "depends_on": "deps", "due_at": "due", "defer_until": "defer",
}  # fmt: skip
"""Other words for fields: those that Beads' own files use, and those that one writes by mistake."""

ONE_LINE = (
    "title",
    "rig",
    "id",
    "name",
    "type",
    "priority",
    "assignee",
    "external_ref",
    "due",
    "defer",
    "parent",
    "ephemeral",
)
LISTS = ("labels", "deps")
FIELDS = (*ONE_LINE, *TEXTS, *LISTS)


class Draft(NamedTuple):
    """One bead of the text as it stands there: for each field its texts, and what is wrong with how it is written."""

    place: str
    fields: Mapping[str, Sequence[str]]
    problem: str = ""


def known_field(name: str) -> str | None:
    """The field that a heading or a key means, however it is written."""
    word = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    word = ALIASES.get(word, word)
    return word if word in FIELDS else None
