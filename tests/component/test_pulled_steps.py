"""A pull while somebody works: the steps of that work stay where the agent here is."""

from pathlib import Path

import pytest

from gastown.domain.beads import BeadStatus
from gastown.errors import Busy
from gastown.ledger import bead_writes, molecules, pulled
from gastown.ledger import beads as bead_rows
from gastown.operations.molecules.close_step import close_and_continue
from gastown.operations.molecules.end import squash
from gastown.operations.molecules.pour import Poured, pour
from gastown.operations.work.close import close
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from tests.component.two_towns import Two, alike, bead, beads, change, two_towns
from tests.towns import HUMAN

TOAST = "web/polecats/Toast"


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return two_towns(tmp_path)


def at_work(two: Two) -> tuple[str, Poured]:
    """A bead that both towns know, with a molecule that is kept, on a hook here."""
    it = bead(two.here, "Mend the door")
    made = pour(two.here, "polecat-work", {}, by=HUMAN, bead=it)
    two.meet()
    sling(two.here, it, TOAST, by=HUMAN)
    return it, made


def statuses(two: Two, made: Poured) -> list[BeadStatus]:
    """What the molecule and its steps are here."""
    return [bead_rows.get(two.here.ledger, each).status for each in (made.molecule, *made.steps)]


def test_steps_that_were_closed_elsewhere_stay_open_for_the_agent_that_is_at_them(two: Two) -> None:
    it, made = at_work(two)
    before = statuses(two, made)
    close(two.there, [*made.steps], by=HUMAN, force=True)
    change(two.there, made.steps[1], title="Build it well")
    two.push(two.there)
    told = two.pull(two.here).conflicts
    assert statuses(two, made) == before
    assert {each.bead for each in told if each.field == "status"} >= set(made.steps)
    assert bead_rows.get(two.here.ledger, made.steps[1]).title == "Build it well"
    found = molecules.open_of_bead(two.here.ledger, it)
    assert found is not None
    assert (found.id, [step.id for step in found.steps]) == (made.molecule, [*made.steps])
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_a_step_that_is_done_here_stays_done(two: Two) -> None:
    _, made = at_work(two)
    close_and_continue(two.here, made.steps[0], by=HUMAN)
    with two.there.ledger.transaction() as ledger:
        bead_writes.set_status(
            ledger, made.steps[0], BeadStatus.OPEN, BeadStatus.DEFERRED, assignee=None, by="overseer",
            now=two.there.clock.now(),
        )  # fmt: skip
    two.push(two.there)
    two.pull(two.here)
    assert statuses(two, made)[1] is BeadStatus.CLOSED


def test_a_molecule_that_was_squashed_elsewhere_is_still_there_for_the_work_here(two: Two) -> None:
    it, made = at_work(two)
    squash(two.there, made.molecule, by=HUMAN, force=True)
    two.push(two.there)
    two.pull(two.here)
    found = molecules.open_of_bead(two.here.ledger, it)
    assert found is not None
    assert [step.id for step in found.steps] == [*made.steps]
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_a_step_of_work_is_not_given_another_id_and_the_bead_is_named(two: Two) -> None:
    other = bead(two.there, "Older", "web-mol.1")
    it = bead(two.here, "Mend the door")
    made = pour(two.here, "polecat-work", {}, by=HUMAN, bead=it)
    with two.here.ledger.transaction() as ledger:
        step = bead_rows.get(ledger, made.steps[0])
        pulled.rename(ledger, step.uid, other, by="overseer", now=two.here.clock.now())
    sling(two.here, it, TOAST, by=HUMAN)
    two.push(two.there)
    with pytest.raises(Busy, match=f"{other} is a step of {it}, which is on the hook of {TOAST}") as refused:
        two.pull(two.here)
    assert f"gt unsling {it}," in refused.value.hint


def test_when_nobody_works_on_it_any_more_the_steps_come_as_others_closed_them(two: Two) -> None:
    _, made = at_work(two)
    unsling(two.here, TOAST, by=HUMAN)
    close(two.there, [*made.steps], by=HUMAN, force=True)
    two.push(two.there)
    two.pull(two.here)
    assert {str(beads(two.here)[step]["status"]) for step in made.steps} == {"closed"}
