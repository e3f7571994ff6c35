"""Beads, hooks, queues, rigs, the log, and whom a person means, each read from a real ledger."""

import json
import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

import gastown
from gastown.domain.merges import GateOutcome, MergeState
from gastown.errors import NotFound, Refused
from gastown.ledger import bead_writes, graph, merges
from gastown.ledger.events import Event
from gastown.views.bead_page import bead_page
from gastown.views.find_agent import find_agent, find_holder
from gastown.views.hook import hook
from gastown.views.log import after, log, newest
from gastown.views.queue import merge_queue, merge_request
from gastown.views.ready import ready
from gastown.views.rig_list import rig_list
from gastown.views.sentences import WORDS, sentence
from gastown.world.locks import lock
from tests.component.view_town import NOW, ViewTown

HOSTILE = "x\x1b[2J\n- name: {subject} %s"


@pytest.fixture
def place(tmp_path: Path) -> ViewTown:
    return ViewTown(tmp_path, "web", "api")


def said(place: ViewTown, about: str | None = None) -> list[str]:
    return [f"{line.who} {line.what}" for line in log(place.town, about)]


def test_a_bead_is_one_flat_object_as_agents_read_it(place: ViewTown) -> None:
    bead = place.bead("Add pagination", description="```sh\ntrue\n```")
    with place.ledger.transaction() as ledger:
        bead_writes.add_label(ledger, bead, "ui", by="overseer", now=place.town.clock.now())
        bead_writes.add_comment(ledger, bead, "Mind the API", by="overseer", now=NOW)
    shown = json.loads(json.dumps(asdict(bead_page(place.town, bead)), default=str))
    assert (shown["id"], shown["title"], shown["status"], shown["priority"]) == (
        bead,
        "Add pagination",
        "open",
        2,
    )
    assert (shown["description"], shown["labels"]) == ("```sh\ntrue\n```", ["ui"])
    assert shown["comments"][0]["body"] == "Mind the API"


def test_a_bead_shows_both_ends_of_its_dependencies(place: ViewTown) -> None:
    one, two, three = (place.bead(title) for title in ("First", "Second", "Third"))
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, two, one, "blocks", by="overseer", now=NOW)
        graph.add_dependency(ledger, three, two, "blocks", by="overseer", now=NOW)
    page = bead_page(place.town, two)
    assert [(link.id, link.title, link.status) for link in page.depends_on] == [(one, "First", "open")]
    assert [link.id for link in page.dependents] == [three]
    assert page.open_blockers == (one,)


