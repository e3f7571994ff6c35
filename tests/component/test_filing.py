"""Beads and dependencies filed, and work taken back from hooks."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import WORK_TYPES, Bead, BeadStatus, DependencyKind
from gastown.errors import GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, beads, events, ready
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.world.wake import Doorbell
from tests.towns import HUMAN, a_town

TOAST = "web/polecats/Toast"
STALE = Caller(TOAST, 1, 1, is_current=False)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two rigs."""
    with closing(a_town(tmp_path, ("web", "api"))) as town:
        yield town


def bead(town: Town, title: str = "Mend the door") -> Bead:
    """A new bead of web."""
    return create(town, title, by=HUMAN, rig="web")


def happened(town: Town) -> list[str]:
    """Types of all events, oldest first."""
    return [event.type for event in events.last(town.ledger, 1_000)]


# filing


def test_a_filed_bead_holds_all_that_was_said(town: Town) -> None:
    filed = create(
        town,
        " Mend\tthe door ",
        by=HUMAN,
        rig="web",
        description="It creaks.\n\nMuch.",
        acceptance="Silence.",
        design="Oil.",
        type="bug",
        priority=0,
    )
    assert (filed.title, filed.description) == ("Mend the door", "It creaks.\n\nMuch.")
    assert (filed.acceptance, filed.design, filed.type, filed.priority) == ("Silence.", "Oil.", "bug", 0)
    assert (filed.rig, filed.status, filed.created_by) == ("web", BeadStatus.OPEN, "overseer")
    assert filed.id.startswith("we-")
    assert happened(town) == ["bead.created"]


