from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.actions import RecordEnd
from gastown.domain.assignments import Incarnation
from gastown.domain.decide.budget import NOBODYS_FAULT
from gastown.ledger import events, incarnations
from gastown.operations.sessions.trace import record_end
from gastown.supervisor.act import Hands
from gastown.town import Town
from gastown.world.locks import lock
from tests.fakes import FakeTerminal
from tests.support import eventually
from tests.towns import a_town, put_to_work, start

TOAST = "web/polecats/Toast"


@pytest.fixture
def terminal() -> FakeTerminal:
    """A terminal without sessions."""
    return FakeTerminal()


@pytest.fixture
def town(tmp_path: Path, terminal: FakeTerminal) -> Iterator[Town]:
    """A town where Toast was started, as far as the ledger knows."""
    with closing(Town(a_town(tmp_path).root, terminal=terminal)) as town:
        put_to_work(town)
        yield town


def newest(town: Town) -> Incarnation:
    """The newest start of Toast's session."""
    incarnation = incarnations.newest(town.ledger, TOAST)
    assert incarnation is not None
    return incarnation


def begin(terminal: FakeTerminal, town: Town) -> None:
    """Let the session of the newest start run."""
    terminal.start("we-Toast", ["sh"], cwd=town.root, env={}, options={}, incarnation=newest(town).id)


def test_the_end_of_a_session_that_is_gone_is_recorded_once(town: Town) -> None:
    incarnation = newest(town)
    with town.ledger.transaction() as ledger:
        incarnations.primed(ledger, incarnation.id, town.clock.now())
    for _ in range(2):
        record_end(town, TOAST, incarnation.id, "rate_limit")
    assert newest(town).why == "rate_limit"
    assert [event.type for event in events.last(town.ledger, 99)].count("agent.ended") == 1


def test_a_start_whose_starter_was_killed_is_not_laid_to_the_work(town: Town) -> None:
    record_end(town, TOAST, newest(town).id, "the session ended")
    assert newest(town).why in NOBODYS_FAULT


def test_a_session_that_began_between_the_look_and_the_deed_is_left_running(
    town: Town, terminal: FakeTerminal
) -> None:
    begin(terminal, town)
    record_end(town, TOAST, newest(town).id, "the session ended")
    assert newest(town).ended_at is None
    assert "we-Toast" in terminal.live


def test_no_end_is_recorded_of_a_session_that_cannot_be_seen(town: Town, terminal: FakeTerminal) -> None:
    terminal.silent = "tmux did not answer"
    record_end(town, TOAST, newest(town).id, "the session ended")
    assert newest(town).ended_at is None


def test_no_end_is_recorded_of_a_newer_start_than_was_meant(town: Town) -> None:
    older = newest(town)
    start(town)
    record_end(town, TOAST, older.id, "the session ended")
    assert newest(town).id != older.id
    assert newest(town).ended_at is None


def test_who_something_is_being_done_for_is_known_until_it_is_over(town: Town) -> None:
    hands = Hands(town)
    with lock(town.places.lock(TOAST), what=TOAST):
        hands.do(RecordEnd(TOAST, newest(town).id, "the session ended"))
        assert hands.under_way() == {TOAST}
        assert eventually(lambda: not hands.under_way(), within=10, what="the deed to be given up")
    assert hands.rest(5)
