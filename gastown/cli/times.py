"""Times as people say them: `12 s`, `18 m`, `3 h`, `2 d`; and moments as a clock on the wall shows them."""

from datetime import datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86_400


def span(length: timedelta | float) -> str:
    """A length of time in its largest whole unit."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} m"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR:.0f} h"
    return f"{seconds // DAY:.0f} d"


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago, without the word: `18 m`; a dash for never."""
    return "-" if moment is None else span(now - moment)


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago: `12 s ago`; a dash for never."""
    return "-" if moment is None else f"{span(now - moment)} ago"


def clock(moment: datetime, now: datetime) -> str:
    """The moment in the person's own time zone: `14:26:07` today, `Nov 19 14:26` before."""
    here, today = moment.astimezone(), now.astimezone()
    return f"{here:%H:%M:%S}" if here.date() == today.date() else f"{here:%b %d %H:%M}"


def lasted(seconds: float) -> str:
    """The length of something that runs or ran: `8.3 s`, `1:12`, `1:02:03`."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), MINUTE)
    if minutes < MINUTE:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // MINUTE}:{minutes % MINUTE:02d}:{rest:02d}"


def day(moment: datetime) -> str:
    """The day in the person's own time zone, with the time unless it is the day's beginning: `2026-12-01 09:00`."""
    here = moment.astimezone()
    return f"{here:%Y-%m-%d}" if (here.hour, here.minute) == (0, 0) else f"{here:%Y-%m-%d %H:%M}"
