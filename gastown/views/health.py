"""One thing that was looked at, and how it is."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a thing is, from best to worst; `UNKNOWN`: we could not look."""

    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing: what was seen, and what to do about it (empty when nothing is to be done)."""

    name: str
    health: Health
    what: str
    hint: str = ""
