"""Convoys that agents may not end for others, and those that follow what convoys follow no more."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.errors import Refused
from gastown.ledger import agents, convoys, derived, incarnations
from gastown.operations.molecules.pour import Poured, pour
from gastown.operations.work import delete as deleting
from gastown.operations.work.close import close as close_beads
from gastown.operations.work.convoy_change import add, create, remove
from gastown.operations.work.undelete import undelete
from gastown.views.waiting import waiting_lines
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN, put_to_work

ANN = "web/crew/ann"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    with closing(place.town):
        yield place
        assert list(derived.check(place.ledger)) == []


@pytest.fixture
def agent(place: ConvoyTown) -> Caller:
    """An agent at work."""
    with place.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(ANN), place.town.clock.now())
    put_to_work(place.town, ANN)
    incarnation = incarnations.newest(place.ledger, ANN)
    assert incarnation is not None
    return Caller(ANN, incarnation.generation, incarnation.id)


def told(place: ConvoyTown) -> list[str]:
    return [title for who, title in place.messages() if who == "overseer"]


# whose convoy it is


def test_an_agent_takes_nothing_out_of_a_convoy_that_is_not_its_own(place: ConvoyTown, agent: Caller) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    place.close(one)
    with pytest.raises(Refused, match=f"{convoy} is overseer's: its owner or a person"):
        remove(place.town, convoy, [two], by=agent)
    assert place.is_open(convoy)
    own = create(place.town, "Mine", [one, two], by=agent).id
    assert remove(place.town, own, [two], by=agent).landed
    assert remove(place.town, convoy, [two], by=HUMAN).landed


def test_a_convoy_that_ends_because_something_was_taken_out_says_so(place: ConvoyTown, agent: Caller) -> None:
    one, two = place.work(), place.work()
    own = create(place.town, "P", [one, two], watching=["overseer"], by=agent).id
    place.close(one)
    remove(place.town, own, [two], by=agent)
    assert told(place) == [f"Convoy P has nothing open left: {ANN} took out {two} (1 closed otherwise)"]


def test_a_convoy_with_something_open_is_deleted_by_a_persons_force_alone(
    place: ConvoyTown, agent: Caller
) -> None:
    work = place.work()
    convoy = place.convoy(work, watching=["mayor"])
    for by in (agent, HUMAN):
        with pytest.raises(Refused, match=f"{convoy} tracks what is open: {work}"):
            deleting.delete(place.town, [convoy], by=by)
    with pytest.raises(Refused, match="--force is for people"):
        deleting.delete(place.town, [convoy], force=True, by=agent)
    deleting.delete(place.town, [convoy], reason="a slip", force=True, by=HUMAN)
    assert place.messages() == [
        ("mayor", "Convoy Pagination was deleted by overseer, and has not landed: a slip")
    ]
    assert place.is_open(work)


def test_of_a_convoy_that_an_agent_deletes_its_owner_is_told_until_it_is_back(
    place: ConvoyTown, agent: Caller
) -> None:
    convoy = place.convoy()
    deleting.delete(place.town, [convoy], by=agent)
    assert told(place) == [f"Convoy Pagination was deleted by {ANN}, and has not landed"]
    (notice,) = convoys.told(place.ledger, "overseer")
    assert (notice.convoy, notice.landed, notice.deleted) == (convoy, False, True)
    (line,) = [line for line in waiting_lines(place.town, [], [], {}) if line.who == convoy]
    assert (line.kind, line.command) == ("closed", f"bd close {notice.id}")
    undelete(place.town, convoy, by=HUMAN)
    assert place.is_open(convoy)
    assert told(place) == []


def test_that_a_convoy_has_landed_is_still_told_after_its_deletion(place: ConvoyTown, agent: Caller) -> None:
    work = place.work()
    convoy = place.convoy(work)
    place.close(work, by=ANN)
    deleting.delete(place.town, [convoy], by=agent)
    (notice,) = convoys.told(place.ledger, "overseer")
    assert notice.title.startswith("Convoy Pagination is done")
    close_beads(place.town, [notice.id], by=HUMAN)
    assert list(convoys.told(place.ledger, "overseer")) == []


def test_a_convoy_goes_with_the_beads_in_it(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    deleting.delete(place.town, [convoy, work], by=HUMAN)
    assert place.bead(convoy).type == place.bead(work).type == "tombstone"


# molecules and steps


def poured(place: ConvoyTown, bead: str = "", *, wisp: bool = False) -> Poured:
    return pour(place.town, "polecat-work", {"bead": bead or "x"}, by=HUMAN, bead=bead, rig="web", wisp=wisp)


@pytest.mark.parametrize("wisp", [True, False], ids=["a wisp", "a recorded one"])
def test_how_work_is_done_is_not_tracked(place: ConvoyTown, *, wisp: bool) -> None:
    bead, convoy = place.work(), place.convoy()
    made = poured(place, bead, wisp=wisp)
    for what in (made.molecule, made.steps[0]):
        with pytest.raises(Refused, match="a convoy tracks work, not how it is done") as refusal:
            add(place.town, convoy, [what], by=HUMAN)
        assert refusal.value.hint == f"track the bead it serves: bd mol current {what}"


def test_an_older_session_takes_nothing_out(place: ConvoyTown, agent: Caller) -> None:
    with pytest.raises(Refused, match="older session"):
        remove(place.town, place.convoy(), ["x"], by=replace(agent, is_current=False))