def test_a_bead_shows_who_works_on_it_and_what_became_of_its_work(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    page = bead_page(place.town, bead)
    assert (page.worker, page.assignee) == ("web/polecats/Toast", "web/polecats/Toast")
    request = place.hand_over()
    place.move(request, MergeState.MERGED, "landed")
    page = bead_page(place.town, bead)
    assert (page.worker, page.landed_as, page.status) == (None, "1and3d", "closed")
    assert [(line.agent, line.outcome) for line in page.assignments] == [("web/polecats/Toast", "submitted")]
    assert [line.id for line in page.requests] == [request]
    (convoy,) = page.convoys
    assert [link.id for link in bead_page(place.town, convoy).tracks] == [bead]
    assert bead_page(place.town, request).requests[0].bead == bead


def test_an_unknown_bead_is_not_found_and_half_an_id_is_enough(place: ViewTown) -> None:
    bead = place.bead("Add pagination", identity="we-x7k2m")
    assert bead_page(place.town, "we-x7").id == bead
    with pytest.raises(NotFound):
        bead_page(place.town, "we-nothing")


def test_ready_lists_what_nothing_keeps_from_being_slung(place: ViewTown) -> None:
    one, two = place.bead("First"), place.bead("Second")
    other = place.bead("Elsewhere", rig="api")
    with place.ledger.transaction() as ledger:
        graph.add_dependency(ledger, two, one, "blocks", by="overseer", now=NOW)
    assert {line.id for line in ready(place.town)} == {one, other}
    assert [line.id for line in ready(place.town, "api")] == [other]
    with pytest.raises(NotFound):
        ready(place.town, "nowhere")


def test_an_agent_is_found_by_every_name_it_has(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    names = (
        "web/polecats/Toast",
        "web/Toast",
        "polecat/Toast",
        "polecats/Toast",
        "Toast",
        "toast",
        "we-Toast",
        bead,
    )
    assert {find_agent(place.town, name).address for name in names} == {"web/polecats/Toast"}


def test_a_bead_means_who_worked_on_it_last(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    place.hand_over()
    assert find_agent(place.town, bead).name == "Toast"
    with pytest.raises(NotFound, match="nobody works on"):
        find_agent(place.town, place.bead("Nobody's"))


def test_who_takes_work_away_means_who_has_it_now(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    assert find_holder(place.town, bead).name == "Toast"
    assert find_holder(place.town, "Toast").name == "Toast"
    place.hand_over()
    with pytest.raises(Refused) as refused:
        find_holder(place.town, bead)
    assert refused.value.message == f"{bead} is on nobody's hook (web/Toast had it last)"


def test_a_name_that_two_agents_bear_is_refused(place: ViewTown) -> None:
    place.sling(place.bead("Here"))
    place.sling(place.bead("There", rig="api"), rig="api")
    with pytest.raises(Refused) as refused:
        find_agent(place.town, "Toast")
    assert refused.value.message == "'Toast' could be api/Toast, web/Toast"
    assert find_agent(place.town, "api/Toast").rig == "api"


def test_an_unknown_agent_is_answered_with_those_there_are(place: ViewTown) -> None:
    with pytest.raises(NotFound) as missing:
        find_agent(place.town, "Nobody")
    assert "no agents yet" in missing.value.hint
    for number in range(14):
        place.sling(place.bead(f"Work {number}"), f"Agent{number:02}")
    with pytest.raises(NotFound) as missing:
        find_agent(place.town, "")
    assert missing.value.hint.endswith("web/Agent11, and 2 more")


def test_a_hook_shows_what_must_be_done(place: ViewTown) -> None:
    bead = place.bead("Add pagination", description="All of it")
    generation = place.sling(bead)
    place.start()
    page = hook(place.town, "Toast")
    assert (page.agent, page.bead, page.title, page.description) == (
        "web/polecats/Toast",
        bead,
        "Add pagination",
        "All of it",
    )
    assert (page.generation, page.slung_by, page.since, page.starts) == (generation, "overseer", NOW, 1)
    place.hand_over()
    assert hook(place.town, "Toast").bead is None
    with pytest.raises(NotFound, match="you are the human"):
        hook(place.town, "overseer")


def test_a_queue_shows_what_waits_what_runs_and_what_ended_within_the_hour(place: ViewTown) -> None:
    for name in ("Toast", "Ash", "Shadow"):
        place.sling(place.bead(f"Work of {name}"), name)
    old = place.hand_over("Toast")
    place.move(old, MergeState.MERGED, "landed")
    place.clock.push(minutes=90)
    back = place.hand_over("Ash")
    place.move(back, MergeState.SENT_BACK, "the gate failed (exit 1)")
    live = place.hand_over("Shadow")
    with place.ledger.transaction() as ledger:
        run = merges.gate_began(
            ledger, live, on_target=False, commit="c", command="make test", log="logs/gates/1.log", now=NOW
        )
    with lock(place.town.places.queue_lock("web"), what="the queue"):
        (queue,) = merge_queue(place.town, "web")
    assert [(line.id, line.short, line.gate) for line in queue.live] == [(live, "web/Shadow", "make test")]
    assert [(line.id, line.because) for line in queue.ended] == [(back, "the gate failed (exit 1)")]
    assert (queue.landed, queue.sent_back, queue.newest_landing, queue.process) == (0, 1, "1and3d", "running")
    page = merge_request(place.town, live)
    assert [(gate.log, gate.running) for gate in page.gates] == [
        (str(place.town.root / "logs/gates/1.log"), False)
    ]
    with place.ledger.transaction() as ledger:
        merges.gate_ended(ledger, run, 1, GateOutcome.FAILED, NOW + timedelta(seconds=3))
    assert merge_request(place.town, page.request.bead).gates[0].outcome is GateOutcome.FAILED
    assert [queue.rig for queue in merge_queue(place.town)] == ["api", "web"]


def test_a_request_that_is_none_is_not_found(place: ViewTown) -> None:
    with pytest.raises(NotFound, match="never handed"):
        merge_request(place.town, place.bead("Not yet"))
    with pytest.raises(NotFound):
        merge_request(place.town, "mr-nothing")


def test_rigs_are_listed_with_what_they_hold(place: ViewTown) -> None:
    place.sling(place.bead("Add pagination"))
    api, web = rig_list(place.town)
    assert (api.rig.name, api.polecats, api.open_beads) == ("api", 0, 0)
    assert (web.rig.name, web.polecats, web.open_beads) == ("web", 1, 1)
    assert web.rig.permissions == "ask"


def test_the_log_tells_who_did_what_oldest_first(place: ViewTown) -> None:
    bead = place.bead("Add pagination")
    place.sling(bead)
    request = place.hand_over()
    assert said(place) == [
        f'overseer filed {bead} "Add pagination"',
        f"overseer slung {bead} to web/Toast",
        f"web/Toast queued {bead} as {request}",
    ]
    assert [line.what for line in log(place.town, most=1)] == [f"queued {bead} as {request}"]


def test_the_log_can_be_about_one_agent_bead_rig_or_request(place: ViewTown) -> None:
    mine, other = place.bead("Mine"), place.bead("Other", rig="api")
    place.sling(mine)
    place.sling(other, "Ash", rig="api")
    request = place.hand_over()
    place.tell("supervisor", "agent.started", "web/polecats/Toast", {"bead": mine, "runtime": "scripted"})
    assert said(place, "Toast") == [
        f"overseer slung {mine} to web/Toast",
        f"web/Toast queued {mine} as {request}",
        f"supervisor started web/Toast for {mine} with scripted",
    ]
    assert said(place, mine)[0] == f'overseer filed {mine} "Mine"'
    assert said(place, mine)[1:] == said(place, "Toast")
    assert said(place, request) == [f"web/Toast queued {mine} as {request}"]
    assert said(place, "api") == [f'overseer filed {other} "Other"', f"overseer slung {other} to api/Ash"]
    assert said(place, "supervisor") == [f"supervisor started web/Toast for {mine} with scripted"]
    with pytest.raises(NotFound, match="nothing here is called"):
        log(place.town, "nobody")


def test_a_follower_of_the_log_goes_on_where_it_stopped(place: ViewTown) -> None:
    mine = place.bead("Mine")
    at = newest(place.town)
    place.sling(mine)
    place.sling(place.bead("Other"), "Ash")
    assert [line.type for line in after(place.town, at)] == ["bead.slung", "bead.created", "bead.slung"]
    assert [line.subject for line in after(place.town, at, "Toast")] == [mine]
    assert after(place.town, newest(place.town)) == ()


def an_event(type_: str, subject: str, **payload: object) -> Event:
    return Event(1, NOW, "overseer", type_, subject, payload)


def test_hostile_payloads_become_harmless_lines(place: ViewTown) -> None:
    told = sentence(an_event("bead.created", "we-1", title=HOSTILE))
    assert told == 'filed we-1 "x�[2J - name: {subject} %s"'
    assert len(sentence(an_event("bead.parked", "we-1", why="y" * 9999))) < 250
    place.tell("over\x1bseer", "strange.\x1b[2J", "sub\nject", {"x": "y"})
    assert said(place) == ["over�seer strange.�[2J sub ject"]


def test_phrases_lose_what_the_event_does_not_say() -> None:
    assert sentence(an_event("bead.landed", "we-1", commit="a" * 40, target="main")).endswith("as aaaaaaaaaa")
    assert sentence(an_event("bead.landed", "we-1")) == "landed we-1"
    assert sentence(an_event("gate.began", "mr-1", bead="we-1", on_target=True, command="make")) == (
        "runs the gate on the target itself: make"
    )
    assert (
        sentence(an_event("agent.primed", "web/polecats/Toast", bead=None))
        == "read its hook: nothing is on it"
    )
    assert (
        sentence(an_event("agent.prompted", "web/polecats/Toast", stale=True))
        == "was prompted (an older session)"
    )


def test_every_type_of_event_has_a_phrase() -> None:
    kinds = {type_.partition(".")[0] for type_ in WORDS}
    literal = re.compile(rf'"((?:{"|".join(sorted(kinds))})\.[a-z_]+)"')
    root = Path(gastown.__file__).parent
    files = [*root.glob("operations/**/*.py"), *root.glob("supervisor/*.py"), root / "ledger" / "quick.py"]
    written = {type_ for file in files for type_ in literal.findall(file.read_text())}
    files_are_no_events = {
        *("rig.toml", "town.toml", "supervisor.log", "supervisor.pid", "ledger.git", "conversation.jsonl"),
    }
    assert "bead.slung" in written
    assert written - files_are_no_events <= WORDS.keys()


def test_every_phrase_can_be_said_of_an_event_that_tells_nothing() -> None:
    for type_ in WORDS:
        assert sentence(an_event(type_, "we-1"))