def test_a_bead_belongs_to_the_rig_in_whose_folder_one_stands(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = town.root / "api" / "polecats" / "Toast" / "src"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert create(town, "Here", by=HUMAN).rig == "api"


def test_a_folder_reached_by_another_way_is_the_same_folder(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shortcut").symlink_to(town.root)
    monkeypatch.chdir(town.root / "api")
    assert create(Town(tmp_path / "shortcut"), "Here", by=HUMAN).rig == "api"


def test_a_bead_filed_elsewhere_in_a_town_of_several_rigs_belongs_to_none(town: Town) -> None:
    filed = create(town, "Anywhere", by=HUMAN)
    assert (filed.rig, filed.id[:3]) == (None, "hq-")


def test_a_bead_in_a_town_of_one_rig_belongs_to_it_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, gone = a_town(tmp_path), tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert create(town, "Anywhere", by=HUMAN).rig == "web"


def test_a_bead_is_never_filed_at_another_rig_because_ones_own_is_broken(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    (town.root / "web" / "rig.toml").write_text("[rig")
    monkeypatch.chdir(town.root / "web")
    with pytest.raises(Invalid, match=r"web/rig\.toml"):
        create(town, "Here", by=HUMAN)


def test_an_id_from_elsewhere_is_kept(town: Town) -> None:
    assert create(town, "From the tracker", by=HUMAN, rig="web", id="issue-123").id == "issue-123"


BAD_BEADS: dict[str, tuple[dict[str, object], type[GastownError], str]] = {
    "no title": ({"title": " "}, Invalid, "needs a title"),
    "an unknown rig": ({"rig": "nope"}, NotFound, r"there is no rig 'nope' here \(rigs: api, web\)"),
    "a bad id": ({"id": "issue"}, Invalid, "cannot be a bead's id"),
    "an id that is taken": ({"id": "taken-1"}, Refused, "there is a bead taken-1 already"),
    "an unknown type": ({"type": "convoy"}, Invalid, "'convoy' is no type of work"),
    "no such priority": ({"priority": 5}, Invalid, "5 is no priority"),
    "a text that is none": ({"description": "x\udcff"}, Invalid, "cannot be kept"),
}


@pytest.mark.parametrize("fields, kind, message", BAD_BEADS.values(), ids=BAD_BEADS)
def test_what_cannot_be_filed_is_refused_and_leaves_nothing(
    town: Town, fields: dict[str, object], kind: type[GastownError], message: str
) -> None:
    create(town, "Taken", by=HUMAN, id="taken-1")
    with pytest.raises(kind, match=message) as refusal:
        create(town, **{"title": "Mend the door", "by": HUMAN, **fields})  # type: ignore[arg-type]
    assert refusal.value.hint
    assert happened(town) == ["bead.created"]


@pytest.mark.parametrize("type_", WORK_TYPES)
def test_every_type_of_work_may_be_filed(town: Town, type_: str) -> None:
    assert create(town, "Mend the door", by=HUMAN, type=type_).type == type_


# dependencies


def test_a_bead_that_waits_is_not_ready_until_what_it_waits_for_is_closed(town: Town) -> None:
    work, before = bead(town, "Paint"), bead(town, "Mend")
    assert depend(town, work.id, before.id, by=HUMAN).new
    now = town.clock.now()
    assert [one.title for one in ready.first(town.ledger, rig=None, now=now, most=9)] == ["Mend"]
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, before.id, "landed", by="overseer", now=now)
    assert [one.title for one in ready.first(town.ledger, rig=None, now=now, most=9)] == ["Paint"]


def test_the_same_dependency_again_changes_nothing(town: Town) -> None:
    work, before = bead(town), bead(town)
    depend(town, work.id, before.id, by=HUMAN)
    assert not depend(town, work.id, before.id, by=HUMAN).new
    assert happened(town).count("dependency.added") == 1


def test_a_circle_is_refused_and_shown(town: Town) -> None:
    one, two, three = (create(town, name, by=HUMAN, id=f"{name}-1").id for name in ("a", "b", "c"))
    depend(town, one, two, by=HUMAN)
    depend(town, two, three, by=HUMAN, kind="waits-for")
    with pytest.raises(Refused, match="that would close a circle: a-1 → b-1 → c-1 → a-1"):
        depend(town, three, one, by=HUMAN)
    with pytest.raises(Refused, match="cannot wait for itself"):
        depend(town, one, one, by=HUMAN)


@pytest.mark.parametrize("kind", ["related", "discovered-from", "duplicates"])
def test_what_only_relates_may_go_in_circles(town: Town, kind: str) -> None:
    one, two = bead(town).id, bead(town).id
    depend(town, one, two, by=HUMAN)
    assert depend(town, two, one, kind=kind, by=HUMAN).new


def test_a_wide_and_deep_plan_is_searched_in_no_time(town: Town) -> None:
    """Each of 40 layers of two beads waits for both of the next: two to the power of 40 ways through."""
    layers = [[bead(town).id, bead(town).id] for _ in range(40)]
    for upper, lower in pairwise(layers):
        for one in upper:
            for other in lower:
                depend(town, one, other, by=HUMAN)
    with pytest.raises(Refused, match="circle") as refusal:
        depend(town, layers[-1][0], layers[0][0], by=HUMAN)
    assert refusal.value.message.count("→") == 40


def test_a_dependency_needs_two_beads_and_a_known_kind(town: Town) -> None:
    work = bead(town).id
    with pytest.raises(NotFound, match="there is no bead 'nope-1'"):
        depend(town, work, "nope-1", by=HUMAN)
    with pytest.raises(Invalid, match="'needs' is no kind of dependency") as refusal:
        depend(town, work, work, kind="needs", by=HUMAN)
    assert all(kind in refusal.value.hint for kind in DependencyKind if kind != DependencyKind.TRACKS)


# taking back


def test_what_is_taken_back_is_open_again_and_the_hook_is_empty(town: Town) -> None:
    work = bead(town)
    slung = sling(town, work.id, "Toast", by=HUMAN)
    bell = Doorbell(town.places.wake)
    taken = unsling(town, TOAST, by=HUMAN)
    assert bell.wait(0)
    bell.close()
    assert (taken.bead, taken.agent, taken.generation, taken.branch) == (
        work.id,
        TOAST,
        slung.generation,
        None,
    )
    now, agent = beads.get(town.ledger, work.id), agents.get(town.ledger, TOAST)
    assert (now.status, now.assignee) == (BeadStatus.OPEN, None)
    assert agent is not None
    assert agent.hook_bead is None
    assignment = agents.assignment(town.ledger, slung.generation)
    assert assignment is not None
    assert assignment.outcome == "unslung"
    assert happened(town)[-1] == "bead.unslung"


@pytest.mark.parametrize("address", [TOAST, "web/polecats/Nobody", "nonsense"])
def test_nothing_is_taken_back_from_an_empty_hook(town: Town, address: str) -> None:
    with pytest.raises(Refused, match=f"nothing is on {address}'s hook"):
        unsling(town, address, by=HUMAN)


def test_other_work_than_what_was_named_stays_on_the_hook(town: Town) -> None:
    meant, meanwhile = bead(town).id, bead(town).id
    sling(town, meanwhile, "Toast", by=HUMAN)
    with pytest.raises(Refused, match=f"has {meanwhile} on its hook by now, not {meant}"):
        unsling(town, TOAST, by=HUMAN, bead=meant)
    assert agents.holder(town.ledger, meanwhile) == TOAST
    assert unsling(town, TOAST, by=HUMAN, bead=meanwhile).bead == meanwhile


def test_finished_work_is_not_taken_back_on_its_way_into_the_queue(town: Town) -> None:
    slung = sling(town, bead(town).id, "Toast", by=HUMAN)
    with town.ledger.transaction() as ledger:
        agents.wish_done(
            ledger, slung.generation, commit="c" * 40, no_change=None, incarnation=1, now=town.clock.now()
        )
    with pytest.raises(Refused, match="it is being submitted"):
        unsling(town, TOAST, by=HUMAN)


# who may


def test_a_session_that_was_replaced_files_and_takes_back_nothing(town: Town) -> None:
    work, before = bead(town).id, bead(town).id
    sling(town, work, "Toast", by=HUMAN)
    told = happened(town)
    with pytest.raises(Refused, match="older session"):
        create(town, "Mine", by=STALE)
    with pytest.raises(Refused, match="older session"):
        depend(town, work, before, by=STALE)
    with pytest.raises(Refused, match="older session"):
        unsling(town, TOAST, by=STALE)
    assert happened(town) == told
