"""Whatever is asked of `bd list`, it lists the same as a filter in Python over the same beads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.beads import FILED_TYPES, TYPES, BeadStatus
from gastown.domain.clock import stamp
from gastown.domain.records import Record
from gastown.errors import Invalid
from gastown.ledger import lists, records
from gastown.ledger.database import Database
from gastown.ledger.lists import LOOKED_AHEAD, ORDERS, Wanted, find

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = ("Mend the door", "mend THE parser", "Straße", "a_b%c", "Add pages", "STRASSE")
LABELS = ("api", "ui", "rare", "x'y")
PEOPLE = ("web/polecats/Toast", "ann", None, None)
RIGS = ("web", "api", None)


@dataclass(frozen=True)
class Place:
    """A ledger, and the beads that were put into it, in the order of their keys."""

    ledger: Database
    beads: Sequence[Record]


def a_bead(chance: Random, number: int, parents: Sequence[str]) -> Record:
    made = BEGIN + chance.randrange(60) * DAY
    status = chance.choice([*BeadStatus, BeadStatus.OPEN, BeadStatus.CLOSED, "tombstone"])
    bead: Record = {
        "id": f"{chance.choice('abw')}e-{number:03}", "uid": f"u{number}", "title": chance.choice(WORDS),
        "status": "in_progress" if status == "hooked" else str(status), "priority": chance.randrange(5),
        "issue_type": chance.choice([*TYPES[:-1], *FILED_TYPES, "task", "bug", "story"]),
        "created_at": stamp(made), "created_by": "ann", "updated_at": stamp(made + chance.randrange(9) * DAY),
        "updated_by": "ann", "labels": [*sorted(chance.sample(LABELS, chance.randrange(3)))],
    }  # fmt: skip
    if status == "tombstone":
        return {**bead, "deleted_at": bead["updated_at"], "deleted_by": "ann", "labels": []}
    if status == BeadStatus.CLOSED:
        bead |= {"closed_at": stamp(made + chance.randrange(30) * DAY), "closed_by": "ann"}
    optional = {
        "rig": chance.choice(RIGS), "assignee": chance.choice(PEOPLE), "description": chance.choice(["", *WORDS]),
        "due_at": chance.choice([None, stamp(BEGIN + chance.randrange(90) * DAY)]),
    }  # fmt: skip
    bead |= {name: value for name, value in optional.items() if value}
    if parents and chance.random() < 0.4:
        link: Record = {
            "issue_id": bead["id"],
            "depends_on_id": chance.choice(parents),
            "type": "parent-child",
        }
        bead["dependencies"] = [{**link, "created_at": bead["created_at"], "created_by": "ann"}]
    return bead


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    chance, beads = Random(7), list[Record]()  # noqa: S311 - the same beads every time
    for number in range(240):
        beads.append(a_bead(chance, number, [str(bead["id"]) for bead in beads[:9]]))
    ledger = Database(Path(tmp_path_factory.mktemp("ledger")) / "gastown.db", create=True)
    with ledger.transaction():
        records.insert_many(ledger, beads)
    return Place(ledger, beads)


MOMENTS = st.none() | st.integers(0, 70).map(lambda days: BEGIN + days * DAY)
SEVERAL = {"max_size": 3, "unique": True}

WANTED = st.builds(
    Wanted,
    statuses=st.just(()) | st.lists(st.sampled_from(list(BeadStatus)), **SEVERAL).map(tuple),  # type: ignore[arg-type]
    closed=st.booleans(),
    types=st.just(()) | st.lists(st.sampled_from([*TYPES[:-1], "story"]), **SEVERAL).map(tuple),  # type: ignore[arg-type]
    priorities=st.none() | st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: (min(p), max(p))),
    assignees=st.just(())
    | st.lists(st.sampled_from(["ann", "web/polecats/Toast", "x"]), max_size=2).map(tuple),
    unassigned=st.booleans(),
    labels=st.just(()) | st.lists(st.sampled_from(LABELS), max_size=2).map(tuple),
    any_label=st.just(()) | st.lists(st.sampled_from([*LABELS, "none"]), max_size=2).map(tuple),
    parent=st.none() | st.integers(0, 9).map(str),
    rig=st.none() | st.sampled_from(["web", "api", "other"]),
    text=st.just("") | st.sampled_from(["mend", "ß", "STRASSE", "_", "%", "DOOR", "'"]),
    created_after=MOMENTS,
    created_before=MOMENTS,
    updated_after=MOMENTS,
    updated_before=MOMENTS,
    closed_after=MOMENTS,
    closed_before=MOMENTS,
    overdue=MOMENTS,
    sort=st.sampled_from(list(ORDERS)),
    reverse=st.booleans(),
    most=st.sampled_from([0, 1, 3, 50]),
)

FEW = st.sets(
    st.sampled_from(
        [
            "statuses", "types", "priorities", "assignees", "unassigned", "labels", "any_label", "parent", "rig",
            "text", "created_after", "created_before", "updated_after", "updated_before", "closed_after",
            "closed_before", "overdue",
        ]
    ),
    max_size=3,
)  # fmt: skip
"""So that something is left: only these filters are kept."""


def low(text: object) -> str:
    """As SQLite folds case: only in ASCII."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in str(text))


