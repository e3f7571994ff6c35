"""The one page of a town, the facts of the supervisor, and what the status lines say."""

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from gastown.domain.merges import MergeState
from gastown.domain.observed import Present, Unknown
from gastown.domain.worker_state import WorkerState
from gastown.ledger import merges
from gastown.views.supervised import observe_agents, observe_queues
from gastown.views.town_status import TownStatus, town_status
from gastown.views.workers import WorkerLine
from gastown.world.locks import lock
from tests.component.view_town import NOW, ViewTown

HOSTILE = "Add `rm -rf /`\x1b[31m #[fg=red] #(touch x) \u202e; DROP TABLE beads"


@pytest.fixture
def place(tmp_path: Path) -> ViewTown:
    return ViewTown(tmp_path)


def worker(status: TownStatus, name: str = "Toast") -> WorkerLine:
    return next(line for line in (*status.working, *status.idle) if line.name == name)


def test_a_new_town_shows_itself_and_the_first_step(place: ViewTown) -> None:
    status = town_status(place.town)
    assert (status.name, status.path, status.supervisor.state) == ("town", str(place.town.root), "down")
    assert [(rig.name, rig.prefix, rig.gate, rig.permissions) for rig in status.rigs] == [
        ("web", "we", "make test", "ask")
    ]
    assert (status.working, status.idle, status.waiting, status.ready) == ((), (), (), 0)
    assert status.next == 'gt sling "What is to be done" web'


def test_a_town_without_rigs_asks_for_one(tmp_path: Path) -> None:
    place = ViewTown(tmp_path)
    (place.town.root / "web" / "rig.toml").unlink()
    assert town_status(place.town).next == "gt rig add NAME URL_OR_PATH"


