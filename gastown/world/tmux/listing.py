"""One look at everything: the format that tmux fills in for every pane, and how its answer is read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count

from gastown.domain.terminal import Session
from gastown.errors import Unavailable
from gastown.world.tmux.script import TOUCHED, exactly

_FIELDS = (
    *("#{session_id}", "#{session_name}", "#{session_created}", "#{session_attached}", TOUCHED),
    *("#{session_activity}", "#{window_activity}"),
    *("#{pane_id}", "#{pane_pid}", "#{pane_dead}", "#{pane_in_mode}"),
    *("#{@gt_pane}", "#{@gt_name}", "#{@gt_incarnation}"),
)


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane, with what is known of its session."""

    session: Session
    """As if this pane were its main one."""
    called: str
    """What the session is called now: a person may have renamed it."""
    main: str
    """The pane that `start` made; empty in a session that a person made."""
    dead: bool
    in_mode: bool

    @property
    def is_renamed(self) -> bool:
        """Whether a person has renamed the session."""
        return self.called != self.session.name


def format_and_mark() -> tuple[str, str]:
    """A format for `-F`, and the mark that nothing in the answer can contain but its ends of fields."""
    mark = f"[{os.urandom(8).hex()}]"
    return "".join(f"{field}{mark}" for field in _FIELDS), mark


def panes(text: str, mark: str) -> list[Pane]:
    """Read an answer to that format. Unavailable when it is none."""
    values = text.split(mark)[:-1]
    size = len(_FIELDS)
    try:
        return [_pane(values[at : at + size]) for at in range(0, len(values), size)]
    except (ValueError, IndexError) as odd:
        raise Unavailable(f"tmux answered something else: {text[:200]!r}") from odd


def sessions(seen: Sequence[Pane]) -> list[Session]:
    """The live sessions: where the main pane runs (in a person's own one, the first that does).

    Ours come last: of two with one name they are meant.
    """
    live: dict[str, Session] = {}
    for pane in sorted(seen, key=lambda pane: pane.main != ""):
        if not pane.dead and pane.main in {"", pane.session.pane}:
            live.setdefault(pane.session.id, pane.session)
    return list(live.values())


def targets(seen: Sequence[Pane]) -> dict[str, str]:
    """For every live session the target that means it, whatever it is called now."""
    called = {pane.session.id: pane.called for pane in seen}
    return {
        session.name: exactly(session.name) if called[session.id] == session.name else f"{session.id}:"
        for session in sessions(seen)
    }


def has_a_persons(panes: Sequence[Pane], besides: str = "") -> bool:
    """Whether something runs in these panes of one session that a person may have opened."""
    return any(
        pane.session.ever_attached and not pane.dead and pane.session.pane not in {besides, pane.main}
        for pane in panes
    )


def free_name(seen: Sequence[Pane], name: str) -> str:
    """A name that no session is called: this one, or what is left of it."""
    called = {pane.called for pane in seen}
    names = chain([name], (f"{name}-left-{number}" for number in count(1)))
    return next(name for name in names if name not in called)


def _pane(values: Sequence[str]) -> Pane:
    id_, called, created, attached, touched, *activity, pane, pid, dead, in_mode, main, name, incarnation = (
        values
    )
    session = Session(
        name=name or called,
        id=id_.strip("\n"),
        pane=pane,
        pane_pid=int(pid),
        started=_moment(created),
        attached=int(attached),
        activity=max(map(_moment, activity)),
        incarnation=int(incarnation) if incarnation.isdecimal() else None,
        ever_attached=touched == "1",
    )
    return Pane(session, called, main, dead=dead == "1", in_mode=in_mode not in {"", "0"})


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
