from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.decide.budget import SESSION_ENDED, parked_because
from gastown.domain.supervised import RestartPolicy
from gastown.ledger import agents, incarnations, past_starts
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST, RUST = "web/polecats/Toast", "web/polecats/Rust"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig."""
    with closing(a_town(tmp_path)) as town:
        yield town


@pytest.fixture
def bead(town: Town) -> str:
    """A bead on Toast's hook, whose five sessions came to nothing."""
    put_to_work(town)
    for _ in range(4):
        start(town)
    newest = incarnations.newest(town.ledger, TOAST)
    assert newest is not None
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, newest.id, SESSION_ENDED, town.clock.now())
    assert newest.bead is not None
    assert parked(town, newest.bead)
    return newest.bead


def parked(town: Town, bead: str) -> bool:
    """Whether nobody tries any more."""
    return parked_because(past_starts.of_bead(town.ledger, bead), RestartPolicy()) is not None


def test_a_person_who_slings_it_again_gives_it_a_new_budget(town: Town, bead: str) -> None:
    unsling(town, TOAST, by=HUMAN)
    sling(town, bead, "Rust", by=HUMAN)
    assert past_starts.of_bead(town.ledger, bead) == ()
    start(town, RUST)
    assert len(past_starts.of_bead(town.ledger, bead)) == 1


def test_an_agent_who_slings_it_again_does_not(town: Town, bead: str) -> None:
    unsling(town, TOAST, by=HUMAN)
    sling(town, bead, "Rust", by=Caller("mayor"))
    assert parked(town, bead)


def test_the_starts_of_other_work_of_the_same_agent_do_not_count(town: Town, bead: str) -> None:
    unsling(town, TOAST, by=HUMAN)
    put_to_work(town)
    other = agents.open_assignment(town.ledger, TOAST)
    assert other is not None
    assert len(past_starts.of_bead(town.ledger, other.bead)) == 1
    assert len(past_starts.of_bead(town.ledger, bead)) == 5
