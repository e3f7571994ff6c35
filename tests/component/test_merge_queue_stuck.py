"""What would keep a queue busy for ever is held after a while, and a person can send it back."""

import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.errors import Busy, GastownError, NotFound, Refused
from gastown.ledger import agents, incarnations, merges
from gastown.operations.merge.reject import reject
from gastown.operations.merge.retry import retry
from gastown.views.log import log
from gastown.views.queue import merge_queue, merge_request
from tests.component.merge_town import PATIENCE, MergeTown
from tests.support import eventually, git
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("git")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a bare repository."""
    town = MergeTown(tmp_path)
    yield town
    town.close()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a folder that somebody works in."""
    town = MergeTown(tmp_path, bare=False)
    yield town
    town.close()


def run_in_vain(place: MergeTown) -> str:
    """Let the queue run; gives why requests were left waiting, or nothing."""
    try:
        place.run()
    except GastownError as problem:
        return problem.message
    return ""


def held_because(place: MergeTown, request: str) -> str:
    """Why a request is held."""
    now = place.request(request)
    assert now.state == "held", (now, place.said, place.told())
    return str(now.because)


def test_a_gate_that_asks_its_queue_to_end_is_held_as_well_and_one_that_gt_down_ended_is_not(
    place: MergeTown,
) -> None:
    place.gate("[ ! -e killer ] || { kill $PPID; sleep 60; }")
    killer, good = place.submit("Killer", {"killer": ""}), place.submit("Good", {"good": ""})
    place.town.places.run.mkdir()
    place.town.places.down.touch()
    for wanted_down in (True, True, True, False, False, False):
        if not wanted_down:
            place.town.places.down.unlink(missing_ok=True)
        assert place.start().wait(PATIENCE) == 0
        assert place.request(killer.id).state == "queued"
    place.run()
    assert "3 times in a row: the queue's process was ended" in held_because(place, killer.id)
    place.landed_once(good)


def test_a_gate_that_kills_its_queue_is_held_after_three_times_and_the_next_has_its_turn(
    place: MergeTown,
) -> None:
    place.gate("[ ! -e killer ] || kill -9 $PPID")
    killer, good = place.submit("Killer", {"killer": ""}), place.submit("Good", {"good": ""})
    for _ in range(3):
        assert place.start().wait(PATIENCE) == -signal.SIGKILL
    assert place.start().wait(PATIENCE) == 0
    assert "3 times in a row: the queue's process was ended" in held_because(place, killer.id)
    place.landed_once(good)
    place.push_from_elsewhere({"theirs": ""})
    place.submit("Better", {"better": ""})
    assert place.start().wait(PATIENCE) == 0  # another target is no reason to try that again
    assert place.request(killer.id).state == "held"
    retry(place.town, killer.id, by=HUMAN)
    assert place.start().wait(PATIENCE) == -signal.SIGKILL
    assert place.start().wait(PATIENCE) == -signal.SIGKILL
    assert place.request(killer.id).state == "queued"


def test_a_remote_that_takes_every_push_and_does_not_move_is_not_asked_for_ever(place: MergeTown) -> None:
    hook = place.remote / "hooks" / "post-receive"
    hook.write_text('#!/bin/sh\nread old new ref; git update-ref "$ref" "$old"\n')
    hook.chmod(0o755)
    request = place.submit("Add a file", {"new.txt": ""})
    waits = [run_in_vain(place) for _ in range(5)]
    assert all(waits[:4])
    assert not waits[4]
    assert held_because(place, request.id).startswith("5 times in a row: main was moved to ")
    assert len(merges.gates_of_request(place.ledger, request.id)) == 5
    hook.unlink()
    retry(place.town, request.id, by=HUMAN)
    place.run()
    place.landed_once(request)


def test_a_remote_that_is_away_is_waited_for_however_long(place: MergeTown) -> None:
    request, away = place.submit("Add a file", {"new.txt": ""}), place.folder / "away.git"
    place.remote.rename(away)
    assert all(run_in_vain(place) for _ in range(7))
    away.rename(place.remote)
    place.run()
    place.landed_once(request)


def test_what_was_on_the_target_already_is_not_said_to_be_tested(place: MergeTown) -> None:
    place.gate("false")
    red, green = place.submit("Red", {"red": ""}), place.submit("Green", {"green": ""})
    git("push", "-q", str(place.remote), f"{red.commit}:refs/heads/main", cwd=place.repository.path)
    place.run()
    place.landed_once(red)
    place.gate("true")
    green = place.submit("Green", {"green": ""})
    place.run()
    because = "main had it already: it was not tested here"
    assert place.request(red.id).because == because
    told, tested = (event.payload for event in place.happened("bead.landed"))
    assert (told["tested"], told["untested"], tested["tested"]) == (False, because, True)
    assert any(line.what.endswith(because) for line in log(place.town, red.bead))
    assert merge_request(place.town, red.id).request.tested is False
    lines = {line.id: line.tested for line in merge_queue(place.town, "web")[0].ended}
    assert (lines[red.id], lines[green.id]) == (False, True)


