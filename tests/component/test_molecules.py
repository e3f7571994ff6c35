"""Molecules that people and agents pour, work through, burn and squash; on a real ledger."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.molecules import Molecule
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import bead_writes, beads, derived, events, graph, molecules, records
from gastown.ledger.sqlite import sqlite3
from gastown.operations.molecules.close_step import Continued, close_and_continue
from gastown.operations.molecules.cook import cook
from gastown.operations.molecules.end import burn, squash
from gastown.operations.molecules.pour import Poured, pour
from gastown.operations.sessions.caller import caller
from gastown.operations.work.create import create
from gastown.operations.work.reopen import reopen
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.town import Town
from gastown.views.molecule import molecule_page
from tests.component.graph_model import differences
from tests.towns import HUMAN, a_town, put_to_work

TOAST, RUST = "web/polecats/Toast", "web/polecats/Rust"

RELEASE = """
description = "Publish {{version}} of {{rig}}."
[vars]
version = { description = "without the v" }
rig = ""
gate = "the tests"
[[steps]]
id = "notes"
title = "Write the notes of {{version}}"
description = "Run {{gate}}."
acceptance = "They are on main."
[[steps]]
id = "tag"
title = "Tag {{version}}"
[[steps]]
id = "tell"
title = "Tell everybody"
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with a formula of its own, `release`."""
    with closing(a_town(tmp_path)) as town:
        (town.root / "formulas").mkdir()
        (town.root / "formulas" / "release.toml").write_text(RELEASE, encoding="utf-8")
        yield town
        assert not derived.check(town.ledger)
        with sqlite3.connect(town.root / "gastown.db") as reader:
            assert not differences(reader)


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, town: Town) -> Callable[[str], Caller]:
    """Ask who calls, with this credential in the environment."""

    def ask(credential: str) -> Caller:
        monkeypatch.setenv("GT_CREDENTIAL", credential)
        return caller(town)

    return ask


def release(town: Town, *, by: Caller = HUMAN, wisp: bool = False, bead: str = "") -> Poured:
    return pour(town, "release", {"version": "1.2"}, by=by, rig="web", wisp=wisp, bead=bead)


def there(town: Town, identity: str) -> Molecule:
    found = molecules.get(town.ledger, identity)
    assert found is not None
    return found


def states(town: Town, identity: str) -> list[tuple[str, str | None]]:
    return [(step.status.value, step.assignee) for step in there(town, identity).steps]


def on(town: Town, step: str, by: Caller = HUMAN, reason: str = "") -> Continued:
    return close_and_continue(town, step, reason=reason, by=by)


def told(town: Town, type_: str) -> list[dict[str, object]]:
    return [event.payload for event in events.last(town.ledger, 1_000) if event.type == type_]


def changes(town: Town) -> int:
    with sqlite3.connect(town.root / "gastown.db") as reader:
        return int(reader.execute("SELECT count(*) FROM changes").fetchone()[0])


# cooking and pouring


def test_cooking_fills_what_is_known_and_says_what_is_missing(town: Town) -> None:
    cooked = cook(town, "release", {}, rig="web")
    assert (cooked.description, cooked.missing) == ("Publish {{version}} of web.", ("version",))
    assert cooked.steps[0].description == "Run make test."
    bead = create(town, "Mend the door", by=HUMAN)
    assert f"bd show {bead.id}." in cook(town, "polecat-work", {}, bead=bead.id).steps[0].description


def test_pouring_makes_a_bead_with_its_steps_as_children_each_waiting_for_the_last(town: Town) -> None:
    made = release(town)
    molecule = beads.get(town.ledger, made.molecule)
    assert (molecule.type, molecule.title, molecule.rig, molecule.ephemeral) == (
        "molecule", "release", "web", False,
    )  # fmt: skip
    assert molecule.description == "Publish 1.2 of web."
    assert molecule.metadata == {
        "formula": "release",
        "vars": {"version": "1.2", "rig": "web", "gate": "make test"},
    }
    assert made.steps == tuple(f"{made.molecule}.{number}" for number in (1, 2, 3))
    first, second, _ = (beads.get(town.ledger, step) for step in made.steps)
    assert (first.type, first.title, first.acceptance) == (
        "step", "Write the notes of 1.2", "They are on main.",
    )  # fmt: skip
    assert second.metadata == {"name": "tag", "position": 2}
    assert graph.parent(town.ledger, second.id) == made.molecule
    assert list(graph.open_blockers(town.ledger, second.id)) == [first.id]
    assert told(town, "molecule.poured") == [{"bead": None, "formula": "release", "steps": 3, "wisp": False}]


def test_a_molecule_for_a_bead_is_its_child_and_bears_its_title(town: Town) -> None:
    bead = create(town, "Version 1.2", by=HUMAN, priority=1)
    made = release(town, bead=bead.id)
    assert (made.bead, made.title) == (bead.id, "release: Version 1.2")
    assert graph.parent(town.ledger, made.molecule) == bead.id
    assert beads.get(town.ledger, made.steps[2]).priority == 1
    with pytest.raises(Refused, match=f"{bead.id} has the open molecule {made.molecule}"):
        release(town, bead=bead.id)
    with pytest.raises(Refused, match="is a step: nothing is poured into it"):
        release(town, bead=made.steps[0])


def test_nothing_is_poured_when_a_value_is_missing_or_the_bead_is_not_there(town: Town) -> None:
    with pytest.raises(Invalid, match="release needs a value for version"):
        pour(town, "release", {}, by=HUMAN)
    with pytest.raises(NotFound):
        release(town, bead="we-none")
    assert not told(town, "molecule.poured")


def test_a_wisp_leaves_no_trace_in_the_journal_and_is_in_no_record(town: Town) -> None:
    before = changes(town)
    made = release(town, wisp=True)
    on(town, made.steps[0])
    assert changes(town) == before
    assert not list(records.read_all(town.ledger))
    assert there(town, made.molecule).is_wisp


# going on


def test_closing_a_step_claims_the_next_for_the_caller(town: Town) -> None:
    made = release(town)
    result = on(town, made.steps[0], reason="they are written")
    assert (result.step, result.already, result.done, result.total) == (made.steps[0], False, 1, 3)
    assert result.next is not None
    assert (result.next.id, result.next.assignee) == (made.steps[1], "overseer")
    assert states(town, made.molecule) == [("closed", None), ("in_progress", "overseer"), ("open", None)]
    assert beads.get(town.ledger, made.steps[0]).close_reason == "they are written"
    assert [payload["next"] for payload in told(town, "step.closed")] == [made.steps[1]]


def test_repeating_it_gives_the_same_and_skips_nothing(town: Town) -> None:
    made = release(town)
    first = on(town, made.steps[0])
    again = on(town, made.steps[0])
    assert (again.already, again.next, again.done) == (True, first.next, 1)
    on(town, made.steps[1])
    once_more = on(town, made.steps[0])
    assert once_more.next is not None
    assert (once_more.already, once_more.next.id, once_more.done) == (True, made.steps[2], 2)
    assert len(told(town, "step.closed")) == 2


def test_a_later_step_waits_for_the_one_before(town: Town) -> None:
    made = release(town)
    with pytest.raises(Refused, match=f"{made.steps[2]} waits for {made.steps[1]}") as caught:
        on(town, made.steps[2])
    assert caught.value.hint == f"bd close {made.steps[1]} --continue"
    assert states(town, made.molecule) == [("open", None)] * 3


def test_a_molecule_that_stands_alone_closes_with_its_last_step(town: Town) -> None:
    made = release(town)
    results = [on(town, step) for step in made.steps]
    assert (results[-1].next, results[-1].done) == (None, 3)
    closed = beads.get(town.ledger, made.molecule)
    assert (closed.status, closed.close_reason) == (BeadStatus.CLOSED, "all its steps are done")
    assert len(told(town, "molecule.closed")) == 1
    assert on(town, made.steps[2]).already
    assert len(told(town, "molecule.closed")) == 1


def test_a_step_that_waits_for_something_else_is_shown_but_not_claimed(town: Town) -> None:
    made, other = release(town), create(town, "The server is up", by=HUMAN)
    with town.ledger.transaction() as ledger:
        graph.add_dependency(ledger, made.steps[1], other.id, "blocks", by="overseer", now=town.clock.now())
    result = on(town, made.steps[0])
    assert result.next is not None
    assert (result.next.id, result.next.status, result.waits_for) == (made.steps[1], "open", (other.id,))


def test_only_a_step_can_be_gone_on_from(town: Town) -> None:
    bead = create(town, "Mend the door", by=HUMAN)
    with pytest.raises(Invalid, match=f"{bead.id} is a task, not a step"):
        on(town, bead.id)


def test_an_agent_cannot_close_the_step_that_another_is_at(
    town: Town, become: Callable[[str], Caller]
) -> None:
    made = release(town)
    toast, rust = become(put_to_work(town, TOAST)), become(put_to_work(town, RUST))
    on(town, made.steps[0], by=toast)
    with pytest.raises(Refused, match=f"{TOAST} is at {made.steps[1]}"):
        on(town, made.steps[1], by=rust)
    assert on(town, made.steps[0], by=rust).waits_for == (f"{TOAST}, who is at it",)
    assert states(town, made.molecule)[1] == ("in_progress", TOAST)


RACE = """
import sys
from pathlib import Path
from gastown.domain.assignments import Caller
from gastown.operations.molecules.close_step import close_and_continue
from gastown.town import Town
town = Town(Path(sys.argv[1]))
town.ledger
print("ready", flush=True)
sys.stdin.readline()
result = close_and_continue(town, sys.argv[2], by=Caller("overseer"))
print(result.already, result.next.id, result.done)
"""


def test_of_many_who_close_one_step_at_once_one_does_and_none_goes_further(town: Town) -> None:
    made = release(town)
    command = [sys.executable, "-c", RACE, str(town.root), made.steps[0]]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)
    assert said == [f"False {made.steps[1]} 1", *[f"True {made.steps[1]} 1"] * 5]


# looking


def test_the_page_of_a_molecule_is_found_by_it_by_a_step_and_by_its_bead(town: Town) -> None:
    bead = create(town, "Version 1.2", by=HUMAN)
    made = release(town, bead=bead.id)
    on(town, made.steps[0])
    for what in (made.molecule, made.steps[2], bead.id):
        page = molecule_page(town, what)
        assert (page.id, page.bead, page.done, page.total) == (made.molecule, bead.id, 1, 3)
        assert page.current is not None
        assert page.next is not None
        assert (page.current.id, page.next.id) == (made.steps[1], made.steps[2])
    with pytest.raises(NotFound, match="no steps were poured"):
        molecule_page(town, create(town, "Another", by=HUMAN).id)


# the ends


def test_burning_removes_a_wisp_and_all_of_it_and_leaves_one_event(town: Town) -> None:
    bead = create(town, "Version 1.2", by=HUMAN)
    made = release(town, wisp=True, bead=bead.id)
    on(town, made.steps[0])
    gone = burn(town, made.molecule, by=HUMAN)
    assert (gone.molecule, gone.bead, gone.done, gone.total) == (made.molecule, bead.id, 1, 3)
    assert not [
        beads.find(town.ledger, each)
        for each in (made.molecule, *made.steps)
        if beads.find(town.ledger, each)
    ]
    assert not graph.dependents(town.ledger, bead.id)
    (payload,) = told(town, "molecule.burned")
    assert (payload["done"], payload["total"]) == (1, 3)
    assert [step["by"] for step in json.loads(json.dumps(payload["steps"]))] == ["overseer", None, None]
    with pytest.raises(NotFound):
        burn(town, made.molecule, by=HUMAN)


def test_a_recorded_molecule_is_not_burned(town: Town) -> None:
    made = release(town)
    with pytest.raises(Refused, match="is recorded, and is not burned") as caught:
        burn(town, made.molecule, by=HUMAN, force=True)
    assert caught.value.hint == (
        f"bd mol squash {made.molecule}, or bd close {made.molecule} when its steps are closed"
    )
    with pytest.raises(NotFound, match="is a step, not a molecule"):
        burn(town, made.steps[0], by=HUMAN)


def test_a_wisp_that_an_agent_is_at_is_burned_by_a_persons_force_alone(
    town: Town, become: Callable[[str], Caller]
) -> None:
    made = release(town, wisp=True)
    toast, rust = become(put_to_work(town, TOAST)), become(put_to_work(town, RUST))
    on(town, made.steps[0], by=toast)
    for by in (rust, HUMAN):
        with pytest.raises(Refused, match=f"{TOAST} is at {made.steps[1]}"):
            burn(town, made.molecule, by=by)
    with pytest.raises(Refused, match="only a person forces that"):
        burn(town, made.molecule, by=rust, force=True)
    assert burn(town, made.molecule, by=HUMAN, force=True).done == 1


def test_who_is_at_it_may_burn_it(town: Town, become: Callable[[str], Caller]) -> None:
    made = release(town, wisp=True)
    toast = become(put_to_work(town, TOAST))
    on(town, made.steps[0], by=toast)
    assert burn(town, made.molecule, by=toast).done == 1


@pytest.mark.parametrize("wisp", [True, False], ids=["a wisp", "a recorded one"])
def test_squashing_leaves_a_lasting_closed_bead_that_tells_of_the_steps(town: Town, *, wisp: bool) -> None:
    bead = create(town, "Version 1.2", by=HUMAN)
    made = release(town, wisp=wisp, bead=bead.id)
    on(town, made.steps[0], reason="written")
    kept = squash(town, made.molecule, by=HUMAN)
    first, *others = kept.summary.splitlines()
    assert first == "release: 1 of 3 steps done."
    assert others[0].startswith("1. Write the notes of 1.2: overseer, ")
    assert others[0].endswith("UTC: written")
    assert others[1:] == ["2. Tag 1.2: not done", "3. Tell everybody: not done"]
    digest = beads.get(town.ledger, made.molecule)
    assert (digest.status, digest.ephemeral, digest.description) == (BeadStatus.CLOSED, False, kept.summary)
    assert digest.metadata["digest"] is True
    assert graph.parent(town.ledger, digest.id) == bead.id
    assert not there(town, made.molecule).steps
    record = records.read(town.ledger, digest.id)
    assert record is not None
    assert record["description"] == kept.summary
    assert (len(told(town, "molecule.squashed")), kept.already) == (1, False)


def test_a_digest_says_what_was_given_and_squashing_again_changes_nothing(town: Town) -> None:
    made = release(town, wisp=True)
    assert squash(town, made.molecule, by=HUMAN, summary="All is well.\n").summary == "All is well."
    again = squash(town, made.molecule, by=HUMAN, summary="Or not.")
    assert (again.summary, again.already) == ("All is well.", True)
    assert molecule_page(town, made.molecule).description == "All is well."


def test_the_steps_of_a_recorded_molecule_become_tombstones(town: Town) -> None:
    made = release(town)
    squash(town, made.molecule, by=HUMAN)
    husk = beads.get(town.ledger, made.steps[0])
    assert (husk.type, husk.status, husk.description, husk.title) == (
        "tombstone", BeadStatus.CLOSED, "", "Write the notes of 1.2",
    )  # fmt: skip
    assert husk.close_reason == f"squashed into {made.molecule}"
    record = records.read(town.ledger, husk.id)
    assert record is not None
    assert (record["status"], record.get("dependencies")) == ("tombstone", None)


def test_squashed_steps_come_back_with_undelete(town: Town) -> None:
    made = release(town)
    on(town, made.steps[0], reason="written")
    before = {step: records.read(town.ledger, step) for step in made.steps}
    squash(town, made.molecule, by=HUMAN)
    for step in made.steps:
        undelete(town, step, by=HUMAN)
    for step, was in before.items():
        back = records.read(town.ledger, step)
        assert was is not None
        assert back is not None
        changed = {name for name in {*was, *back} if was.get(name) != back.get(name)}
        assert changed <= {"written", "updated_at", "updated_by"}
    assert [step.title for step in there(town, made.molecule).steps] == [
        "Write the notes of 1.2", "Tag 1.2", "Tell everybody",
    ]  # fmt: skip


def test_what_was_done_in_steps_is_not_opened_again(town: Town) -> None:
    bead = create(town, "Version 1.2", by=HUMAN, rig="web").id
    made = release(town, bead=bead)
    for step in made.steps:
        on(town, step)
    digest = release(town, bead=bead)
    squash(town, digest.molecule, by=HUMAN)
    for closed, words in (
        (made.steps[1], "is a step"),
        (made.molecule, "is a molecule"),
        (digest.molecule, "is a digest of a molecule"),
    ):
        with pytest.raises(Refused, match=words) as refusal:
            reopen(town, [closed], by=HUMAN)
        assert refusal.value.hint.startswith("bd mol pour ")
        assert beads.get(town.ledger, closed).status is BeadStatus.CLOSED
    assert "release" in refusal.value.hint
    assert reopen(town, [release(town, bead=bead).molecule], by=HUMAN)[0].already


def test_a_digest_that_is_open_keeps_no_work_from_its_steps(town: Town) -> None:
    """As an older version, or another town, may have left it."""
    bead = create(town, "Version 1.2", by=HUMAN, rig="web").id
    digest = release(town, bead=bead).molecule
    squash(town, digest, by=HUMAN)
    with town.ledger.transaction() as ledger:
        bead_writes.reopen(ledger, digest, by="ann", now=town.clock.now())
    assert molecules.open_of_bead(town.ledger, bead) is None
    sling(town, bead, TOAST, by=HUMAN)
    found = molecules.open_of_bead(town.ledger, bead)
    assert found is not None
    assert (found.formula, found.is_wisp) == ("polecat-work", True)
    assert squash(town, digest, by=HUMAN).already


def test_going_on_loads_neither_typer_nor_what_reads_formulas(town: Town) -> None:
    step = release(town).steps[0]
    words = ["-X", "importtime", "-m", "gastown", "bead", "close", step, "--continue", "--no-up"]
    done = subprocess.run(
        [sys.executable, *words], cwd=town.root, capture_output=True, text=True, timeout=60, check=True
    )
    assert "closed" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "gastown.operations.molecules.close_step" in loaded
    assert not loaded & {"typer", "libtmux", "pygit2", "pydantic", "sqlite_utils"}
    assert "gastown.settings.formulas" not in loaded
