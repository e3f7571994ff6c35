"""bd's commands as whole processes at two sizes of the ledger, each beside bare Python of the same rounds."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench_figures import Figure, beside
from bench_starts import BARE, QUICK, Case, once
from bench_town import BenchTown, standing_in

from gastown.ledger import ready

AT_LARGE = (1.2, 1.1)
"""Budget and aim at 1,000,000 beads, as multiples of the same command's time at 10,000."""

Sizes = Mapping[str, BenchTown]


def measure(sizes: Sizes, rounds: int, tell: Callable[[str], None]) -> list[Figure]:
    """One figure for each command at each size; the second beside the first."""
    taken: dict[str, list[float]] = {}
    with ExitStack() as stack:
        work = {size: _work(stack, place, rounds + 1, size) for size, place in sizes.items()}
        for number in range(rounds + 1):  # the first one only warms up
            tell(f"bd, round {number} of {rounds}")
            for case in _round(sizes, work, number):
                seconds = once(case)
                if number:
                    taken.setdefault(case.name, []).append(1000 * seconds)
    return list(_figures(taken, *sizes))


def _work(stack: ExitStack, place: BenchTown, most: int, size: str) -> Sequence[str]:
    """Beads that are free to be claimed and closed, one for each round."""
    town = stack.enter_context(standing_in(place.root))
    found = ready.first(town.ledger, rig=None, now=town.clock.now(), most=2 * most, assignee=None)
    if len(found) < most:
        raise SystemExit(f"at {size} beads only {len(found)} are ready")
    return [bead.id for bead in found]


def _round(sizes: Sizes, work: Mapping[str, Sequence[str]], number: int) -> Iterator[Case]:
    """Each command at each size, one after the other, so that both feel the same load."""
    for words in ("ready", "show {}", "create Title", "update {} --claim", "close {}"):
        yield Case(BARE, [sys.executable, "-c", "pass"], next(iter(sizes.values())).env)
        for size, place in sizes.items():
            env = place.env | {"GT_TOWN": str(place.root)}
            argv = [place.launcher("bd"), *(word.format(work[size][number]) for word in words.split())]
            yield Case(f"bd {words.format('BEAD')}|{size}", argv, env)


def _figures(taken: Mapping[str, Sequence[float]], small: str, large: str) -> Iterator[Figure]:
    floor = median(taken[BARE])
    yield beside(BARE, taken[BARE], BARE, floor)
    for name, times in taken.items():
        command, _, size = name.partition("|")
        if size:
            yield beside(f"{command} at {size}", times, BARE, floor, QUICK if size == small else None)
        if size == large:
            at_small = taken[f"{command}|{small}"]
            yield beside(f"{command} at {large}", times, f"itself at {small}", median(at_small), AT_LARGE)


def place_with(folder: Path, ledger: Path) -> BenchTown:
    """A town whose ledger is the one at that path, which is moved there."""
    folder.mkdir(parents=True)
    place = BenchTown(folder)
    place.gt("down")
    for left in place.root.glob("gastown.db*"):
        left.unlink()
    ledger.rename(place.root / "gastown.db")
    return place
