"""The doorbell rings once, and only for an agent that waits, was never told its work, and was never visited."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gastown.domain.terminal import Session
from gastown.errors import Busy
from gastown.ledger import events, incarnations
from gastown.operations.sessions.doorbell import LINE, ring_doorbell
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.world.locks import lock
from tests.fakes import FakeTerminal
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST = "web/polecats/Toast"


@dataclass
class Bell:
    """A town whose agent waits at its prompt, untold."""

    town: Town
    terminal: FakeTerminal
    session: Session

    def status(self, word: str) -> None:
        """Let the agent say that it does this."""
        folder = self.town.root / "run" / "scripted" / "sessions"
        folder.mkdir(parents=True, exist_ok=True)
        pid = self.session.pane_pid
        (folder / f"{pid}.json").write_text(json.dumps({"pid": pid, "status": word}))

    def ring(self) -> bool:
        assert self.session.incarnation is not None
        return ring_doorbell(self.town, TOAST, self.session, self.session.incarnation, because="never told")

    @property
    def typed(self) -> list[str]:
        return self.terminal.history[0].typed

    @property
    def recorded(self) -> bool:
        return events.last_of_type(self.town.ledger, TOAST, "agent.rung") is not None


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    with closing(a_town(tmp_path)) as made:
        put_to_work(made, TOAST)
    terminal = FakeTerminal()
    with closing(Town(made.root, terminal=terminal)) as town:
        newest = incarnations.newest(town.ledger, TOAST)
        assert newest is not None
        session = terminal.start("we-Toast", ["cat"], cwd=tmp_path, env={}, options={}, incarnation=newest.id)
        bell = Bell(town, terminal, session)
        bell.status("idle")
        yield bell


def test_it_rings_once_for_an_agent_that_waits_and_was_never_told(bell: Bell) -> None:
    assert bell.ring()
    assert bell.recorded
    assert not bell.ring()
    assert bell.typed == [LINE]


def _told(bell: Bell) -> None:
    with bell.town.ledger.transaction() as ledger:
        incarnations.primed(ledger, bell.session.incarnation or 0, bell.town.clock.now())


def _taken_back(bell: Bell) -> None:
    unsling(bell.town, TOAST, by=HUMAN)


def _left_again(bell: Bell) -> None:
    bell.terminal.change("we-Toast", attached=1)
    bell.terminal.change("we-Toast", attached=0)


def _replaced(bell: Bell) -> None:
    bell.terminal.crash("we-Toast")
    bell.terminal.start("we-Toast", ["cat"], cwd=bell.town.root, env={}, options={})


def _fallen_silent(bell: Bell) -> None:
    bell.terminal.silent = "it is silent"


MEANWHILE: dict[str, Callable[[Bell], object]] = {
    "it was told its work": _told,
    "a newer session was begun": lambda bell: start(bell.town, TOAST),
    "its work was taken back": _taken_back,
    "a person is there": lambda bell: bell.terminal.change("we-Toast", attached=1),
    "a person was there": _left_again,
    "it works": lambda bell: bell.status("busy"),
    "it asks something": lambda bell: bell.status("waiting"),
    "it runs a shell": lambda bell: bell.status("shell"),
    "it says nothing that we know": lambda bell: bell.status("dreaming"),
    "it has ended": lambda bell: bell.terminal.crash("we-Toast"),
    "another session has its name": _replaced,
    "the terminal is silent": _fallen_silent,
}


@pytest.mark.parametrize("happens", MEANWHILE.values(), ids=MEANWHILE)
def test_nothing_is_typed_nor_recorded_when_meanwhile(bell: Bell, happens: Callable[[Bell], object]) -> None:
    happens(bell)
    assert not bell.ring()
    assert bell.typed == []
    assert not bell.recorded


def test_it_does_not_ring_while_somebody_works_on_the_agent(bell: Bell) -> None:
    with lock(bell.town.places.lock(TOAST), what=TOAST), pytest.raises(Busy):
        bell.ring()
    assert bell.typed == []
