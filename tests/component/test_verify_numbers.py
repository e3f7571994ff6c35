"""What verify says of numbers that only go up; and that it never cries wolf, whatever a ledger has been through."""

import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType

import pytest

from gastown.ledger import bead_writes, derived, history, numbers
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from gastown.operations.history.backup import backup
from gastown.operations.history.record import record
from gastown.operations.history.verify import verify
from gastown.town import Town
from tests.component.history_town import HistoryTown
from tests.component.test_verify import told, without_journal
from tests.component.two_towns import bead, two_towns
from tests.towns import put_to_work

VERSION_1 = Path(__file__).parent.parent / "ledgers" / "version_1.sql"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town with a little of everything, recorded."""
    with closing(HistoryTown(tmp_path)) as made:
        work = made.bead("Mend the door")
        made.sling(work)
        made.start()
        made.hand_over()
        made.add("we-1")
        made.sling("we-1")
        made.comment("we-1", "green")
        made.record()
        yield made


@pytest.mark.parametrize(
    "statement, what",
    [
        ("DELETE FROM events WHERE seq = 2", "event 2 is not there"),
        ("DELETE FROM events WHERE seq < 3", "events 1 to 2 are not there"),
        ("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)", " is not there"),
        ("DELETE FROM events", "events 1 to "),
        ("DELETE FROM changes WHERE seq = 3", "row of the journal 3 is not there"),
        ("DELETE FROM changes WHERE kind <> 'bead' AND seq < 20", "of the journal"),
        (
            "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'assignments'",
            "counter of assignments stands at 0",
        ),
        ("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'incarnations'", "counter of sessions stands at 0"),
    ],
)
def test_what_was_taken_away_by_hand_is_found(town: HistoryTown, statement: str, what: str) -> None:
    assert verify(town.town).findings == ()
    without_journal(town, statement)
    assert what in told(verify(town.town))


def test_a_counter_below_what_the_history_says_was_given_out_is_found(town: HistoryTown) -> None:
    town.sql("PRAGMA foreign_keys = OFF")
    without_journal(town, "DELETE FROM incarnations")
    without_journal(town, "DELETE FROM merge_requests")
    without_journal(town, "DELETE FROM assignments")
    without_journal(town, "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'assignments'")
    assert "assignment 2 was given out before" in told(verify(town.town))


def test_the_towns_own_rows_are_compared_although_others_of_them_have_changed(town: HistoryTown) -> None:
    without_journal(town, "UPDATE merge_requests SET target = 'another'")
    town.add("we-2")
    town.sling("we-2", "Nova")
    seen = verify(town.town)
    assert seen.behind
    assert "the git history says otherwise of merges/" in told(seen)


def test_many_losses_are_not_all_told(town: HistoryTown) -> None:
    for _ in range(40):
        town.comment("we-1")
    without_journal(town, "DELETE FROM changes WHERE seq % 2 = 0")
    whats = [finding.what for finding in verify(town.town).findings]
    assert "… and more like these" in whats
    assert len(whats) < 70


def test_what_came_to_nothing_leaves_no_gap(town: HistoryTown) -> None:
    with suppress(ValueError), town.ledger.transaction() as ledger:
        bead_writes.add_comment(ledger, "we-1", "x", by="ann", now=town.clock.now())
        raise ValueError
    with pytest.raises(sqlite3.IntegrityError), town.ledger.transaction() as ledger:
        ledger.define(
            "INSERT INTO comments (bead, author, body, at) VALUES ('we-1', 'a', 'b', 'c'), ('x', '', '', '')"
        )
    with town.ledger.transaction() as ledger:
        ledger.define("INSERT OR IGNORE INTO labels VALUES ('we-1', 'a'), ('we-1', 'a'), ('we-1', 'b')")
        ledger.define("INSERT OR IGNORE INTO labels VALUES ('we-1', 'a')")
    town.comment("we-1")
    assert verify(town.town).findings == ()


def test_a_ledger_that_was_restored_is_sound(town: HistoryTown) -> None:
    copy = backup(town.town).path
    town.comment("we-1", "since")
    for source in (None, copy, None):
        town.restore(source=source)
        assert verify(town.town).findings == ()
        town.comment("we-1", "again")
        assert verify(town.town).findings == ()
    town.record()
    town.lose()
    town.restore()
    assert verify(town.town).findings == ()


def test_a_restore_puts_right_what_was_taken_away(town: HistoryTown) -> None:
    copy = backup(town.town).path
    without_journal(town, "DELETE FROM changes WHERE seq = 3")
    without_journal(town, "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'assignments'")
    assert len(verify(town.town).findings) == 2
    town.restore()
    assert verify(town.town).findings == ()
    without_journal(town, "DELETE FROM events WHERE seq = 3")
    assert told(verify(town.town)) == "event 3 is not there"
    town.restore(source=copy)
    assert verify(town.town).findings == ()


def test_a_ledger_of_version_1_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "gastown.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(VERSION_1.read_text(encoding="utf-8"))
    with closing(Database(path)) as ledger:
        assert [*numbers.lost_events(ledger), *numbers.lost_changes(ledger)] == []
        assert [*numbers.fences_behind(ledger, history.highest(ledger))] == []


def test_after_bulk_loading_and_pulls_nothing_is_missing(tmp_path: Path) -> None:
    two = two_towns(tmp_path)
    for number in range(30):
        bead(two.there, f"Theirs {number}")
        bead(two.here, f"Ours {number}")
    put_to_work(two.here)
    two.meet()
    with two.here.ledger.transaction() as ledger, derived.without_triggers(ledger):
        pass
    for town in (two.here, two.there):
        assert verify(town).findings == ()


def test_what_is_recorded_while_it_looks_is_no_other_files_history(town: HistoryTown) -> None:
    other = Town(town.root, clock=town.clock)

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == "differing":
            sys.setprofile(None)
            with other.ledger.transaction() as ledger:
                bead_writes.add_comment(ledger, "we-1", "meanwhile", by="ann", now=town.clock.now())
            assert record(other).commit

    town.comment("we-1", "before")
    sys.setprofile(watch)
    try:
        seen = verify(town.town)
    finally:
        sys.setprofile(None)
    other.close()
    assert (seen.findings, seen.behind) == ((), 1)
    assert verify(town.town).behind == 0
