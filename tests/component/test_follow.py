"""What becomes ready in a convoy that was slung follows by itself; nothing else does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.ledger import convoys, graph
from gastown.operations.work.convoy_change import add, close
from gastown.operations.work.follow import follow
from gastown.operations.work.sling_many import sling_many
from gastown.operations.work.unsling import unsling
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN


@pytest.fixture
def place(tmp_path: Path) -> ConvoyTown:
    return ConvoyTown(tmp_path / "town")


def followed(place: ConvoyTown) -> list[str]:
    """The beads that follow now."""
    return [slung.bead for slung in follow(place.town).slung]


def test_what_waited_for_another_follows_when_that_has_landed(place: ConvoyTown) -> None:
    first, second = place.work("First"), place.work("Second")
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, second, first, "blocks", by="overseer", now=place.town.clock.now())
    convoy = place.convoy(first, second)
    sling_many(place.town, convoy, by=HUMAN)
    assert followed(place) == []
    place.land(first)
    assert followed(place) == [second]
    assert followed(place) == []
    slung = place.happened("bead.slung")[-1]
    assert (slung.subject, slung.actor) == (second, "overseer")


def test_what_is_added_to_it_later_follows_too(place: ConvoyTown) -> None:
    convoy, later = place.convoy(place.work("First")), place.work("Later")
    sling_many(place.town, convoy, by=HUMAN)
    add(place.town, convoy, [later], by=HUMAN)
    assert followed(place) == [later]


def test_a_convoy_that_nobody_slung_stays_where_it_is(place: ConvoyTown) -> None:
    place.convoy(place.work("First"))
    assert followed(place) == []


def test_what_was_taken_back_is_somebodys_decision(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work("First"))
    [slung] = sling_many(place.town, convoy, by=HUMAN).slung
    unsling(place.town, slung.agent, by=HUMAN)
    assert followed(place) == []


def test_no_more_follow_than_there_are_free_slots(place: ConvoyTown) -> None:
    convoy = place.convoy(*(place.work(f"Piece {n}") for n in range(8)))
    most = place.town.settings.max_polecats
    sling_many(place.town, convoy, most=1, by=HUMAN)
    assert len(followed(place)) == most - 1
    assert followed(place) == []


def test_a_convoy_that_was_given_up_lets_go(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work("First"), place.work("Second"))
    sling_many(place.town, convoy, most=1, by=HUMAN)
    close(place.town, convoy, reason="not worth it", force=True, by=HUMAN)
    assert followed(place) == []


def test_one_convoy_that_cannot_go_on_keeps_no_other_waiting(place: ConvoyTown) -> None:
    stuck = place.convoy(*(place.work(f"For Toast {n}", priority=0) for n in range(6)))
    sling_many(place.town, stuck, "web/polecats/Toast", by=HUMAN)
    first, second = place.work("First"), place.work("Second")
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, second, first, "blocks", by="overseer", now=place.town.clock.now())
    sling_many(place.town, place.convoy(first, second), by=HUMAN)
    place.land(first)
    assert followed(place) == [second]
    assert follow(place.town).refused


def test_what_time_makes_ready_is_told_when(place: ConvoyTown) -> None:
    tomorrow = datetime(2999, 1, 1, tzinfo=UTC)
    later = place.insert("Later", rig="web", defer_until=tomorrow)
    sling_many(place.town, place.convoy(place.work("First"), later), by=HUMAN)
    looked = follow(place.town)
    assert (looked.slung, looked.due) == ((), tomorrow)


def test_what_a_convoy_brings_along_from_elsewhere_makes_nothing_follow(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work("First"))
    with place.ledger.transaction() as ledger:
        told = {"slung": {"by": "overseer", "target": None, "runtime": None}}
        convoys.set_metadata(ledger, convoy, told, by="overseer", now=place.town.clock.now())
    assert followed(place) == []
