"""One look at everything: the format that tmux fills in for every pane, and how its answer is read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gastown.domain.terminal import Session
from gastown.errors import Unavailable

_FIELDS = (
    "session_id",
    "session_name",
    "session_created",
    "session_attached",
    "session_activity",
    "window_activity",
    "pane_id",
    "pane_pid",
    "pane_dead",
    "pane_in_mode",
    "@gt_pane",
    "@gt_incarnation",
)


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane, with what is known of its session."""

    session: Session
    """As if this pane were its main one."""
    main: str
    """The pane that `start` made; empty in a session that a person made."""
    dead: bool
    in_mode: bool


def format_and_mark() -> tuple[str, str]:
    """A format for `-F`, and the mark that nothing in the answer can contain but its ends of fields."""
    mark = f"[{os.urandom(8).hex()}]"
    return "".join(f"#{{{field}}}{mark}" for field in _FIELDS), mark


def panes(text: str, mark: str) -> list[Pane]:
    """Read an answer to that format. Unavailable when it is none."""
    values = text.split(mark)[:-1]
    size = len(_FIELDS)
    try:
        return [_pane(values[at : at + size]) for at in range(0, len(values), size)]
    except (ValueError, IndexError) as odd:
        raise Unavailable(f"tmux answered something else: {text[:200]!r}") from odd


def sessions(seen: Sequence[Pane]) -> list[Session]:
    """The live sessions: where the main pane runs (in a person's own one, the first that does)."""
    live: dict[str, Session] = {}
    for pane in seen:
        if not pane.dead and pane.main in {"", pane.session.pane}:
            live.setdefault(pane.session.id, pane.session)
    return list(live.values())


def _pane(values: Sequence[str]) -> Pane:
    id_, name, created, attached, *activity, pane, pid, dead, in_mode, main, incarnation = values
    session = Session(
        name=name,
        id=id_.strip("\n"),
        pane=pane,
        pane_pid=int(pid),
        started=_moment(created),
        attached=int(attached),
        activity=max(map(_moment, activity)),
        incarnation=int(incarnation) if incarnation.isdecimal() else None,
    )
    return Pane(session, main, dead=dead == "1", in_mode=in_mode not in {"", "0"})


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
