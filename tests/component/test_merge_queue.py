"""The merge queue over real git, a real ledger and real gates: what lands, comes back, waits and is tried again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.merges import MergeState
from gastown.errors import Busy, NotFound, Refused
from gastown.ledger import bead_writes, convoys, merges
from gastown.operations.merge.retry import retry
from tests.component.merge_town import PATIENCE, MergeTown
from tests.support import git

HUMAN = Caller("overseer")

pytestmark = [pytest.mark.needs("git")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MergeTown]:
    """A town whose rig's remote is a bare repository."""
    town = MergeTown(tmp_path)
    yield town
    town.close()


def test_what_passes_its_gate_lands_and_closes_everything_that_waited_for_it(place: MergeTown) -> None:
    place.gate("test -f new.txt")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    convoy = convoys.convoy_of(place.ledger, request.bead)
    place.run()
    place.landed_once(request)
    assert convoy is not None
    assert place.bead(convoy).status == "closed"
    assert [event.subject for event in place.happened("convoy.landed")] == [convoy]
    landed = place.happened("bead.landed")[0]
    assert landed.actor == "web/refinery"
    assert landed.payload["commit"] == place.target()
    assert landed.payload["agent"] == request.agent
    assert landed.payload["request"] == request.id
    assert landed.payload["tested"] is True
    assert float(str(landed.payload["gate_seconds"])) < 5


def test_requests_land_oldest_first_each_on_top_of_the_one_before(place: MergeTown) -> None:
    requests = [place.submit(f"Change {n}", {f"{n}.txt": "x\n"}) for n in range(3)]
    place.run()
    for request in requests:
        place.landed_once(request)
    assert place.subjects() == ["Change 2", "Change 1", "Change 0", "Begin"]


def test_a_landed_commit_names_its_author_and_the_refinery_as_committer(place: MergeTown) -> None:
    place.submit("Another", {"other.txt": "x\n"})
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    who = git("log", "-1", "--format=%an|%cn|%ce", "main", cwd=place.remote)
    assert who == f"{request.agent}|web/refinery|ann@example.org"


def test_a_person_can_follow_every_phase(place: MergeTown) -> None:
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    assert all(request.id in line and request.bead in line and "Add a file" in line for line in place.said)
    told = "\n".join(place.said)
    for phase in ("replays on main @ ", "gate on the change: true", "gate passed: exit 0", "landed as "):
        assert phase in told


def test_a_red_gate_sends_the_bead_back_with_its_last_words(place: MergeTown) -> None:
    place.gate("seq 1 100; printf '\\033[31mred\\033[0m\\n```\\n'; exit 3")
    before = place.target()
    request = place.submit("Break it", {"new.txt": "new\n"})
    place.run()
    place.came_back_once(request)
    assert place.target() == before
    evidence = place.comments(request.bead)
    for words in (
        "the gate failed (exit 3)",
        "\n100\n",
        "\nred\n",
        request.commit[:10],
        f"logs/gates/{request.id}-1.log",
    ):
        assert words in evidence
    assert "\n50\n" not in evidence
    assert "\x1b" not in evidence
    assert "\n````\n\nNext: gt sling " in evidence
    assert len(merges.gates_of_request(place.ledger, request.id)) == 1


def test_a_change_that_conflicts_comes_back_with_the_names_of_the_files(place: MergeTown) -> None:
    request = place.submit("Mine", {"users.py": "one\nmine\nthree\n"})
    place.push_from_elsewhere({"users.py": "one\ntheirs\nthree\n"})
    place.run()
    place.came_back_once(request)
    assert "it conflicts with main" in place.comments(request.bead)
    assert "- users.py" in place.comments(request.bead)
    assert "hint:" not in place.comments(request.bead)
    assert not place.happened("gate.began")


def test_a_held_request_does_not_block_the_next(place: MergeTown) -> None:
    place.gate('[ "$(git log -1 --format=%s)" = Second ] && mkdir "$HOME/once" || exit 127')
    first, second = place.submit("First", {"1.txt": ""}), place.submit("Second", {"2.txt": ""})
    place.run()
    place.landed_once(second)
    assert place.request(first.id).state == "held"


def test_a_held_request_is_tried_again_when_the_gate_is_configured_anew(place: MergeTown) -> None:
    place.gate("no-such-program")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    place.run()
    assert place.request(request.id).state == "held"
    assert len(place.happened("merge.held")) == 1
    place.gate("true")
    place.run()
    place.landed_once(request)
    assert len(place.happened("merge.retried")) == 1


def test_a_held_request_is_tried_again_when_the_target_has_moved(place: MergeTown) -> None:
    place.gate("test -e tool || exit 127")
    request = place.submit("Add a file", {"new.txt": "new\n"})
    place.run()
    assert place.request(request.id).state == "held"
    place.push_from_elsewhere({"tool": "here"})
    place.run()
    place.landed_once(request)


def test_a_second_queue_process_is_told_that_one_runs(place: MergeTown) -> None:
    place.gate("sleep 30")
    place.submit("Add a file", {"new.txt": "new\n"})
    first = place.start()
    place.wait_for_event("gate.began")
    with pytest.raises(Busy, match=str(first.pid)):
        place.run()
    first.terminate()
    assert first.wait(PATIENCE) == 0


def test_retrying_takes_a_bead_or_a_request_that_is_held_and_nothing_else(place: MergeTown) -> None:
    place.gate(None)
    request, other = place.submit("Add a file", {"1.txt": ""}), place.submit("Other", {"2.txt": ""})
    with pytest.raises(Refused, match="in the queue already"):
        retry(place.town, request.id, by=HUMAN)
    place.run()
    assert retry(place.town, request.id, by=HUMAN).state is MergeState.QUEUED
    assert retry(place.town, other.bead, by=HUMAN).id == other.id
    place.gate("test ! -e 2.txt")
    place.run()
    with pytest.raises(Refused, match="has landed"):
        retry(place.town, request.id, by=HUMAN)
    with pytest.raises(Refused, match="sent back"):
        retry(place.town, other.id, by=HUMAN)
    with pytest.raises(NotFound):
        retry(place.town, "we-none", by=HUMAN)


def test_what_people_did_to_a_bead_meanwhile_is_left_as_it_is(place: MergeTown) -> None:
    place.gate("false")
    request, now = place.submit("Add a file", {"new.txt": "new\n"}), place.town.clock.now()
    with place.ledger.transaction() as ledger:
        bead_writes.set_status(
            ledger,
            request.bead,
            BeadStatus.IN_PROGRESS,
            BeadStatus.BLOCKED,
            assignee="ann",
            by="overseer",
            now=now,
        )
    place.run()
    assert place.request(request.id).state == "sent_back"
    assert (place.bead(request.bead).status, place.bead(request.bead).assignee) == ("blocked", "ann")


def test_a_rig_that_is_not_there_has_no_queue(place: MergeTown) -> None:
    from gastown.operations.merge.run import run_queue

    with pytest.raises(NotFound):
        run_queue(place.town, "api", say=place.said.append)
