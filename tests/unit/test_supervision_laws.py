from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.actions import FinishDone, LeaveAlone, StartSession
from gastown.domain.decide.slots import within_slots
from gastown.domain.decide.supervision import supervise
from gastown.domain.observed import Present, Unknown
from gastown.domain.supervised import AgentFacts
from tests.unit.polecat_facts import BUSY, NOW, POLICY, UNSEEN, WATCHED, agents, towns


@settings(max_examples=30)
@given(agents)
def test_a_session_that_cannot_be_seen_is_left_alone(agent: AgentFacts) -> None:
    assert type(supervise(replace(agent, session=UNSEEN), POLICY, NOW)) is LeaveAlone


@settings(max_examples=30)
@given(agents)
def test_a_status_that_cannot_be_seen_never_ends_what_a_busy_one_would_not(agent: AgentFacts) -> None:
    blind = supervise(replace(agent, status=Unknown("no rights")), POLICY, NOW)
    assert blind == supervise(replace(agent, status=BUSY), POLICY, NOW)


@settings(max_examples=30)
@given(agents)
def test_nobody_is_disturbed_while_a_person_watches(agent: AgentFacts) -> None:
    watched = supervise(replace(agent, session=Present(WATCHED)), POLICY, NOW)
    wished = agent.last_start is not None and agent.last_start.handoff_at is not None
    assert isinstance(watched, LeaveAlone | FinishDone) or wished


@settings(max_examples=30)
@given(agents)
def test_a_session_is_started_only_for_work_that_nobody_has_handed_over_or_paused(agent: AgentFacts) -> None:
    if isinstance(supervise(agent, POLICY, NOW), StartSession):
        assert agent.hook is not None
        assert (agent.hook.done_wished_at, agent.paused) == (None, None)


@settings(max_examples=30)
@given(agents)
def test_every_action_says_why(agent: AgentFacts) -> None:
    assert supervise(agent, POLICY, NOW).because


@settings(max_examples=20)
@given(towns, st.integers(1, 5))
def test_a_second_tick_over_unchanged_facts_decides_the_same(town: list[AgentFacts], most: int) -> None:
    first = within_slots([supervise(agent, POLICY, NOW) for agent in town], town, most)
    again = within_slots([supervise(agent, POLICY, NOW) for agent in town], town, most)
    assert first == again
