import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.domain.beads import BeadStatus
from gastown.domain.identity import polecat
from gastown.errors import Busy, Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, beads, events, graph, ready
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database, query
from gastown.ledger.sqlite import sqlite3
from tests.conftest import ROOT
from tests.support import eventually

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TOAST = polecat("web", "Toast")
WRITERS, WRITES = 30, 5

WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gastown.ledger import bead_writes, events
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
ledger, who = Database(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    now = datetime.now(UTC)
    with ledger.transaction():
        bead = bead_writes.insert(ledger, NewBead(f"{who}.{number}", rig="web", prefix="we"), by=who, now=now)
        events.append(ledger, who, "bead.created", bead, now)
"""

READ_LIKE_ANYONE = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as reader:
    for row in reader.execute("SELECT hook_bead FROM agents"):
        print(row[0])
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Database]:
    """A new ledger."""
    with closing(Database(tmp_path / "gastown.db", create=True)) as database:
        yield database


def file_bead(ledger: Database, title: str = "Mend the door", identity: str = "") -> str:
    """Write a bead; gives its id."""
    with ledger.transaction():
        return bead_writes.insert(
            ledger, NewBead(title, rig="web", prefix="we", id=identity), by="overseer", now=NOW
        )


def assign(ledger: Database, bead: str) -> int:
    """Let Toast have it; gives the generation."""
    with ledger.transaction():
        agents.add(ledger, TOAST, NOW)
        agents.hook(ledger, str(TOAST), bead)
        return agents.assign(ledger, bead, str(TOAST), by="overseer", runtime=None, now=NOW)


def tamper(path: Path, statement: str) -> None:
    """Do what nobody should, past all our code."""
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute(statement)


# all or nothing


def test_a_transaction_that_fails_leaves_no_trace(ledger: Database) -> None:
    def fail_late() -> None:
        with ledger.transaction():
            bead = bead_writes.insert(ledger, NewBead("Mend the door", prefix="we"), by="overseer", now=NOW)
            events.append(ledger, "overseer", "bead.created", bead, NOW)
            agents.add(ledger, TOAST, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    assert (events.last(ledger, 9), agents.all_agents(ledger)) == ([], [])
    assert ready.count(ledger, NOW) == 0


def test_a_transaction_inside_another_ends_with_it(ledger: Database) -> None:
    def fail_after_the_inner_one() -> None:
        with ledger.transaction():
            with ledger.transaction():
                agents.add(ledger, TOAST, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_the_inner_one()
    assert agents.all_agents(ledger) == []


def test_what_a_transaction_wrote_is_seen_by_others_at_its_end(ledger: Database) -> None:
    with closing(Database(ledger.path)) as other:
        with ledger.transaction():
            agents.add(ledger, TOAST, NOW)
            assert agents.get(other, str(TOAST)) is None
        assert agents.get(other, str(TOAST)) is not None


def test_a_commit_that_fails_is_rolled_back_and_the_next_transaction_is_a_new_one(ledger: Database) -> None:
    bead = file_bead(ledger)
    connection = ledger._connection  # pyright: ignore[reportPrivateUsage]

    def depend_on_nothing() -> None:
        with ledger.transaction():
            connection.execute("PRAGMA defer_foreign_keys = ON")
            graph.add_dependency(ledger, bead, "we-nowhere", "blocks", by="overseer", now=NOW)

    with pytest.raises(sqlite3.IntegrityError):
        depend_on_nothing()
    with ledger.transaction():
        agents.add(ledger, TOAST, NOW)
    with closing(Database(ledger.path)) as other:
        assert agents.get(other, str(TOAST)) is not None
        assert graph.blocked_by(other, bead) == []


def test_a_write_outside_a_transaction_is_our_own_fault(ledger: Database) -> None:
    with pytest.raises(AssertionError, match="writes belong inside"):
        agents.add(ledger, TOAST, NOW)


def test_who_waits_too_long_for_a_writer_is_told_so(
    ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gastown.ledger.database.BUSY_SECONDS", 0.1)
    with closing(Database(ledger.path)) as other, ledger.transaction():
        with pytest.raises(Busy, match="the ledger was busy"), other.transaction():
            pass
        assert agents.all_agents(other) == []


# many at once


def test_thirty_processes_write_at_once_and_nothing_is_lost(ledger: Database) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(ledger.path), f"writer {number}", str(WRITES)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    ended = [writer.communicate("go\n", timeout=60) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS, ended
    assert ready.count(ledger, NOW) == WRITERS * WRITES
    happened = events.last(ledger, 10_000)
    assert len({event.subject for event in happened}) == len(happened) == WRITERS * WRITES
    assert sorted(event.seq for event in happened) == [event.seq for event in happened]


def test_of_eight_threads_one_gets_the_hook(ledger: Database) -> None:
    names = [file_bead(ledger, f"Door {number}") for number in range(8)]
    with ledger.transaction():
        agents.add(ledger, TOAST, NOW)
    won, at_once = list[str](), threading.Barrier(8)

    def hook(bead: str) -> None:
        with closing(Database(ledger.path)) as mine:
            at_once.wait()
            with mine.transaction():
                if agents.hook(mine, str(TOAST), bead):
                    won.append(bead)

    threads = [threading.Thread(target=hook, args=[bead]) for bead in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert agents.holder(ledger, won[0]) == str(TOAST)


def test_anyone_reads_the_hooks_with_any_client_while_we_write(ledger: Database) -> None:
    bead = file_bead(ledger)
    assign(ledger, bead)
    with ledger.transaction():
        agents.unhook(ledger, str(TOAST), bead)
        seen = subprocess.run(
            [sys.executable, "-I", "-c", READ_LIKE_ANYONE, str(ledger.path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (seen.stdout, seen.stderr) == (f"{bead}\n", "")


def test_a_reader_notices_that_somebody_wrote(ledger: Database) -> None:
    with closing(Database(ledger.path)) as other:
        before = other.data_version()
        file_bead(ledger)
        assert eventually(lambda: other.data_version() != before, within=5, what="the new version")


# what may never change


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody else'",
        "DELETE FROM events",
        "REPLACE INTO events (seq, at, actor, type, subject) VALUES (1, 'then', 'x', 'y', 'z')",
        "INSERT INTO events SELECT * FROM events WHERE seq = 1 ON CONFLICT DO UPDATE SET actor = 'x'",
    ],
)
def test_events_are_never_changed(ledger: Database, statement: str) -> None:
    with ledger.transaction():
        events.append(ledger, "overseer", "town.installed", "town", NOW)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(ledger.path, statement)
    assert [event.actor for event in events.last(ledger, 9)] == ["overseer"]


def test_a_generation_is_never_used_again(ledger: Database) -> None:
    first = assign(ledger, file_bead(ledger))
    tamper(ledger.path, "DELETE FROM assignments")
    with ledger.transaction():
        second = agents.assign(
            ledger, file_bead(ledger, "Another"), str(TOAST), by="overseer", runtime=None, now=NOW
        )
    assert second > first


def test_a_hook_holds_one_bead_and_a_bead_hangs_on_one_hook(ledger: Database) -> None:
    bead = file_bead(ledger)
    assign(ledger, bead)
    with ledger.transaction():
        agents.add(ledger, polecat("web", "Rust"), NOW)
    with pytest.raises(sqlite3.IntegrityError, match=r"agents\.hook_bead"), ledger.transaction():
        agents.hook(ledger, "web/polecats/Rust", bead)
    with ledger.transaction():
        assert not agents.hook(ledger, str(TOAST), file_bead(ledger, "Another"))


# ids


def test_a_bead_is_found_by_any_beginning_of_its_id_that_only_it_has(ledger: Database) -> None:
    for identity in ("issue-1", "issue-12", "other-7"):
        file_bead(ledger, identity, identity)
    assert beads.get(ledger, "oth").id == "other-7"
    assert beads.get(ledger, "OTHER-7").id == "other-7"
    assert beads.get(ledger, "issue-1").id == "issue-1"
    with pytest.raises(Refused, match="'issue' could be issue-1, issue-12"):
        beads.get(ledger, "issue")


@pytest.mark.parametrize("text", ["", "nope", "%", "_ssue-1", "issue\\", "' OR 1=1 --", "issue-1\n"])
def test_no_bead_is_found_by_anything_else(ledger: Database, text: str) -> None:
    file_bead(ledger, identity="issue-1")
    with pytest.raises(NotFound, match="there is no bead"):
        beads.get(ledger, text)


def test_an_id_is_taken_once(ledger: Database) -> None:
    file_bead(ledger, identity="issue-1")
    for taken in ("issue-1", "ISSUE-1"):
        with pytest.raises(Refused, match="there is a bead issue-1 already"):
            file_bead(ledger, identity=taken)


def test_a_whole_id_in_any_case_comes_before_longer_ones(ledger: Database) -> None:
    for identity in ("issue-1", "issue-12", "Issue-2"):
        file_bead(ledger, identity=identity)
    assert beads.get(ledger, "ISSUE-1").id == "issue-1"
    assert beads.get(ledger, "issue-2").id == "Issue-2"
    with pytest.raises(Refused, match="could be issue-1, issue-12, Issue-2"):
        beads.get(ledger, "ISSUE-")


@pytest.mark.parametrize("title", ["x\udcff", "\ud800"])
def test_what_is_no_text_is_not_kept(ledger: Database, title: str) -> None:
    with pytest.raises(Invalid, match="not valid UTF-8"):
        file_bead(ledger, title)
    with pytest.raises(Invalid, match="not valid UTF-8"):
        beads.find(ledger, title)


def test_a_status_changes_only_from_what_it_was_seen_as(ledger: Database) -> None:
    bead = file_bead(ledger)
    change = {"assignee": None, "by": "overseer", "now": NOW}
    with ledger.transaction():
        assert bead_writes.set_status(ledger, bead, BeadStatus.OPEN, BeadStatus.DEFERRED, **change)  # type: ignore[arg-type]
        assert not bead_writes.set_status(ledger, bead, BeadStatus.OPEN, BeadStatus.PINNED, **change)  # type: ignore[arg-type]
    assert beads.get(ledger, bead).status is BeadStatus.DEFERRED


def test_a_look_at_all_agents_reads_of_each_no_more_than_its_own(ledger: Database) -> None:
    plan = ledger.select(f"EXPLAIN QUERY PLAN {query('agents', 'supervised')}", {})
    details = [str(row["detail"]) for row in plan]
    assert not [line for line in details if line.startswith("SCAN") and not line.startswith("SCAN a ")]
    assert not [line for line in details if "TEMP B-TREE" in line]