def test_who_works_on_what_is_shown_with_its_last_sign(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    generation = place.sling(bead)
    place.start()
    place.clock.push(minutes=18)
    line = worker(town_status(place.town))
    assert (line.short, line.session, line.bead, line.title) == (
        "web/Toast",
        "we-Toast",
        bead,
        "Add pagination",
    )
    assert (line.generation, line.since, line.last_sign) == (generation, NOW, NOW)
    assert (line.state, line.why) == (WorkerState.WORKING, f"works on {bead}")


def test_the_supervisor_is_up_while_its_lock_is_held(place: ViewTown) -> None:
    with lock(place.town.places.supervisor_lock, what="the supervisor"):
        seen = town_status(place.town).supervisor
    assert seen.state == "up"
    assert seen.pid
    assert seen.since
    assert town_status(place.town).supervisor.state == "down"


def test_work_without_a_supervisor_asks_for_one(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    assert town_status(place.town).next == "gt up"


def test_a_silent_terminal_is_unknown_and_nothing_is_missing_from_the_page(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    place.start()
    place.terminal.silent = "tmux did not answer within 5 s"
    status = town_status(place.town)
    assert worker(status).state is WorkerState.UNKNOWN
    assert status.cannot_see == ("cannot see the sessions: tmux did not answer within 5 s",)
    assert worker(status).bead


def test_an_agents_unreadable_status_is_named(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    place.start()
    pid = place.terminal.live["we-Toast"].session.pane_pid
    (place.town.root / "run" / "scripted" / "sessions" / f"{pid}.json").write_text("{")
    status = town_status(place.town)
    assert worker(status).state is WorkerState.WORKING
    assert status.cannot_see[0].startswith("cannot see what we-Toast does: ")


def test_a_session_that_began_while_we_looked_is_unknown(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    place.terminal.start("we-Toast", ["x"], cwd=place.town.root, env={}, options={}, incarnation=99)
    (facts,) = observe_agents(place.town)
    assert facts.session == Unknown("a newer session began while we looked")


def test_a_started_session_that_is_not_there_yet_counts_as_starting(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    assert worker(town_status(place.town)).state is WorkerState.STALLED
    with lock(place.town.places.lock("web/polecats/Toast"), what="Toast"):
        line = worker(town_status(place.town))
    assert (line.state, line.why) == (WorkerState.WORKING, "its session is being started")


def test_an_agent_that_asks_waits_for_the_human(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    place.start(activity="waiting", waiting_for="permission: Bash\x1b[2J")
    status = town_status(place.town)
    (line,) = status.waiting
    assert (line.kind, line.who, line.bead) == ("answer", "web/Toast", bead)
    assert line.what.startswith("waits for an answer: permission: Bash")
    assert "\x1b" not in line.what
    assert line.command == "gt attach web/Toast"


def test_a_missing_login_waits_for_the_human(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    number = place.start(activity="idle")
    place.set_incarnation(number, failure="authentication_failed")
    place.tell("web/polecats/Toast", "agent.failed", "web/polecats/Toast", {"error": "authentication_failed"})
    (line,) = town_status(place.town).waiting
    assert (line.kind, line.since) == ("failure", NOW)
    assert line.what == "hit authentication_failed: its login is refused (401): log in there"


def test_a_parked_bead_waits_for_the_human_with_its_reason(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    for _ in range(5):
        place.start()
        place.clock.push(seconds=2)
        place.end()
    status = town_status(place.town)
    assert worker(status).state is WorkerState.PARKED
    (line,) = status.waiting
    assert (line.kind, line.bead) == ("parked", bead)
    assert line.what == "5 sessions ended without progress: the session ended"
    assert line.command == f"gt unsling {bead} && gt sling {bead} web/Toast"


def test_a_held_request_waits_for_the_human_and_a_queued_one_does_not(place: ViewTown) -> None:
    for name in ("Toast", "Ash"):
        place.sling(place.bead(f"Work of {name}"), name)
        request = place.hand_over(name)
    place.move(request, MergeState.HELD, "the gate could not run (exit 127)", held_for="x@y")
    status = town_status(place.town)
    (line,) = status.waiting
    assert (line.kind, line.who, line.what) == ("held", request, "the gate could not run (exit 127)")
    assert line.command == f"gt mq retry {request}"
    (queue,) = status.queues
    assert (queue.waiting, queue.held, queue.process, queue.gate) == (1, 1, "stopped", None)


def test_a_rig_that_lost_its_gate_waits_for_the_human_and_a_chosen_none_does_not(place: ViewTown) -> None:
    place.rig(gate="", no_gate=True)
    status = town_status(place.town)
    assert status.waiting == ()
    assert (status.rigs[0].gate, status.rigs[0].no_gate) == (None, True)
    place.rig(gate="")
    assert [line.kind for line in town_status(place.town).waiting] == ["gate"]


def test_a_gate_runs_only_while_the_queues_process_is_there(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    request = place.hand_over()
    with place.ledger.transaction() as ledger:
        merges.gate_began(
            ledger, request, on_target=False, commit="c", command="make test", log="logs/x.log", now=NOW
        )
    assert town_status(place.town).queues[0].gate is None
    with lock(place.town.places.queue_lock("web"), what="the queue"):
        (queue,) = town_status(place.town).queues
    assert (queue.process, queue.gate, queue.gate_since, queue.request) == (
        "running",
        "make test",
        NOW,
        request,
    )


def test_convoys_show_how_much_has_landed(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    place.move(place.hand_over(), MergeState.MERGED, "landed")
    (convoy,) = town_status(place.town).convoys
    assert (convoy.title, convoy.tracked, convoy.closed) == ("Add pagination", 1, 1)


def test_ready_work_is_counted_and_the_most_urgent_is_offered(place: ViewTown) -> None:
    place.bead("Later")
    first = place.bead("First", identity="we-first")
    place.sql("UPDATE beads SET priority = 0 WHERE id = 'we-first'")
    status = town_status(place.town)
    assert (status.ready, status.next) == (2, f"gt sling {first}")


def test_hostile_text_reaches_json_as_it_was_written(place: ViewTown) -> None:
    place.sling(place.bead(HOSTILE))
    place.start()
    assert (
        json.loads(json.dumps(asdict(town_status(place.town)), default=str))["working"][0]["title"] == HOSTILE
    )


def test_an_agent_of_a_removed_rig_is_named(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    (place.town.root / "web" / "rig.toml").rename(place.town.root / "rig.toml.away")
    (missing,) = town_status(place.town).cannot_see
    assert "there is no rig web any more" in missing


def test_the_facts_of_a_running_agent_are_all_there(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    generation = place.sling(bead)
    number = place.start(activity="idle")
    (facts,) = observe_agents(place.town)
    assert facts.hook is not None
    assert (facts.hook.bead, facts.hook.generation, len(facts.hook.starts)) == (bead, generation, 1)
    assert facts.last_start is not None
    assert (facts.last_start.incarnation, facts.last_start.prompted_at) == (number, NOW)
    assert isinstance(facts.session, Present)
    assert facts.turn_ended


def test_an_unknown_runtime_is_unknown_and_harms_nobody_else(place: ViewTown) -> None:
    for name in ("Toast", "Ash"):
        place.sling(place.bead(f"Work of {name}"), name)
        place.start(name)
    place.sql("UPDATE assignments SET runtime = 'gone' WHERE agent LIKE '%Toast'")
    ash, toast = observe_agents(place.town)
    assert isinstance(ash.status, Present)
    assert toast.status == Unknown("there is no runtime 'gone'")


def test_a_queue_has_to_do_what_is_queued_or_held_for_another_gate(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    request = place.hand_over()
    assert [(queue.rig, queue.to_do, queue.running) for queue in observe_queues(place.town)] == [
        ("web", 1, False)
    ]
    place.move(request, MergeState.HELD, "no", held_for="another@c")
    assert observe_queues(place.town)[0].to_do == 1
    with lock(place.town.places.queue_lock("web"), what="the queue"):
        assert observe_queues(place.town)[0].running


def test_thirty_agents_and_two_thousand_beads_take_less_than_a_blink(place: ViewTown) -> None:
    with place.ledger.transaction():
        for number in range(2000):
            place.bead(f"Work {number}", identity=f"we-{number:05}")
        for number in range(30):
            place.sling(f"we-{number:05}", f"Agent{number}")
    for number in range(30):
        place.start(f"Agent{number}")
    status, took = town_status(place.town), list[float]()
    for _ in range(7):
        began = time.perf_counter()
        status = town_status(place.town)
        took.append(time.perf_counter() - began)
    assert len(status.working) == 30
    assert status.ready == 1970
    assert min(took) < 0.05, took
