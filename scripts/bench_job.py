"""How long the main job takes beside what it cannot do without: the agent CLI's own start, and the gate."""

import json
import os
import pty
import select
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

from bench_figures import Figure, beside
from bench_town import BenchTown

from gastown.domain.clock import moment
from gastown.ledger import events
from gastown.ledger.events import Event
from gastown.town import Town

PATIENCE = 60.0
STEPS = "```sh\necho {0} > file-{0}\n```\n"


def measure(place: BenchTown, rounds: int, tell: Callable[[str], None]) -> list[Figure]:
    """Sling → agent at work, and done → landed, each with its floor and with what comes on top of it."""
    place.gt("up")
    town = Town(place.root)
    starts: list[float] = []
    works: list[float] = []
    gates: list[float] = []
    lands: list[float] = []
    try:
        for number in range(
            rounds + 1
        ):  # the first one only warms up: it makes the worktree and the session's server
            tell(f"job {number} of {rounds}")
            start = _own_start(place)
            work, gate, land = _one_job(place, town, f"job-{number}")
            if number:
                starts.append(start)
                works.append(work)
                gates.append(gate)
                lands.append(land)
    finally:
        town.close()
        place.gt("down", "--agents")
    return [
        *_beside("gt sling → agent at work", works, "the agent CLI's own start", starts),
        *_beside("gt done → landed", lands, "the gate's own time", gates),
    ]


def _beside(name: str, taken: Sequence[float], floor_name: str, floor: Sequence[float]) -> list[Figure]:
    below = median(floor)
    return [beside(floor_name, floor, floor_name, below), beside(name, taken, floor_name, below)]


def _one_job(place: BenchTown, town: Town, bead: str) -> tuple[float, float, float]:
    """Milliseconds from sling to work, of the gate, and from done to landed, of one bead by an idle polecat."""
    place.gt("bead", "create", bead, "--id", bead, "-d", STEPS.format(bead), "--no-up")
    seen = events.newest_seq(town.ledger)
    began = time.time()
    place.gt("sling", bead, "web/Toast")
    told = _until_stopped(town, seen, bead)
    primed = _at(told, "agent.primed")
    work = (primed.timestamp() - began) * 1000
    gate = _between(_at(told, "gate.began"), _at(told, "gate.ended"))
    return work, gate, _between(_wished(town, told), _at(told, "bead.landed"))


def _wished(town: Town, told: Mapping[str, Event]) -> datetime:
    """When `gt done` began to hand over: the wish is written before git is asked to freeze anything."""
    generation = told["bead.submitted"].payload["generation"]
    row = town.ledger.row("agents", "assignment", generation=generation)
    if row is None:
        raise SystemExit(f"assignment {generation} is gone")
    return moment(row["done_at"])


def _until_stopped(town: Town, seen: int, bead: str) -> Mapping[str, Event]:
    """The newest event of each type until the bead has landed and its agent's session was stopped."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        told = {event.type: event for event in events.after(town.ledger, seen)}
        if "bead.landed" in told and "agent.stopped" in told:
            return told
        time.sleep(0.02)
    raise SystemExit(f"{bead} did not land within {PATIENCE:g} s; gt log in {town.root} tells why")


def _at(told: Mapping[str, Event], type_: str) -> datetime:
    return told[type_].at


def _between(one: datetime, other: datetime) -> float:
    return (other - one).total_seconds() * 1000


def _own_start(place: BenchTown) -> float:
    """Milliseconds from the start of the scripted agent alone to its start callback, which here only leaves a mark."""
    folder = place.root.parent / f"alone-{uuid.uuid4()}"
    folder.mkdir()
    mark, settings = folder / "mark", folder / "settings.json"
    entry = {"type": "command", "command": f": > {mark}"}
    settings.write_text(json.dumps({"hooks": {"SessionStart": [{"hooks": [entry]}]}}), encoding="utf-8")
    argv = [sys.executable, "-P", "-m", "gastown.scripted", "--settings", str(settings)]
    env = place.env | {"GT_TOWN": str(place.root), "TERM": "xterm", "GT_SCRIPTED_HOME": str(folder)}
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(argv[0], argv, env)  # noqa: S606 - a program of ours
    try:
        return _until_marked(mark, terminal, began) * 1000
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def _until_marked(mark: Path, terminal: int, began: float) -> float:
    while time.perf_counter() - began < PATIENCE:
        if mark.exists():
            return time.perf_counter() - began
        if select.select([terminal], [], [], 0.001)[0]:
            os.read(terminal, 4096)
    raise SystemExit("the scripted agent alone did not start")
