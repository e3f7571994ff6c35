"""The merge queue and its target: one that moves, refuses, is away, has the change already, or is never pushed to."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.observed import Present
from gastown.errors import Unavailable
from gastown.ledger import merges
from gastown.operations.merge.retry import retry
from gastown.views.supervised import observe_queues
from tests.component.merge_town import MergeTown
from tests.support import git

HUMAN = Caller("overseer")

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


def test_a_repository_that_somebody_works_in_is_never_pushed_to(beside: MergeTown) -> None:
    request = beside.submit("Add a file", {"new.txt": "new\n"})
    before = git("for-each-ref", cwd=beside.remote), git("status", "--porcelain", cwd=beside.remote)
    beside.run()
    beside.landed_once(request)
    assert (git("for-each-ref", cwd=beside.remote), git("status", "--porcelain", cwd=beside.remote)) == before
    take_over = shlex.split(beside.said[-1].partition("to have it there: ")[2])
    git(*take_over[1:], cwd=beside.folder)
    assert (beside.remote / "new.txt").exists()


def test_a_change_that_the_target_has_already_is_landed_without_a_push(place: MergeTown) -> None:
    request = place.submit("Same", {"new.txt": "new\n"})
    before = place.push_from_elsewhere({"new.txt": "new\n"})
    place.run()
    assert place.target() == before
    landed = place.request(request.id)
    assert (landed.state, landed.because, landed.landing_new) == (
        "merged",
        "main had it already: it was not tested here",
        before,
    )
    assert place.bead(request.bead).status == "closed"
    assert not place.happened("gate.began")


def test_a_commit_that_is_on_the_target_already_is_landed(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    git("push", "-q", str(place.remote), f"{request.commit}:refs/heads/main", cwd=place.repository.path)
    place.run()
    place.landed_once(request)


def test_when_the_target_moves_during_the_gate_the_change_is_tested_again_on_top(place: MergeTown) -> None:
    theirs = "git clone -q {0} {1} && cd {1} && touch theirs && git add theirs && git commit -qm Theirs && git push -q"
    clone = place.folder / "theirs"
    place.gate(f"test -e {clone} || ({theirs.format(place.remote, clone)})")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.landed_once(request)
    assert place.subjects() == ["Add a file", "Theirs", "Begin"]
    assert len(merges.gates_of_request(place.ledger, request.id)) == 2


def test_a_target_that_keeps_moving_leaves_the_request_in_the_queue(place: MergeTown) -> None:
    clone = place.folder / "theirs"
    git("clone", "-q", str(place.remote), str(clone), cwd=place.folder)
    place.gate(
        f"cd {clone} && git pull -q && echo x >> theirs && git add theirs && git commit -qm Theirs && git push -q"
    )
    request = place.submit("Add a file", {"new.txt": "new\n"})
    with pytest.raises(Unavailable, match="moved"):
        place.run()
    waiting = place.request(request.id)
    assert waiting.state == "queued"
    assert waiting.because is not None
    assert "moved" in waiting.because
    place.gate("true")
    place.run()
    place.landed_once(request)
    assert place.request(request.id).because == "the gate passed"


def test_what_the_remote_refuses_is_held_with_its_words(place: MergeTown) -> None:
    hook = place.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is frozen until Monday' >&2\nexit 1\n")
    hook.chmod(0o755)
    before = place.target()
    request, other = (
        place.submit("Add a file", {"new.txt": "new\n"}),
        place.submit("Other", {"other.txt": ""}),
    )
    place.run()
    for one in (request, other):
        held = place.request(one.id)
        assert (held.state, held.landing_new) == ("held", None)
        assert held.because is not None
        assert "main is frozen until Monday" in held.because
    assert place.target() == before
    hook.unlink()
    retry(place.town, request.id, by=HUMAN)
    place.run()
    place.landed_once(request)
    place.landed_once(other)


def test_while_the_remote_cannot_be_reached_everything_waits(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    away = place.remote.rename(place.folder / "away")
    with pytest.raises(Unavailable):
        place.run()
    waiting = place.request(request.id)
    assert waiting.state == "queued"
    assert waiting.because
    assert not place.happened("gate.began")
    away.rename(place.remote)
    place.run()
    place.landed_once(request)


def test_a_wish_to_land_is_neither_forgotten_nor_repeated_while_the_remote_cannot_be_reached(
    place: MergeTown,
) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    old = place.target()
    git("push", "-q", str(place.remote), f"{request.commit}:refs/heads/main", cwd=place.repository.path)
    with place.ledger.transaction() as ledger:
        merges.wish_landing(ledger, request.id, old, request.commit)
    away = place.remote.rename(place.folder / "away")
    with pytest.raises(Unavailable):
        place.run()
    assert place.request(request.id).landing_new == request.commit
    away.rename(place.remote)
    place.run()
    place.landed_once(request)
    assert not place.happened("gate.began")


def test_a_wish_that_did_not_come_true_is_forgotten_and_tried_anew(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    with place.ledger.transaction() as ledger:
        merges.wish_landing(ledger, request.id, place.target(), request.commit)
    place.push_from_elsewhere({"theirs.txt": "x\n"})
    place.run()
    place.landed_once(request)
    assert len(place.happened("gate.began")) == 1


def test_a_target_that_does_not_exist_holds_the_request_and_not_the_queue(place: MergeTown) -> None:
    place.gate("true", target="next")
    lost = place.submit("Lost", {"1.txt": ""}, target="next")
    place.run()
    assert place.request(lost.id).state == "held"
    assert "no branch next" in str(place.request(lost.id).because)
    place.gate("true")
    good = place.submit("Good", {"2.txt": ""})
    place.run()
    place.landed_once(good)
    place.landed_once(lost)


def test_requests_land_where_the_rig_says_now_be_they_held_for_a_branch_that_was_renamed(
    place: MergeTown,
) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    git("branch", "-m", "main", "trunk", cwd=place.remote)
    place.run()
    assert place.request(request.id).state == "held"
    place.gate("true", target="trunk")
    assert [queue.to_do for queue in observe_queues(place.town)] == [1]
    place.run()
    now = place.request(request.id)
    assert (now.state, now.target) == ("merged", "trunk")
    assert git("show", "trunk:new.txt", cwd=place.remote) == "new"
    assert [event.payload["was"] for event in place.happened("merge.retargeted")] == ["main"]


def test_a_submitted_commit_whose_ref_was_removed_is_frozen_again_and_lands(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    ref = f"refs/gastown/submitted/{request.bead}/{request.generation}"
    git("update-ref", "-d", ref, cwd=place.repository.path)
    place.run()
    place.landed_once(request)
    assert place.repository.resolve(ref) == Present(request.commit)


def test_a_submitted_commit_that_is_nowhere_any_more_makes_the_bead_work_again(place: MergeTown) -> None:
    request, store = place.submit("Add a file", {"new.txt": "new\n"}), place.repository.path
    git("update-ref", "-d", f"refs/gastown/submitted/{request.bead}/{request.generation}", cwd=store)
    git("branch", "-q", "-D", request.branch, cwd=store)
    (store / "objects" / request.commit[:2] / request.commit[2:]).unlink()
    place.run()
    assert place.request(request.id).state == "sent_back"
    assert place.bead(request.bead).status == "open"
    assert "not in the rig's repository any more" in place.comments(request.bead)


def test_a_submitted_commit_that_is_another_one_is_held(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    ref = f"refs/gastown/submitted/{request.bead}/{request.generation}"
    git("update-ref", ref, place.target(), cwd=place.repository.path)
    place.run()
    assert place.request(request.id).state == "held"
    assert ref in str(place.request(request.id).because)
