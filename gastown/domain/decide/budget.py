"""How often and how fast sessions are started for one piece of work, or for one wish, before somebody must look."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from gastown.domain.endings import HANDOFF, RESTARTED, STOPPED
from gastown.domain.supervised import PastStart, RestartPolicy

LONGEST_PAUSE = timedelta(minutes=5)
SESSION_ENDED = "the session ended"
STOPPED_BY_PERSON = "gt down"
CUT_OFF = "its start was cut off: who started it was killed"
UNSEEN = "could not look"
"""How causes begin that were a tool's silence: they make the pauses longer, and spend no budget."""
NOBODYS_FAULT = frozenset({STOPPED_BY_PERSON, RESTARTED, STOPPED, CUT_OFF})
"""Causes that say nothing about the work; what an agent did is told otherwise, or `by_agent`."""
CAUSES = 3
"""Budgets of one cause that all causes together may spend: one that always has another face ends as well."""
HASTE = timedelta(minutes=1)
"""A session without a branch that hands itself off sooner came to nothing."""
DOUBLINGS = 20
"""More would be longer than any pause."""
_OF_THE_MOMENT = re.compile(r"\S*\d\S*")


def parked_because(starts: Sequence[PastStart], policy: RestartPolicy) -> str | None:
    """Why no more sessions are started for a bead with these starts behind it; None while there is budget."""
    fruitless = [start for start in _fruitless(starts, policy) if not (start.cause or "").startswith(UNSEEN)]
    counted = Counter(_kind(start) for start in fruitless)
    for start in reversed(fruitless):
        if (times := counted[_kind(start)]) >= policy.budget:
            return f"{times} sessions ended without progress: {start.cause}"
    if len(fruitless) >= policy.budget * CAUSES:
        return f"{len(fruitless)} sessions ended without progress, each time differently; last: {fruitless[-1].cause}"
    return None


def pause(starts: Sequence[PastStart], policy: RestartPolicy, now: datetime) -> datetime | None:
    """Until when the next start waits, after these; None when it need not."""
    fruitless = _fruitless(starts, policy)
    last = fruitless[-1].ended_at if fruitless else None
    if last is None or last > now or len(fruitless) < 2:  # noqa: PLR2004 - the first restart is at once
        return None
    doubled: timedelta = policy.first_pause * 2 ** min(len(fruitless) - 2, DOUBLINGS)
    until = last + min(doubled, LONGEST_PAUSE)
    return until if until > now else None


def last_cause(starts: Sequence[PastStart]) -> str:
    """How the last session of these ended, for whoever wonders why none runs."""
    ended = [start.cause for start in starts if start.cause is not None]
    return f" (the last one: {ended[-1]})" if ended else ""


def _fruitless(starts: Sequence[PastStart], policy: RestartPolicy) -> Sequence[PastStart]:
    """The starts that came to nothing since the last progress, whatever their causes, oldest first.

    Progress is a head where the branch was never before, a step that was done, or a session that lived long enough.
    """
    run: list[PastStart] = []
    heads: set[str] = set()
    for start in starts:
        if _moved(heads, start.head) or start.steps:
            run.clear()
        if start.ended_at is None:
            continue
        lived = start.ended_at - start.began_at
        if _moved(heads, start.ended_head) or start.steps or lived >= policy.patience:
            run.clear()
        elif not _is_nobodys_fault(start, lived):
            run.append(start)
    return run


def _is_nobodys_fault(start: PastStart, lived: timedelta) -> bool:
    """Whether its end says nothing about the work: a person wished it, or it was ours.

    What agents wish counts while nothing moves. Without a branch nobody sees that, so a handoff may come in time.
    """
    if not start.by_agent:
        return start.cause in NOBODYS_FAULT or start.cause == HANDOFF
    if start.cause == HANDOFF:
        return start.head is None and lived >= HASTE
    return start.cause in NOBODYS_FAULT - {RESTARTED}


def _moved(heads: set[str], head: str | None) -> bool:
    """Whether the branch is where it never was; remembers it. A head that could not be read is no move."""
    if head is None or head in heads:
        return False
    heads.add(head)
    return len(heads) > 1


def _kind(start: PastStart) -> str:
    """The cause without what differs from time to time: process ids, times, names of the moment."""
    return _OF_THE_MOMENT.sub("#", start.cause or "")
