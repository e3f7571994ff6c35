"""What goes through the whole ledger or its history: import, the git commit after a change, verify, size."""

import json
from collections.abc import Callable
from pathlib import Path

import bench_ledgers
from bench_figures import Figure, in_milliseconds
from bench_inside import timed
from bench_town import BenchTown, standing_in

from gastown.cli.lazy import COMMANDS
from gastown.domain.assignments import Caller
from gastown.operations.history.record import record
from gastown.operations.work.update import Changes, update

BEADS = 100_000
COMMITS, CHANGED_AT_ONCE = 15, 50
IMPORT_BUDGET, COMMIT_BUDGET = 10_000.0, 15.0
ANN = Caller("ann")


def commits(place: BenchTown) -> list[Figure]:
    """The first record of 100,000 beads, then that of one change, and of fifty."""
    with standing_in(place.root) as town:
        first = timed(lambda: record(town))

        def changed(number: int, at_once: int) -> float:
            keys = range(1 + number * at_once, 1 + (number + 1) * at_once)
            ids = [bench_ledgers.identity(key) for key in keys]
            update(town, ids, Changes(title=f"Changed in round {number} of {at_once}"), by=ANN)
            return timed(lambda: _must_be(at_once, record(town).beads))

        one = [changed(number, 1) for number in range(COMMITS)]
        fifty = [changed(number, CHANGED_AT_ONCE) for number in range(COMMITS)]
    return [
        in_milliseconds("first commit of 100,000 beads", [first]),
        in_milliseconds("commit after one change in 100,000", one[1:], COMMIT_BUDGET),
        in_milliseconds("commit after 50 changes in 100,000", fifty[1:]),
    ]


def _must_be(wanted: int, seen: int) -> None:
    if wanted != seen:
        raise SystemExit(f"{seen} beads were recorded, not {wanted}")


def imported(place: BenchTown) -> list[Figure]:
    """`bd import` of 100,000 beads into an empty town, and once more, which changes nothing."""
    if "bead import" not in COMMANDS:
        return []
    file = place.root.parent / "issues.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(_line(number) + "\n" for number in range(BEADS))
    with standing_in(place.root):  # else each would start a supervisor
        first, again = (timed(lambda: place.bd("import", str(file))) for _ in range(2))
    return [
        in_milliseconds("bd import of 100,000 beads", [first], IMPORT_BUDGET),
        in_milliseconds("the same once more", [again]),
    ]


def _line(number: int) -> str:
    """A bead as Beads writes it; every second one waits for the one before."""
    closed = number % 3 > 0
    bead: dict[str, object] = {
        "id": f"we-{number}", "title": f"Mend door number {number}", "status": "closed" if closed else "open",
        "description": f"The hinge of door {number} is loose, and the frame has warped since the rain came in",
        "priority": number % 5, "issue_type": "task", "created_at": "2026-01-01T10:00:00Z",
        "updated_at": "2026-01-02T10:00:00Z", "labels": [f"label-{number % 17}"],
        **({"closed_at": "2026-01-02T10:00:00Z"} if closed else {}),
    }  # fmt: skip
    if number % 2:
        link = {"issue_id": f"we-{number}", "depends_on_id": f"we-{number - 1}", "type": "blocks"}
        bead["dependencies"] = [{**link, "created_at": "2026-01-01T10:00:00Z", "created_by": "ann"}]
    return json.dumps(bead)


def verified(place: BenchTown) -> list[Figure]:
    """`gt ledger verify` of 100,000 beads."""
    if "ledger verify" not in COMMANDS:
        return []
    return [
        in_milliseconds("gt ledger verify of 100,000 beads", [timed(lambda: place.gt("ledger", "verify"))])
    ]


def size(path: Path, beads: int, tell: Callable[[str], None]) -> None:
    """Say how much of the file each bead takes."""
    tell(
        f"{path.stat().st_size / beads:,.0f} bytes a bead at {beads:,} beads, with journal, events and full text"
    )
