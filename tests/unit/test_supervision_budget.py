from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.actions import Action, LeaveAlone, Park, StartSession
from gastown.domain.decide.budget import (
    CAUSES,
    LONGEST_PAUSE,
    SESSION_ENDED,
    STOPPED_BY_PERSON,
    parked_because,
)
from gastown.domain.decide.queues import LONGEST_QUEUE_PAUSE, QueueStarts, queue_started
from gastown.domain.decide.supervision import supervise
from gastown.domain.endings import RESTARTED, STOPPED
from gastown.domain.supervised import PastStart, RestartPolicy
from tests.unit.polecat_facts import AGO, ENDED, NOW, POLICY, causes, crash, hooked, toast


def test_five_starts_that_came_to_nothing_are_enough() -> None:
    assert parked_because([crash()] * 4, POLICY) is None
    assert parked_because([crash()] * 5, POLICY) == f"5 sessions ended without progress: {SESSION_ENDED}"


BUDGETS: dict[str, tuple[Sequence[PastStart], bool]] = {
    "two causes in turn, five of each": ([crash("one"), crash("other")] * 5, True),
    "two causes in turn, four of each": ([crash("one"), crash("other")] * 4, False),
    "four of one cause, then another": ([*[crash("one")] * 4, crash("other")], False),
    "five of one cause, then another": ([*[crash("one")] * 5, crash("other")], True),
    "causes that differ in a number": (
        [crash(f"process {number} is in the way") for number in range(5)],
        True,
    ),
    "causes that differ in a name of the moment": (
        [crash(f"gt-x{number}ab.sock cannot be read") for number in range(5)],
        True,
    ),
    "a cause that always has another face": (
        [crash(f"could not start: {word * 3}") for word in "abcdefghijklmno"],
        True,
    ),
    "a commit in the third session": (
        [crash(), crash(), crash(ended_head="b"), crash(head="b"), crash(head="b")],
        False,
    ),
    "a commit that only the next start saw": ([*[crash()] * 4, *[crash(head="b")] * 4], False),
    "five more after the commit": ([*[crash()] * 4, *[crash(head="b")] * 5], True),
    "a branch that goes back and forth": ([crash(head="a"), crash(head="b")] * 4, True),
    "starts that failed before the branch could be read": (
        [*[crash("could not start: no rights", head=None)] * 4, crash("could not start: no rights")],
        True,
    ),
    "an unreadable head between two crashes is no progress": (
        [*[crash()] * 4, crash("could not start", head=None), crash()],
        True,
    ),
    "a session that lived long": (
        [*[crash()] * 4, crash(lived=POLICY.patience), *[crash()] * 4],
        False,
    ),
    "a session that lived almost long enough": (
        [*[crash()] * 4, crash(lived=POLICY.patience - timedelta(milliseconds=1))],
        True,
    ),
    "a hundred times gt down": ([crash(STOPPED_BY_PERSON)] * 100, False),
    "gt down between crashes": ([crash(), crash(STOPPED_BY_PERSON)] * 4, False),
    "gt down does not hide crashes": ([crash(), crash(STOPPED_BY_PERSON)] * 5, True),
    "a commit in a session that gt down ended": (
        [*[crash()] * 4, crash(STOPPED_BY_PERSON, ended_head="b"), crash(head="b")],
        False,
    ),
    "a hundred restarts by a person": ([crash(RESTARTED)] * 100, False),
    "five restarts by agents": ([crash(RESTARTED, by_agent=True)] * 5, True),
    "five stops by an agent": ([crash(f"{STOPPED} by web/witness")] * 5, True),
    "restarts by agents, and the branch moves": (
        [crash(RESTARTED, by_agent=True, head=str(number)) for number in range(100)],
        False,
    ),
    "restarts by agents, and a step is done in each": (
        [crash(RESTARTED, by_agent=True, steps=1)] * 100,
        False,
    ),
    "five more after the last step": (
        [*[crash(steps=1)] * 9, *[crash(RESTARTED, by_agent=True)] * 5],
        True,
    ),
    "one that still runs counts nothing": (
        [*[crash()] * 4, PastStart(AGO, "a", None, None)],
        False,
    ),
    "one that still runs shows what the last one achieved": (
        [*[crash()] * 5, PastStart(AGO, "b", None, None)],
        False,
    ),
    "no start at all": ([], False),
}


@pytest.mark.parametrize("starts, parked", BUDGETS.values(), ids=BUDGETS)
def test_a_bead_is_parked_when_one_cause_has_spent_its_budget_since_the_last_progress(
    starts: Sequence[PastStart],
    parked: bool,  # noqa: FBT001 - a column
) -> None:
    assert (parked_because(starts, POLICY) is not None) == parked


