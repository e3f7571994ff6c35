"""A hundred processes that claim and close beads at once: nobody fails, nothing is lost, and how long each waits."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path

from bench_figures import Figure, in_milliseconds, percentile
from bench_town import standing_in

from gastown.ledger.sqlite import sqlite3

CROWD, EACH = 100, 10
CHILD = """
import json, sys, time
from pathlib import Path
from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.ledger import ready
from gastown.operations.work.close import close
from gastown.operations.work.update import Changes, update
from gastown.town import Town

town, me, wanted = Town(Path(sys.argv[1])), Caller(sys.argv[2]), int(sys.argv[3])
claims, closings, faster = [], [], 0
town.ledger.data_version()
print("here", flush=True)
sys.stdin.readline()
for bead in ready.first(town.ledger, rig=None, now=town.clock.now(), most=10_000):
    began = time.perf_counter()
    try:
        update(town, [bead.id], Changes(claim=True), by=me)
    except Refused:
        faster += 1
        continue
    claimed = time.perf_counter()
    close(town, [bead.id], reason="mended", by=me)
    claims.append(claimed - began)
    closings.append(time.perf_counter() - claimed)
    if len(closings) == wanted:
        break
print(json.dumps([claims, closings, faster]))
"""
ONE_TELLS_OF_EACH = """
SELECT (SELECT count(*) FROM beads WHERE close_reason = 'mended'),
       (SELECT count(DISTINCT subject) FROM events WHERE type = 'bead.claimed' AND actor LIKE 'crowd%'),
       (SELECT count(*) FROM events WHERE type = 'bead.claimed' AND actor LIKE 'crowd%'),
       (SELECT count(*) FROM events WHERE type = 'bead.closed' AND actor LIKE 'crowd%'),
       (SELECT count(*) FROM beads b WHERE close_reason = 'mended' AND b.assignee = b.closed_by)
"""


def measure(root: Path) -> list[Figure]:
    """Percentiles of claiming and of closing; ends the bench when anybody failed or anything was lost."""
    with ExitStack() as stack:
        stack.enter_context(standing_in(root))
        crowd = [_joins(stack, root, number) for number in range(CROWD)]
        for one in crowd:
            if one.stdout is None or one.stdout.readline() != "here\n":
                raise SystemExit("one of the crowd did not come")
        began = time.perf_counter()
        for one in crowd:
            if one.stdin is not None:
                one.stdin.write("go\n")
                one.stdin.flush()
        told = [one.communicate() for one in crowd]
        seconds = time.perf_counter() - began
    failed = [err for (_, err), one in zip(told, crowd, strict=True) if one.returncode or err]
    if failed:
        raise SystemExit(f"{len(failed)} of {CROWD} failed: {failed[0]}")
    claims, closings, faster = zip(*(json.loads(out) for out, _ in told), strict=True)
    _must_be_all_there(root)
    writes = 2 * CROWD * EACH + sum(faster)
    return [
        *_percentiles("claim, 100 at once", list(chain(*claims))),
        *_percentiles("close, 100 at once", list(chain(*closings))),
        in_milliseconds(
            f"one transaction of theirs ({sum(faster)} claims lost to others)", [seconds / writes]
        ),
    ]


def _joins(stack: ExitStack, root: Path, number: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", CHILD, str(root), f"crowd-{number}", str(EACH)]
    pipe = subprocess.PIPE
    return stack.enter_context(subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True))


def _must_be_all_there(root: Path) -> None:
    with closing(sqlite3.connect(root / "gastown.db")) as reader:
        seen = reader.execute(ONE_TELLS_OF_EACH).fetchone()
    if set(seen) != {CROWD * EACH}:
        raise SystemExit(
            f"closed, claimed, claims, closings, one's own: {seen}; it should be {CROWD * EACH} each"
        )


def _percentiles(name: str, seconds: list[float]) -> list[Figure]:
    return [in_milliseconds(f"{name}, p{part}", [percentile(seconds, part)]) for part in (50, 99)]
