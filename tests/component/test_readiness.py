"""What readiness and the journal do in single cases that are easy to get wrong, and what they refuse from anyone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.ledger import bead_writes, derived, graph, ready
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from tests.component import graph_model

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Database]:
    """Two epics, one in the other, with a task in the inner one, and a task that stands alone."""
    with closing(Database(tmp_path / "gastown.db", create=True)) as database:
        with database.transaction():
            for name, kind in (("outer", "epic"), ("inner", "epic"), ("task", "task"), ("lone", "task")):
                bead_writes.insert(
                    database, NewBead(name, id=name, type=kind, ephemeral=name == "lone"), by="ann", now=NOW
                )
        link(database, ("inner", "outer", "parent-child"), ("task", "inner", "parent-child"))
        yield database


def link(ledger: Database, *edges: tuple[str, str, str]) -> None:
    """Let beads depend on others."""
    with ledger.transaction():
        for bead, on, kind in edges:
            assert graph.add_dependency(ledger, bead, on, kind, by="ann", now=NOW)


def sql(ledger: Database, *statements: str, recursive: bool = False) -> None:
    """What another client does, with SQLite's own defaults."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as stranger:
        stranger.execute(f"PRAGMA recursive_triggers = {recursive}")
        for statement in statements:
            stranger.execute(statement)


def close(ledger: Database, bead: str) -> None:
    """Close it, as another client would."""
    sql(ledger, f"UPDATE beads SET status = 'closed', closed_at = '2026' WHERE id = '{bead}'")  # noqa: S608


def listed(ledger: Database) -> list[str]:
    """What is ready; what triggers keep is right."""
    assert derived.check(ledger) == []
    assert graph_model.differences(ledger._connection) == []  # pyright: ignore[reportPrivateUsage]
    return [bead.id for bead in ready.first(ledger, rig=None, now=NOW, most=99)]


def test_a_blocked_parent_blocks_at_any_depth_and_releases_all_at_once(ledger: Database) -> None:
    assert listed(ledger) == ["task", "lone"]
    link(ledger, ("outer", "lone", "blocks"))
    assert listed(ledger) == ["lone"]
    close(ledger, "lone")
    assert listed(ledger) == ["task"]


def test_a_closed_epic_between_a_blocked_one_and_a_task_holds_nothing_up(ledger: Database) -> None:
    sql(ledger, "UPDATE beads SET status = 'blocked' WHERE id = 'outer'")
    assert listed(ledger) == ["lone"]
    close(ledger, "inner")
    assert listed(ledger) == ["task", "lone"]
    sql(ledger, "UPDATE beads SET status = 'open', closed_at = NULL WHERE id = 'inner'")
    assert listed(ledger) == ["lone"]
    close(ledger, "inner")
    for status in ("open", "blocked", "deferred"):
        sql(ledger, f"UPDATE beads SET status = '{status}' WHERE id = 'outer'")  # noqa: S608
        assert listed(ledger) == ["task", "lone"]


def test_who_waits_for_the_same_bead_twice_is_free_when_it_closes(ledger: Database) -> None:
    link(ledger, ("task", "lone", "blocks"), ("task", "lone", "waits-for"), ("task", "lone", "related"))
    assert listed(ledger) == ["lone"]
    close(ledger, "lone")
    assert listed(ledger) == ["task"]
    sql(ledger, "UPDATE beads SET status = 'open', closed_at = NULL WHERE id = 'lone'")
    assert listed(ledger) == ["lone"]
    sql(ledger, "DELETE FROM dependencies WHERE kind = 'blocks'")
    assert listed(ledger) == ["lone"]
    close(ledger, "lone")
    assert listed(ledger) == ["task"]


@pytest.mark.parametrize("recursive", [False, True], ids=["as ever", "with recursive triggers"])
def test_one_statement_may_change_a_whole_family(ledger: Database, *, recursive: bool) -> None:
    link(ledger, ("outer", "lone", "blocks"), ("inner", "lone", "blocks"), ("task", "lone", "blocks"))
    for status in ("blocked", "open", "deferred", "open"):
        sql(ledger, f"UPDATE beads SET status = '{status}' WHERE id <> 'lone'", recursive=recursive)  # noqa: S608
        assert listed(ledger) == ["lone"]
    close(ledger, "lone")
    assert listed(ledger) == ["task"]
    for status, seen in (("blocked", ["lone"]), ("open", ["lone", "task"])):
        sql(
            ledger,
            f"UPDATE beads SET status = iif(id = 'lone', 'open', '{status}'), closed_at = NULL",  # noqa: S608
            "DELETE FROM dependencies WHERE kind = 'blocks'",
            recursive=recursive,
        )
        assert sorted(listed(ledger)) == seen


def test_what_waits_or_is_held_in_a_queue_is_not_ready_and_what_left_it_is(ledger: Database) -> None:
    sql(
        ledger,
        "INSERT INTO agents (address, role, name, created_at) VALUES ('a', 'polecat', 'a', '2026')",
        "INSERT INTO assignments (bead, agent, slung_by, started_at, ended_at, outcome)"
        " VALUES ('task', 'a', 'ann', '2026', '2026', 'submitted')",
        "INSERT INTO merge_requests (id, bead, rig, agent, generation, commit_id, branch, target, submitted_at)"
        " VALUES ('outer', 'task', 'web', 'a', 1, 'c', 'b', 'main', '2026')",
    )
    for state, ended, seen in (
        ("queued", "NULL", ["lone"]),
        ("held", "NULL", ["lone"]),
        ("sent_back", "'2026'", ["task", "lone"]),
    ):
        sql(ledger, f"UPDATE merge_requests SET state = '{state}', ended_at = {ended}")  # noqa: S608
        assert listed(ledger) == seen


