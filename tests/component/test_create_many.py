"""Many beads filed from one text: all of them or none, whatever happens meanwhile."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gastown.errors import Invalid, Refused
from gastown.ledger import beads, derived, graph
from gastown.ledger.database import FILE_NAME
from gastown.ledger.sqlite import sqlite3
from gastown.operations.work.create_many import create_many
from gastown.town import Town
from tests.component.bead_town import bead_town, filed, happened, is_ready, journal, record
from tests.towns import HUMAN

PLAN = """\
## Epic
### Type
epic

## Schema
### Parent
Epic
### Labels
db

## Screens
### Parent
Epic
### Deps
Schema
related:old-1
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from bead_town(tmp_path)


def test_a_plan_is_filed_with_its_links(town: Town) -> None:
    old = filed(town, "old-1")
    epic, schema, screens = create_many(town, PLAN, by=HUMAN, rig="web")
    assert [one.rig for one in (epic, schema, screens)] == ["web"] * 3
    assert [graph.parent(town.ledger, one.id) for one in (schema, screens)] == [epic.id] * 2
    assert graph.open_blockers(town.ledger, screens.id) == [schema.id]
    assert (old, "related") in [(link.id, link.kind) for link in graph.blocked_by(town.ledger, screens.id)]
    assert beads.labels(town.ledger, schema.id) == ["db"]
    assert (is_ready(town, schema.id), is_ready(town, screens.id)) == (True, False)
    assert happened(town) == ["bead.created"] * 4


def test_what_is_beneath_another_belongs_to_its_rig(town: Town) -> None:
    top = create_many(
        town, "## Top\n### Rig\napi\n## Mid\n### Parent\nTop\n## Low\n### Parent\nMid\n", by=HUMAN
    )
    assert [one.rig for one in top] == ["api"] * 3
    (under,) = create_many(town, f"## Under\n### Parent\n{top[0].id}", by=HUMAN)
    assert under.rig == "api"


WRONG = {
    "an unknown rig": ('{"title": "A"}\n{"title": "B", "rig": "zz"}', "line 2: there is no rig 'zz'"),
    "an unknown blocker": ('{"title": "A", "deps": "no-1"}\n{"title": "B"}', "line 1: there is no bead 'no-1'"),
    "an id that is taken": ('{"title": "A"}\n{"title": "B", "id": "old-1"}', "line 2: there is a bead old-1 already"),
    "an id that is taken in small letters": ('{"title": "A", "id": "OLD-1"}', "line 1: there is a bead old-1 already"),
    "one id in two cases": (
        '{"title": "A", "id": "n-1"}\n{"title": "B", "id": "N-1"}', "line 2: there is a bead n-1 already"
    ),
    "a wisp that is leaned on": (
        '{"title": "A", "id": "n-1", "ephemeral": true}\n{"title": "B", "deps": "n-1"}', "line 2: n-1 is a wisp"
    ),
    "a part that waits": (
        '{"title": "A", "id": "n-1"}\n{"title": "C", "parent": "n-1", "deps": "blocks:n-1"}', "wait"
    ),
    "one id twice": ('{"title": "A", "id": "n-1"}\n{"title": "B", "id": "n-1"}', "line 2: there is a bead n-1 already"),
    "part of an id": ('{"title": "A", "id": "x-12"}\n{"title": "B", "deps": "x-1"}', "line 2: there is no bead"),
    "two at once": ('{"title": "A", "deps": "no-1"}\n{"title": "B", "parent": "no-2"}', "line 2: there is no bead"),
}  # fmt: skip


@pytest.mark.parametrize("text, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_leaves_nothing(town: Town, text: str, said: str) -> None:
    filed(town, "old-1")
    before = journal(town), happened(town)
    with pytest.raises(Invalid, match="nothing was filed") as wrong:
        create_many(town, text, by=HUMAN, rig="web")
    assert said in wrong.value.hint
    assert (journal(town), happened(town)) == before


def test_what_would_wait_for_something_above_it_is_refused(town: Town) -> None:
    filed(town, "e-1", type="epic")
    with pytest.raises(Invalid) as wrong:
        create_many(town, '{"title": "A", "parent": "e-1", "deps": ["e-"]}', by=HUMAN)
    assert "line 1: what is beneath e-1 cannot wait for it" in wrong.value.hint


def test_thousands_are_filed_in_a_moment(town: Town) -> None:
    lines = [json.dumps({"title": f"t{n}", "deps": [f"#{n - 1}"] if n > 1 else []}) for n in range(1, 2001)]
    made = create_many(town, "\n".join(lines), by=HUMAN, rig="web")
    assert len(made) == 2000
    assert graph.open_blockers(town.ledger, made[-1].id) == [made[-2].id]


def test_what_many_are_filed_as_is_what_one_is_filed_as(town: Town) -> None:
    one = filed(town, "f-1", description="d", labels=("b", "a"), ephemeral=False, assignee="ann")
    line = {"title": "f-1", "description": "d", "labels": ["b", "a"], "assignee": "ann"}
    text = "\n".join(json.dumps(line | {"id": f"m-{n}"}) for n in range(1500))
    made = create_many(town, text, by=HUMAN, rig="web")
    own = {"id", "uid", "created_at"}
    was, now = ({k: v for k, v in record(town, bead).items() if k not in own} for bead in (one, made[-1].id))
    assert was == now
    assert derived.check(town.ledger) == []


def test_a_replaced_session_files_nothing(town: Town) -> None:
    from gastown.domain.assignments import Caller

    with pytest.raises(Refused, match="older session"):
        create_many(town, PLAN, by=Caller("web/polecats/Toast", 1, 1, is_current=False))


def test_a_kill_leaves_all_or_nothing(town: Town) -> None:
    size, chance = 1500, random.Random(7)  # noqa: S311 - any moments will do
    plan = town.root / "plan.jsonl"
    plan.write_text(
        "\n".join(json.dumps({"title": f"t{n}", "labels": "x"}) for n in range(size)), encoding="utf-8"
    )
    argv = [sys.executable, "-m", "gastown", "bead", "create", "-f", str(plan), "--rig", "web", "--no-up"]
    seen = set[int]()
    for _ in range(6):
        child = subprocess.Popen(argv, cwd=town.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.15 + chance.random() * 0.35)
        child.kill()
        child.wait(10)
        with closing(sqlite3.connect(town.root / FILE_NAME)) as reader:
            seen.add(int(reader.execute("SELECT count(*) FROM beads").fetchone()[0]))
    assert all(count % size == 0 for count in seen), seen