def fits(bead: Record, wanted: Wanted) -> bool:
    status, kind, labels = bead["status"], bead["issue_type"], set(map(str, bead["labels"]))  # type: ignore[arg-type]
    about_closing = wanted.closed or wanted.closed_after or wanted.closed_before
    statuses = wanted.statuses or [s for s in BeadStatus if about_closing or s != BeadStatus.CLOSED]
    links = bead.get("dependencies") or [{}]
    due, closed = str(bead.get("due_at") or ""), str(bead.get("closed_at") or "")
    between = all(
        (after is None or (at and at >= stamp(after))) and (before is None or (at and at < stamp(before)))
        for at, after, before in (
            (str(bead["created_at"]), wanted.created_after, wanted.created_before),
            (str(bead["updated_at"]), wanted.updated_after, wanted.updated_before),
            (closed, wanted.closed_after, wanted.closed_before),
        )
    )
    machinery = kind in TYPES and kind not in FILED_TYPES
    return bool(
        status in statuses
        and (kind in wanted.types if wanted.types else wanted.parent or not machinery)
        and (wanted.priorities is None or wanted.priorities[0] <= bead["priority"] <= wanted.priorities[1])  # type: ignore[operator]
        and (not wanted.assignees or bead.get("assignee") in wanted.assignees)
        and (not wanted.unassigned or not bead.get("assignee"))
        and labels.issuperset(wanted.labels)
        and (not wanted.any_label or labels.intersection(wanted.any_label))
        and (wanted.parent is None or links[0].get("depends_on_id") == wanted.parent)  # type: ignore[index,union-attr]
        and (wanted.rig is None or bead.get("rig") == wanted.rig)
        and low(wanted.text) in f"{low(bead['title'])}\n{low(bead.get('description', ''))}"
        and between
        and (wanted.overdue is None or (due and due < stamp(wanted.overdue) and status != "closed"))
    )


def expected(beads: Sequence[Record], wanted: Wanted) -> list[str]:
    places: dict[str, object] = {}
    for key, bead in enumerate(beads):
        by = {
            "priority": (bead["priority"], bead["created_at"], key),
            "id": (bead["id"],),
            "title": (low(bead["title"]), key),
        }.get(wanted.sort, (bead.get(f"{wanted.sort}_at") or "", key))
        if fits(bead, wanted):
            places[str(bead["id"])] = by
    newest_first = wanted.sort in ("created", "updated", "closed")
    return sorted(places, key=lambda one: places[one], reverse=newest_first != wanted.reverse)  # type: ignore[arg-type,return-value]


@settings(max_examples=600, deadline=None)
@given(asked=WANTED, kept=FEW)
def test_a_list_is_what_a_filter_in_python_leaves(place: Place, asked: Wanted, kept: set[str]) -> None:
    usual = Wanted()
    given_up = {name: getattr(usual, name) for name in Wanted.__slots__ if name not in kept}
    always = {name: getattr(asked, name) for name in ("closed", "sort", "reverse", "most")}
    wanted = replace(asked, **{**given_up, **always})
    if wanted.parent is not None:
        wanted = replace(wanted, parent=str(place.beads[int(wanted.parent)]["id"]))
    found, right = find(place.ledger, wanted), expected(place.beads, wanted)
    shown = right[: wanted.most or None]
    assert [line.id for line in found.lines] == shown
    assert (found.more, found.at_least) == (len(right) - len(shown), False)


def test_a_common_label_leads_to_the_same_beads(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Wanted(labels=("api", "ui"), closed=True)
    led = find(place.ledger, wanted)
    monkeypatch.setattr(lists, "COMMON", 1)
    in_order = find(place.ledger, wanted)
    assert led.lines
    assert [line.id for line in in_order.lines] == [line.id for line in led.lines]


def test_no_more_is_counted_than_is_worth_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LOOKED_AHEAD", 2)
    found = find(place.ledger, Wanted(most=1))
    assert (len(found.lines), found.more, found.at_least) == (1, 2, True)
    assert LOOKED_AHEAD > 2


def test_a_line_tells_all_that_lists_show(place: Place) -> None:
    bead = next(b for b in place.beads if b.get("due_at") and b["labels"] and b["issue_type"] in FILED_TYPES)
    wanted = Wanted(closed=True, most=0, types=(str(bead["issue_type"]),))
    line = next(line for line in find(place.ledger, wanted).lines if line.id == bead["id"])
    assert list(line.labels) == bead["labels"]
    assert line.due is not None
    assert stamp(line.due) == bead["due_at"]
    assert (line.title, line.type, line.priority) == (bead["title"], bead["issue_type"], bead["priority"])


def test_there_is_no_order_but_those_that_are_named(place: Place) -> None:
    with pytest.raises(Invalid, match="nothing can be sorted") as wrong:
        find(place.ledger, Wanted(sort="key; DROP TABLE beads"))
    assert "priority" in wrong.value.hint


PLANS = {
    "the usual list": Wanted(),
    "a rig's": Wanted(rig="web"),
    "an agent's": Wanted(assignees=("ann",)),
    "with a label": Wanted(labels=("rare",)),
    "a bead's parts": Wanted(parent="we-001"),
    "by id": Wanted(sort="id"),
    "by change": Wanted(sort="updated"),
    "epics": Wanted(types=("epic",)),
}


@pytest.mark.parametrize("wanted", PLANS.values(), ids=PLANS)
def test_what_is_asked_often_is_led_by_an_index(place: Place, wanted: Wanted) -> None:
    statement, values = lists.put_together(place.ledger, wanted)
    plan = [str(row["detail"]) for row in place.ledger.select(f"EXPLAIN QUERY PLAN {statement}", values)]
    whole = [line for line in plan if line.startswith("SCAN b") and "USING INDEX" not in line]
    assert not whole, plan
