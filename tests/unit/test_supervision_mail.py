"""Mail is work for whoever looks after something: it wakes once, however often a start fails, and never past a stop."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings

from gastown.domain.actions import Action, LeaveAlone, Park, StartSession, StopSession
from gastown.domain.decide.propulsion import UNPRIMED
from gastown.domain.decide.supervision import supervise
from gastown.domain.endings import STOPPED
from gastown.domain.roles import Restart
from gastown.domain.supervised import AgentFacts, LastStart, PastStart, RestartPolicy, RoleFacts
from gastown.domain.worker_state import WorkerState, worker_state
from tests.unit.polecat_facts import (
    A_MINUTE_AGO,
    AGO,
    ENDED,
    HERE,
    IDLE,
    LASTS,
    MAYOR,
    NOW,
    POLECAT,
    POLICY,
    WITNESS,
    agents,
    crash,
    toast,
)

SECONDS = timedelta(seconds=1)
WHILE_IT_RAN = AGO + SECONDS
ITS_OWN = replace(ENDED, generation=None, lasting=True)
FAILED = replace(ITS_OWN, primed_at=None, prompted_at=None, began_at=A_MINUTE_AGO, ended_at=A_MINUTE_AGO)
COULD_NOT = crash("could not start: tmux does not answer", head=None, at=A_MINUTE_AGO)


def witness(
    start: LastStart | None,
    *,
    role: RoleFacts = WITNESS,
    mail_at: datetime = WHILE_IT_RAN,
    paused: str | None = None,
    told_until: datetime | None = None,
    mail_starts: Sequence[PastStart] = (),
) -> AgentFacts:
    """A witness without a session and without work; mail came while its last session ran."""
    return toast(
        hook=None, role=role, start=start, mail_at=mail_at, paused=paused, told_until=told_until,
        mail_starts=mail_starts,
    )  # fmt: skip


ROWS: dict[str, tuple[AgentFacts, type[Action], str]] = {
    "never a session": (witness(None), StartSession, "mail waits for it"),
    "it came while the last one ran, which was told nothing of it": (
        witness(ITS_OWN),
        StartSession,
        "mail waits for it",
    ),
    "the last one was told of it, and did not read it": (
        witness(replace(ITS_OWN, mail_rung_at=WHILE_IT_RAN)),
        LeaveAlone,
        "nothing on the hook",
    ),
    "the last one was stopped with it": (witness(replace(ITS_OWN, why=STOPPED)), LeaveAlone, "nothing on"),
    "the last one was stopped with it by an agent": (
        witness(replace(ITS_OWN, why=f"{STOPPED} by mayor")),
        LeaveAlone,
        "nothing on the hook",
    ),
    "it came after the stop": (
        witness(replace(ITS_OWN, why=STOPPED), mail_at=NOW),
        StartSession,
        "mail waits for it",
    ),
    "it came after the stop, which holds": (
        witness(replace(ITS_OWN, why=STOPPED), mail_at=NOW, paused=STOPPED),
        LeaveAlone,
        f"paused: {STOPPED}",
    ),
    "the start for it failed": (witness(FAILED, mail_starts=(COULD_NOT,)), StartSession, "does not answer"),
    "the start for it failed twice": (
        witness(FAILED, mail_starts=(COULD_NOT, replace(COULD_NOT, ended_at=NOW))),
        LeaveAlone,
        "waits before the next start",
    ),
    "the start for it failed five times": (
        witness(FAILED, mail_starts=(COULD_NOT,) * 5),
        Park,
        "5 sessions ended without progress: could not start",
    ),
    "a start failed, and a session before it had been told": (
        witness(FAILED, told_until=WHILE_IT_RAN),
        LeaveAlone,
        "nothing on the hook",
    ),
    "a mayor that nobody wants": (witness(ITS_OWN, role=MAYOR), StartSession, "mail waits for it"),
    "a polecat": (witness(ITS_OWN, role=POLECAT), LeaveAlone, "nothing on the hook"),
}


@pytest.mark.parametrize("agent, kind, because", ROWS.values(), ids=ROWS)
def test_mail_wakes_once(agent: AgentFacts, kind: type[Action], because: str) -> None:
    action = supervise(agent, POLICY, NOW)
    assert type(action) is kind, action
    assert re.search(because, action.because), action.because


def test_whoever_does_not_come_up_for_its_mail_is_parked_for_all_to_see() -> None:
    spent = witness(FAILED, mail_starts=(COULD_NOT,) * 5)
    assert worker_state(spent, POLICY, NOW).state is WorkerState.PARKED
    assert worker_state(replace(spent, paused=STOPPED), POLICY, NOW).state is WorkerState.IDLE


def test_a_session_that_mail_woke_is_not_stopped_before_its_first_prompt() -> None:
    begun = replace(LASTS, began_at=NOW - SECONDS, primed_at=NOW, prompted_at=None)
    woken = toast(session=HERE, hook=None, role=WITNESS, start=begun, status=IDLE, mail_at=NOW - 2 * SECONDS)
    assert supervise(woken, POLICY, NOW) == LeaveAlone(
        woken.address, "is starting", begun.began_at + UNPRIMED
    )
    assert isinstance(supervise(woken, POLICY, begun.began_at + UNPRIMED), StopSession)
    prompted = replace(woken, last_start=replace(begun, prompted_at=NOW, turn_ended_at=NOW))
    assert isinstance(supervise(prompted, POLICY, NOW), StopSession)


@settings(max_examples=30)
@given(agents)
def test_no_mail_wakes_more_often_than_the_budget_allows(agent: AgentFacts) -> None:
    spent = replace(agent, hook=None, wanted=None, mail_starts=(COULD_NOT,) * RestartPolicy().budget)
    if agent.last_start is None or agent.last_start.handoff_at is None:
        assert not isinstance(supervise(spent, POLICY, NOW), StartSession)


@settings(max_examples=30)
@given(agents)
def test_mail_wakes_only_who_looks_after_something(agent: AgentFacts) -> None:
    if agent.is_woken_by_mail:
        assert getattr(agent.role, "restart", None) is Restart.PERMANENT
        assert agent.mail_at is not None
