from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.errors import Busy, NotFound, Refused
from gastown.ledger import agents, derived, graph
from gastown.ledger.sqlite import sqlite3
from gastown.operations.work.convoy_change import close as give_up
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import Slung, sling
from gastown.operations.work.sling_many import SlungMany, sling_many, sling_whatever
from gastown.town import Town
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN, a_rig, write_rig

TOAST = "web/polecats/Toast"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    with closing(place.town):
        yield place
        assert list(derived.check(place.ledger)) == []


def slung(done: SlungMany) -> list[str]:
    return [one.bead for one in done.slung]


def why_not(done: SlungMany) -> dict[str, str]:
    return {one.bead: one.why for one in done.not_slung}


# convoys


def test_what_is_ready_goes_each_to_an_agent_of_its_own_rig_urgent_first_then_old_first(
    place: ConvoyTown,
) -> None:
    late, old, urgent = place.work(), place.work(rig="api"), place.work(priority=0)
    newest = place.work()
    convoy = place.convoy(newest, urgent, late, old)
    done = sling_many(place.town, convoy[:6], by=HUMAN)
    assert slung(done) == [urgent, late, old, newest]
    assert (done.what, done.title, done.type, done.convoy, done.closed) == (
        convoy,
        "Pagination",
        "convoy",
        convoy,
        0,
    )
    assert len({one.agent for one in done.slung}) == 4
    assert [one.agent.split("/")[0] for one in done.slung] == ["web", "web", "api", "web"]
    assert {one.convoy for one in done.slung} == {convoy}
    assert len(place.happened("convoy.created")) == 1
    assert done.well


def test_what_is_not_slung_says_why(place: ConvoyTown) -> None:
    ready, waits, hooked, queued = (place.work(title) for title in ("r", "w", "h", "q"))
    when = place.town.clock.now() + timedelta(days=2)
    later = place.insert("l", rig="web", defer_until=when)
    blocked, ended = place.insert("b", status="blocked", rig="web"), place.work("e")
    under = place.work("u")
    parent = place.epic("Held up", under)
    far = place.insert("f", rig="mars", prefix="ma")
    depend(place.town, waits, ready, by=HUMAN)
    depend(place.town, parent, ready, by=HUMAN)
    convoy = place.convoy(ready, waits, hooked, queued, later, blocked, ended, under, parent, far)
    sling(place.town, hooked, "Toast", by=HUMAN)
    sling(place.town, queued, "Rust", by=HUMAN)
    request = place.hand_over(queued)
    place.close(ended)
    done = sling_many(place.town, convoy, by=HUMAN)
    assert slung(done) == [ready]
    assert done.closed == 1
    assert why_not(done) == {
        waits: f"waits for {ready}",
        hooked: f"on {TOAST}'s hook",
        queued: f"in the queue as {request}",
        later: f"deferred until {when:%Y-%m-%d %H:%M} UTC",
        blocked: "blocked",
        under: f"waits for {parent}",
        parent: f"waits for {ready}",
        far: "there is no rig mars here",
    }
    place.land(ready)
    again = sling_many(place.town, convoy, by=HUMAN)
    assert slung(again) == [waits, under]
    assert why_not(again)[parent] == (
        f"of type epic, which is no work for one agent: gt sling {parent} slings what is in it"
    )