@pytest.mark.parametrize("ref", ["refs/gastown/target/main", "refs/remotes/origin/main", "refs/heads/main"])
@pytest.mark.parametrize("landed_before", [False, True], ids=["nothing has landed yet", "after a landing"])
def test_a_target_beside_a_checkout_that_somebody_else_moved_is_put_right(
    beside: MergeTown, *, landed_before: bool, ref: str
) -> None:
    if landed_before:
        first = beside.submit("First", {"1": ""})
        beside.run()
        beside.landed_once(first)
    was = beside.target()
    evil = beside.commit("evil", "Never tested", {"evil": ""}, base=was)
    request = beside.submit("Add a file", {"new.txt": ""})
    git("update-ref", ref, evil, cwd=beside.repository.path)
    beside.run()
    beside.landed_once(request)
    if ref.startswith("refs/gastown"):
        (told,) = beside.happened("merge.target_restored")
        assert (told.payload["old"], told.payload["new"]) == (evil, was)
    assert "Never tested" not in beside.subjects()


def test_a_checkout_that_pulled_and_went_on_moves_the_target_by_right(beside: MergeTown) -> None:
    first = beside.submit("First", {"1": ""})
    beside.run()
    git("pull", "-q", str(beside.repository.path), "main", cwd=beside.remote)
    (beside.remote / "own").write_text("own")
    git("add", "--all", cwd=beside.remote)
    git("commit", "-q", "-m", "Own", cwd=beside.remote)
    second = beside.submit("Second", {"2": ""})
    beside.run()
    beside.landed_once(second)
    assert beside.subjects() == ["Second", "Own", first.title, "Begin"]


# gt mq reject


def test_a_person_sends_a_held_request_back(place: MergeTown) -> None:
    place.gate("exit 127")
    request = place.submit("Add a file", {"new.txt": ""})
    place.run()
    assert reject(place.town, request.bead, because="it is not wanted", by=HUMAN).state == "sent_back"
    place.came_back_once(request)
    assert "Sent back by overseer" in place.comments(request.bead)
    assert "it is not wanted" in place.comments(request.bead)
    place.gate("true")
    place.run()
    assert request.title not in place.subjects()
    with pytest.raises(Refused, match="was sent back: it is not wanted"):
        reject(place.town, request.id, by=HUMAN)


def test_what_is_rejected_while_its_gate_runs_does_not_land_and_is_not_tested_again(place: MergeTown) -> None:
    go = place.folder / "go"
    place.gate(f"until [ -e {go} ]; do sleep 0.05; done")
    request = place.submit("Add a file", {"new.txt": ""})
    queue = place.start()
    place.wait_for_event("gate.began")
    reject(place.town, request.id, by=HUMAN)
    go.touch()
    assert queue.wait(PATIENCE) == 0
    place.came_back_once(request)
    assert len(place.happened("gate.began")) == 1


def refinery(place: MergeTown, rig: str = "web") -> Caller:
    """A new session of the rig's refinery, as a caller."""
    address, now = f"{rig}/refinery", place.town.clock.now()
    with place.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), now)
        incarnation = incarnations.mint(
            ledger, address, None, credential_hash=secrets.token_hex(), conversation="c", session="s", head=None,
            why_older="", now=now, lasting=True,
        )  # fmt: skip
    return Caller(address, incarnation)


def test_only_the_refinery_of_its_rig_and_its_newest_session_decides_about_a_request(
    place: MergeTown,
) -> None:
    request = place.submit("Add a file", {"new.txt": ""})
    others, older, newer = refinery(place, "api"), refinery(place), refinery(place)
    for decide in (reject, retry):
        with pytest.raises(Refused, match="api/refinery may decide over the merge queue of api only"):
            decide(place.town, request.id, by=others)
        with pytest.raises(Refused, match="older session of web/refinery"):
            decide(place.town, request.id, by=older)
    assert place.request(request.id).state == "queued"
    assert reject(place.town, request.id, by=newer).state == "sent_back"


def test_what_is_landing_has_landed_or_is_no_request_cannot_be_rejected(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": ""})
    with pytest.raises(Refused, match="a polecat may not decide over the merge queue"):
        reject(place.town, request.id, by=Caller("web/polecats/Toast0", 1, 1))
    with place.ledger.transaction() as ledger:
        merges.wish_landing(ledger, request.id, place.target(), request.commit)
    with pytest.raises(Busy, match="being landed"):
        reject(place.town, request.id, by=HUMAN)
    place.run()
    with pytest.raises(Refused, match="has landed"):
        reject(place.town, request.id, by=HUMAN)
    with pytest.raises(NotFound):
        reject(place.town, "we-none", by=HUMAN)
    assert eventually(lambda: not place.queue_runs(), within=PATIENCE, what="the queue's end")


# what lets a queue that failed start at once


def test_what_people_and_agents_put_into_the_queue_is_news_and_what_the_queue_takes_up_is_not(
    place: MergeTown,
) -> None:
    place.gate("exit 127")
    request, began = place.submit("Add a file", {"new.txt": ""}), place.town.clock.now()
    place.run()
    place.push_from_elsewhere({"theirs": ""})
    place.run()
    assert place.happened("merge.retried")
    assert not merges.news(place.ledger, "web", began)
    retry(place.town, request.id, by=HUMAN)
    assert merges.news(place.ledger, "web", began)
    assert not merges.news(place.ledger, "web", place.town.clock.now())
    assert not merges.news(place.ledger, "api", began)
