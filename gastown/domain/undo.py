"""What can be undone: which events tell of it, how people name it, and the command that undoes it by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from shlex import quote
from typing import cast


class Deed(StrEnum):
    """What was done, by the event that tells of it."""

    SET_ASIDE = "custody.secured"
    UNSLUNG = "bead.unslung"
    DELETED = "bead.deleted"
    NUKED = "agent.nuked"
    RIG_REMOVED = "rig.removed"


UNDONE = "undone"
"""The event that tells that another one was undone."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """Something that was done lately. `id` is the event's number, which is what `gt undo` takes."""

    id: int
    deed: Deed
    at: datetime
    by: str
    about: str
    """The agent, bead or rig that it was done to."""
    bead: str | None
    agent: str | None
    places: tuple[str, ...]
    """Refs and folders that hold what was kept."""
    title: str
    command: str
    """What `gt undo` does, as a person would type it."""
    generation: int | None = None
    """Of the assignment that it ended."""
    agents: tuple[Mapping[str, object], ...] = field(default=(), repr=False)
    """Who went with the rig: `agent`, and `wanted_by` and `bead` where there was any."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that it can be called by."""
        return tuple(name for name in (str(self.id), self.about, self.bead, self.agent, *self.places) if name)


def undoable(  # noqa: PLR0917 - the columns of an event
    id: int,  # noqa: A002 - what people call it
    at: datetime,
    by: str,
    type: str,  # noqa: A002 - the event's own word
    subject: str,
    payload: Mapping[str, object],
) -> Undoable | None:
    """What that event makes undoable; None: nothing. Steps that went with their molecule come back with it."""
    if type not in list(Deed):
        return None
    deed, bead = Deed(type), _text(payload.get("bead"))
    places, agent = _texts(payload.get("refs")), _text(payload.get("agent"))
    match deed:
        case Deed.SET_ASIDE:
            command, agent = f"gt rescue restore {quote(places[0])}" if places else "", subject
        case Deed.UNSLUNG:
            command, bead = f"gt sling {subject} {agent}", subject
        case Deed.DELETED:
            if _is_step(payload.get("record")):
                return None
            command, bead = f"bd undelete {subject}", subject
        case Deed.NUKED:
            command, agent = f"gt undo {id}", subject
        case Deed.RIG_REMOVED:
            places = (str(payload.get("moved_to")),)
            command = f"gt undo {id}"
    title = _text(payload.get("title")) or ""
    if not command:
        return None
    generation = payload.get("generation")
    return Undoable(
        id, deed, at, by, subject, bead, agent, places, title, command,
        generation if isinstance(generation, int) else None, _records(payload.get("agents")),
    )  # fmt: skip


def _is_step(record: object) -> bool:
    return isinstance(record, Mapping) and cast("Mapping[str, object]", record).get("issue_type") == "step"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _records(value: object) -> tuple[Mapping[str, object], ...]:
    every = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(cast("Mapping[str, object]", each) for each in every if isinstance(each, Mapping))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, cast("list[object]", value))) if isinstance(value, list) else ()
