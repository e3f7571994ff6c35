"""Moments as people type them: 2026-12-01, 2026-12-01T09:00, +3d, tomorrow, friday."""

import re
from datetime import MAXYEAR, datetime, timedelta

from gastown.errors import Invalid

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FORMS = "forms: 2026-12-01, 2026-12-01T09:00, +90m, +6h, +3d, +2w, today, tomorrow, friday"

FIRST_YEAR = 1000
"""Times are compared as texts that begin with a year of four digits."""

_AHEAD = re.compile(r"\+(\d{1,5})([mhdw])", re.ASCII)
_CALENDAR = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def parse_when(text: str, now: datetime) -> datetime:
    """The moment that `text` means to somebody whose clock shows `now`, which has no time zone.

    The answer has one only if the text does. A day is its first moment; a weekday is the next one, never today.
    Raises Invalid, also for what lies at the ends of the calendar.
    """
    moment = _parsed(text, now)
    if not FIRST_YEAR < moment.year < MAXYEAR:  # in another time zone it may be the year before or after
        raise Invalid(f"{text!r} is too far away", FORMS)
    return moment


def _parsed(text: str, now: datetime) -> datetime:
    words = " ".join(text.lower().split()).removeprefix("next ")
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if ahead := _AHEAD.fullmatch(words):
            return now + int(ahead[1]) * UNITS[ahead[2]]
        if words in WEEKDAYS:
            return today + timedelta(days=(WEEKDAYS.index(words) - now.weekday() - 1) % 7 + 1)
        if words in {"today", "tomorrow"}:
            return today + timedelta(days=words == "tomorrow")
        if words == "now":
            return now
        if _CALENDAR.fullmatch(words.upper()):
            return datetime.fromisoformat(words.upper())
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no moment: {error}", FORMS) from error
    raise Invalid(f"{text!r} is no moment", FORMS)
