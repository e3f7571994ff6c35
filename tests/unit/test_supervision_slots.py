from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.actions import LeaveAlone, StartSession
from gastown.domain.decide.slots import within_slots
from gastown.domain.decide.supervision import supervise
from gastown.domain.observed import Absent
from gastown.domain.supervised import AgentFacts
from tests.unit.polecat_facts import (
    CREW,
    HERE,
    HOOK,
    NOW,
    POLICY,
    START,
    UNSEEN,
    WANTED,
    at_rest,
    toast,
    towns,
)


@settings(max_examples=25)
@given(towns, st.integers(1, 5), st.sets(st.integers(0, 8)))
def test_never_more_sessions_than_slots(town: list[AgentFacts], most: int, numbers: set[int]) -> None:
    under_way = {f"web/polecats/P{number}" for number in numbers}
    actions = within_slots([supervise(agent, POLICY, NOW) for agent in town], town, most, under_way)
    workers = [agent for agent in town if agent.is_worker]
    fresh = [a for a in workers if isinstance(a.session, Absent) and a.address not in under_way]
    started = {a.agent for a in actions if isinstance(a, StartSession)}
    new = len([agent for agent in fresh if agent.address in started])
    begun = [a for a in workers if not isinstance(a.session, Absent) or a.address in under_way]
    unrecorded = [a for a in fresh if a.last_start is not None and a.last_start.ended_at is None]
    assert new == 0 or new + len(begun) + len(unrecorded) <= most
    assert len(actions) == len(town)


def wanting(name: str, *, priority: int = 2, waits: int = 1) -> AgentFacts:
    """An agent whose work of that priority was slung `waits` minutes ago."""
    hook = replace(HOOK, priority=priority, slung_at=NOW - timedelta(minutes=waits))
    return toast(address=name, hook=hook)


def started(town: Sequence[AgentFacts], most: int, under_way: frozenset[str] = frozenset()) -> list[str]:
    """Who gets a session in one tick."""
    actions = within_slots([supervise(agent, POLICY, NOW) for agent in town], town, most, under_way)
    return [action.agent for action in actions if isinstance(action, StartSession)]


def test_the_most_urgent_and_then_the_oldest_work_gets_the_free_slots() -> None:
    town = [wanting("new", waits=1), wanting("old", waits=9), wanting("later", priority=3, waits=99)]
    urgent = wanting("urgent", priority=0)
    assert started([*town, urgent], 2) == ["old", "urgent"]


def test_who_waits_is_told_so() -> None:
    town = [wanting("one", waits=2), wanting("two")]
    _, second = within_slots([supervise(agent, POLICY, NOW) for agent in town], town, 1)
    assert second == LeaveAlone("two", "waits its turn: 1 polecats run")


def test_a_polecat_that_is_wanted_takes_a_slot_like_any_other() -> None:
    wanted = toast(address="wanted", hook=None, wanted=WANTED, session=HERE, start=START)
    assert started([wanted, wanting("one")], 1) == []


def test_work_comes_before_a_wish_without_work() -> None:
    wished = toast(address="wished", hook=None, wanted=WANTED)
    assert started([wished, wanting("one")], 1) == ["one"]
    assert started([wished, wanting("one")], 2) == ["wished", "one"]


def test_crew_that_is_wanted_waits_for_nobody() -> None:
    crew = toast(address="crew", role=CREW, wanted=WANTED)
    assert started([crew, wanting("one")], 1) == ["crew", "one"]


def test_a_session_that_cannot_be_seen_holds_its_slot() -> None:
    assert started([toast(session=UNSEEN, address="unseen"), wanting("one")], 1) == []


def test_a_session_whose_end_is_not_recorded_holds_its_slot() -> None:
    assert started([toast(start=START, address="just gone"), wanting("one")], 1) == []


def test_a_session_that_is_being_started_holds_its_slot_before_anyone_can_see_it() -> None:
    town = [wanting("begun"), wanting("more urgent", priority=0)]
    assert started(town, 1) == ["more urgent"]
    assert "more urgent" not in started(town, 1, frozenset({"begun"}))


def test_a_session_takes_the_slot_of_the_older_one_that_it_replaces() -> None:
    town = [replace(at_rest(hook=HOOK), address="replaced"), wanting("one")]
    assert started(town, 1) == ["replaced"]