def test_slung_again_it_takes_what_became_ready_meanwhile_and_then_is_content(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    depend(place.town, two, one, by=HUMAN)
    convoy = place.convoy(one, two)
    assert slung(sling_many(place.town, convoy, by=HUMAN)) == [one]
    again = sling_many(place.town, convoy, by=HUMAN)
    assert (slung(again), again.well) == ([], False)  # two waits
    place.land(one)
    assert slung(sling_many(place.town, convoy, by=HUMAN)) == [two]
    again = sling_many(place.town, convoy, by=HUMAN)
    assert (slung(again), again.well, again.closed) == ([], True, 1)
    place.hand_over(two)
    assert sling_many(place.town, convoy, by=HUMAN).well


def test_a_convoy_that_has_landed_leaves_nothing_to_do(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    place.close(work)
    done = sling_many(place.town, convoy, by=HUMAN)
    assert (done.slung, done.not_slung, done.closed, done.well) == ((), (), 1, True)


def test_an_empty_convoy_and_one_that_was_given_up_are_refused(place: ConvoyTown) -> None:
    convoy, work = place.convoy(), place.work()
    with pytest.raises(Refused, match=f"{convoy} tracks nothing yet"):
        sling_many(place.town, convoy, by=HUMAN)
    convoy = place.convoy(work)
    give_up(place.town, convoy, force=True, reason="no time", by=HUMAN)
    with pytest.raises(Refused, match=f"{convoy} is closed: no time") as refusal:
        sling_many(place.town, convoy, by=HUMAN)
    assert refusal.value.hint == f"gt convoy add {convoy} {work} opens it again"


def test_a_single_agent_gets_the_first_alone(place: ConvoyTown) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    done = sling_many(place.town, convoy, "Toast", by=HUMAN)
    assert slung(done) == [one]
    assert why_not(done) == {two: f"{TOAST} has {one} on its hook"}


def test_a_rig_gets_only_its_own(place: ConvoyTown) -> None:
    ours, theirs = place.work(), place.work(rig="api")
    done = sling_many(place.town, place.convoy(ours, theirs), "web", by=HUMAN)
    assert slung(done) == [ours]
    assert why_not(done) == {theirs: f"{theirs} belongs to api, not to web"}


def test_a_parked_rig_keeps_its_work_and_the_others_go_on(place: ConvoyTown) -> None:
    ours, theirs = place.work(), place.work(rig="api")
    write_rig(place.town.root / "web", replace(a_rig(), parked="the move"))
    done = sling_many(place.town, place.convoy(ours, theirs), by=HUMAN)
    assert slung(done) == [theirs]
    assert why_not(done) == {ours: "rig web is parked: the move"}


def test_a_broken_rig_is_told_of_and_the_others_go_on(place: ConvoyTown) -> None:
    ours, theirs = place.work(), place.work(rig="api")
    (place.town.root / "web" / "rig.toml").write_text("[rig")
    done = sling_many(place.town, place.convoy(ours, theirs), by=HUMAN)
    assert slung(done) == [theirs]
    assert "web/rig.toml" in why_not(done)[ours]


def test_so_many_at_most(place: ConvoyTown) -> None:
    beads = [place.work() for _ in range(5)]
    convoy = place.convoy(*beads)
    done = sling_many(place.town, convoy, most=3, by=HUMAN)
    assert slung(done) == beads[:3]
    assert set(why_not(done).values()) == {"3 are enough for now: sling it again for more"}
    assert slung(sling_many(place.town, convoy, most=3, by=HUMAN)) == beads[3:]


def test_what_was_slung_stays_slung_when_the_ledger_gets_busy(
    place: ConvoyTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    beads = [place.work() for _ in range(4)]
    convoy = place.convoy(*beads)
    monkeypatch.setattr("gastown.ledger.database.BUSY_SECONDS", 0.01)
    impatient = Town(place.town.root)
    holder = sqlite3.connect(place.ledger.path, isolation_level=None)

    def take_the_ledger(_: Path) -> bool:
        if sum(agent.hook_bead is not None for agent in agents.all_agents(place.ledger)) == 2:
            holder.execute("BEGIN IMMEDIATE")
        return True

    monkeypatch.setattr("gastown.operations.work.sling.ring", take_the_ledger)
    done = sling_many(impatient, convoy, by=HUMAN)
    with pytest.raises(Busy):
        sling_many(impatient, convoy, by=HUMAN)
    holder.close()
    impatient.close()
    assert slung(done) == beads[:2]
    assert list(why_not(done)) == beads[2:]
    assert all("busy" in why for why in why_not(done).values())


# epics


def test_an_epic_gets_one_convoy_around_its_open_work_however_deep(place: ConvoyTown) -> None:
    deep, shallow, ended = place.work("deep"), place.work("shallow"), place.work("ended")
    inner = place.epic("Inner", deep)
    epic = place.epic("Outer", inner, shallow, ended, place.insert("note", type="message"))
    place.close(ended)
    done = sling_many(place.town, epic, by=HUMAN)
    assert sorted(slung(done)) == sorted([deep, shallow])
    assert (done.type, done.title, done.closed) == ("epic", "Outer", 1)
    assert done.convoy is not None
    convoy = place.bead(done.convoy)
    assert (convoy.title, convoy.owner, convoy.metadata) == ("Outer", "overseer", {})
    later = place.work("later")
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, later, inner, "parent-child", by="overseer", now=place.town.clock.now())
    again = sling_many(place.town, epic, by=HUMAN)
    assert (slung(again), again.convoy) == ([later], done.convoy)
    assert len(place.happened("convoy.created")) == 1
    for bead in (deep, shallow, later):
        place.land(bead)
    assert not place.is_open(done.convoy)
    assert place.is_open(epic)
    assert sling_many(place.town, epic, by=HUMAN).well


def test_new_work_in_an_epic_opens_its_convoy_again(place: ConvoyTown) -> None:
    first = place.work()
    epic = place.epic("E", first)
    convoy = str(sling_many(place.town, epic, by=HUMAN).convoy)
    place.land(first)
    assert not place.is_open(convoy)
    second = place.work()
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, second, epic, "parent-child", by="overseer", now=place.town.clock.now())
    assert slung(sling_many(place.town, epic, by=HUMAN)) == [second]
    assert place.is_open(convoy)


def test_an_epic_without_work_or_that_is_closed_is_refused(place: ConvoyTown) -> None:
    with pytest.raises(Refused, match="has no work in it"):
        sling_many(place.town, place.epic("Empty"), by=HUMAN)
    epic = place.epic("Closed", place.work())
    place.close(epic)
    with pytest.raises(Refused, match=f"{epic} is closed: enough"):
        sling_many(place.town, epic, by=HUMAN)
    assert place.happened("convoy.created") == []


def test_a_blocked_epic_holds_its_work_back(place: ConvoyTown) -> None:
    work, before = place.work(), place.work()
    epic = place.epic("E", work)
    depend(place.town, epic, before, by=HUMAN)
    done = sling_many(place.town, epic, by=HUMAN)
    assert why_not(done) == {work: f"waits for {epic}"}
    assert not done.well
    with pytest.raises(Refused, match=f"{work} waits for {epic}"):
        sling(place.town, work, by=HUMAN)


# one or many


def test_one_bead_and_text_are_slung_as_ever(place: ConvoyTown) -> None:
    work = place.work()
    one = sling_whatever(place.town, f" {work} ", by=HUMAN)
    assert isinstance(one, Slung)
    assert one.bead == work
    text = sling_whatever(place.town, "Mend the lock", "web", by=HUMAN)
    assert isinstance(text, Slung)
    assert text.created
    assert isinstance(sling_whatever(place.town, place.convoy(place.work()), by=HUMAN), SlungMany)
    with pytest.raises(NotFound, match="there is no bead 'we-nope'") as missing:
        sling_whatever(place.town, "we-nope", by=HUMAN)
    assert "bd create" in missing.value.hint


def test_an_older_session_slings_nothing(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work())
    with pytest.raises(Refused, match="older session"):
        sling_many(place.town, convoy, by=Caller(TOAST, 1, 1, is_current=False))
    assert place.happened("bead.slung") == []


def test_an_agent_cli_that_is_not_there_slings_nothing(place: ConvoyTown) -> None:
    epic = place.epic("E", place.work())
    with pytest.raises(NotFound):
        sling_many(place.town, epic, runtime="nope", by=HUMAN)
    assert place.happened("convoy.created") == []