def test_parents_in_a_circle_do_no_lasting_harm(ledger: Database) -> None:
    """A pull may meet one on its way from one good state to another."""
    link(ledger, ("outer", "task", "parent-child"))
    sql(ledger, "UPDATE beads SET status = 'blocked' WHERE id = 'task'")
    sql(ledger, "UPDATE beads SET status = 'open' WHERE id = 'task'")
    sql(ledger, "DELETE FROM dependencies WHERE bead = 'outer'")
    assert listed(ledger) == ["task", "lone"]


def test_a_wisp_that_is_kept_is_told_of_whole(ledger: Database) -> None:
    link(ledger, ("lone", "outer", "parent-child"), ("task", "lone", "related"))
    with ledger.transaction():
        bead_writes.add_label(ledger, "lone", "red", by="bob", now=NOW)
        bead_writes.add_comment(ledger, "lone", "I see", by="bob", now=NOW)
    before = len(ledger.rows("records", "writes", subject="4"))
    assert before == 0
    sql(ledger, "UPDATE beads SET ephemeral = 0 WHERE id = 'lone'")
    assert listed(ledger) == ["task", "lone"]


def test_a_wisp_goes_without_a_trace_from_a_client_that_knows_no_foreign_keys(ledger: Database) -> None:
    sql(ledger, "DELETE FROM beads WHERE id = 'lone'")
    assert listed(ledger) == ["task"]


REFUSED = {
    "a bead is replaced": "REPLACE INTO beads SELECT * FROM beads WHERE id = 'task'",
    "another takes its id": """
        REPLACE INTO beads (id, uid, title, created_at, created_by, updated_at, updated_by)
        VALUES ('task', 'other', 'Other', '', '', '', '')""",
    "a bead is removed": "DELETE FROM beads WHERE id = 'task'",
    "a bead gets another key": "UPDATE beads SET key = key + 100 WHERE id = 'task'",
    "a bead that was kept becomes a wisp": "UPDATE beads SET ephemeral = 1 WHERE id = 'task'",
    "a child gets a second parent": "INSERT INTO dependencies VALUES ('task', 'outer', 'parent-child', '', '')",
    "a second parent takes the first one's place": """
        REPLACE INTO dependencies VALUES ('task', 'outer', 'parent-child', '', '')""",
    "a dependency is turned to another bead": "UPDATE dependencies SET depends_on = 'lone' WHERE bead = 'task'",
    "a dependency is handed over": "UPDATE dependencies SET bead = 'lone' WHERE bead = 'task'",
    "a dependency becomes another": "UPDATE dependencies SET kind = 'blocks' WHERE bead = 'task'",
    "a label becomes another": "UPDATE labels SET label = 'blue'",
    "a label is moved": "UPDATE labels SET bead = 'task'",
    "a comment is edited": "UPDATE comments SET body = 'I do not'",
    "the journal is edited": "UPDATE changes SET by = 'nobody'",
    "the journal is cut": "DELETE FROM changes",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("recursive", [False, True], ids=["as ever", "with recursive triggers"])
def test_what_could_not_be_told_of_is_refused_from_anyone(
    ledger: Database, statement: str, *, recursive: bool
) -> None:
    with ledger.transaction():
        bead_writes.add_label(ledger, "inner", "red", by="bob", now=NOW)
        bead_writes.add_comment(ledger, "inner", "I see", by="bob", now=NOW)
    with pytest.raises(sqlite3.IntegrityError):
        sql(ledger, statement, recursive=recursive)
    assert listed(ledger) == ["task", "lone"]


def test_the_same_dependency_once_more_changes_nothing(ledger: Database) -> None:
    link(ledger, ("task", "lone", "blocks"))
    for verb in ("REPLACE", "INSERT", "INSERT OR IGNORE"):
        sql(ledger, f"{verb} INTO dependencies VALUES ('task', 'lone', 'blocks', 'x', 'y')")
    assert listed(ledger) == ["lone"]


@pytest.mark.parametrize("recursive", [False, True])
def test_a_cascade_in_a_circle_of_parents_comes_to_an_end(ledger: Database, *, recursive: bool) -> None:
    sql(
        ledger,
        "INSERT INTO dependencies (bead, depends_on, kind, created_at, created_by)"
        " VALUES ('outer', 'task', 'parent-child', '2026', 'ann')",
        "UPDATE beads SET status = 'blocked' WHERE id = 'inner'",
        "UPDATE beads SET status = 'open' WHERE id = 'inner'",
        recursive=recursive,
    )
    with ledger.transaction():
        derived.rebuild(ledger)
    assert derived.check(ledger) == []


def test_what_is_older_comes_first_to_the_millisecond_however_its_time_is_written(ledger: Database) -> None:
    sql(
        ledger,
        "UPDATE beads SET created_at = '2025-12-31T23:59:59.998Z' WHERE id = 'lone'",
        "UPDATE beads SET created_at = '2025-12-31T23:59:59.999Z' WHERE id = 'task'",
    )
    assert listed(ledger) == ["lone", "task"]
    assert ready.first(ledger, rig=None, now=NOW, most=1)[0].created_at.microsecond == 998_000
    sql(ledger, "UPDATE beads SET created_at = '2025-12-31' WHERE id = 'task'")
    assert listed(ledger) == ["task", "lone"]
    sql(ledger, "UPDATE beads SET created_at = 'long ago' WHERE id = 'lone'")
    assert listed(ledger) == ["lone", "task"]
