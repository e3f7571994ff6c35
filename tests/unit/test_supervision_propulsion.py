"""What is on the hook runs: the doorbell for agents that do not know or do not go on, and at last a word about them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from gastown.domain.actions import Action, LeaveAlone, ReportSilence, RingDoorbell, StartSession
from gastown.domain.decide.propulsion import MOST_PUSHES, MOST_RINGS, UNPRIMED
from gastown.domain.decide.supervision import supervise
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus, Features
from gastown.domain.supervised import AgentFacts
from tests.unit.polecat_facts import (
    A_MINUTE_AGO,
    AGO,
    BUSY,
    ENDED,
    GONE,
    HERE,
    HOOK,
    IDLE,
    LASTS,
    MAYOR,
    NOW,
    POLICY,
    SESSION,
    START,
    TOAST,
    UNTOLD,
    WATCHED,
    WITNESS,
    agents,
    toast,
)

VISITED = Present(replace(SESSION, ever_attached=True, activity=NOW - timedelta(seconds=20)))
LEFT_ALONE = Present(replace(SESSION, ever_attached=True, attached=1))
MUTE = Features(reports=True)
"""An agent CLI without start and stop callbacks."""
DEAF = Features()
"""One without any callback."""
SECONDS = timedelta(seconds=1)
JUST_RUNG = replace(START, rung_at=NOW - 20 * SECONDS, rings=1)
PUSHED = replace(START, pushes=MOST_PUSHES)
PRIMED_ALONE = replace(START, prompted_at=None)
UP_TO_DATE = replace(LASTS, generation=HOOK.generation)

ROWS: dict[str, tuple[AgentFacts, type[Action], str]] = {
    # told, and nothing followed
    "primed, and it did nothing": (
        toast(session=HERE, start=PRIMED_ALONE, status=IDLE),
        RingDoorbell,
        "has done nothing since its start",
    ),
    "primed a moment ago": (
        toast(session=HERE, start=replace(PRIMED_ALONE, began_at=NOW - 9 * SECONDS), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "primed, and it failed at once": (
        toast(session=HERE, start=replace(PRIMED_ALONE, failure="rate_limit"), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "primed, it did nothing, and a person was there": (
        toast(session=VISITED, start=PRIMED_ALONE, status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "primed, it did nothing, and asks something": (
        toast(session=HERE, start=PRIMED_ALONE, status=Absent()),
        LeaveAlone,
        "works on we-1",
    ),
    # new work for a session that lasts
    "new work, and it waits": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR),
        RingDoorbell,
        "new work on its hook",
    ),
    "new work after other work": (
        toast(session=HERE, start=replace(LASTS, generation=2), status=IDLE, role=MAYOR),
        RingDoorbell,
        "new work on its hook",
    ),
    "new work, and it was rung for the work before": (
        toast(
            session=HERE,
            start=replace(LASTS, rung_at=HOOK.slung_at - SECONDS, rings=1),
            status=IDLE,
            role=MAYOR,
        ),
        RingDoorbell,
        "new work on its hook",
    ),
    "new work, and it is in a turn": (
        toast(session=HERE, start=LASTS, status=BUSY, role=MAYOR),
        LeaveAlone,
        "we-1 waits for the end of its turn",
    ),
    "new work, and a person watches": (
        toast(session=Present(WATCHED), start=LASTS, status=IDLE, role=MAYOR),
        LeaveAlone,
        "we-1 waits for the end of its turn",
    ),
    "new work, and a person was there": (
        toast(session=VISITED, start=LASTS, status=IDLE, role=MAYOR),
        LeaveAlone,
        "we-1 waits for the end of its turn",
    ),
    "new work, and the person who was there left it alone": (
        toast(session=LEFT_ALONE, start=LASTS, status=IDLE, role=MAYOR),
        RingDoorbell,
        "new work on its hook",
    ),
    "mail, and it is at its prompt": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR, hook=None, mail_at=NOW),
        RingDoorbell,
        "mail has come for it",
    ),
    "mail, and it is in a turn": (
        toast(session=HERE, start=LASTS, status=BUSY, role=MAYOR, hook=None, mail_at=NOW),
        LeaveAlone,
        "its session stays",
    ),
    "mail, and a person is there": (
        toast(session=VISITED, start=LASTS, status=IDLE, role=MAYOR, hook=None, mail_at=NOW),
        LeaveAlone,
        "mail waits; a person is at its session",
    ),
    "mail, and it is paused": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR, hook=None, mail_at=NOW, paused="no"),
        LeaveAlone,
        "its session stays",
    ),
    "mail that it was told of, and did not read": (
        toast(
            session=HERE,
            start=replace(LASTS, mail_rung_at=NOW),
            status=IDLE,
            role=MAYOR,
            hook=None,
            mail_at=A_MINUTE_AGO,
        ),
        LeaveAlone,
        "its session stays",
    ),
    "mail from before its session, which its briefing told": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR, hook=None, mail_at=AGO - SECONDS),
        LeaveAlone,
        "its session stays",
    ),
    "mail to a polecat that stopped with work on its hook": (
        toast(session=HERE, start=PUSHED, status=IDLE, mail_at=NOW),
        RingDoorbell,
        "mail has come for it",
    ),
    "mail to a witness that is not there": (
        toast(session=GONE, hook=None, role=WITNESS, mail_at=NOW),
        StartSession,
        "mail waits for it",
    ),
    "mail to a witness that was there since, and did not read it": (
        toast(session=GONE, hook=None, role=WITNESS, mail_at=AGO - SECONDS, start=ENDED),
        LeaveAlone,
        "nothing on the hook",
    ),
    "mail to a polecat without work": (
        toast(session=GONE, hook=None, mail_at=NOW),
        LeaveAlone,
        "nothing on the hook",
    ),
    "mail to a witness that a person paused": (
        toast(session=GONE, hook=None, role=WITNESS, mail_at=NOW, paused="holidays"),
        LeaveAlone,
        "paused: holidays",
    ),
    "new work, and it is paused": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR, paused="lunch"),
        LeaveAlone,
        "we-1 waits",
    ),
    "new work while it starts": (
        toast(
            session=HERE,
            start=replace(LASTS, began_at=NOW - SECONDS, primed_at=None, prompted_at=None),
            status=IDLE,
            role=MAYOR,
        ),
        LeaveAlone,
        "is starting",
    ),
    "new work that was put off": (
        toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR, hook=replace(HOOK, deferred=True)),
        LeaveAlone,
        "its session stays",
    ),
    "new work that it has taken up": (
        toast(session=HERE, start=UP_TO_DATE, status=BUSY, role=MAYOR),
        LeaveAlone,
        "works on we-1",
    ),
    "new work, rung, and no answer": (
        toast(
            session=HERE,
            start=replace(LASTS, prompted_at=None, rung_at=A_MINUTE_AGO, rings=1),
            status=IDLE,
            role=MAYOR,
        ),
        ReportSilence,
        "does not answer the doorbell, with we-1 on its hook",
    ),
    # without callbacks
    "no stop callback, and it ended its turn": (
        toast(session=HERE, start=START, status=IDLE, features=MUTE),
        RingDoorbell,
        "ended its turn with work on its hook",
    ),
    "no stop callback, and it works": (
        toast(session=HERE, start=START, status=BUSY, features=MUTE),
        LeaveAlone,
        "works on we-1",
    ),
    "no stop callback, and just rung": (
        toast(session=HERE, start=JUST_RUNG, status=IDLE, features=MUTE),
        LeaveAlone,
        "works on we-1",
    ),
    "no stop callback, rung once, and it ended its turn again": (
        toast(session=HERE, start=replace(JUST_RUNG, rung_at=A_MINUTE_AGO), status=IDLE, features=MUTE),
        RingDoorbell,
        "ended its turn",
    ),
    "no stop callback, and it hit a limit": (
        toast(session=HERE, start=replace(START, failure="rate_limit"), status=IDLE, features=MUTE),
        LeaveAlone,
        "works on we-1",
    ),
    "no stop callback, and rung often enough": (
        toast(
            session=HERE,
            start=replace(START, rung_at=A_MINUTE_AGO, rings=MOST_RINGS),
            status=IDLE,
            features=MUTE,
        ),
        ReportSilence,
        "however often the doorbell was rung",
    ),
    "no callback at all, never told": (
        toast(session=HERE, start=UNTOLD, status=IDLE, features=DEAF),
        RingDoorbell,
        "never told what is on its hook",
    ),
    "no callback at all, and its screen cannot be read": (
        toast(session=HERE, start=UNTOLD, status=Unknown("its screen shows nothing"), features=DEAF),
        LeaveAlone,
        "works on we-1",
    ),
    # pushed by its stop callback
    "pushed often enough, and it stopped": (
        toast(session=HERE, start=PUSHED, status=IDLE),
        ReportSilence,
        "3 times told to go on",
    ),
    "pushed often enough, and it still works": (
        toast(session=HERE, start=PUSHED, status=BUSY),
        LeaveAlone,
        "works on we-1",
    ),
    "pushed, and it may be pushed again": (
        toast(session=HERE, start=replace(PUSHED, pushes=2), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "pushed often enough, and it has asked its human": (
        toast(session=HERE, start=PUSHED, status=IDLE, question="hq-1"),
        LeaveAlone,
        "asked its human, who has not answered hq-1",
    ),
    "no stop callback, and it has asked its human": (
        toast(session=HERE, start=START, status=IDLE, features=MUTE, question="hq-1"),
        LeaveAlone,
        "asked its human",
    ),
    "pushed often enough for new work that it never took up": (
        toast(
            session=HERE,
            start=replace(LASTS, pushes=MOST_PUSHES, turn_ended_at=NOW, rung_at=A_MINUTE_AGO, rings=1),
            status=IDLE,
            role=MAYOR,
        ),
        ReportSilence,
        "3 times told to go on",
    ),
    "pushed often enough for the work before": (
        toast(
            session=VISITED,
            start=replace(LASTS, pushes=MOST_PUSHES, turn_ended_at=HOOK.slung_at - SECONDS),
            status=IDLE,
            role=MAYOR,
        ),
        LeaveAlone,
        "we-1 waits for the end of its turn",
    ),
    "pushed often enough, and that was told": (
        toast(session=HERE, start=replace(PUSHED, reported_at=A_MINUTE_AGO), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "pushed often enough, and it hit a limit": (
        toast(session=HERE, start=replace(PUSHED, failure="server_error"), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "pushed often enough, and a person watches": (
        toast(session=Present(WATCHED), start=PUSHED, status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "pushed often enough, and it waits for an answer": (
        toast(session=HERE, start=PUSHED, status=Present(AgentStatus(Activity.WAITING, "permission", "c"))),
        LeaveAlone,
        "works on we-1",
    ),
}


@pytest.mark.parametrize("agent, kind, because", ROWS.values(), ids=ROWS)
def test_an_agent_that_sits_before_its_work_is_set_going(
    agent: AgentFacts, kind: type[Action], because: str
) -> None:
    action = supervise(agent, POLICY, NOW)
    assert type(action) is kind, action
    assert re.search(because, action.because), action.because


def test_a_ring_knows_whether_the_agent_had_been_told() -> None:
    untold = supervise(toast(session=HERE, start=UNTOLD, status=IDLE), POLICY, NOW)
    new_work = supervise(toast(session=HERE, start=LASTS, status=IDLE, role=MAYOR), POLICY, NOW)
    told = supervise(toast(session=HERE, start=PRIMED_ALONE, status=IDLE), POLICY, NOW)
    rings = [action.told for action in (untold, new_work, told) if isinstance(action, RingDoorbell)]
    assert rings == [False, False, True]


def test_a_report_is_about_the_incarnation_that_was_seen() -> None:
    action = supervise(toast(session=HERE, start=PUSHED, status=IDLE), POLICY, NOW)
    assert isinstance(action, ReportSilence)
    assert (action.agent, action.incarnation) == (TOAST, 7)


def test_an_agent_without_a_stop_callback_is_rung_a_few_times_and_then_reported() -> None:
    start, now, did = START, NOW, list[str]()
    for _ in range(20):
        action = supervise(toast(session=HERE, start=start, status=IDLE, features=DEAF), POLICY, now)
        if isinstance(action, RingDoorbell):
            did.append("rung")
            start = replace(start, rung_at=now, rings=start.rings + 1)
        elif isinstance(action, ReportSilence):
            did.append("reported")
            start = replace(start, reported_at=now)
        now += UNPRIMED / 2
    assert did == ["rung"] * MOST_RINGS + ["reported"]


@settings(max_examples=40)
@given(agents)
def test_nothing_is_typed_over_a_person_or_into_a_question(agent: AgentFacts) -> None:
    if isinstance(supervise(agent, POLICY, NOW), RingDoorbell):
        assert agent.session == HERE
        assert agent.status == IDLE
        assert agent.paused is None
        assert agent.work is not None


@settings(max_examples=40)
@given(agents)
def test_somebody_is_told_once_and_only_of_work(agent: AgentFacts) -> None:
    if isinstance(supervise(agent, POLICY, NOW), ReportSilence):
        assert agent.work is not None
        assert agent.last_start is not None
        assert agent.last_start.reported_at is None
