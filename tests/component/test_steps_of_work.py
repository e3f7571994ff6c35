"""The steps that go with slung work, from the sling to the landing; on a real ledger and repository."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.briefing import render
from gastown.domain.molecules import HANDED_OVER, Molecule
from gastown.errors import Invalid, Refused
from gastown.ledger import agents, beads, derived, events, molecules
from gastown.ledger.sqlite import sqlite3
from gastown.operations.merge.reject import reject
from gastown.operations.molecules.close_step import close_and_continue
from gastown.operations.molecules.pour import pour
from gastown.operations.sessions.caller import caller
from gastown.operations.work.close import close
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.done import Done, finish_done
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.settings import town as town_files
from gastown.town import Town
from gastown.views.briefing import briefing
from tests.component.graph_model import differences
from tests.component.merge_town import MergeTown
from tests.conftest import ROOT
from tests.towns import HUMAN, TOWN, a_town, put_to_work, start

TOAST, RUST = "web/polecats/Toast", "web/polecats/Rust"
STEPS = ["understand", "build", "prove", "review", "hand-over"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig."""
    with closing(a_town(tmp_path)) as town:
        yield town
        assert not derived.check(town.ledger)
        with sqlite3.connect(town.root / "gastown.db") as reader:
            assert not differences(reader)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MergeTown]:
    """A town around a real repository."""
    place = MergeTown(tmp_path)
    (place.root / town_files.FILE_NAME).write_text(town_files.written(TOWN), encoding="utf-8")
    yield place
    assert not derived.check(place.ledger)
    place.close()


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, town: Town) -> Callable[[str], Caller]:
    """Ask who calls, with this credential in the environment."""

    def ask(credential: str) -> Caller:
        monkeypatch.setenv("GT_CREDENTIAL", credential)
        return caller(town)

    return ask


def slung(town: Town, address: str = TOAST) -> str:
    """A bead on that agent's hook."""
    bead = create(town, "Mend the door", by=HUMAN, rig="web").id
    sling(town, bead, address, by=HUMAN)
    return bead


def of(town: Town, bead: str) -> Molecule:
    """The bead's molecule."""
    return molecules.of_bead(town.ledger, bead)[0]


def at(town: Town, bead: str) -> tuple[int, str | None]:
    """How many steps of the bead are done, and who is at the next."""
    molecule = of(town, bead)
    return molecule.done, molecule.current.assignee if molecule.current else None


def go_on(town: Town, bead: str, by: Caller = HUMAN) -> None:
    """Close the step that is to be done now."""
    step = of(town, bead).current
    assert step is not None
    close_and_continue(town, step.id, by=by)


def assignment_of(town: Town, agent: str = TOAST) -> Assignment:
    found = agents.open_assignment(town.ledger, agent)
    assert found is not None
    return found


# a sling


def test_a_sling_pours_the_formula_of_the_role_and_the_agent_is_at_its_first_step(town: Town) -> None:
    bead = slung(town)
    molecule = of(town, bead)
    assert (molecule.formula, molecule.is_wisp, molecule.rig) == ("polecat-work", True, "web")
    assert [step.name for step in molecule.steps] == STEPS
    assert f"bd show {bead}." in molecule.steps[0].description
    assert "before it lands this: make test" in molecule.steps[2].description
    assert at(town, bead) == (0, TOAST)
    (event,) = (each for each in events.last(town.ledger, 99) if each.type == "bead.slung")
    assert event.payload["molecule"] == molecule.id
    assert sling(town, bead, by=HUMAN).already
    assert len(molecules.of_bead(town.ledger, bead)) == 1


def test_a_molecule_that_is_there_already_is_taken_up(town: Town) -> None:
    bead = create(town, "Mend the door", by=HUMAN, rig="web").id
    made = pour(town, "polecat-work", {}, by=HUMAN, bead=bead)
    close_and_continue(town, made.steps[0], by=HUMAN)
    sling(town, bead, by=HUMAN)
    assert of(town, bead).id == made.molecule
    assert at(town, bead) == (1, TOAST)


def test_work_that_was_taken_back_goes_on_at_the_same_step_whoever_gets_it(town: Town) -> None:
    bead = slung(town)
    go_on(town, bead)
    go_on(town, bead)
    assert at(town, bead) == (2, TOAST)
    unsling(town, TOAST, by=HUMAN)
    assert at(town, bead) == (2, None)
    sling(town, bead, RUST, by=HUMAN)
    assert at(town, bead) == (2, RUST)
    assert len(molecules.of_bead(town.ledger, bead)) == 1


