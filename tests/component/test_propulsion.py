"""Deeds that set agents going: the doorbell for new work or where callbacks lack, and a word about silent ones."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.actions import LeaveAlone, Park, RecordEnd, ReportSilence, RingDoorbell
from gastown.domain.clock import stamp
from gastown.domain.decide.propulsion import MOST_PUSHES, MOST_RINGS
from gastown.domain.decide.supervision import supervise
from gastown.domain.supervised import RestartPolicy
from gastown.domain.terminal import Session
from gastown.errors import Busy, Refused
from gastown.ledger import agents, bead_writes, events, incarnations, messages
from gastown.operations.sessions.doorbell import LINE, ring_doorbell
from gastown.operations.sessions.report import monitor_of, report_silence
from gastown.operations.sessions.trace import record_end
from gastown.operations.talk.send import send
from gastown.operations.work.unsling import unsling
from gastown.supervisor.act import Hands
from gastown.supervisor.deeds import carry_out
from gastown.town import Town
from gastown.views.supervised import observe_agents
from gastown.views.town_status import town_status
from gastown.world.locks import lock
from tests.component.roles_town import ANN, DEACON, MAYOR, TOAST, WITNESS, RolesTown
from tests.component.view_town import NOW
from tests.towns import HUMAN

WHY = "it ended its turn"


@pytest.fixture
def place(tmp_path: Path) -> RolesTown:
    return RolesTown(tmp_path)


def number(session: Session) -> int:
    assert session.incarnation is not None
    return session.incarnation


def typed(place: RolesTown, name: str) -> list[str]:
    return place.terminal.live[name].typed


def told(place: RolesTown, type_: str, subject: str = TOAST) -> int:
    return [(event.type, event.subject) for event in events.after(place.ledger, 0)].count((type_, subject))


def decided(place: RolesTown, address: str = TOAST) -> object:
    """What the supervisor would do about this agent now."""
    (agent,) = [agent for agent in observe_agents(place.town) if agent.address == address]
    return supervise(agent, RestartPolicy(), place.clock.now())


# the doorbell


def test_a_session_that_lasts_is_rung_once_for_each_new_work(place: RolesTown) -> None:
    place.known(MAYOR)
    session = place.begin(MAYOR)
    for _ in range(2):
        place.clock.push(minutes=1)
        place.hook(MAYOR)
        action = decided(place, MAYOR)
        assert isinstance(action, RingDoorbell)
        assert carry_out(place.town, action)
        assert not ring_doorbell(place.town, MAYOR, session, number(session), because="again")
        unsling(place.town, MAYOR, by=HUMAN)
    assert typed(place, "hq-mayor") == [LINE, LINE]


def test_a_session_that_lasts_and_took_the_work_up_meanwhile_is_not_rung(place: RolesTown) -> None:
    place.known(MAYOR)
    session = place.begin(MAYOR)
    place.hook(MAYOR)
    work = agents.open_assignment(place.ledger, MAYOR)
    assert work is not None
    with place.ledger.transaction() as ledger:
        assert incarnations.take_up(ledger, number(session), work)
    assert not ring_doorbell(place.town, MAYOR, session, number(session), because="new work")
    assert typed(place, "hq-mayor") == []


def test_nobody_is_rung_for_work_that_was_put_off(place: RolesTown) -> None:
    place.known(MAYOR)
    session = place.begin(MAYOR)
    place.hook(MAYOR, deferred=True)
    assert not ring_doorbell(place.town, MAYOR, session, number(session), because="new work")


def test_an_agent_without_a_stop_callback_is_rung_a_few_times_for_one_work(place: RolesTown) -> None:
    place.role_file("polecat", 'callbacks = ["prime", "report"]\n')
    place.hook(TOAST)
    session = place.begin(TOAST, lasting=False)
    place.set_incarnation(number(session), prompted_at=NOW, turn_ended_at=NOW)
    for _ in range(2 * MOST_RINGS):
        place.clock.push(minutes=1)
        action = decided(place)
        if isinstance(action, RingDoorbell):
            assert carry_out(place.town, action)
    assert typed(place, "we-Toast") == [LINE] * MOST_RINGS
    assert isinstance(decided(place), ReportSilence)


# the word about a silent agent


def silent(place: RolesTown, address: str = TOAST) -> Session:
    """An agent that its stop callback has given its work back often enough."""
    place.hook(address, "Mend the door")
    session = place.begin(address, lasting=False)
    place.set_incarnation(number(session), prompted_at=NOW, turn_ended_at=NOW, pushes=MOST_PUSHES)
    return session


def test_who_left_off_is_told_to_its_rigs_witness_once(place: RolesTown) -> None:
    session = silent(place)
    action = decided(place)
    assert isinstance(action, ReportSilence)
    assert carry_out(place.town, action)
    assert not report_silence(place.town, TOAST, number(session), because=WHY)
    assert told(place, "agent.left_off") == 1
    (message,) = messages.unread(place.ledger, WITNESS)
    assert (message.sender, message.kind, message.urgency) == ("supervisor", "help", "high")
    assert message.subject.startswith("web/Toast left off with we-")
    assert "Mend the door" in message.body
    assert not isinstance(decided(place), ReportSilence)


MONITORS = {
    TOAST: WITNESS,
    ANN: WITNESS,
    "api/refinery": "api/witness",
    WITNESS: DEACON,
    MAYOR: DEACON,
    "deacon/dogs/rex": DEACON,
    DEACON: "overseer",
}


@pytest.mark.parametrize("address, monitor", MONITORS.items(), ids=MONITORS)
def test_everybody_has_somebody_who_is_told(address: str, monitor: str) -> None:
    assert monitor_of(address) == monitor


def test_nobody_is_told_of_work_that_was_taken_back_meanwhile(place: RolesTown) -> None:
    session = silent(place)
    unsling(place.town, TOAST, by=HUMAN)
    assert not report_silence(place.town, TOAST, number(session), because=WHY)
    assert told(place, "agent.left_off") == 0


def test_nobody_is_told_of_a_session_that_was_replaced_meanwhile(place: RolesTown) -> None:
    session = silent(place)
    place.terminal.crash("we-Toast")
    place.clock.push(seconds=1)
    place.begin(TOAST, lasting=False)
    assert not report_silence(place.town, TOAST, number(session), because=WHY)


def test_a_report_waits_while_somebody_works_on_the_agent(place: RolesTown) -> None:
    session = silent(place)
    with lock(place.town.places.lock(TOAST), what=TOAST), pytest.raises(Busy):
        report_silence(place.town, TOAST, number(session), because=WHY)
    assert told(place, "agent.left_off") == 0


def test_of_many_who_report_the_same_one_does(place: RolesTown) -> None:
    session, did = silent(place), list[bool]()

    def report() -> None:
        town = Town(place.town.root, terminal=place.terminal)
        try:
            did.append(report_silence(town, TOAST, number(session), because=WHY))
        except Busy:
            did.append(False)
        finally:
            town.close()

    threads = [threading.Thread(target=report) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert did.count(True) == 1
    assert len(messages.unread(place.ledger, WITNESS)) == 1


# the end of a wish


def wanted(place: RolesTown, address: str) -> bool:
    agent = agents.get(place.ledger, address)
    return agent is not None and agent.wanted_at is not None


def ended(place: RolesTown, address: str, why: str) -> None:
    """A session that was wanted, and is gone after its CLI said this of its end."""
    place.want(address)
    session = place.begin(address)
    incarnation = incarnations.get(place.ledger, number(session))
    assert incarnation is not None
    place.sql(
        "INSERT INTO conversations (id, agent, incarnation, runtime, started_at, ended_at, why)"
        " VALUES ('c', :agent, :incarnation, 'scripted', :at, :at, :why)",
        agent=address, incarnation=incarnation.id, at=stamp(NOW), why=why,
    )  # fmt: skip
    place.terminal.crash(session.name)


@pytest.mark.parametrize(
    "address, why, stays",
    [
        (ANN, "prompt_input_exit", False),
        (ANN, "other", True),
        (MAYOR, "prompt_input_exit", True),
        ("deacon/dogs/rex", "other", False),
    ],
)
def test_a_wish_ends_with_the_session_where_the_role_says_so(
    place: RolesTown,
    address: str,
    why: str,
    stays: bool,  # noqa: FBT001 - a column
) -> None:
    ended(place, address, why)
    action = decided(place, address)
    assert isinstance(action, RecordEnd)
    assert carry_out(place.town, action)
    assert wanted(place, address) == stays


def test_a_start_that_was_cut_off_ends_no_wish(place: RolesTown) -> None:
    place.want("deacon/dogs/rex")
    session = place.begin("deacon/dogs/rex", primed=False)
    place.terminal.crash(session.name)
    assert record_end(place.town, "deacon/dogs/rex", number(session), "the session ended", unwant=True)
    assert wanted(place, "deacon/dogs/rex")


def test_a_wish_that_comes_to_nothing_is_told_once(place: RolesTown) -> None:
    place.want(MAYOR)
    hands = Hands(place.town)
    for _ in range(3):
        hands.do(Park(MAYOR, None, "5 sessions ended without progress: the session ended"))
    assert told(place, "agent.parked", MAYOR) == 1
    with place.ledger.transaction() as ledger:
        events.append(ledger, "supervisor", "agent.starting", MAYOR, NOW)
    hands.do(Park(MAYOR, None, "5 sessions ended without progress: the session ended"))
    assert told(place, "agent.parked", MAYOR) == 2
    assert hands.rest(5)


def test_a_person_who_comes_at_that_moment_is_not_typed_over(place: RolesTown) -> None:
    place.known(MAYOR)
    session = place.begin(MAYOR)
    place.hook(MAYOR)
    place.terminal.change("hq-mayor", attached=1)
    try:
        rang = ring_doorbell(place.town, MAYOR, replace(session, attached=0), number(session), because=WHY)
    except Refused:
        rang = False
    assert not rang
    assert typed(place, "hq-mayor") == []


def ask(place: RolesTown, generation: int | None) -> str:
    """A question of Toast to the human; its id."""
    with place.ledger.transaction() as ledger:
        return send(
            place.town, ledger, sender=TOAST, recipient="overseer", subject="Keep the alias?", body="", now=NOW,
            kind="question", generation=generation,
        )  # fmt: skip


def test_who_asked_the_human_is_left_alone_until_that_is_answered(place: RolesTown) -> None:
    silent(place)
    work = agents.open_assignment(place.ledger, TOAST)
    assert work is not None
    question = ask(place, work.generation)
    action = decided(place)
    assert isinstance(action, LeaveAlone)
    assert action.because == f"asked its human, who has not answered {question}"
    status = town_status(place.town)
    assert [line.why for line in status.working] == [f"waits for your answer to {question}"]
    assert "stalled" not in {line.kind for line in status.waiting}
    with place.ledger.transaction() as ledger:
        bead_writes.close(ledger, question, "answered", by="overseer", now=NOW)
    assert isinstance(decided(place), ReportSilence)


def test_a_question_about_former_work_keeps_nobody_from_this_one(place: RolesTown) -> None:
    silent(place)
    ask(place, None)
    assert isinstance(decided(place), ReportSilence)
