"""What a restore does with what the history does not know yet, and whose the new file is."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.ledger import agents, beads
from gastown.operations.history.backup import backup
from gastown.operations.history.verify import verify
from tests.component.history_town import HistoryTown
from tests.component.view_town import NOW
from tests.support import a_repository, git


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town in which something was done, all of it recorded; its agent's second piece of work is on the hook."""
    with closing(HistoryTown(tmp_path)) as made:
        made.sling(made.bead("Mend the door"))
        made.start()
        made.hand_over()
        made.sling(made.bead("Paint it", identity="we-paint"))
        made.record()
        yield made


def sound(town: HistoryTown) -> None:
    """The ledger and its history agree in all things."""
    seen = verify(town.town)
    assert (seen.findings, seen.behind) == ((), 0)


def test_what_was_acknowledged_and_not_yet_recorded_is_recorded_before_the_file_leaves(
    town: HistoryTown,
) -> None:
    before = town.history.head()
    assert before is not None
    town.add("we-late")
    restored = town.restore()
    assert beads.find(town.ledger, "we-late") is not None
    assert restored.notes == ()
    town.add("we-later")
    town.restore(at="main~1")  # as the log showed it: the one before the newest
    assert beads.find(town.ledger, "we-later") is None
    town.restore(at="main~1")
    assert beads.find(town.ledger, "we-later") is not None
    sound(town)


def test_the_state_before_a_backup_came_back_is_in_the_history(town: HistoryTown) -> None:
    made = backup(town.town)
    town.add("we-late")
    town.restore(source=made.path)
    assert beads.find(town.ledger, "we-late") is None
    assert town.ledger.rows("history", "newest")
    town.restore(at="main~1")
    assert beads.find(town.ledger, "we-late") is not None


def test_a_file_that_is_not_the_one_of_the_history_adds_nothing_to_it_and_that_is_told(
    town: HistoryTown, tmp_path: Path
) -> None:
    old = backup(town.town, tmp_path / "old.db").path
    town.add("we-late")
    town.record()
    head = town.history.head()
    town.lose()
    shutil.copy(old, town.root / "gastown.db")
    town.open()
    town.add("we-other")
    restored = town.restore()
    assert head is not None
    assert restored.commit == head.id
    assert beads.find(town.ledger, "we-late") is not None
    assert restored.notes[0].startswith("what only the old file had is in it, and not here")
    assert restored.kept_is_sound


def test_work_that_was_handed_in_after_the_newest_commit_is_on_no_hook_either(town: HistoryTown) -> None:
    repository = a_repository(town.root / "web" / "repo.git", {"a": "b"})
    git("update-ref", "refs/gastown/submitted/we-paint/2", "HEAD", cwd=repository)
    town.lose()
    restored = town.restore()
    assert "handed in as refs/gastown/submitted/we-paint/2" in restored.notes[0]
    assert agents.open_assignment(town.ledger, "web/polecats/Toast") is None
    assert beads.get(town.ledger, "we-paint").status == "open"
    sound(town)


def test_work_that_was_just_being_handed_in_is_handed_over_to_the_end(town: HistoryTown) -> None:
    repository = a_repository(town.root / "web" / "repo.git", {"a": "b"})
    commit = git("rev-parse", "HEAD", cwd=repository)
    git("update-ref", "refs/gastown/submitted/we-paint/2", commit, cwd=repository)
    with town.ledger.transaction() as ledger:
        agents.wish_done(ledger, 2, commit=commit, no_change=None, incarnation=1, now=NOW)
    town.record()
    town.lose()
    assert town.restore().notes == ()
    kept = agents.open_assignment(town.ledger, "web/polecats/Toast")
    assert kept is not None
    assert kept.done_commit == commit
    sound(town)


def test_a_restored_ledger_is_nobody_elses_to_read(town: HistoryTown) -> None:
    made = backup(town.town)
    for source in (None, made.path):
        town.restore(source=source)
        town.add(f"we-{source is None}")
        files = [town.root / f"gastown.db{end}" for end in ("", "-wal", "-shm")]
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
        mode = town.ledger.select("SELECT journal_mode AS mode FROM pragma_journal_mode", {})
        assert mode[0]["mode"] == "wal"
