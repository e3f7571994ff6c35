"""What people type to choose beads: statuses, types, priorities and moments, read strictly."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gastown.domain.beads import BeadStatus
from gastown.domain.fields import listed, parse_priority
from gastown.errors import Invalid

if TYPE_CHECKING:
    from gastown.town import Town

FIRST_YEAR = 1000
"""Moments are compared as texts that begin with a year of four digits."""

NO_END = 1_000_000_000

_AGO = r"-?(\d{1,5})([mhdw])(?: ago)?"


def statuses(texts: Sequence[str] | None) -> tuple[BeadStatus, ...]:
    """The statuses named, in any case and with - or _. Raises Invalid."""
    words = [text.lower().replace("-", "_") for text in listed(texts)]
    for word in words:
        if word not in list(BeadStatus):
            raise Invalid(f"{word!r} is no status", f"statuses: {', '.join(BeadStatus)}")
    return tuple(BeadStatus(word) for word in words)


def most(number: int) -> int:
    """How many at most, by what was typed; 0 means all. Raises Invalid for less than none."""
    return not_negative(number, "--limit") or NO_END


def not_negative(number: int, option: str) -> int:
    """Give the number back, or the largest that there is use for. Raises Invalid for less than none."""
    if number < 0:
        raise Invalid(f"{option} takes no number below 0", f"{option} {-number}")
    return min(number, NO_END)


def types(texts: Sequence[str] | None) -> tuple[str, ...]:
    """The types named; any word may be one, since imported beads bring their own."""
    return tuple(text.lower() for text in listed(texts))


def priorities(text: str | None) -> tuple[int, int] | None:
    """The most urgent and the least urgent of `1`, `P1`, `0-2` or `0..2`. Raises Invalid."""
    if text is None:
        return None
    least, _, most = text.replace("..", "-").partition("-")
    ends = parse_priority(least), parse_priority(most or least)
    return min(ends), max(ends)


def moment(town: "Town", text: str | None) -> datetime | None:
    """The moment that is meant: as when a bead is due, and `7d`, `-7d` or `yesterday` for what lies behind.

    Raises Invalid.
    """
    if text is None:
        return None
    try:
        meant = _meant(town, " ".join(text.lower().split()))
    except OverflowError:
        meant = None
    if meant is None or meant.year < FIRST_YEAR:
        raise Invalid(f"{text!r} is too long ago", "2026-01-01, or 90d")
    return meant


def _meant(town: "Town", words: str) -> datetime:
    from gastown.domain.when import UNITS
    from gastown.operations.work.moments import understood

    if words == "yesterday":
        return understood(town, "today") - timedelta(days=1)
    if past := re.fullmatch(_AGO, words):
        return town.clock.now() - int(past[1]) * UNITS[past[2]]
    return understood(town, words)
