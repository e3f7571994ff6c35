"""What looking at the world can answer: it is there, it is not there, or we could not look."""

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Present(Generic[T]):
    """It was seen, and this is what it looked like."""

    value: T


@dataclass(frozen=True, slots=True)
class Absent:
    """We looked, and it is not there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """We could not look. Never a reason to start, stop or delete anything."""

    why: str


Observed: TypeAlias = Present[T] | Absent | Unknown
