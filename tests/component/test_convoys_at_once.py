import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.beads import BeadStatus
from gastown.ledger import agents
from gastown.operations.work.sling_many import sling_many
from tests.component.convoy_town import ConvoyTown
from tests.conftest import ROOT
from tests.towns import HUMAN

BEGIN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gastown.domain.assignments import Caller
from gastown.errors import GastownError
from gastown.operations.work.close import close
from gastown.operations.work.convoy_change import add, remove
from gastown.operations.work.sling_many import sling_many
from gastown.town import Town
town, what, human = Town(Path(sys.argv[1])), sys.argv[2:], Caller("overseer")
town.ledger
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    with closing(place.town):
        yield place


def at_once(place: ConvoyTown, scripts: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Let as many processes run these scripts from the same moment on; gives what each printed."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN + script, str(place.town.root), *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for script, words in scripts
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in processes]
    assert [stderr for _, stderr in said] == [""] * len(scripts)
    return [stdout.rstrip("\n") for stdout, _ in said]


CLOSE = "for bead in what: close(town, [bead], by=human)"


def test_of_processes_that_end_the_last_beads_one_closes_the_convoy_and_it_is_told_once(
    place: ConvoyTown,
) -> None:
    beads = [place.work() for _ in range(4)]
    convoys = [place.convoy(*beads, watching=["mayor"]) for _ in range(5)]
    at_once(place, [(CLOSE, [bead]) for bead in beads])
    assert not any(place.is_open(convoy) for convoy in convoys)
    assert sorted(event.subject for event in place.happened("convoy.landed")) == sorted(convoys)
    assert sorted(who for who, _ in place.messages()) == ["mayor"] * 5 + ["overseer"] * 5


def test_a_bead_added_while_the_last_one_ends_is_never_forgotten(place: ConvoyTown) -> None:
    for _ in range(5):
        last, new = place.work(), place.work()
        convoy = place.convoy(last)
        at_once(place, [(CLOSE, [last]), ("add(town, what[0], what[1:], by=human)", [convoy, new])])
        assert place.is_open(convoy)
        landed = [event for event in place.happened("convoy.landed") if event.subject == convoy]
        opened = [event for event in place.happened("convoy.reopened") if event.subject == convoy]
        assert len(landed) == len(opened)
        place.close(new)
        assert not place.is_open(convoy)


SLING = "print(*(one.bead for one in sling_many(town, what[0], by=human).slung))"


def test_processes_that_sling_one_convoy_share_its_beads(place: ConvoyTown) -> None:
    beads = [place.work() for _ in range(8)]
    convoy = place.convoy(*beads)
    said = at_once(place, [(SLING, [convoy])] * 3)
    assert sorted(" ".join(said).split()) == sorted(beads)
    assert len(place.happened("bead.slung")) == 8


def test_processes_that_sling_one_epic_make_one_convoy(place: ConvoyTown) -> None:
    beads = [place.work() for _ in range(4)]
    epic = place.epic("E", *beads)
    said = at_once(place, [(SLING, [epic])] * 3)
    assert sorted(" ".join(said).split()) == sorted(beads)
    assert len(place.happened("convoy.created")) == 1


SLOWLY = """
from gastown.operations.work import sling
ring = sling.ring
def tell_and_ring(path):
    print("slung", flush=True)
    return ring(path)
sling.ring = tell_and_ring
sling_many(town, what[0], by=human)
"""


def test_a_process_that_is_killed_half_way_leaves_whole_slings_and_the_next_one_goes_on(
    place: ConvoyTown,
) -> None:
    beads = [place.work() for _ in range(20)]
    epic = place.epic("E", *beads)
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN + SLOWLY, str(place.town.root), epic],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert [process.stdout.readline() for _ in range(4)] == ["ready\n", "slung\n", "slung\n", "slung\n"]
    process.kill()
    process.communicate(timeout=60)
    hooked = {agent.hook_bead for agent in agents.all_agents(place.ledger)}
    assert len(hooked) >= 3
    assert None not in hooked
    assert {event.subject for event in place.happened("bead.slung")} == hooked
    assert {bead for bead in beads if place.bead(bead).status is BeadStatus.HOOKED} == hooked
    done = sling_many(place.town, epic, by=HUMAN)
    assert {one.bead for one in done.slung} == set(beads) - hooked
    assert len(place.happened("convoy.created")) == 1
