import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.errors import Invalid
from gastown.ledger import bead_writes, beads
from gastown.operations.town.down import down
from gastown.supervisor import historian as keeper
from gastown.supervisor.historian import Historian
from gastown.world.git.ledger_tending import tend, wants_tending
from gastown.world.locks import lock
from tests.component.history_town import HistoryTown
from tests.support import eventually, git


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HistoryTown]:
    """A town whose history is kept up quickly."""
    monkeypatch.setattr(keeper, "QUIET", 0.1)
    monkeypatch.setattr(keeper, "LATEST", 1.0)
    monkeypatch.setattr(keeper, "AGAIN", 0.2)
    with closing(HistoryTown(tmp_path)) as made:
        yield made


def commits(town: HistoryTown) -> int:
    return len(list(town.history.log())) if town.history.exists() else 0


def test_what_changed_is_recorded_a_moment_later_and_once(town: HistoryTown) -> None:
    historian = Historian(town.town)

    def has(number: int) -> bool:
        assert historian.look() <= keeper.GLANCE
        return commits(town) == number

    town.add("we-1")
    eventually(lambda: has(1), within=10, what="the first commit")
    second_hand(town)
    eventually(lambda: has(2), within=10, what="the second commit")
    for _ in range(20):
        historian.look()
    assert commits(town) == 2


def second_hand(town: HistoryTown) -> None:
    """A commit of another connection, as every command's is."""
    town.sql("UPDATE beads SET notes = 'seen', updated_by = 'ann' WHERE id = 'we-1'")


def test_under_steady_change_it_does_not_wait_for_ever(
    town: HistoryTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "QUIET", 60.0)
    town.add("we-1")
    historian = Historian(town.town)
    historian.look()
    began = time.monotonic()
    while not commits(town):
        second_hand(town)
        historian.look()
        assert time.monotonic() - began < 20
    assert time.monotonic() - began > 0.9


def test_while_nothing_changes_it_starts_nothing(town: HistoryTown) -> None:
    town.add("we-1")
    town.record()
    historian = Historian(town.town)
    historian.finish()
    thread = historian._thread  # pyright: ignore[reportPrivateUsage]
    before = sorted(town.root.joinpath("ledger.git").rglob("*"))
    for _ in range(50):
        assert historian.look() == keeper.GLANCE
    assert historian._thread is thread  # pyright: ignore[reportPrivateUsage]
    town.tell("overseer", "note", "town", {})
    town.sql("UPDATE agents SET paused = NULL")
    for _ in range(50):
        assert historian.look() == keeper.GLANCE
    assert historian._thread is thread  # pyright: ignore[reportPrivateUsage]
    assert sorted(town.root.joinpath("ledger.git").rglob("*")) == before


def test_wisps_that_ended_are_removed_once_something_has_changed(town: HistoryTown) -> None:
    town.add("we-1", ephemeral=True)
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, "we-1", "enough", by="ann", now=town.clock.now())
    town.clock.push(hours=25)
    historian = Historian(town.town)
    historian.look()
    assert beads.find(town.ledger, "we-1")
    town.add("we-2")
    eventually(
        lambda: historian.look() and beads.find(town.ledger, "we-1") is None, within=10, what="its removal"
    )
    thread = historian._thread  # pyright: ignore[reportPrivateUsage]
    assert thread is not None
    thread.join(10)
    for _ in range(20):
        historian.look()
    assert historian._thread is thread  # pyright: ignore[reportPrivateUsage]


def test_a_failure_is_told_once_and_tried_again(town: HistoryTown, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    town.add("we-1")
    (town.root / "ledger.git").write_text("in the way")
    historian = Historian(town.town)
    eventually(lambda: historian.look() and caplog.messages, within=10, what="the complaint")
    began = time.monotonic()
    while time.monotonic() - began < 1:
        time.sleep(historian.look() / 20)
    assert len(caplog.messages) == 1
    assert "the history is not written" in caplog.messages[0]
    (town.root / "ledger.git").unlink()
    eventually(lambda: historian.look() and commits(town), within=10, what="a commit")


def test_it_finishes_before_it_leaves(town: HistoryTown) -> None:
    town.add("we-1")
    Historian(town.town).finish()
    assert commits(town) == 1


def test_gt_down_records_at_last(town: HistoryTown) -> None:
    town.add("we-1")
    down(town.town, agents_too=False)
    assert town.line("we-1")
    town.comment("we-1")
    down(town.town, agents_too=True)
    assert town.line("we-1")["comments"]


def test_gt_down_takes_a_town_down_whose_ledger_cannot_be_opened(town: HistoryTown) -> None:
    work = town.bead("Mend")
    town.sling(work)
    town.start()
    town.close()
    (town.root / "gastown.db").write_text("Dear diary, " * 1_000)
    town.open()
    done = down(town.town, agents_too=True)
    assert done.sessions == ("we-Toast",)
    assert town.terminal.live == {}
    with pytest.raises(Invalid):
        _ = town.town.ledger
    with lock(town.town.places.supervisor_lock, what="it"):
        pass


def test_many_loose_objects_become_a_pack_and_all_is_still_there(town: HistoryTown) -> None:
    for number in range(30):
        town.add(f"we-{number}", description=os.urandom(200).hex())
        town.record()
    path = town.root / "ledger.git"
    assert not wants_tending(path)
    before = town.tree(), commits(town)
    assert tend(path)
    assert len(list(path.glob("objects/pack/*.pack"))) == 1
    assert not [folder for folder in path.glob("objects/??") if any(folder.iterdir())]
    assert (town.tree(), commits(town)) == before
    town.comment("we-1")
    town.record()
    assert tend(path)
    assert git("fsck", cwd=path) == ""
    for number in range(8):
        folder = path / "objects" / f"{number * 32:02x}"
        folder.mkdir(exist_ok=True)
        (folder / "big").write_bytes(b"x" * 300_000)
    assert wants_tending(path)
