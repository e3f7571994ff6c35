"""The work graph at 10,000 and at 1,000,000 beads: bd's commands, readiness, closing, a crowd, bulk."""

from collections.abc import Callable
from pathlib import Path

import bench_bulk
import bench_commands
import bench_crowd
import bench_inside
import bench_ledgers
from bench_figures import Figure

READY_SMALL, READY_LARGE, READY_WORST, CLOSE = 0.1, 1.0, 20.0, 200.0
"""Budgets in milliseconds."""


def measure(folder: Path, rounds: int, tell: Callable[[str], None]) -> list[Figure]:
    """All figures of the work graph. It makes some GB of ledgers in that folder, which are gone at the end."""
    figures: list[Figure] = []
    figures += _inside(folder, tell)
    tell("ledgers of 10,000 and of 1,000,000 beads")
    sizes = {
        f"{beads:,}": bench_commands.place_with(
            folder / str(beads), bench_ledgers.mixed(folder / f"{beads}.db", beads)
        )
        for beads in (bench_ledgers.SMALL, bench_ledgers.LARGE)
    }
    for name, place, budget in zip(sizes, sizes.values(), (READY_SMALL, READY_LARGE), strict=True):
        figures.append(bench_inside.ready_first(place.root / "gastown.db", f"ready at {name}", budget))
    figures += bench_commands.measure(sizes, rounds, tell)
    tell("a crowd")
    small, large = sizes.values()
    figures += bench_crowd.measure(small.root)
    figures += _bulk(folder, tell)
    bench_bulk.size(large.root / "gastown.db", bench_ledgers.LARGE, _say)
    return figures


def _inside(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """What needs ledgers of other kinds."""
    tell("a ledger of 1,000,000 beads that are open and wait")
    waiting = bench_ledgers.blocked(folder / "waiting.db", bench_ledgers.LARGE)
    figures = [bench_inside.ready_first(waiting, "ready, 1,000,000 open and blocked", READY_WORST)]
    waiting.unlink()
    tell("epics with 100,000 descendants")
    epics = bench_ledgers.epics(folder / "epics.db")
    figures += bench_inside.closing_what_many_wait_for(epics, CLOSE)
    epics.unlink()
    return figures


def _bulk(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    tell("the git history of 100,000 beads")
    ledger = bench_ledgers.mixed(folder / "history.db", bench_bulk.BEADS)
    place = bench_commands.place_with(folder / "history", ledger)
    figures = [*bench_bulk.commits(place), *bench_bulk.verified(place)]
    tell("bd import of 100,000 beads")
    return figures + bench_bulk.imported(bench_commands.place_with(folder / "import", _empty(folder)))


def _empty(folder: Path) -> Path:
    from contextlib import closing

    from gastown.ledger.database import Database

    with closing(Database(folder / "empty.db", create=True)):
        return folder / "empty.db"


def _say(line: str) -> None:
    print(line)
