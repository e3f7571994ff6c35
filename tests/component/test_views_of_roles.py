"""The supervisor's look at agents of every role, and what the page of the town says of them."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Restart, Wake
from gastown.domain.supervised import AgentFacts, PastStart
from gastown.domain.worker_state import WorkerState
from gastown.ledger import agents, bead_writes, incarnations, molecules
from gastown.settings import roles
from gastown.views.status_line import session_options
from gastown.views.supervised import observe_agents
from gastown.views.town_status import town_status
from tests.component.roles_town import ANN, DEACON, MAYOR, REX, TOAST, WITNESS, RolesTown
from tests.component.view_town import NOW
from tests.towns import put_to_work


@pytest.fixture
def place(tmp_path: Path) -> RolesTown:
    return RolesTown(tmp_path)


def facts(place: RolesTown, address: str) -> AgentFacts:
    return next(agent for agent in observe_agents(place.town) if agent.address == address)


def test_every_agents_session_is_known_by_its_handle(place: RolesTown) -> None:
    names = {
        MAYOR: "hq-mayor",
        REX: "hq-dog-rex",
        WITNESS: "we-witness",
        TOAST: "we-Toast",
        ANN: "we-crew-ann",
    }
    for address in names:
        place.known(address)
    seen = observe_agents(place.town)
    assert {agent.address: agent.session_name for agent in seen} == names
    for address in names:
        place.begin(address)
    assert all(isinstance(agent.session, Present) for agent in observe_agents(place.town))


def test_what_a_role_is_comes_from_its_file_as_it_counts_there(place: RolesTown) -> None:
    place.known(MAYOR)
    place.known(WITNESS)
    mayor, witness = facts(place, MAYOR).role, facts(place, WITNESS).role
    assert not isinstance(mayor, Unknown)
    assert not isinstance(witness, Unknown)
    assert (mayor.restart, mayor.wake) == (Restart.PERMANENT, Wake.ALWAYS)
    assert (witness.restart, witness.wake) == (Restart.PERMANENT, Wake.ON_WORK)
    place.role_file("witness", 'restart = "never"\n', "web")
    assert facts(place, WITNESS).role == replace(witness, restart=Restart.NEVER)


def test_a_broken_role_blinds_nobody_else(place: RolesTown) -> None:
    place.hook(TOAST)
    place.hook(REX)
    place.role_file("dog", "restart = maybe\n")
    toast, rex = facts(place, TOAST), facts(place, REX)
    assert not isinstance(toast.role, Unknown)
    assert isinstance(rex.role, Unknown)
    assert "dog.toml" in rex.role.why
    status = town_status(place.town)
    (line,) = [line for line in status.waiting if line.kind == "role"]
    assert (line.who, line.command) == ("dog", "gt role check")
    assert "cannot see what deacon/dogs/rex is" in status.cannot_see[0]
    place.role_file("dog", 'restart = "transient"\n')
    assert not isinstance(facts(place, REX).role, Unknown)


def test_a_role_that_nobody_changed_is_not_read_again(
    place: RolesTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (MAYOR, WITNESS, TOAST):
        place.known(address)
    before = observe_agents(place.town)
    with monkeypatch.context() as patch:
        patch.delattr(roles, "read")
        assert observe_agents(place.town) == before
    place.role_file("polecat", 'summary = "mine"\n')
    with monkeypatch.context() as patch:
        patch.delattr(roles, "read")
        with pytest.raises(AttributeError):
            observe_agents(place.town)


def test_a_look_at_thirty_idle_agents_is_cheap(place: RolesTown) -> None:
    for number in range(30):
        place.known(f"web/polecats/P{number}")
    for address in (MAYOR, DEACON, WITNESS):
        place.want(address)
        place.begin(address)
    observe_agents(place.town)
    began = time.process_time()
    for _ in range(20):
        observe_agents(place.town)
    assert (time.process_time() - began) / 20 < 0.03


def test_a_wish_is_seen_with_its_starts_without_work(place: RolesTown) -> None:
    place.known(MAYOR)
    place.begin(MAYOR)
    place.clock.push(minutes=1)
    place.want(MAYOR)
    assert facts(place, MAYOR).wanted is not None
    assert _wish_starts(place) == ()
    place.terminal.crash("hq-mayor")
    place.begin(MAYOR)
    (start,) = _wish_starts(place)
    assert start.ended_at is None


def _wish_starts(place: RolesTown) -> tuple[PastStart, ...]:
    wanted = facts(place, MAYOR).wanted
    assert wanted is not None
    return tuple(wanted.starts)


def test_a_handoff_a_ring_and_a_report_are_seen(place: RolesTown) -> None:
    place.hook(TOAST)
    session = place.begin(TOAST, lasting=False)
    number = session.incarnation or 0
    with place.ledger.transaction() as ledger:
        assert incarnations.wish_handoff(ledger, number, by=TOAST, now=NOW)
        assert incarnations.rung(ledger, number, NOW, since=NOW, most=2)
        assert incarnations.rung(ledger, number, NOW, since=NOW, most=2)
        assert not incarnations.rung(ledger, number, NOW, since=NOW, most=2)
        assert incarnations.reported(ledger, number, NOW)
        assert not incarnations.reported(ledger, number, NOW)
    start = facts(place, TOAST).last_start
    assert start is not None
    assert (start.handoff_at, start.handoff_by) == (NOW, TOAST)
    assert (start.rung_at, start.rings, start.reported_at) == (NOW, 2, NOW)
    assert (start.lasting, start.runtime) == (False, "scripted")


def test_new_work_may_be_rung_for_anew(place: RolesTown) -> None:
    place.known(MAYOR)
    number = place.begin(MAYOR).incarnation or 0
    with place.ledger.transaction() as ledger:
        assert incarnations.rung(ledger, number, NOW, since=NOW)
        assert not incarnations.rung(ledger, number, NOW, since=NOW)
    place.clock.push(minutes=5)
    later = place.clock.now()
    with place.ledger.transaction() as ledger:
        assert incarnations.rung(ledger, number, later, since=later)
    start = facts(place, MAYOR).last_start
    assert start is not None
    assert (start.rung_at, start.rings) == (later, 1)


def test_work_that_was_put_off_is_told_as_such(place: RolesTown) -> None:
    bead = place.hook(TOAST, deferred=True)
    hook = facts(place, TOAST).hook
    assert hook is not None
    assert hook.deferred
    (line,) = town_status(place.town).working
    assert (line.state, line.why, line.bead) == (WorkerState.DEFERRED, f"{bead} is deferred", bead)


def test_a_callback_that_its_role_forgoes_is_none_that_its_cli_has(place: RolesTown) -> None:
    place.known(TOAST)
    assert facts(place, TOAST).features.propels
    place.role_file("polecat", 'callbacks = ["prime", "report"]\n')
    features = facts(place, TOAST).features
    assert (features.primes, features.reports, features.propels) == (True, True, False)


def test_others_than_workers_are_named_when_they_run_are_wanted_or_have_work(place: RolesTown) -> None:
    for address in (MAYOR, DEACON, WITNESS, REX, TOAST, ANN):
        place.known(address)
    assert _named(place) == {"Toast", "ann"}
    place.begin(MAYOR)
    place.want(DEACON)
    place.hook(REX)
    assert _named(place) == {"Toast", "ann", "mayor", "deacon", "rex"}


def _named(place: RolesTown) -> set[str]:
    status = town_status(place.town)
    return {line.name for line in (*status.working, *status.idle)}


def test_a_wanted_session_at_its_prompt_is_idle_and_one_that_is_missing_is_stalled(place: RolesTown) -> None:
    place.want(MAYOR)
    (line,) = town_status(place.town).working
    assert (line.state, line.wanted, line.runs) == (WorkerState.STALLED, True, False)
    place.begin(MAYOR)
    (line,) = town_status(place.town).idle
    assert (line.state, line.why, line.runs) == (WorkerState.IDLE, "waits for work", True)


def test_a_wish_that_comes_to_nothing_waits_for_the_human(place: RolesTown) -> None:
    place.want(MAYOR)
    for _ in range(5):
        place.clock.push(seconds=1)
        number = place.begin(MAYOR).incarnation or 0
        place.terminal.crash("hq-mayor")
        with place.ledger.transaction() as ledger:
            incarnations.end(ledger, number, "the session ended", place.clock.now())
    (line,) = [line for line in town_status(place.town).waiting if line.kind == "parked"]
    assert (line.who, line.command) == ("mayor", "gt session start mayor")


@pytest.mark.parametrize(
    "failure, words, command",
    [
        ("rate_limit", "refuses more for now (429)", "gt session restart web/Toast"),
        ("authentication_failed", "its login is refused (401)", "gt attach web/Toast"),
        ("server_error", "gave no answer (529, 500)", "gt session restart web/Toast"),
        ("something_new", "hit something_new", "gt attach web/Toast"),
    ],
)
def test_what_its_provider_answered_is_shown_as_what_it_is(
    place: RolesTown, failure: str, words: str, command: str
) -> None:
    place.hook(TOAST)
    number = place.begin(TOAST, lasting=False).incarnation or 0
    place.set_incarnation(number, failure=failure, prompted_at=NOW)
    status = town_status(place.town)
    (line,) = status.working
    assert words in line.why
    assert (line.state, line.failure) == (WorkerState.STALLED, failure)
    (waiting,) = [line for line in status.waiting if line.kind == "failure"]
    assert words in waiting.what
    assert waiting.command == command


def test_the_mayors_failures_are_told_though_it_has_no_work(place: RolesTown) -> None:
    place.want(MAYOR)
    number = place.begin(MAYOR).incarnation or 0
    place.set_incarnation(number, failure="authentication_failed")
    (waiting,) = [line for line in town_status(place.town).waiting if line.kind == "failure"]
    assert (waiting.who, waiting.command) == ("mayor", "gt attach mayor")


def test_the_mayors_status_line_names_it_beside_its_neighbours(place: RolesTown) -> None:
    place.want(MAYOR)
    place.begin(MAYOR)
    options = session_options(place.town, observe_agents(place.town))
    assert {**options["hq-mayor"], "@gt_next": "", "@gt_prev": ""} == {
        "@gt_agent": "mayor",
        "@gt_role": "mayor",
        "@gt_group": "",
        "@gt_hook": "",
        "@gt_queue": "",
        "@gt_next": "",
        "@gt_prev": "",
    }
    assert options["hq-mayor"]["@gt_next"] == "hq-supervisor"


def test_a_session_that_nobody_sees_any_more_is_absent_for_every_role(place: RolesTown) -> None:
    place.want(MAYOR)
    place.begin(MAYOR)
    place.terminal.crash("hq-mayor")
    assert isinstance(facts(place, MAYOR).session, Absent)


def test_who_works_in_steps_shows_at_which_one_it_is(place: RolesTown) -> None:
    put_to_work(place.town, TOAST)
    work = agents.open_assignment(place.ledger, TOAST)
    assert work is not None
    molecule = molecules.open_of_bead(place.ledger, work.bead)
    assert molecule is not None
    assert molecule.current is not None
    there_are = len(molecule.steps)
    assert [line.step for line in town_status(place.town).working] == [f"1/{there_are}"]
    with place.ledger.transaction() as ledger:
        bead_writes.close(ledger, molecule.current.id, "done", by=TOAST, now=NOW)
    assert [line.step for line in town_status(place.town).working] == [f"2/{there_are}"]
    with place.ledger.transaction() as ledger:
        molecules.close_steps(ledger, molecule.id, "done", by=TOAST, now=NOW)
    assert [line.step for line in town_status(place.town).working] == [f"{there_are}/{there_are}"]
