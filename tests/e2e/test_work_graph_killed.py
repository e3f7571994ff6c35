"""Whatever is typed at the work graph, and whoever is killed while it runs: all that was acknowledged is there."""

import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gastown.ledger import derived, ready
from gastown.ledger.sqlite import sqlite3
from gastown.operations.sessions import ensure as ensuring
from gastown.town import Town
from gastown.world.locks import lock
from tests.component import graph_model
from tests.e2e import deeds, proof, work_graph
from tests.e2e.kill_points import Killer, Run
from tests.e2e.stage import Stage
from tests.e2e.work_graph import Deed

DEEDS = int(os.environ.get("GASTOWN_MODEL_DEEDS", "250"))
SEED = int(os.environ.get("GASTOWN_MODEL_SEED", "3"))
"""GASTOWN_MODEL_DEEDS=5000 looks longer, GASTOWN_MODEL_SEED=… elsewhere."""

NOTHING: Mapping[str, str] = {}
MOST_BOUNDARIES, LONGEST = 6, 0.12
BY_HAND = (
    "a closed piece of work that neither landed nor needed no change",
    "a bead in progress without a live request",
)
SOUND = {name: query for name, query in proof.BROKEN.items() if name not in BY_HAND}


@pytest.fixture
def town(still: Stage) -> Iterator[Town]:
    """A town whose supervisor is this process, which does nothing."""
    made = Town(still.root)
    with closing(made), lock(made.places.supervisor_lock, what="a test"):
        yield made


@pytest.mark.needs("tmux", "git")
@pytest.mark.timeout(0)
def test_no_command_that_is_killed_leaves_half_of_what_it_does(killer: Killer, town: Town) -> None:
    graph, chance = work_graph.Town(SEED, "overseer"), random.Random(SEED)  # noqa: S311 - the same every time
    fates: dict[str, int] = dict.fromkeys(("acknowledged", "refused", "killed before", "killed after"), 0)
    for number in range(DEEDS):
        deed, seen = graph.draw(), highest(town.root)
        env = session_of(town, deed.agent) if deed.agent else NOTHING
        run = carried_out(killer, town.root, deed, env, chance)
        if run.killed and deed.agent and work_graph.read(town.ledger.path) == graph.beads:
            seen = highest(
                town.root
            )  # what an agent hands over has several steps, of which the first may be done
            run = killer.run(0, deed.program, *deed.words, cwd=town.root, env=env)
        try:
            fates[judged(town.root, graph, deed, run, seen)] += 1
            if not number % 20 or number == DEEDS - 1:
                must_be_sound(town, graph)
        except BaseException as failure:
            failure.add_note(f"{number}: {deed.program} {' '.join(deed.words)}\n{run}")
            raise
    print(fates, sorted(bead.status for bead in graph.beads.values()))  # noqa: T201 - for who looks longer
    assert all(fates.values()), fates


def carried_out(killer: Killer, root: Path, deed: Deed, env: Mapping[str, str], chance: random.Random) -> Run:
    """Unharmed, killed at a step's boundary, or killed at any moment."""
    fate = chance.random()
    until = chance.randint(1, MOST_BOUNDARIES) if fate < 0.3 else 0
    pid = killer.start(until, deed.program, *deed.words, cwd=root, env=env)
    if fate > 0.7:
        time.sleep(chance.random() * LONGEST)
        if not killer.has_ended():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return killer.ended()


def session_of(town: Town, agent: str) -> Mapping[str, str]:
    """The environment of the agent's session, which is begun anew, in a terminal that forgets it."""
    there, terminal = deeds.without_terminal(town.root)
    ensuring.ensure(there, agent, because="a test")
    there.close()
    return terminal.history[-1].env


def judged(root: Path, graph: work_graph.Town, deed: Deed, run: Run, seen: tuple[int, int]) -> str:
    """How it ended; it did all of it or nothing, and both the events and the journal tell so."""
    is_so = work_graph.read(root / "gastown.db")
    if is_so == graph.beads:
        assert deed.after == graph.beads or run.status, "acknowledged, and not done"
        since = proof.rows(root, "SELECT * FROM events WHERE seq > ?", str(seen[0]))
        assert highest(root) == seen, f"something is told of, though nothing was done: {since}"
        if deed.refused and not run.killed:
            assert run.status == 1, run.said
            return "refused"
        assert run.killed, run.said
        return "killed before"
    differing = {name for name in is_so | deed.after if is_so.get(name) != deed.after.get(name)}
    assert not differing, [(is_so.get(name), deed.after.get(name)) for name in differing]
    assert run.killed or run.status == 0, run.said
    events = proof.rows(
        root, "SELECT type FROM events WHERE seq > ? AND subject = ?", str(seen[0]), deed.subject
    )
    assert [event for event in events if str(event[0]).startswith(deed.event)], (deed.event, events)
    assert highest(root)[1] > seen[1], "the journal does not tell of it"
    graph.settle(deed)
    return "killed after" if run.killed else "acknowledged"


def highest(root: Path) -> tuple[int, int]:
    """The newest event and the newest row of the journal."""
    row = proof.rows(root, "SELECT (SELECT max(seq) FROM events), (SELECT max(seq) FROM changes)")[0]
    return int(str(row[0] or 0)), int(str(row[1] or 0))


def must_be_sound(town: Town, graph: work_graph.Town) -> None:
    """What triggers keep is right, the journal tells what is, and what is ready waits for nothing."""
    proof.the_ledger_is_sound(town.root, SOUND)
    assert derived.check(town.ledger) == []
    with closing(sqlite3.connect(town.root / "gastown.db", timeout=10)) as reader:
        assert graph_model.differences(reader) == []
    found = ready.first(town.ledger, rig=None, now=town.clock.now(), most=1_000)
    assert {bead.id for bead in found} == graph.ready()
