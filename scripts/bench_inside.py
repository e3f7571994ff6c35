"""What the work graph costs inside a process: reading what is ready, and closing what many wait for."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import bench_ledgers
from bench_figures import Figure, in_milliseconds

from gastown.ledger import bead_writes, ready
from gastown.ledger.database import Database

FIRST = 20
READS, CLOSINGS = 300, 7
NOW = datetime.now(UTC)


def ready_first(path: Path, name: str, budget: float) -> Figure:
    """The first 20 that can be worked on, of all rigs, over a connection that is open."""
    with closing(Database(path)) as ledger:
        found = ready.first(ledger, rig=None, now=NOW, most=FIRST)
        if len(found) != FIRST:
            raise SystemExit(f"{path} has only {len(found)} beads that are ready")
        taken = [timed(lambda: ready.first(ledger, rig=None, now=NOW, most=FIRST)) for _ in range(READS)]
    return in_milliseconds(name, taken, budget)


def closing_what_many_wait_for(path: Path, budget: float) -> list[Figure]:
    """One transaction that closes the blocker of an epic with 100,000 descendants, in each shape."""
    with closing(Database(path)) as ledger:
        return [
            in_milliseconds(
                f"close the blocker of 100,000 ({shape})",
                [_closed(ledger, key) for _ in range(CLOSINGS)],
                budget,
            )
            for key, shape in enumerate(bench_ledgers.SHAPES, 1)
        ]


def _closed(ledger: Database, key: int) -> float:
    """Seconds that it takes; it is open before."""
    bead = bench_ledgers.identity(key)
    with ledger.transaction():
        ledger.define(f"UPDATE beads SET status = 'open', closed_at = NULL WHERE id = '{bead}'")  # noqa: S608
    ledger.checkpoint()
    before = ready.count(ledger, NOW)

    def close() -> None:
        with ledger.transaction():
            if not bead_writes.close(ledger, bead, "mended", by="ann", now=NOW):
                raise SystemExit(f"{bead} was closed already")

    taken = timed(close)
    if ready.count(ledger, NOW) - before < bench_ledgers.DESCENDANTS - 1:
        raise SystemExit(f"what waited for {bead} did not become ready")
    return taken


def timed(call: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
