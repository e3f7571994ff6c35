"""A bead with thousands of links is brought back in a moment, with those links that still fit."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.ledger import derived, graph
from gastown.operations.work.create_many import create_many
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.undelete import undelete
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.bead_town import bead_town, filed, is_ready, record
from tests.towns import HUMAN

PARTS = 3000


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from bead_town(tmp_path)


def test_an_epic_of_thousands_is_back_in_a_moment(town: Town) -> None:
    epic, first = filed(town, "e-1", type="epic"), filed(town, "f-1")
    depend(town, epic, first, by=HUMAN)
    lines = [f'{{"title": "t{n}", "parent": "{epic}"}}' for n in range(PARTS)]
    parts = create_many(town, "\n".join(lines), by=HUMAN, rig="web")
    depend(town, parts[1].id, parts[0].id, by=HUMAN)
    kept = [record(town, bead) for bead in (epic, parts[0].id, parts[1].id)]
    delete(town, [epic], force=True, by=HUMAN)
    began = time.process_time()
    assert undelete(town, epic, by=HUMAN).left_out == []
    assert time.process_time() - began < 1.0
    assert [record(town, bead) for bead in (epic, parts[0].id, parts[1].id)] == kept
    assert len(graph.children(town.ledger, epic, most=PARTS + 1)) == PARTS
    assert not is_ready(town, parts[0].id)
    assert derived.check(town.ledger) == []


def test_each_link_that_fits_no_more_is_left_out_for_itself(town: Town) -> None:
    one, wanted = filed(town, "we-1"), filed(town, "w-1")
    before, after = filed(town, "b-1"), filed(town, "a-1")
    child, moved, deep = filed(town, "c-1", parent=one), filed(town, "m-1", parent=one), filed(town, "d-1")
    depend(town, one, before, by=HUMAN)
    depend(town, after, one, by=HUMAN)
    depend(town, deep, one, by=HUMAN)
    depend(town, wanted, one, kind="related", by=HUMAN)
    delete(town, [one], force=True, by=HUMAN)
    depend(town, before, after, by=HUMAN)  # so that one → before → after → one would be a circle
    update(town, [moved], Changes(parent=wanted), by=HUMAN)
    update(town, [deep], Changes(parent=child), by=HUMAN)  # beneath what is to be beneath it again
    assert undelete(town, one, by=HUMAN).left_out == [
        "a-1 blocks we-1",
        "d-1 blocks we-1",
        "m-1 parent-child we-1",
    ]
    assert graph.parent(town.ledger, child) == one
    assert graph.open_blockers(town.ledger, one) == [before]
    assert ("w-1", "related") in [(link.id, link.kind) for link in graph.dependents(town.ledger, one)]


def test_a_part_that_waits_for_what_is_above_is_no_part_again(town: Town) -> None:
    top, one = filed(town, "t-1", type="epic"), filed(town, "we-1")
    part = filed(town, "p-1", parent=one)
    update(town, [one], Changes(parent=top), by=HUMAN)
    delete(town, [one], force=True, by=HUMAN)
    depend(town, part, top, by=HUMAN)
    assert undelete(town, one, by=HUMAN).left_out == ["p-1 parent-child we-1"]
    assert graph.parent(town.ledger, one) == top
