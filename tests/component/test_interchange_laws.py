"""What holds for whatever file of Beads comes: it goes out as it came in, and nothing is ready that waits."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gastown.domain.records import Json, Record
from gastown.ledger import derived, interchange
from gastown.town import Town
from tests.beads_lines import OF_2025, OF_2026, WISP, a_file, a_line, leaning, lines_of, text_of
from tests.component.beads_town import LATER, everything, in_order, ready, rows, table_of, taken, written
from tests.towns import a_town

WAITING = """
SELECT d.bead FROM dependencies d JOIN beads o ON o.id = d.depends_on WHERE d.kind = 'blocks' AND o.status <> 'closed'
"""
SLOW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
"""Without looking for smaller examples: each needs a town or two."""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


@SLOW
@given(lines=a_file(), more=a_file())
def test_whatever_goes_in_comes_out_line_for_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Record], more: list[Record]
) -> None:
    town = a_town(tmp_path_factory.mktemp("town"))
    for file in (lines, more):
        taken(town, file)
        before = everything(town)
        assert taken(town, file).updated == ()
        assert everything(town) == before
    if lines[0]["id"] != more[0]["id"]:  # else they are of one project
        assert in_order(written(town)) == in_order([*lines, *more])
    town.close()


@SLOW
@given(lines=a_file())
def test_what_was_written_is_read_by_another_town_as_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Record]
) -> None:
    one, other = (a_town(tmp_path_factory.mktemp("town")) for _ in range(2))
    taken(one, lines)
    assert not taken(other, written(one)).problems
    assert rows(one, "SELECT id, uid FROM beads ORDER BY id") == rows(
        other, "SELECT id, uid FROM beads ORDER BY id"
    )
    assert in_order(written(one)) == in_order(written(other))
    one.close()
    other.close()


def test_loading_many_writes_what_loading_few_writes(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (a_town(tmp_path_factory.mktemp("town")) for _ in range(2))
    lines = [*lines_of(OF_2025), *lines_of(OF_2026), *lines_of(WISP)]
    taken(few, lines, with_wisps=True)
    monkeypatch.setattr(interchange, "MANY", 1)
    taken(many, lines, with_wisps=True)
    journal = "SELECT at, by, kind, subject, what FROM changes ORDER BY subject, what"
    assert rows(few, journal) == rows(many, journal)
    for table in ("beads", "labels", "dependencies", "comments", "readiness"):
        assert table_of(few, table) == table_of(many, table)
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    assert rows(few, schema) == rows(many, schema)
    for town in (few, many):
        assert derived.check(town.ledger) == []
        assert rows(town, "SELECT count(*) FROM beads_text WHERE beads_text MATCH 'paint'") == [(2,)]


def test_more_than_one_load_of_beads_that_wait_for_each_other(town: Town) -> None:
    count = 2500
    lines = [
        a_line(f"bd-{number}", dependencies=[leaning(f"bd-{number}", f"bd-{number + 1}")])
        for number in range(count)
    ]
    assert taken(town, [*lines, a_line(f"bd-{count}")]).created == count + 1
    assert ready(town) == {f"bd-{count}"}
    assert derived.check(town.ledger) == []


@SLOW
@given(data=st.data())
def test_no_sequence_of_files_makes_a_bead_ready_that_has_an_open_blocker(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    town = a_town(tmp_path_factory.mktemp("town"))
    names = [f"bd-{number}" for number in range(5)]
    for round_ in range(3):
        lines = [_drawn(data, name, names[:place], round_) for place, name in enumerate(names)]
        some = [line for line in lines if data.draw(st.booleans())]
        taken(town, some, skip_missing=True)
        assert derived.check(town.ledger) == []
        assert not ready(town) & {row[0] for row in rows(town, WAITING)}
    town.close()


@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.8, 1.2])
def test_an_import_that_is_killed_took_all_or_nothing(town: Town, seconds: float) -> None:
    count = 1500
    file = town.root / "issues.jsonl"
    file.write_text(text_of([a_line(f"bd-{number}") for number in range(count)]), encoding="utf-8")
    argv = [sys.executable, "-m", "gastown", "bead", "import", str(file), "--no-up"]
    with subprocess.Popen(
        argv, cwd=town.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.kill()
    assert rows(town, "SELECT count(*) FROM beads")[0][0] in (0, count)
    assert taken(town, file.read_text(encoding="utf-8")).unchanged in (0, count)
    assert rows(town, "SELECT count(*) FROM changes") == [(count,)]


def _drawn(data: st.DataObject, name: str, before: list[str], round_: int) -> Record:
    on = data.draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
    more: Record = {"status": "closed", "closed_at": LATER} if data.draw(st.booleans()) else {}
    day = data.draw(st.integers(1, 3)) + round_
    links: list[Json] = [leaning(name, other) for other in on]
    return a_line(name, updated_at=f"2026-02-0{day}T00:00:00Z", dependencies=links, **more)
