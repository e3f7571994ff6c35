"""A wish for a fresh session is carried out when the old one has said its last words, and does not loop."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from gastown.domain.actions import Action, FinishDone, LeaveAlone, Park, RecordEnd, StartSession
from gastown.domain.decide.budget import HASTE, parked_because
from gastown.domain.decide.supervision import LAST_WORDS, supervise
from gastown.domain.endings import HANDOFF
from gastown.domain.observed import Present, Unknown
from gastown.domain.supervised import AgentFacts, PastStart
from tests.unit.polecat_facts import (
    BUSY,
    BY_HAND,
    DONE_WISHED,
    HANDS_OFF,
    HERE,
    IDLE,
    IS_HANDED_OFF,
    LASTS,
    MAYOR,
    NOW,
    POLICY,
    SESSION,
    TOAST,
    WATCHED,
    agents,
    crash,
    hooked,
    toast,
)

JUST_NOW = NOW - timedelta(seconds=1)
JUST_WISHED = replace(HANDS_OFF, handoff_at=JUST_NOW)
BLIND = Unknown("no rights")
MAYORS = replace(LASTS, handoff_at=JUST_NOW, handoff_by=TOAST)

ROWS: dict[str, tuple[AgentFacts, type[Action]]] = {
    "from within, the turn has ended": (toast(session=HERE, start=JUST_WISHED, status=IDLE), StartSession),
    "from within, the turn goes on": (toast(session=HERE, start=JUST_WISHED, status=BUSY), LeaveAlone),
    "from within, the turn goes on for long": (
        toast(session=HERE, start=HANDS_OFF, status=BUSY),
        StartSession,
    ),
    "from within, and it cannot be seen what it does": (
        toast(session=HERE, start=JUST_WISHED, status=BLIND),
        LeaveAlone,
    ),
    "from within, a clock was set back since": (
        toast(session=HERE, start=replace(HANDS_OFF, handoff_at=NOW + timedelta(days=1)), status=BUSY),
        StartSession,
    ),
    "from within, and a person watches": (
        toast(session=Present(WATCHED), start=JUST_WISHED, status=IDLE),
        StartSession,
    ),
    "from outside, the turn has ended": (toast(session=HERE, start=IS_HANDED_OFF, status=IDLE), StartSession),
    "from outside, the turn goes on": (toast(session=HERE, start=IS_HANDED_OFF, status=BUSY), LeaveAlone),
    "from outside, and it cannot be seen what it does": (
        toast(session=HERE, start=IS_HANDED_OFF, status=BLIND),
        LeaveAlone,
    ),
    "without work, a session that lasts": (
        toast(hook=None, role=MAYOR, session=HERE, start=MAYORS, status=IDLE),
        StartSession,
    ),
    "with work that a session that lasts has not taken up": (
        toast(role=MAYOR, session=HERE, start=MAYORS, status=IDLE),
        StartSession,
    ),
    "by a role that only people start": (
        toast(role=BY_HAND, session=HERE, start=JUST_WISHED, status=IDLE),
        StartSession,
    ),
    "while it is paused": (toast(session=HERE, start=JUST_WISHED, status=IDLE, paused="lunch"), LeaveAlone),
    "gt done comes first": (
        toast(session=HERE, start=JUST_WISHED, status=IDLE, hook=DONE_WISHED),
        FinishDone,
    ),
    "its session has ended meanwhile": (toast(start=JUST_WISHED), RecordEnd),
    "its session cannot be seen": (toast(session=Unknown("silent"), start=HANDS_OFF), LeaveAlone),
}


@pytest.mark.parametrize("agent, kind", ROWS.values(), ids=ROWS)
def test_a_handoff_waits_for_the_last_words_and_then_comes(agent: AgentFacts, kind: type[Action]) -> None:
    action = supervise(agent, POLICY, NOW)
    assert type(action) is kind, action


def test_a_handoff_is_looked_at_again_when_the_last_words_may_be_said() -> None:
    action = supervise(toast(session=HERE, start=JUST_WISHED, status=BUSY), POLICY, NOW)
    assert isinstance(action, LeaveAlone)
    assert action.until == JUST_NOW + LAST_WORDS


def test_who_nobody_wants_and_who_has_no_work_hands_itself_off_once_a_minute() -> None:
    hasty = toast(hook=None, role=MAYOR, session=HERE, start=replace(MAYORS, began_at=JUST_NOW), status=IDLE)
    action = supervise(hasty, POLICY, NOW)
    assert isinstance(action, LeaveAlone)
    assert action.until == JUST_NOW + HASTE
    assert isinstance(supervise(hasty, POLICY, JUST_NOW + HASTE), StartSession)


HANDED_OFF_SOON = crash(HANDOFF, lived=HASTE / 2, by_agent=True)
HANDED_OFF_LATER = crash(HANDOFF, lived=HASTE, by_agent=True)
WITHOUT_A_BRANCH = replace(HANDED_OFF_LATER, head=None)
BY_A_PERSON = replace(HANDED_OFF_SOON, by_agent=False)

BUDGETS: dict[str, tuple[list[PastStart], bool]] = {
    "five in haste": ([HANDED_OFF_SOON] * 5, True),
    "four in haste": ([HANDED_OFF_SOON] * 4, False),
    "five that worked a minute, and the branch did not move": ([HANDED_OFF_LATER] * 5, True),
    "a hundred by a person": ([BY_A_PERSON] * 100, False),
    "a hundred that worked a minute, and moved the branch": (
        [replace(HANDED_OFF_LATER, head=str(n)) for n in range(100)],
        False,
    ),
    "a hundred that did a step each": ([replace(HANDED_OFF_SOON, steps=1)] * 100, False),
    "a hundred without a branch that worked a minute": ([WITHOUT_A_BRANCH] * 100, False),
    "crashes between handoffs by a person": ([crash(), BY_A_PERSON] * 5, True),
}


@pytest.mark.parametrize("starts, parked", BUDGETS.values(), ids=BUDGETS)
def test_handoffs_by_agents_spend_budget_while_nothing_moves(starts: list[PastStart], parked: bool) -> None:  # noqa: FBT001 - a column
    assert (parked_because(starts, POLICY) is not None) == parked


def test_an_agent_that_does_nothing_but_hand_off_is_parked_after_pauses() -> None:
    now, starts, waited = NOW, list[PastStart](), timedelta()
    for _ in range(9):
        start = replace(HANDS_OFF, began_at=now, handoff_at=now)
        agent = toast(session=Present(SESSION), start=start, status=IDLE, hook=hooked(starts))
        action = supervise(agent, POLICY, now)
        while isinstance(action, LeaveAlone) and action.until is not None:
            waited, now = waited + (action.until - now), action.until
            action = supervise(agent, POLICY, now)
        if isinstance(action, Park):
            break
        starts.append(PastStart(now, "a", now + timedelta(seconds=1), HANDOFF, by_agent=True))
        now += timedelta(seconds=1)
    assert len(starts) == POLICY.budget
    assert waited >= timedelta(seconds=3)


@settings(max_examples=30)
@given(agents)
def test_without_a_wish_and_a_reason_nothing_is_replaced(agent: AgentFacts) -> None:
    wished = agent.last_start is not None and agent.last_start.handoff_at is not None
    if isinstance(supervise(agent, POLICY, NOW), StartSession):
        assert agent.work is not None or agent.wanted is not None or wished
