"""Time as it is written in the ledger, and the contract of whoever tells it."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; the domain is always handed it as `now`."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


def stamp(moment: datetime) -> str:
    """`moment` as the ledger holds it: UTC, milliseconds, a final Z; sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def moment(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    """The inverse of `stamp` for a column that may be empty."""
    return None if text is None else datetime.fromisoformat(text)


def stamp_or_none(moment: datetime | None) -> str | None:
    """`stamp` for a column that may be empty."""
    return None if moment is None else stamp(moment)
