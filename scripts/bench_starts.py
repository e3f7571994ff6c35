"""How long every command takes to start, do its work and end, in rounds with bare Python between them."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench_figures import Figure, beside
from bench_town import BenchTown, standing_in

CALLBACK = (2.2, 1.6)
QUICK = (6.5, 5.0)
"""Budget and aim, as multiples of bare Python: a callback, and a command with one read or write of the ledger."""

BARE = "python -c pass"
BETWEEN_FLOORS = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One command line; `status` is how it must end."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    budget: tuple[float, float] | None = None
    status: int = 0
    said: bytes = b""


def measure(place: BenchTown, rounds: int, tell: Callable[[str], None]) -> list[Figure]:
    """One figure for each command of the path and each callback."""
    toast = place.hook_something()
    with standing_in(place.root):
        return _in_rounds(_cases(place, toast), rounds, tell)


def _in_rounds(cases: Sequence[Case], rounds: int, tell: Callable[[str], None]) -> list[Figure]:
    taken: dict[str, list[float]] = {case.name: [] for case in cases}
    for number in range(rounds + 1):  # the first one only warms up
        tell(f"round {number} of {rounds}")
        for case in _with_floors(cases):
            seconds = once(case)
            if number:
                taken[case.name].append(seconds * 1000)
    floor = median(taken[BARE])
    return [beside(case.name, taken[case.name], BARE, floor, case.budget) for case in cases]


def _with_floors(cases: Sequence[Case]) -> Iterator[Case]:
    """The floor comes again and again, so that it feels the same load as what stands on it."""
    floor, *others = cases
    for place, case in enumerate(others):
        if place % BETWEEN_FLOORS == 0:
            yield floor
        yield case


def once(case: Case) -> float:
    """Seconds from the start of the process to its end. Ends the bench when it ended otherwise than it must."""
    reader, writer = os.pipe()
    os.write(writer, case.said)
    os.close(writer)
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    began = time.perf_counter()
    pid = os.posix_spawn(
        case.argv[0], case.argv, dict(case.env), file_actions=[(os.POSIX_SPAWN_DUP2, reader, 0), *nowhere]
    )
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - began
    os.close(reader)
    if os.waitstatus_to_exitcode(status) != case.status:
        raise SystemExit(
            f"{case.name} ended with {os.waitstatus_to_exitcode(status)}, not with {case.status}"
        )
    return seconds


def _cases(place: BenchTown, toast: Mapping[str, str]) -> list[Case]:
    gt, bd, callback = (place.launcher(name) for name in ("gt", "bd", "gt-callback"))
    human = place.env | {"GT_TOWN": str(place.root)}
    report = b'{"session_id": "bench", "hook_event_name": "x", "prompt": "go on", "trigger": "auto", "reason": "other"}'
    told = (
        "UserPromptSubmit",
        "Stop",
        "StopFailure",
        "Notification",
        "PreCompact",
        "SessionEnd",
        "PreToolUse",
    )

    def case(
        program: str, words: str, budget: tuple[float, float] | None = None, *, status: int = 0, note: str = "",
        env: Mapping[str, str] = human,
    ) -> Case:  # fmt: skip
        name = f"{Path(program).name} {words}".strip()
        return Case(f"{name} ({note})" if note else name, [program, *words.split()], env, budget, status)

    return [
        Case(BARE, [sys.executable, "-c", "pass"], human),
        *(Case(f"gt-callback {e}", [callback, e], toast, CALLBACK, said=report) for e in told),
        case(bd, "create Title", QUICK),
        case(bd, "dep add we-2 we-1", QUICK),
        case(bd, "ready", QUICK),
        case(bd, "show we-1", QUICK),
        case(bd, "show we-1 --json", QUICK),
        case(gt, "sling we-1 web/Toast", note="there already"),
        case(gt, "unsling we-2", QUICK, status=1, note="refused"),
        case(gt, "hook", QUICK, env=toast),
        case(gt, "mail inbox", QUICK, env=toast),
        case(gt, "prime", env=toast),
        case(gt, "prime --hook", env=toast),
        case(gt, "done", status=1, note="refused", env=toast),
        case(gt, "log", QUICK),
        case(gt, "mq list"),
        case(gt, "mq show we-1", QUICK, status=1, note="refused"),
        case(gt, "mq retry we-1", QUICK, status=1, note="refused"),
        case(gt, "mq run web", note="empty"),
        case(gt, "rig list", QUICK),
        case(gt, "rig add web x", status=1, note="refused"),
        case(gt, "rig remove web", status=1, note="refused"),
        case(gt, "status"),
        case(gt, ""),
        case(gt, "peek Toast", status=1, note="no session"),
        case(gt, "attach Toast", status=1, note="no session"),
        case(gt, "doctor"),
        case(gt, "up", note="runs already"),
        Case("gt install DIR (mends)", [gt, "install", str(place.root)], human),
        case(gt, "uninstall", status=1, note="refused"),
        case(gt, "--help"),
        case(gt, "sling --help"),
    ]
