"""What was measured: a figure beside its floor, and how it stands to its budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

MILLISECOND = "one millisecond"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in milliseconds, beside its floor of the same rounds."""

    name: str
    median: float
    least: float
    most: float
    floor: str
    ratio: float
    budget: float | None = None
    aim: float | None = None

    @property
    def verdict(self) -> str:
        """How it stands to its budget; nothing where there is none."""
        if self.budget is None or self.aim is None:
            return ""
        if self.ratio > self.budget:
            return "OVER"
        return "within" if self.ratio > self.aim else "good"


def beside(
    name: str,
    taken: Sequence[float],
    floor_name: str,
    floor: float,
    budget: tuple[float, float] | None = None,
) -> Figure:
    """What took so many milliseconds each time, as a multiple of its floor."""
    most, aim = budget or (None, None)
    middle = median(taken)
    return Figure(name, middle, min(taken), max(taken), floor_name, middle / floor, most, aim)


def in_milliseconds(name: str, seconds: Sequence[float], budget: float | None = None) -> Figure:
    """What has a budget of its own; its ratio is its milliseconds."""
    taken = [1000 * each for each in seconds]
    return beside(name, taken, MILLISECOND, 1.0, None if budget is None else (budget, budget / 2))


def percentile(seconds: Sequence[float], hundredths: int) -> float:
    """So many of a hundred were as fast, or faster; in seconds."""
    return quantiles(seconds, n=100, method="inclusive")[hundredths - 1]
