"""Files of Beads taken into a real ledger: all of it, twice is once, the newer one wins."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gastown.ledger import derived
from gastown.operations.work.comment import comment
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.label import label
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.beads_lines import HEADER, MEMORY, OF_2025, OF_2026, WISP, a_line, leaning, lines_of
from tests.component.beads_town import (
    EARLIER,
    LATER,
    column,
    everything,
    in_order,
    ready,
    rows,
    taken,
    written,
)
from tests.towns import HUMAN, a_town

if TYPE_CHECKING:
    from gastown.domain.records import Json


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


@pytest.mark.parametrize("text", [OF_2025, OF_2026], ids=["of 2025", "of 2026"])
def test_a_file_of_any_age_comes_out_as_it_went_in(town: Town, text: str) -> None:
    found = taken(town, text)
    assert not found.problems
    assert found.created == len(lines_of(text))
    assert in_order(written(town)) == in_order(lines_of(text))
    assert derived.check(town.ledger) == []


def test_beads_made_here_are_read_by_another_town_as_the_same(
    town: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one = create(town, "Mend the door", by=HUMAN, description="It creaks").id
    depend(town, create(town, "Paint it", by=HUMAN).id, one, by=HUMAN)
    comment(town, one, "Oil first", by=HUMAN)
    label(town, [one, "house"], by=HUMAN)
    other = a_town(tmp_path_factory.mktemp("other"))
    assert taken(other, written(town)).created == 2
    assert written(other) == written(town)


def test_importing_twice_changes_nothing(town: Town) -> None:
    taken(town, OF_2025)
    before = everything(town)
    again = taken(town, OF_2025)
    assert (again.created, again.updated, again.unchanged, again.kept) == (0, (), 6, ())
    assert everything(town) == before


def test_a_dry_run_says_what_would_happen_and_does_nothing(town: Town) -> None:
    before = everything(town)
    assert taken(town, OF_2025, dry_run=True).created == 6
    assert everything(town) == before


def test_a_newer_line_is_taken_and_an_older_one_is_not(town: Town) -> None:
    taken(town, [a_line("bd-1"), a_line("bd-2")])
    found = taken(
        town,
        [a_line("bd-1", title="Newer", updated_at=LATER), a_line("bd-2", title="Older", updated_at=EARLIER)],
    )
    assert (found.updated, found.kept) == (("bd-1",), ("bd-2",))
    assert (column(town, "bd-1", "title"), column(town, "bd-2", "title")) == ("Newer", "Do bd-2")
    assert column(town, "bd-1", "updated_by") == "overseer"


def test_a_line_that_says_more_at_the_same_time_is_taken(town: Town) -> None:
    taken(town, [a_line("bd-1")])
    assert taken(town, [a_line("bd-1", comments=[{"author": "ben", "text": "And oil it"}])]).updated == (
        "bd-1",
    )


def test_what_was_changed_here_since_stays_and_is_told(town: Town) -> None:
    taken(town, [a_line("bd-1"), a_line("bd-2")])
    update(town, ["bd-1"], Changes(title="Mine"), by=HUMAN)
    found = taken(town, [a_line("bd-1", title="Theirs"), a_line("bd-2")])
    assert (found.kept, found.unchanged) == (("bd-1",), 1)
    assert column(town, "bd-1", "title") == "Mine"


def test_a_newer_file_replaces_labels_comments_and_dependencies(town: Town) -> None:
    comments: list[Json] = [{"author": "ben", "text": "One", "created_at": EARLIER}]
    taken(
        town,
        [
            a_line("bd-1"),
            a_line("bd-2"),
            a_line("bd-3", labels=["a"], comments=comments, dependencies=[leaning("bd-3", "bd-1")]),
        ],
    )
    newer = a_line("bd-3", labels=["b"], comments=[*comments, {"author": "ann", "text": "Two", "created_at": LATER}],
                   dependencies=[leaning("bd-3", "bd-2")], updated_at=LATER)  # fmt: skip
    assert taken(town, [newer]).updated == ("bd-3",)
    assert in_order(written(town))[2] == in_order([newer])[0]
    assert derived.check(town.ledger) == []


def test_the_import_is_one_event(town: Town) -> None:
    taken(town, OF_2025)
    assert rows(town, "SELECT actor, type, subject, payload FROM events") == [
        ("overseer", "beads.imported", "issues.jsonl", '{"created": 6, "updated": 0}')
    ]


def test_a_bead_whose_time_was_rounded_since_is_the_same_bead(town: Town) -> None:
    taken(town, [a_line("bd-1", created_at="2026-01-02T03:04:05.9Z")])
    assert taken(town, [a_line("bd-1", created_at="2026-01-02T03:04:06Z", updated_at=LATER)]).updated == (
        "bd-1",
    )
    assert taken(town, [a_line("bd-1", created_at="2026-01-02T03:04:06Z", updated_at=LATER)]).unchanged == 1


def test_a_bead_on_a_hook_keeps_its_state_and_takes_the_rest(town: Town) -> None:
    taken(town, [a_line("we-1")])
    sling(town, "we-1", "web/polecats/Toast", by=HUMAN)
    found = taken(town, [a_line("we-1", title="Newer", status="closed", closed_at=LATER, updated_at=LATER)])
    assert [note.note for note in found.notes] == ["is on a hook here, and stays in_progress"]
    assert (column(town, "we-1", "status"), column(town, "we-1", "title")) == ("hooked", "Newer")
    assert derived.check(town.ledger) == []


def test_a_bead_deleted_here_stays_so_unless_the_file_is_newer(town: Town) -> None:
    taken(town, [a_line("bd-1")])
    delete(town, ["bd-1"], reason="no more", by=HUMAN)
    assert taken(town, [a_line("bd-1")]).kept == ("bd-1",)
    assert column(town, "bd-1", "type") == "tombstone"
    assert taken(town, [a_line("bd-1", updated_at=LATER)]).updated == ("bd-1",)
    assert column(town, "bd-1", "type") == "task"
    assert derived.check(town.ledger) == []


def test_a_bead_deleted_in_the_file_is_deleted_here(town: Town) -> None:
    taken(
        town,
        [a_line("bd-1", description="All of it"), a_line("bd-2", dependencies=[leaning("bd-2", "bd-1")])],
    )
    line = a_line(
        "bd-1",
        status="tombstone",
        description="All of it",
        updated_at=LATER,
        deleted_at=LATER,
        deleted_by="ben",
    )
    assert taken(town, [line]).updated == ("bd-1",)
    assert rows(town, "SELECT type, status, description, closed_by FROM beads WHERE id = 'bd-1'") == [
        ("tombstone", "closed", "", "ben")
    ]
    assert ready(town) == {"bd-2"}
    assert in_order(written(town))[0] == in_order([line])[0]


def test_wisps_are_left_out_or_taken_as_wisps(town: Town) -> None:
    found = taken(town, WISP + HEADER + MEMORY)
    assert (found.created, found.left_out, found.others) == (0, 1, 2)
    assert taken(town, WISP, with_wisps=True).created == 1
    assert taken(town, WISP, with_wisps=True).unchanged == 1
    assert column(town, "bd-wisp-1a", "ephemeral") == 1
    assert rows(town, "SELECT * FROM changes") == []
    assert written(town, everything=True) == []


def test_beads_come_to_the_rig_of_their_ids_else_to_the_usual_one(tmp_path: Path) -> None:
    town = a_town(tmp_path, ("web", "api"))
    taken(town, [a_line("we-1"), a_line("ap-1"), a_line("bd-1"), a_line("hq-1")])
    assert rows(town, "SELECT id, rig FROM beads ORDER BY id") == [
        ("ap-1", "api"),
        ("bd-1", None),
        ("hq-1", None),
        ("we-1", "web"),
    ]
    taken(town, [a_line("bd-2")], rig="api")
    assert column(town, "bd-2", "rig") == "api"