def test_the_reason_names_the_cause_that_spent_the_budget_not_the_last_one() -> None:
    assert (
        parked_because([*[crash("one")] * 5, crash("other")], POLICY)
        == "5 sessions ended without progress: one"
    )


@dataclass
class Life:
    """A bead that the supervisor starts sessions for until it is parked; counts by its own book."""

    now: datetime = NOW
    starts: tuple[PastStart, ...] = ()
    fruitless: Counter[str] = field(default_factory=Counter[str])
    head: int = 0

    def decide(self) -> Action:
        """What the supervisor does next, pauses waited out."""
        action = supervise(toast(hook=hooked(self.starts), start=ENDED), POLICY, self.now)
        while isinstance(action, LeaveAlone):
            assert action.until is not None
            assert self.now < action.until <= self.now + LONGEST_PAUSE
            self.now = action.until
            action = supervise(toast(hook=hooked(self.starts), start=ENDED), POLICY, self.now)
        return action

    def go_through(self, cause: str, *, commits: bool, lived: timedelta) -> None:
        """One session: it began, perhaps committed, and ended."""
        head, self.head = self.head, self.head + commits
        ended_head = str(self.head) if commits else None
        self.starts += (crash(cause, head=str(head), ended_head=ended_head, at=self.now, lived=lived),)
        self.now += lived
        if commits or lived >= POLICY.patience:
            self.fruitless.clear()
        elif cause != STOPPED_BY_PERSON:
            self.fruitless[cause] += 1


sessions_lived = st.tuples(
    causes | st.text("abc", min_size=1, max_size=3),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([1, 1, 1, 60, 900]).map(lambda seconds: timedelta(seconds=seconds)),
)


@settings(max_examples=60)
@given(st.lists(sessions_lived, max_size=40))
def test_no_cause_ever_gets_a_sixth_start_without_progress(
    histories: list[tuple[str, bool, timedelta]],
) -> None:
    life = Life()
    for cause, commits, lived in histories:
        action = life.decide()
        worst = max(life.fruitless.values(), default=0)
        if isinstance(action, Park):
            assert worst == 5 or life.fruitless.total() == 5 * CAUSES
            return
        assert isinstance(action, StartSession)
        assert worst < 5
        life.go_through(cause, commits=commits, lived=lived)


def test_pauses_double_and_have_a_longest() -> None:
    life, pauses, policy = Life(), list[float](), replace(POLICY, budget=99)
    for word in "abcdefghijklm":
        life.go_through(f"{word * 3}", commits=False, lived=timedelta(seconds=1))
        action = supervise(toast(hook=hooked(life.starts), start=ENDED), policy, life.now)
        if isinstance(action, LeaveAlone) and action.until is not None:
            pauses.append((action.until - life.now).total_seconds())
            life.now = action.until
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_no_pause_grows_out_of_bounds_with_a_generous_budget() -> None:
    policy = RestartPolicy(budget=10_000)
    action = supervise(
        toast(hook=hooked([crash(at=NOW - timedelta(seconds=2))] * 5000), start=ENDED), policy, NOW
    )
    assert isinstance(action, LeaveAlone)
    assert action.until == NOW + LONGEST_PAUSE


def test_a_clock_that_was_set_back_does_not_keep_work_waiting() -> None:
    tomorrow = [crash(at=NOW + timedelta(days=1))] * 2
    assert isinstance(supervise(toast(hook=hooked(tomorrow), start=ENDED), POLICY, NOW), StartSession)


# queue processes


def test_a_queue_process_that_comes_to_nothing_is_started_ever_more_rarely() -> None:
    started, pauses, now = queue_started(None, NOW), list[float](), NOW
    for _ in range(100):
        pauses.append((started.not_before - now).total_seconds())
        now = started.not_before
        started = queue_started(started, now)
    assert pauses[:5] == [0.2, 0.4, 0.8, 1.6, 3.2]
    assert set(pauses[10:]) == {LONGEST_QUEUE_PAUSE.total_seconds()}


def test_a_queue_process_after_a_calm_time_begins_with_the_shortest_pause() -> None:
    spent = QueueStarts(NOW, NOW + LONGEST_QUEUE_PAUSE, in_vain=30)
    later = spent.not_before + LONGEST_QUEUE_PAUSE + timedelta(seconds=1)
    assert queue_started(spent, later) == QueueStarts(later, later + timedelta(seconds=0.2), 0)
