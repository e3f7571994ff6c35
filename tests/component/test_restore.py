import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gastown.domain.clock import stamp
from gastown.errors import Busy, GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, beads, events, history, records
from gastown.ledger.copies import copy
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from gastown.operations.history.backup import backup
from gastown.operations.history.restore import parse_moment, restore
from gastown.operations.history.verify import verify
from gastown.world.locks import lock
from tests.component.history_town import HistoryTown
from tests.component.view_town import NOW
from tests.support import a_repository, git


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town in which something was done, all of it recorded."""
    with closing(HistoryTown(tmp_path)) as made:
        work = made.bead("Mend the door")
        made.sling(work)
        made.start()
        made.hand_over()
        made.sling(made.bead("Paint it", identity="we-paint"))
        made.comment("we-paint", "green", by="ann")
        made.record()
        yield made


def delete(town: HistoryTown, bead: str) -> None:
    """Leave a husk, as `bd delete` does."""
    with town.ledger.transaction() as ledger:
        known = records.read(ledger, bead)
        assert known is not None
        now = stamp(town.clock.now())
        husk = {
            name: known[name]
            for name in ("id", "uid", "rig", "title", "priority", "created_at", "created_by")
        }
        gone = {"status": "tombstone", "deleted_at": now, "deleted_by": "ann", "delete_reason": "no"}
        records.replace(ledger, {**husk, **gone, "updated_at": now, "updated_by": "ann"})


def sound(town: HistoryTown) -> None:
    """The ledger and its history agree in all things."""
    seen = verify(town.town)
    assert (seen.findings, seen.behind) == ((), 0)


def test_all_comes_back_and_the_next_export_has_the_same_bytes(town: HistoryTown) -> None:
    before = town.tree()
    town.lose()
    restored = town.restore()
    assert (restored.beads, restored.kept, restored.notes) == (5, None, ())
    assert town.tree() == before
    assert agents.all_agents(town.ledger)[0].hook_bead == "we-paint"
    assert beads.get(town.ledger, "we-paint").status == "hooked"
    assert town.ledger.rows("merges", "live")[0]["commit_id"] == "beefbeefbeef"
    sound(town)


def test_the_history_goes_on_from_what_was_restored(town: HistoryTown) -> None:
    newest = town.history.head()
    assert newest is not None
    town.lose()
    town.restore()
    head = town.history.head()
    assert head is not None
    assert head.parents == (newest.id,)
    assert head.subject.startswith(f"restored from {newest.id[:10]} of ")
    assert head.author == "overseer"
    town.comment("we-paint")
    assert not town.record().whole


def test_the_old_file_is_kept_with_all_that_it_says_and_brings_itself_back(town: HistoryTown) -> None:
    town.add("we-late")
    restored = town.restore(at="main")
    assert restored.kept is not None
    assert restored.kept_is_sound
    assert beads.find(town.ledger, "we-late") is None
    undone = town.restore(source=restored.kept)
    assert undone.beads == 6
    assert beads.find(town.ledger, "we-late") is not None
    sound(town)


def test_what_happened_is_still_told(town: HistoryTown) -> None:
    town.tell("overseer", "note", "town", {"text": "not yet in the history"})
    before = events.last(town.ledger, 999)
    town.restore()
    after = events.last(town.ledger, 999)
    assert after[: len(before)] == before
    assert [event.type for event in after[len(before) :]] == ["ledger.restored"]


def test_the_ledger_as_it_was_at_a_commit_or_a_moment(town: HistoryTown) -> None:
    first = town.history.head()
    assert first is not None
    for minute in (10, 20):
        town.clock.time = NOW + timedelta(minutes=minute)
        town.add(f"we-at{minute}")
        town.record()
    town.restore(at=f"{NOW + timedelta(minutes=15):%Y-%m-%d %H:%M}+00:00")
    assert [bool(beads.find(town.ledger, bead)) for bead in ("we-at10", "we-at20")] == [True, False]
    sound(town)
    town.restore(at=first.id[:8])
    assert not beads.find(town.ledger, "we-at10")
    town.restore(at="main~2")
    assert beads.find(town.ledger, "we-at20")
    assert len(list(town.history.log())) == 6
    with pytest.raises(NotFound, match="does not reach back"):
        town.restore(at="2001-01-01")
    with pytest.raises(NotFound, match="there is no nonsense"):
        town.restore(at="nonsense")
    with pytest.raises(Invalid, match="is no moment"):
        town.restore(at="2026-99-01")


def test_a_part_of_what_was_done_at_once_is_never_restored_alone(town: HistoryTown) -> None:
    town.clock.push(minutes=1)
    town.add("we-a", by="ann")
    town.clock.push(minutes=1)
    town.add("we-b", by="bob")
    town.record()
    town.add("we-c")
    town.record()
    town.restore(at="main~2")
    assert [bool(beads.find(town.ledger, bead)) for bead in ("we-a", "we-b", "we-c")] == [True, True, False]
    town.restore(at=f"{NOW + timedelta(seconds=90):%Y-%m-%d %H:%M:%S}+00:00")
    assert beads.find(town.ledger, "we-a") is None


def test_numbers_are_never_given_out_twice_whichever_place_remembers_them(town: HistoryTown) -> None:
    history_says = town.generation()
    town.lose()
    town.restore()
    assert town.generation() == history_says + 1000
    with town.ledger.transaction() as ledger:
        history.begin_at(ledger, history.Highest(5_000, 70))
    town.restore(at="main~1")
    assert town.generation() == 6_001
    assert history.given_out(town.ledger).incarnation == 1070
    repository = a_repository(town.root / "gone" / "repo.git", {"a": "b"})
    git("update-ref", "refs/gastown/submitted/we-1/77000", "HEAD", cwd=repository)
    town.restore()
    assert town.generation() == 78_001
    highest = town.sling(town.bead("More"), "Nova")
    assert highest == 78_001
    town.record()
    shutil.rmtree(repository)
    town.lose()
    town.restore(at="main~1")
    assert town.generation() > 79_001


def test_what_is_deleted_now_stays_deleted_whatever_is_restored(town: HistoryTown) -> None:
    town.add("we-old")
    town.record()
    town.add("we-between")
    delete(town, "we-old")
    town.record()
    delete(town, "we-between")  # known to the file alone
    town.restore(at="main~1")
    gone = [beads.get(town.ledger, bead).type for bead in ("we-old", "we-between")]
    assert gone == ["tombstone", "tombstone"]
    assert beads.get(town.ledger, "we-between").close_reason == "no"
    sound(town)


def test_work_that_was_handed_in_since_is_on_no_hook_any_more(town: HistoryTown) -> None:
    repository = a_repository(town.root / "web" / "repo.git", {"a": "b"})
    git("update-ref", "refs/gastown/submitted/we-paint/2", "HEAD", cwd=repository)
    town.add("we-more")
    town.record()
    restored = town.restore(at="main~1")
    frozen = "refs/gastown/submitted/we-paint/2"
    note = f"we-paint is not on the hook of web/polecats/Toast any more: it was handed in as {frozen}"
    assert restored.notes == (note,)
    assert beads.get(town.ledger, "we-paint").status == "open"
    assert agents.open_assignment(town.ledger, "web/polecats/Toast") is None
    sound(town)


# whatever lies there


def foreign(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)


def somebody_elses(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name)")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("PRAGMA user_version = 999")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribbled_on(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def gone_but_for_its_log(path: Path) -> None:
    path.unlink()
    path.with_name(f"{path.name}-wal").write_bytes(os.urandom(4_000))


@pytest.mark.parametrize(
    "spoil",
    [
        foreign,
        somebody_elses,
        emptied,
        newer,
        cut_short,
        scribbled_on,
        a_folder,
        a_link_to_nowhere,
        gone_but_for_its_log,
    ],
)
def test_whatever_lies_at_the_ledgers_place_is_kept_and_replaced(
    town: HistoryTown, spoil: Callable[[Path], None]
) -> None:
    before = town.tree()
    town.close()
    path = town.root / "gastown.db"
    spoil(path)
    with pytest.raises(GastownError) as refusal:
        Database(path)
    assert "gt ledger restore" in refusal.value.hint or spoil in (newer, a_folder)
    content = path.read_bytes() if path.is_file() else None
    restored = town.restore()
    assert town.tree() == before
    sound(town)
    if content is not None:
        assert restored.kept is not None
        assert restored.kept.read_bytes() == content
    if spoil is newer:
        assert not restored.kept_is_sound  # nothing here can read it
        assert town.generation() == 1003
    if spoil is gone_but_for_its_log:
        assert len(list(town.root.glob("gastown.db.before-restore-*-wal"))) == 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", ["branch", "commit", "tree", "file"])
def test_with_the_ledger_lost_and_the_newest_commit_damaged_the_one_before_comes_back(
    town: HistoryTown, what: str
) -> None:
    before = town.history.head()
    town.add("we-late")
    town.record()
    generation = town.generation()
    head = town.history.head()
    assert before is not None
    assert head is not None
    late = next(path for path, file in town.tree().items() if b'"id":"we-late"' in file)
    names = {"commit": head.id, "tree": head.tree, "file": str(town.history.subtree(head.id, late))}
    town.lose()
    town.history.close()
    if what == "branch":
        (town.root / "ledger.git/refs/heads/main").write_bytes(b"")
    else:
        file = town.root / "ledger.git/objects" / names[what][:2] / names[what][2:]
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:15])
    restored = town.restore()
    assert restored.commit == (head.id if what == "branch" else before.id)
    assert "newest commit that can be read" in restored.notes[-1]
    assert bool(beads.find(town.ledger, "we-late")) == (what == "branch")
    assert town.generation() == generation + 1000
    assert len(list(town.root.glob("ledger.git.broken-*"))) == (what != "file")
    sound(town)


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"we-x","uid":"x","title":"t","status":"lost","created_at":"2026","updated_at":"2026"}',
        '{"id":"we-x","uid":"x"}',
        '{"id":"we-x","uid":"x","title":"t","status":"open","created_at":"2026","updated_at":"2026","labels":[{}]}',
        '{"id":7}',
        "[]",
        "nonsense",
    ],
)
def test_a_history_that_somebody_wrote_into_is_refused_and_nothing_changes(
    town: HistoryTown, line: str
) -> None:
    head = town.history.head()
    assert head is not None
    change = {"beads/web/00.jsonl": f"{line}\n".encode()}
    town.history.write("main", change, author="x <x>", message="by hand", at=head.at)
    before = sorted(file.name for file in town.root.iterdir())
    with pytest.raises(Invalid) as refusal:
        town.restore()
    assert refusal.value.hint
    assert sorted(file.name for file in town.root.iterdir()) == before
    assert town.restore(at="main~1").beads == 5


# from a backup


def test_a_backup_is_whole_and_comes_back(town: HistoryTown, tmp_path: Path) -> None:
    made = backup(town.town)
    assert made.path.parent == town.root / "backups"
    assert made.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="already"):
        backup(town.town, made.path)
    town.add("we-late")
    town.record()
    before = town.generation()
    journal = history.fact(town.ledger, "journal")
    town.lose()
    shutil.rmtree(town.root / "ledger.git")
    town.restore(source=made.path)
    assert beads.find(town.ledger, "we-late") is None
    assert town.generation() == before + 1000
    assert history.fact(town.ledger, "journal") != journal
    sound(town)
    again = backup(town.town, tmp_path)
    assert again.path.parent == tmp_path


def test_what_was_deleted_since_the_backup_stays_deleted(town: HistoryTown) -> None:
    town.add("we-old")
    made = backup(town.town)
    delete(town, "we-old")
    town.record()
    town.restore(source=made.path)
    assert beads.get(town.ledger, "we-old").type == "tombstone"
    sound(town)


def test_a_backup_that_is_none_changes_nothing(town: HistoryTown, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear diary " * 1000)
    before = sorted(file.name for file in town.root.iterdir())
    with pytest.raises(Invalid):
        town.restore(source=tmp_path / "text")
    with pytest.raises(NotFound):
        town.restore(source=tmp_path / "nothing")
    with pytest.raises(Invalid, match="no other moments"):
        town.restore(at="main", source=tmp_path / "text")
    assert sorted(file.name for file in town.root.iterdir()) == before
    sound(town)


# the town at rest


def test_a_town_that_works_is_not_restored(town: HistoryTown) -> None:
    for name in ("supervisor", "queue.web"):
        with lock(town.town.places.lock(name), what="it"), pytest.raises(Busy) as busy:
            restore(town.town, by="overseer")
        assert "gt down --agents" in busy.value.hint
    town.terminal.live.clear()
    town.start()
    with pytest.raises(Refused, match="agents are at work: we-Toast"):
        restore(town.town, by="overseer")
    town.terminal.silent = "no answer"
    with pytest.raises(GastownError, match="no answer"):
        restore(town.town, by="overseer")


def test_whoever_writes_keeps_the_file_and_a_late_writer_is_told(town: HistoryTown) -> None:
    late = Database(town.root / "gastown.db")
    town.restore()
    with pytest.raises(Busy, match="replaced"), late.transaction():
        pass
    late.close()
    with closing(Database(town.root / "gastown.db")) as ledger, ledger.transaction():
        bead_writes.touch(ledger, "we-paint", by="ann", now=NOW)
    sound(town)


def test_without_any_history_there_is_nothing_to_restore(tmp_path: Path) -> None:
    with closing(HistoryTown(tmp_path)) as town:
        with pytest.raises(NotFound, match="no git history"):
            town.restore()
        assert beads.find(town.ledger, "we-1") is None


@pytest.mark.parametrize(
    "text, hours",
    [("2h", 2), ("90m ago", 1.5), ("3 d", 72), ("2026-11-20T10:00:00Z", 2), ("2026-11-20 11:00+00:00", 1)],
)
def test_moments_are_read_as_people_type_them(text: str, hours: float) -> None:
    assert parse_moment(text, NOW) == NOW - timedelta(hours=hours)


@pytest.mark.parametrize("text", ["main", "abcd12", "12345678", "main~2", "2h later", "1d2c"])
def test_a_commit_is_no_moment(text: str) -> None:
    assert parse_moment(text, NOW) is None


def test_a_copy_is_taken_while_others_write(town: HistoryTown, tmp_path: Path) -> None:
    with town.ledger.transaction():
        copy(town.ledger.path, tmp_path / "copy.db")
    with closing(Database(tmp_path / "copy.db")) as ledger:
        assert records.read(ledger, "we-paint")