def test_a_formula_that_cannot_be_read_stops_the_sling_before_anything_is_done(town: Town) -> None:
    (town.root / "web" / "formulas").mkdir()
    (town.root / "web" / "formulas" / "polecat-work.toml").write_text("steps = 3")
    bead = create(town, "Mend the door", by=HUMAN, rig="web").id
    with pytest.raises(Invalid, match=r"web/formulas/polecat-work\.toml: there are no steps"):
        sling(town, bead, by=HUMAN)
    assert (beads.get(town.ledger, bead).status, agents.get(town.ledger, TOAST)) == ("open", None)


def test_an_older_session_and_another_agent_cannot_close_the_steps(
    town: Town, become: Callable[[str], Caller]
) -> None:
    bead = slung(town)
    first = of(town, bead).steps[0].id
    other, older = become(put_to_work(town, RUST)), become(start(town))
    start(town)
    with pytest.raises(Refused, match=f"{bead} is on the hook of {TOAST}"):
        close_and_continue(town, first, by=other)
    with pytest.raises(Refused, match="older session"):
        close_and_continue(town, first, by=older)
    assert at(town, bead) == (0, TOAST)


def test_a_person_who_closes_a_step_leaves_the_next_to_the_agent(town: Town) -> None:
    bead = slung(town)
    go_on(town, bead)
    assert at(town, bead) == (1, TOAST)


# a crash

GO_ON = """
import os, signal, sys
from pathlib import Path
from gastown.operations.molecules.close_step import close_and_continue
from gastown.operations.sessions.caller import caller
from gastown.town import Town

def watch(frame, event, argument):
    if event == sys.argv[3] and frame.f_code.co_name == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)

town = Town(Path(sys.argv[1]))
by = caller(town)
sys.setprofile(watch)
close_and_continue(town, sys.argv[2], by=by)
sys.setprofile(None)
"""

MOMENTS = [
    ("call", "_close", 1),
    ("return", "_close", 1),
    ("return", "claim", 1),
    ("return", "_tell", 1),
    ("return", "close_and_continue", 2),
]
"""Where the process gets SIGKILL, and which step is to be done then."""


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[0]} {moment[1]}")
def test_an_agent_killed_at_any_moment_is_told_the_same_step_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, str, int]
) -> None:
    bead = slung(town)
    monkeypatch.setenv("GT_CREDENTIAL", start(town))
    event, function, then = moment
    first, second = of(town, bead).steps[:2]
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    killed = subprocess.run(
        [sys.executable, "-c", GO_ON, str(town.root), first.id, event, function], check=False, timeout=60
    )
    assert killed.returncode == -9
    told = render(briefing(town, TOAST))
    present = (first, second)[then - 1]
    assert (
        f"you are at step {then}, {present.id}. When it is done: bd close {present.id} --continue\n" in told
    )
    assert render(briefing(town, TOAST)) == told
    monkeypatch.setenv("GT_CREDENTIAL", start(town))
    again = close_and_continue(town, first.id, by=caller(town))
    assert again.next is not None
    assert (again.already, again.next.id, again.done) == (then == 2, second.id, 1)


# what an agent is told


def test_prime_shows_steps_done_the_present_one_and_what_comes_next(town: Town) -> None:
    bead = slung(town)
    go_on(town, bead)
    told = render(briefing(town, TOAST))
    steps = of(town, bead).steps
    assert f"| done  1. {steps[0].id}  Understand what is asked\n" in told
    assert f"| now   2. {steps[1].id}  Build it in small commits\n" in told
    assert f"| next  3. {steps[2].id}  Prove it with tests\n" in told
    assert "| It is done when: All that the bead asks for is there, and it is committed.\n" in told


# the end


def hand_over(place: MergeTown, bead: str, file: str = "a.py") -> Done:
    """`gt done` by the agent that has the bead, with one commit."""
    assignment = assignment_of(place.town)
    branch = f"polecat/Toast/{bead}.{assignment.generation}"
    commit = place.commit(branch, f"Mend {bead}", {file: "x = 1\n"}, base=place.target())
    with place.ledger.transaction() as ledger:
        agents.set_branch(ledger, assignment.generation, branch, place.target())
        agents.wish_done(
            ledger, assignment.generation, commit=commit, no_change=None, incarnation=None, now=place.town.clock.now()
        )  # fmt: skip
    return finish_done(place.town, assignment.generation)


