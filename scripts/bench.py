"""Measures what people and agents wait for, each figure beside its floor of the same rounds."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import bench_graph
import bench_job
import bench_starts
from bench_figures import Figure
from bench_town import BenchTown

HEADS = ("ms", "min", "max", "on top", "ratio", "budget", "aim", "")

EXPLANATION = """
Milliseconds and ratios are medians; only ratios within one run mean something, since machines drift. Budgets:
a callback 2.2 x bare Python (aim 1.6), a command with one read or write of the ledger 6.5 x (aim 5), and 1.2 x
itself at a hundred times as many beads. What has a budget in milliseconds stands beside one millisecond. The
exit status is 1 when a figure is over its budget.
"""


def main() -> int:
    """Measure and print; 1 when something is over its budget."""
    asked = _arguments()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="gastown-bench-") as folder:
        place = BenchTown(Path(folder))
        try:
            if asked.only in (None, "starts"):
                figures += bench_starts.measure(place, asked.rounds, _tell)
            if asked.only in (None, "job"):
                figures += bench_job.measure(_fresh(Path(folder)), asked.jobs, _tell)
            if asked.only in (None, "graph"):
                figures += bench_graph.measure(Path(folder), asked.rounds, _tell)
        finally:
            place.end()
    _tell("")
    sys.stdout.write(_json(figures) if asked.json else _table(figures))
    return int(any(figure.verdict == "OVER" for figure in figures))


def _fresh(folder: Path) -> BenchTown:
    """Another town, with nothing on its hooks."""
    beside = folder / "job"
    beside.mkdir()
    return BenchTown(beside)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__, epilog=EXPLANATION)
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="rounds of all commands (15)")
    parser.add_argument(
        "--jobs", type=int, default=5, metavar="N", help="beads that run through the town (5)"
    )
    parser.add_argument("--only", choices=("starts", "job", "graph"), help="a part of it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def _table(figures: Sequence[Figure]) -> str:
    """A part for each floor, with aligned columns."""
    floors = list(dict.fromkeys(figure.floor for figure in figures))
    first = max(len(text) for figure in figures for text in (figure.name, f"beside {figure.floor}"))
    parts = [
        [_line(f"beside {floor}", HEADS, first), *(_row(f, first) for f in figures if f.floor == floor)]
        for floor in floors
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _row(figure: Figure, first: int) -> str:
    limits = [_number(limit, 1) if limit else "" for limit in (figure.budget, figure.aim)]
    above = figure.median - figure.median / figure.ratio
    times = [_number(value, 1) for value in (figure.median, figure.least, figure.most, above)]
    return _line(figure.name, (*times, _number(figure.ratio, 2), *limits, figure.verdict), first)


def _number(value: float, places: int) -> str:
    """Small ones with more places, so that they can be told apart."""
    return f"{value:.{places if abs(value) >= 1 or not value else 3}f}"


def _line(name: str, cells: Sequence[str], first: int) -> str:
    return f"{name:{first}}  {'  '.join(f'{cell:>7}' for cell in cells)}".rstrip()


def _json(figures: Sequence[Figure]) -> str:
    told = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
    return json.dumps(told, indent=2) + "\n"


def _tell(line: str) -> None:
    """Progress, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
