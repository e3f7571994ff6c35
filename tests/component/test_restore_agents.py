"""What is wished of agents comes back with the ledger: who left, whose session is to run, what was put off."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.own_rows import check_agent, check_assignment
from gastown.domain.records import Json
from gastown.errors import Invalid
from gastown.ledger import agents
from gastown.operations.work.sling import sling
from tests.component.history_town import HistoryTown
from tests.towns import HUMAN

TOAST, SHADOW = "web/polecats/Toast", "web/polecats/Shadow"
T = "2026-11-20T10:00:00.000Z"
NOVA: dict[str, Json] = {
    "address": "web/polecats/Nova", "role": "polecat", "rig": "web", "name": "Nova", "created_at": T,
}  # fmt: skip
WORK: dict[str, Json] = {
    "generation": 9, "bead": "we-1", "agent": "web/polecats/Nova", "slung_by": "ann", "started_at": T,
}  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town with one polecat that left, one whose session is wanted, and work that was put off."""
    with closing(HistoryTown(tmp_path)) as made:
        made.record()
        gone = sling(made.town, made.bead("Mend the door"), "Toast", by=HUMAN)
        sling(made.town, made.bead("Paint it"), "Shadow", defer=True, by=HUMAN)
        now = made.clock.now()
        with made.ledger.transaction() as ledger:
            agents.end_assignment(ledger, gone.generation, "unslung", now)
            agents.unhook(ledger, TOAST, gone.bead)
            agents.want(ledger, SHADOW, by="ann", now=now)
            assert agents.remove(ledger, TOAST, now)
        yield made


def test_it_is_recorded_when_it_changes_and_comes_back_when_the_ledger_is_lost(town: HistoryTown) -> None:
    with town.ledger.transaction() as ledger:
        agents.undefer(ledger, 2)
    town.record()
    with town.ledger.transaction() as ledger:
        agents.pause(ledger, SHADOW, "asked")
    assert not town.record().whole
    before, rows = town.tree(), agents.all_agents(town.ledger)
    town.lose()
    town.restore()
    assert town.tree() == before
    assert agents.all_agents(town.ledger) == rows
    left = agents.get(town.ledger, TOAST)
    assert left is not None
    assert left.removed_at is not None


def test_what_was_put_off_still_is(town: HistoryTown) -> None:
    town.record()
    town.lose()
    town.restore()
    work = agents.open_assignment(town.ledger, SHADOW)
    assert work is not None
    assert work.deferred
    shadow = agents.get(town.ledger, SHADOW)
    assert shadow is not None
    assert (shadow.wanted_by, shadow.wanted_at is not None) == ("ann", True)


def test_who_left_is_told_in_one_line_of_the_history(town: HistoryTown) -> None:
    town.record()
    (lines,) = [text for path, text in town.tree().items() if path.endswith("agents.jsonl")]
    rows = {row["name"]: row for row in map(json.loads, lines.splitlines())}
    assert "removed_at" in rows["Toast"]
    assert "removed_at" not in rows["Shadow"]


@pytest.mark.parametrize(
    "change",
    [
        *({"removed_at": "yesterday"}, {"removed_at": T, "hook_bead": "we-1"}, {"wanted_at": 5}),
        {"wanted_at": T, "wanted_by": ""},
    ],
)
def test_an_agent_that_no_ledger_wrote_is_refused(change: dict[str, Json]) -> None:
    check_agent({**NOVA, "removed_at": T, "wanted_at": None})
    with pytest.raises(Invalid):
        check_agent({**NOVA, **change})


@pytest.mark.parametrize("deferred", ["yes", 2, True])
def test_an_assignment_that_no_ledger_wrote_is_refused(deferred: Json) -> None:
    check_assignment({**WORK, "deferred": 1})
    with pytest.raises(Invalid):
        check_assignment({**WORK, "deferred": deferred})
