"""`gt rig remove --force` with work on hooks: nothing new begins, everything ends, and a failure changes nothing."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.beads import BeadStatus
from gastown.errors import Busy, GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, beads, events, incarnations
from gastown.operations.town import rig_remove
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.work.sling import sling
from gastown.settings.rig import FILE_NAME, REMOVING
from gastown.town import Town
from gastown.world.locks import lock
from tests.fakes import FakeTerminal
from tests.support import eventually
from tests.towns import HUMAN, a_town, put_to_work

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two rigs, and Toast at work in one."""
    with closing(Town(a_town(tmp_path, rigs=("web", "api")).root, terminal=FakeTerminal())) as town:
        put_to_work(town)
        yield town


def test_what_was_on_hooks_is_open_work_again(town: Town) -> None:
    on_hook = agents.open_assignment(town.ledger, TOAST)
    assert on_hook is not None
    town.terminal.start("we-queue", ["tail"], cwd=town.root, env={}, options={})
    gone = remove_rig(town, "web", force=True)
    agent, incarnation = agents.get(town.ledger, TOAST), incarnations.newest(town.ledger, TOAST)
    ended = agents.assignment(town.ledger, on_hook.generation)
    assert agent is not None
    assert incarnation is not None
    assert ended is not None
    assert (agent.hook_bead, ended.outcome) == (None, "unslung")
    assert incarnation.ended_at is not None
    assert beads.get(town.ledger, on_hook.bead).status is BeadStatus.OPEN
    told = [event.type for event in events.after(town.ledger, 0)]
    assert told[-3:] == ["agent.stopped", "bead.unslung", "rig.removed"]
    assert town.terminal.sessions() == []
    assert (gone.moved_to / FILE_NAME).exists()
    assert not (gone.moved_to / REMOVING).exists()
    with pytest.raises(NotFound):
        town.rig("web")


def test_it_waits_for_a_start_that_is_under_way_and_nothing_new_begins_meanwhile(town: Town) -> None:
    began, end = threading.Event(), threading.Event()

    def starting() -> None:
        with lock(town.places.lock(TOAST), what=TOAST):
            began.set()
            end.wait(20)

    removed: list[object] = []

    def remove() -> None:
        with closing(Town(town.root, terminal=FakeTerminal())) as own:
            removed.append(remove_rig(own, "web", force=True))

    threads = [threading.Thread(target=starting), threading.Thread(target=remove)]
    threads[0].start()
    assert began.wait(10)
    threads[1].start()
    eventually(lambda: "web" not in town.rigs, within=10, what="the rig to be hidden")
    with pytest.raises(GastownError):
        sling(town, "Something new", "web", by=HUMAN)
    with pytest.raises(Busy, match="being removed"):
        town.rig("web")
    assert not removed
    end.set()
    for thread in threads:
        thread.join(20)
    assert len(removed) == 1
    assert not (town.root / "web").exists()


def test_a_removal_that_fails_leaves_the_rig_as_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("somebody survived")

    monkeypatch.setattr(rig_remove, "end_leftovers", fail)
    with pytest.raises(Unavailable, match="survived"):
        remove_rig(town, "web", force=True)
    assert town.rig("web").prefix == "we"
    assert agents.open_assignment(town.ledger, TOAST) is not None


def test_a_removal_that_was_cut_off_is_told_of_and_taken_up_again(town: Town) -> None:
    (town.root / "web" / FILE_NAME).rename(town.root / "web" / REMOVING)
    assert "cut off" in str(town.broken_rigs["web"].message)
    with pytest.raises(Refused, match="works on"):
        remove_rig(town, "web")
    assert "web" in town.rigs
    assert remove_rig(town, "web", force=True).moved_to.exists()
    assert set(town.rigs) == {"api"}
