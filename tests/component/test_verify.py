import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.errors import Invalid
from gastown.ledger import bead_writes
from gastown.ledger.database import Database
from gastown.operations.history.verify import Verified, verify
from tests.component.history_town import HistoryTown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town with a little of everything, recorded."""
    with closing(HistoryTown(tmp_path)) as made:
        work = made.bead("Mend the door")
        made.sling(work)
        made.start()
        made.hand_over()
        made.add("we-1")
        made.add("we-2")
        made.sling("we-1")
        made.comment("we-2", "green")
        made.record()
        yield made


def told(seen: Verified) -> str:
    return "\n".join(finding.what for finding in seen.findings)


def test_a_sound_ledger_is_sound_and_lag_is_no_error(town: HistoryTown) -> None:
    seen = verify(town.town)
    assert (seen.findings, seen.behind, seen.notes, seen.beads) == ((), 0, (), 6)
    town.comment("we-2", "blue")
    town.add("we-3")
    town.sling("we-2", "Nova")
    seen = verify(town.town)
    assert seen.findings == ()
    assert seen.behind
    assert seen.notes == (f"the git history is {seen.behind} changes behind",)


def test_without_a_history_or_with_another_files_it_says_so(town: HistoryTown) -> None:
    town.sql("UPDATE facts SET value = 'another' WHERE name = 'journal'")
    seen = verify(town.town)
    assert (seen.findings, seen.behind) == ((), None)
    assert "another file" in seen.notes[0]
    (town.root / "ledger.git").rename(town.root / "away")
    assert "no git history yet" in verify(town.town).notes[0]


def test_derived_tables_are_checked_and_repaired_when_asked(town: HistoryTown) -> None:
    town.sql("UPDATE readiness SET kids = kids + 3 WHERE key = (SELECT key FROM beads WHERE id = 'we-2')")
    seen = verify(town.town)
    assert "readiness of we-2" in told(seen)
    assert "--repair" in seen.findings[0].todo
    assert verify(town.town).findings == seen.findings
    mended = verify(town.town, repair=True)
    assert mended.findings == ()
    assert "readiness of we-2" in mended.repaired[0]
    assert verify(town.town).findings == ()


def without_journal(town: HistoryTown, statement: str) -> None:
    """Change beads so that the journal does not hear of it."""
    with town.ledger.transaction() as ledger:
        triggers = ledger.select("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", {})
        for trigger in triggers:
            ledger.define(f'DROP TRIGGER "{trigger["name"]}"')
        ledger.define(statement)
        for trigger in triggers:
            ledger.define(str(trigger["sql"]))


@pytest.mark.parametrize(
    "statement, what",
    [
        ("UPDATE beads SET notes = 'x' WHERE id = 'we-2'", "otherwise of we-2: notes"),
        ("UPDATE beads SET status = 'pinned' WHERE id = 'we-2'", "otherwise of we-2: status"),
        ("INSERT INTO labels VALUES ('we-2', 'new')", "otherwise of we-2: labels"),
        ("DELETE FROM comments", "otherwise of we-2: comments"),
        (
            "INSERT INTO dependencies VALUES ('we-2', 'we-1', 'related', '2026', 'ann')",
            "otherwise of we-2: dependencies",
        ),
        ("DELETE FROM comments WHERE bead = 'we-2'", "otherwise of we-2: comments"),
    ],
)
def test_what_the_journal_does_not_tell_is_found_in_journal_and_history(
    town: HistoryTown, statement: str, what: str
) -> None:
    without_journal(town, statement)
    seen = told(verify(town.town))
    assert f"the journal tells {what}" in seen
    assert f"the git history says {what}" in seen


def test_a_bead_that_only_one_side_has_is_found(town: HistoryTown) -> None:
    without_journal(town, "UPDATE beads SET id = 'we-9' WHERE id = 'we-2'")
    seen = told(verify(town.town))
    assert "the git history has we-2, which the ledger does not have" in seen
    assert "the git history lacks" in seen


def test_hooks_assignments_and_statuses_must_agree(town: HistoryTown) -> None:
    town.sql("UPDATE agents SET hook_bead = NULL")
    seen = told(verify(town.town))
    assert "web/polecats/Toast is assigned we-1 (generation 2), but it is not on its hook" in seen
    assert "we-1 says that it is on a hook, but it is on none" in seen
    town.sql("UPDATE agents SET hook_bead = 'we-2'")
    seen = told(verify(town.town))
    assert "web/polecats/Toast has we-2 on its hook, but no open assignment of it" in seen
    assert "we-2 is on the hook of web/polecats/Toast, but its status is open" in seen


def test_references_to_nothing_are_found(town: HistoryTown) -> None:
    town.sql("PRAGMA foreign_keys = OFF")
    town.sql("INSERT INTO labels VALUES ('we-nobody', 'x')")
    seen = verify(town.town)
    assert "names something in beads that is not there" in told(seen)


def test_a_change_of_the_history_by_hand_is_found(town: HistoryTown) -> None:
    head = town.history.head()
    assert head is not None
    path = next(path for path, file in town.tree().items() if b'"we-2"' in file and path.startswith("beads/"))
    lines = town.tree()[path].replace(b'"green"', b'"red"')
    town.history.write("main", {path: lines}, author="x <x>", message=head.message, at=head.at)
    assert "the git history says otherwise of we-2: comments" in told(verify(town.town))
    agents = next(path for path in town.tree() if path.endswith("agents.jsonl"))
    town.history.write("main", {agents: b""}, author="x <x>", message=head.message, at=head.at)
    assert "the git history says otherwise of agents.jsonl" in told(verify(town.town))


def test_a_damaged_history_is_a_finding(town: HistoryTown) -> None:
    town.history.close()
    (town.root / "ledger.git/refs/heads/main").write_bytes(b"")
    assert "is damaged" in told(verify(town.town))


def test_a_damaged_file_is_a_finding_or_refused_at_once(town: HistoryTown) -> None:
    town.close()
    path = town.root / "gastown.db"
    with closing(Database(path)) as ledger:
        page = ledger.select("SELECT rootpage FROM sqlite_master WHERE name = 'comments'", {})[0]["rootpage"]
        size = ledger.select("PRAGMA page_size", {})[0]["page_size"]
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = os.urandom(size)
    path.write_bytes(content)
    town.open()
    try:
        seen = verify(town.town)
    except Invalid as refusal:
        assert "gt ledger restore" in refusal.hint  # noqa: PT017 - either is right
    else:
        assert seen.findings
        assert "gt ledger restore" in seen.findings[0].todo


def test_many_findings_are_not_all_told(town: HistoryTown) -> None:
    for number in range(40):
        town.add(f"we-many{number}")
    without_journal(town, "UPDATE beads SET notes = 'x'")
    whats = [finding.what for finding in verify(town.town).findings]
    assert "… and more like these" in whats
    assert len(whats) < 70


def test_wisps_are_none_of_its_business(town: HistoryTown) -> None:
    with town.ledger.transaction() as ledger:
        new = bead_writes.NewBead("wisp", id="we-wisp", ephemeral=True)
        bead_writes.insert(ledger, new, by="overseer", now=town.clock.now())
        bead_writes.add_comment(ledger, "we-wisp", "x", by="ann", now=town.clock.now())
    seen = verify(town.town)
    assert (seen.findings, seen.behind) == ((), 0)
