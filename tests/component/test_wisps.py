"""Wisps: one that is given to an agent lasts, nothing lasting leans on one, and what has ended is removed."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gastown.domain.filing import Filing, Leaning
from gastown.errors import Invalid, Refused
from gastown.ledger import agents, bead_writes, beads, convoys, derived, events, graph, molecules
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.sqlite import sqlite3
from gastown.operations.molecules.end import squash
from gastown.operations.molecules.pour import pour
from gastown.operations.work.close import close
from gastown.operations.work.convoy_change import add
from gastown.operations.work.convoy_change import create as open_convoy
from gastown.operations.work.create import file
from gastown.operations.work.create_many import create_many
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.old_wisps import AFTER, MOST, remove_old_wisps
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.graph_model import differences
from tests.component.history_town import HistoryTown
from tests.towns import HUMAN


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    with closing(HistoryTown(tmp_path)) as made:
        yield made
        assert not derived.check(made.ledger)
        with sqlite3.connect(made.ledger.path) as reader:
            assert not differences(reader)


def filed(town: HistoryTown, identity: str, *, wisp: bool = True, **fields: object) -> str:
    filing = Filing(identity, id=identity, rig="web", ephemeral=wisp, **fields)  # type: ignore[arg-type]
    return file(town.town, filing, by=HUMAN).id


def ended(town: HistoryTown, identity: str, type_: str = "task") -> str:
    """A wisp that is closed."""
    town.add(identity, ephemeral=True, type=type_)
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, identity, "enough", by="overseer", now=town.clock.now())
    return identity


def later(town: HistoryTown, time: timedelta = AFTER + timedelta(minutes=1)) -> None:
    town.clock.time += time


# what is slung lasts


def test_a_slung_wisp_survives_a_restore_with_its_hook(town: HistoryTown) -> None:
    wisp = filed(town, "we-1", labels=("urgent",))
    slung = sling(town.town, wisp, by=HUMAN)
    assert not beads.get(town.ledger, wisp).ephemeral
    town.record()
    town.lose()
    town.restore()
    assert beads.get(town.ledger, wisp).status == "hooked"
    assert town.line(wisp)["labels"] == ["urgent"]
    assignment = agents.open_assignment(town.ledger, slung.agent)
    assert assignment is not None
    assert assignment.bead == wisp
    assert [link.id for link in graph.tracked(town.ledger, str(slung.convoy))] == [wisp]


def test_what_a_slung_wisp_leans_on_lasts_with_it_and_what_leans_on_it_does_not(town: HistoryTown) -> None:
    epic = filed(town, "we-1", type="epic")
    before = filed(town, "we-2")
    work = filed(town, "we-3", parent=epic, deps=(Leaning("blocks", before),))
    after = filed(town, "we-4", deps=(Leaning("blocks", work),))
    close(town.town, [before], by=HUMAN)
    sling(town.town, work, by=HUMAN)
    assert [beads.get(town.ledger, each).ephemeral for each in (epic, before, work, after)] == [
        False, False, False, True,
    ]  # fmt: skip
    town.record()
    links = json.dumps(town.line(work)["dependencies"])
    assert [kind in links for kind in (epic, "parent-child", before, "blocks", after)] == [True] * 4 + [False]


def test_a_wisp_lasts_with_the_digest_of_its_steps(town: HistoryTown) -> None:
    work = filed(town, "we-1")
    made = pour(town.town, "polecat-work", {}, by=HUMAN, bead=work, wisp=True)
    squash(town.town, made.molecule, by=HUMAN)
    assert not beads.get(town.ledger, work).ephemeral
    town.record()
    assert work in json.dumps(town.line(made.molecule)["dependencies"])


def test_a_slung_wisp_can_be_put_into_a_convoy(town: HistoryTown) -> None:
    wisp = filed(town, "we-1")
    with pytest.raises(Refused, match="is a wisp") as refusal:
        open_convoy(town.town, "P", [wisp], by=HUMAN)
    assert refusal.value.hint == f"gt sling {wisp} makes it last"
    sling(town.town, wisp, by=HUMAN)
    convoy = open_convoy(town.town, "P", by=HUMAN).id
    assert add(town.town, convoy, [wisp], by=HUMAN).beads == (wisp,)


# nothing lasting leans on a wisp


@pytest.mark.parametrize("kind", ["blocks", "related", "parent-child"])
def test_nothing_that_lasts_is_made_to_lean_on_a_wisp(town: HistoryTown, kind: str) -> None:
    wisp, lasting = filed(town, "we-1"), filed(town, "we-2", wisp=False)
    with pytest.raises(Refused, match="we-1 is a wisp") as refusal:
        depend(town.town, lasting, wisp, kind=kind, by=HUMAN)
    assert "gt sling we-1" in refusal.value.hint
    with pytest.raises(Refused, match="we-1 is a wisp"):
        filed(town, "we-3", wisp=False, deps=(Leaning(kind, wisp),))
    assert beads.find(town.ledger, "we-3") is None
    assert depend(town.town, wisp, lasting, kind=kind, by=HUMAN).new
    assert depend(town.town, filed(town, "we-4"), wisp, kind=kind, by=HUMAN).new


def test_nothing_that_lasts_is_moved_beneath_a_wisp_or_poured_for_one(town: HistoryTown) -> None:
    wisp, lasting = filed(town, "we-1", type="epic"), filed(town, "we-2", wisp=False)
    with pytest.raises(Refused, match="we-1 is a wisp"):
        update(town.town, [lasting], Changes(parent=wisp), by=HUMAN)
    work = filed(town, "we-5")
    with pytest.raises(Refused, match="we-5 is a wisp") as refusal:
        pour(town.town, "polecat-work", {}, by=HUMAN, bead=work)
    assert refusal.value.hint == "bd mol wisp polecat-work --for we-5"
    assert pour(town.town, "polecat-work", {}, by=HUMAN, bead=work, wisp=True).wisp


def test_of_many_none_that_lasts_leans_on_a_wisp(town: HistoryTown) -> None:
    filed(town, "we-1")
    with pytest.raises(Invalid) as refusal:
        create_many(town.town, '{"title": "One", "deps": ["we-1"]}', by=HUMAN, rig="web")
    assert "we-1 is a wisp" in refusal.value.hint


# what has ended is removed


def test_a_wisp_that_ended_long_ago_is_removed_with_what_hangs_on_it(town: HistoryTown) -> None:
    wisp, other = ended(town, "we-1"), town.add("we-2")
    town.comment(wisp, "hm")
    depend(town.town, wisp, other, by=HUMAN)
    fresh_open = filed(town, "we-3")
    assert remove_old_wisps(town.town) == 0
    later(town)
    fresh = ended(town, "we-4")
    assert remove_old_wisps(town.town) == 1
    assert beads.find(town.ledger, wisp) is None
    assert all(beads.find(town.ledger, each) for each in (other, fresh, fresh_open))
    (event,) = [each for each in events.last(town.ledger, 100) if each.type == "wisps.removed"]
    assert (event.actor, event.payload["ids"], event.payload["wisps"]) == ("supervisor", [wisp], 1)


def test_while_there_is_nothing_to_remove_nothing_is_written(town: HistoryTown) -> None:
    ended(town, "we-1")
    town.add("we-2")
    version = town.ledger.data_version()
    with closing(Town(town.root, clock=town.clock)) as other:
        assert remove_old_wisps(other) == 0
        assert town.ledger.data_version() == version
        later(town)
        assert remove_old_wisps(other) == 1
        assert town.ledger.data_version() != version


def test_wisps_that_something_open_or_a_record_leans_on_stay(town: HistoryTown) -> None:
    waits_for, parent = ended(town, "we-1"), ended(town, "we-2", "epic")
    filed(town, "we-3", deps=(Leaning("blocks", waits_for),), parent=parent)
    worked_on = town.add("we-4", ephemeral=True)
    town.sling(worked_on)  # as an older version did it
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, worked_on, "enough", by="overseer", now=town.clock.now())
    later(town)
    assert remove_old_wisps(town.town) == 0


def test_steps_go_with_their_molecule_and_not_before(town: HistoryTown) -> None:
    bead = filed(town, "we-1", wisp=False)
    served = pour(town.town, "polecat-work", {}, by=HUMAN, bead=bead, wisp=True)
    alone = pour(town.town, "polecat-work", {"bead": "we-1"}, by=HUMAN, rig="web", wisp=True)
    half = pour(town.town, "polecat-work", {"bead": "we-1"}, by=HUMAN, rig="web", wisp=True)
    for step in (*served.steps, *alone.steps, half.steps[0]):
        close(town.town, [step], by=HUMAN)
    later(town)
    assert remove_old_wisps(town.town) == 1
    assert molecules.get(town.ledger, alone.molecule) is None
    assert beads.find(town.ledger, alone.steps[0]) is None
    for each in (served, half):
        molecule = molecules.get(town.ledger, each.molecule)
        assert molecule is not None
        assert len(molecule.steps) == len(each.steps)


def test_many_go_a_bounded_number_at_a_time(town: HistoryTown) -> None:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        for _ in range(MOST + 3):
            new = NewBead("x", prefix="we", rig="web", ephemeral=True)
            bead_writes.close(ledger, bead_writes.insert(ledger, new, by="o", now=now), "", by="o", now=now)
    later(town)
    assert [remove_old_wisps(town.town) for _ in range(3)] == [MOST, 3, 0]


def test_notices_about_convoys_go_once_they_are_read(town: HistoryTown) -> None:
    work = filed(town, "we-1", wisp=False)
    convoy = open_convoy(town.town, "P", [work], owner="mayor", watching=["overseer"], by=HUMAN).id
    close(town.town, [work], by=HUMAN)
    read, unread = convoys.unread(town.ledger, convoy)
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, read, "read", by="mayor", now=town.clock.now())
    later(town)
    assert remove_old_wisps(town.town) == 1
    assert beads.find(town.ledger, read) is None
    assert beads.find(town.ledger, unread) is not None


# molecules


def test_a_molecule_is_not_deleted_from_above_its_steps(town: HistoryTown) -> None:
    bead = filed(town, "we-1", wisp=False)
    wisp = pour(town.town, "polecat-work", {}, by=HUMAN, bead=bead, wisp=True)
    recorded = pour(town.town, "polecat-work", {"bead": "we-1"}, by=HUMAN, rig="web")
    for molecule, hint in (
        (wisp.molecule, f"bd mol burn {wisp.molecule}"),
        (recorded.molecule, f"bd mol squash {recorded.molecule}"),
    ):
        with pytest.raises(Refused, match="its steps would be left") as refusal:
            delete(town.town, [molecule], force=True, by=HUMAN)
        assert refusal.value.hint == hint
    delete(town.town, [bead], by=HUMAN)
    assert beads.find(town.ledger, wisp.steps[0]) is None