def test_gt_done_closes_what_is_left_and_landing_removes_the_wisp_with_one_event(place: MergeTown) -> None:
    bead = slung(place.town)
    go_on(place.town, bead)
    hand_over(place, bead)
    molecule = of(place.town, bead)
    assert molecule.status == "closed"
    assert [step.close_reason for step in molecule.steps] == [None, *[HANDED_OVER] * 4]
    assert [step.closed_by for step in molecule.steps] == ["overseer", *[TOAST] * 4]
    place.run()
    assert place.bead(bead).status == "closed"
    assert not molecules.of_bead(place.ledger, bead)
    assert not [step.id for step in molecule.steps if beads.find(place.ledger, step.id)]
    (burned,) = place.happened("molecule.burned")
    assert (burned.subject, burned.payload["bead"], burned.payload["done"]) == (molecule.id, bead, 5)
    told = burned.payload["steps"]
    assert isinstance(told, list)
    assert [step["step"] for step in told] == STEPS  # pyright: ignore[reportUnknownVariableType]


def test_work_that_came_back_begins_with_fresh_steps(place: MergeTown) -> None:
    bead = slung(place.town)
    go_on(place.town, bead)
    first, handed = of(place.town, bead), hand_over(place, bead)
    assert handed.request is not None
    reject(place.town, handed.request, because="It still creaks.", by=HUMAN)
    sling(place.town, bead, TOAST, by=HUMAN)
    assert of(place.town, bead).id != first.id
    assert at(place.town, bead) == (0, TOAST)
    hand_over(place, bead, "b.py")
    place.run()
    assert not molecules.of_bead(place.ledger, bead)
    assert len(place.happened("molecule.burned")) == 2


def test_a_recorded_molecule_stays_when_its_bead_has_landed(place: MergeTown) -> None:
    bead = create(place.town, "Mend the door", by=HUMAN, rig="web").id
    made = pour(place.town, "polecat-work", {}, by=HUMAN, bead=bead)
    sling(place.town, bead, by=HUMAN)
    hand_over(place, bead)
    place.run()
    molecule = of(place.town, bead)
    assert (molecule.id, molecule.status, molecule.done) == (made.molecule, "closed", 5)
    assert not place.happened("molecule.burned")
    (closed,) = place.happened("molecule.closed")
    assert closed.payload == {"bead": bead, "why": HANDED_OVER}


def test_work_that_needed_no_change_leaves_no_steps_behind(town: Town) -> None:
    bead = slung(town)
    assignment = assignment_of(town)
    with town.ledger.transaction() as ledger:
        agents.wish_done(
            ledger, assignment.generation, commit=None, no_change="it is so already", incarnation=None,
            now=town.clock.now(),
        )  # fmt: skip
    finish_done(town, assignment.generation)
    assert beads.get(town.ledger, bead).status == "closed"
    assert not molecules.of_bead(town.ledger, bead)


def test_work_that_a_person_closes_by_force_leaves_no_steps_behind(town: Town) -> None:
    bead = slung(town)
    close(town, [bead], force=True, by=HUMAN)
    assert not molecules.of_bead(town.ledger, bead)
    assert [
        event.payload["done"] for event in events.last(town.ledger, 99) if event.type == "molecule.burned"
    ] == [0]


def test_a_wisp_does_not_keep_its_bead_from_being_closed_or_deleted(town: Town) -> None:
    for end in (close, delete):
        bead = create(town, "Mend the door", by=HUMAN, rig="web").id
        pour(town, "polecat-work", {}, by=HUMAN, bead=bead, wisp=True)
        end(town, [bead], by=HUMAN)
        assert not molecules.of_bead(town.ledger, bead)


def test_a_step_is_closed_in_its_turn_by_plain_closing_too(
    town: Town, become: Callable[[str], Caller]
) -> None:
    bead = slung(town)
    first, second = (step.id for step in of(town, bead).steps[:2])
    other = become(put_to_work(town, RUST))
    with pytest.raises(Refused, match=f"{second} waits for {first}"):
        close(town, [second], by=HUMAN)
    with pytest.raises(Refused, match=f"{bead} is on the hook of {TOAST}"):
        close(town, [first], by=other)
    close(town, [first], reason="seen", by=HUMAN)
    assert at(town, bead) == (1, None)
    assert of(town, bead).steps[0].close_reason == "seen"
    result = close_and_continue(town, first, by=HUMAN)
    assert (result.already, at(town, bead)) == (True, (1, TOAST))


def test_plain_closing_of_the_last_step_closes_a_molecule_that_stands_alone(town: Town) -> None:
    made = pour(town, "polecat-work", {"bead": "we-1"}, by=HUMAN)
    close(town, made.steps, by=HUMAN)
    assert beads.get(town.ledger, made.molecule).status == "closed"
