"""The supervisor's hands: they look again before they act, and one that is busy does not keep others from work."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.actions import FinishDone, StopSession
from gastown.domain.observed import Present
from gastown.errors import Refused
from gastown.ledger import agents, events, incarnations
from gastown.operations.work.done import finish_done
from gastown.supervisor.deeds import carry_out
from gastown.town import Town
from gastown.world.locks import lock
from tests.fakes import FakeTerminal
from tests.towns import a_town, put_to_work

TOAST = "web/polecats/Toast"


@pytest.fixture
def terminal() -> FakeTerminal:
    return FakeTerminal()


@pytest.fixture
def town(tmp_path: Path, terminal: FakeTerminal) -> Iterator[Town]:
    """A town in which Toast was started."""
    with closing(Town(a_town(tmp_path).root, terminal=terminal)) as town:
        put_to_work(town)
        yield town


def test_a_stop_that_was_decided_on_what_has_changed_since_is_not_carried_out(
    town: Town, terminal: FakeTerminal
) -> None:
    newest = incarnations.newest(town.ledger, TOAST)
    assert newest is not None
    terminal.start("we-Toast", ["sh"], cwd=town.root, env={}, options={}, incarnation=newest.id)
    seen = terminal.look(["we-Toast"])["we-Toast"]
    assert isinstance(seen, Present)
    assert carry_out(town, StopSession(TOAST, seen.value, "nothing on the hook and the turn has ended"))
    assert isinstance(terminal.look(["we-Toast"])["we-Toast"], Present)


def test_a_done_that_nobody_wished_is_not_finished(town: Town) -> None:
    assignment = agents.open_assignment(town.ledger, TOAST)
    assert assignment is not None
    assert carry_out(town, FinishDone(TOAST, assignment.generation, "gt done was begun"))
    with pytest.raises(Refused, match="nobody wished"):
        finish_done(town, assignment.generation)
    assert agents.open_assignment(town.ledger, TOAST) == assignment
    assert "bead.done_without_change" not in [event.type for event in events.last(town.ledger, 99)]


def test_a_lock_whose_file_was_replaced_counts_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.lock"
    with lock(path, what="it") as held:
        assert held.still_counts()
        path.unlink()
        assert not held.still_counts()
        path.touch()
        assert not held.still_counts()
