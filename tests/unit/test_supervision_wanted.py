"""Sessions that run for a wish rather than for work: by what their role says about ends."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from gastown.domain.actions import Action, FinishDone, LeaveAlone, Park, RecordEnd, StartSession, StopSession
from gastown.domain.decide.budget import SESSION_ENDED
from gastown.domain.decide.supervision import supervise
from gastown.domain.endings import HANDOFF, RESTARTED
from gastown.domain.observed import Present, Unknown
from gastown.domain.roles import Restart
from gastown.domain.supervised import AgentFacts, LastStart, RoleFacts
from tests.unit.polecat_facts import (
    BUSY,
    BY_HAND,
    CREW,
    DEFERRED,
    DOG,
    ENDED,
    HERE,
    HOOK,
    IDLE,
    LASTS,
    MAYOR,
    NOW,
    OLDER,
    POLECAT,
    POLICY,
    SESSION,
    START,
    TOAST,
    WANTED,
    WATCHED,
    WITNESS,
    agents,
    crash,
    toast,
)

LEFT = replace(LASTS, left_because="prompt_input_exit")
KILLED = replace(LASTS, left_because="other")
LASTED = replace(LASTS, ended_at=NOW)
SPENT_WISH = replace(WANTED, starts=tuple([crash()] * 5))
HASTY = replace(WANTED, starts=(crash(), crash(at=NOW - timedelta(seconds=2))))
UNREADABLE = Unknown("roles/dog.toml: scope is missing")

ROWS: dict[str, tuple[AgentFacts, type[Action], str]] = {
    # no session
    "wanted, and never a session": (
        toast(hook=None, wanted=WANTED, role=MAYOR),
        StartSession,
        "its session is wanted, no session runs",
    ),
    "wanted, and its last one ended": (
        toast(hook=None, wanted=WANTED, role=MAYOR, start=LASTED),
        StartSession,
        "its session is wanted",
    ),
    "a person took it down with gt down": (
        toast(hook=None, role=MAYOR, start=LASTED),
        LeaveAlone,
        "nothing on the hook",
    ),
    "wanted and paused": (toast(hook=None, wanted=WANTED, role=MAYOR, paused="lunch"), LeaveAlone, "paused"),
    "wanted, and its sessions come to nothing": (
        toast(hook=None, wanted=SPENT_WISH, role=MAYOR, start=LASTED),
        Park,
        f"5 sessions ended without progress: {SESSION_ENDED}",
    ),
    "wanted, and two sessions came to nothing": (
        toast(hook=None, wanted=HASTY, role=MAYOR, start=LASTED),
        LeaveAlone,
        "waits before the next start",
    ),
    "work comes first, with a budget of its own": (
        toast(wanted=SPENT_WISH, role=MAYOR, start=LASTED),
        StartSession,
        "we-1 is hooked",
    ),
    "a role that only people start, and a person does": (
        toast(hook=None, wanted=WANTED, role=BY_HAND),
        StartSession,
        "its session is wanted",
    ),
    "a role that only people start, and an agent would": (
        toast(hook=None, wanted=replace(WANTED, by="deacon"), role=BY_HAND),
        LeaveAlone,
        "only a person starts it",
    ),
    "a role that only people start, and the start of a person failed": (
        toast(hook=None, wanted=WANTED, role=BY_HAND, start=replace(ENDED, began_at=WANTED.since)),
        LeaveAlone,
        "only a person starts it",
    ),
    "a role that only people start, and a person does again": (
        toast(hook=None, wanted=replace(WANTED, since=NOW), role=BY_HAND, start=ENDED),
        StartSession,
        "its session is wanted",
    ),
    "a role that only people start, with work": (toast(role=BY_HAND), LeaveAlone, "only a person starts it"),
    # work that was put off
    "deferred work starts nothing": (toast(hook=DEFERRED), LeaveAlone, "we-1 is deferred"),
    "deferred work, and its session is wanted": (
        toast(hook=DEFERRED, wanted=WANTED, role=CREW),
        StartSession,
        "its session is wanted",
    ),
    "deferred work keeps no session": (
        toast(hook=DEFERRED, session=HERE, start=OLDER, status=IDLE),
        StopSession,
        "nothing on the hook and the turn has ended",
    ),
    "gt done was begun for deferred work": (
        toast(hook=replace(DEFERRED, done_wished_at=NOW)),
        FinishDone,
        "begun and not finished",
    ),
    # a session without work
    "wanted, and it runs": (
        toast(hook=None, wanted=WANTED, role=CREW, session=HERE, start=LASTS, status=IDLE),
        LeaveAlone,
        "its session stays",
    ),
    "wanted, and its worker's session of before runs": (
        toast(hook=None, wanted=WANTED, role=POLECAT, session=HERE, start=OLDER, status=IDLE),
        LeaveAlone,
        "its session stays",
    ),
    "not wanted any more, and its role wakes on work": (
        toast(hook=None, role=WITNESS, session=HERE, start=LASTS, status=IDLE),
        StopSession,
        "nothing on the hook",
    ),
    "not wanted any more, in the middle of a turn": (
        toast(hook=None, role=WITNESS, session=HERE, start=LASTS, status=BUSY),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "not wanted any more, and its role always wakes": (
        toast(hook=None, role=MAYOR, session=HERE, start=LASTS, status=IDLE),
        LeaveAlone,
        "its session stays",
    ),
    "wanted, and its work was taken back in the middle of a turn": (
        toast(hook=None, wanted=WANTED, role=CREW, session=HERE, start=LASTS, outcome="unslung"),
        LeaveAlone,
        "its session stays",
    ),
    "a lasting session whose work was taken back ends its turn first": (
        toast(hook=None, role=WITNESS, session=HERE, start=LASTS, outcome="unslung"),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "wanted, and taken for ended though it runs": (
        toast(hook=None, wanted=WANTED, role=MAYOR, session=HERE, start=LASTED, status=IDLE),
        StartSession,
        "its session is wanted, an older session has ended its turn",
    ),
    "wanted, and a session of an older start came late": (
        toast(hook=None, wanted=WANTED, role=MAYOR, session=HERE, start=replace(LASTS, incarnation=8)),
        StartSession,
        "a session of an older start came late",
    ),
    # a role that cannot be read
    "a broken role, with work": (
        toast(role=UNREADABLE),
        LeaveAlone,
        "its role cannot be read: roles/dog.toml",
    ),
    "a broken role, and nothing to do": (
        toast(role=UNREADABLE, hook=None, session=HERE, start=OLDER, status=IDLE),
        LeaveAlone,
        "its role cannot be read",
    ),
}


@pytest.mark.parametrize("agent, kind, because", ROWS.values(), ids=ROWS)
def test_wishes_and_roles_choose_one_action_with_its_reason(
    agent: AgentFacts, kind: type[Action], because: str
) -> None:
    action = supervise(agent, POLICY, NOW)
    assert type(action) is kind, action
    assert re.search(because, action.because), action.because


ENDS: dict[str, tuple[RoleFacts, LastStart, bool]] = {
    "permanent, left in good order": (MAYOR, LEFT, False),
    "permanent, killed": (MAYOR, KILLED, False),
    "transient, left in good order": (CREW, LEFT, True),
    "transient, killed": (CREW, KILLED, False),
    "transient, without a word": (CREW, LASTS, False),
    "transient, left after a failure": (CREW, replace(LEFT, failure="rate_limit"), False),
    "transient, handed off and then left": (CREW, replace(LEFT, handoff_at=NOW, handoff_by=TOAST), False),
    "temporary, left in good order": (DOG, LEFT, True),
    "temporary, killed": (DOG, KILLED, True),
    "temporary, handed off": (DOG, replace(KILLED, handoff_at=NOW, handoff_by=TOAST), False),
    "by hand alone, killed": (BY_HAND, KILLED, True),
}


@pytest.mark.parametrize("role, start, lets_go", ENDS.values(), ids=ENDS)
def test_an_end_lets_go_of_the_wish_where_its_role_says_so(
    role: RoleFacts,
    start: LastStart,
    lets_go: bool,  # noqa: FBT001 - a column
) -> None:
    action = supervise(toast(hook=None, wanted=WANTED, role=role, start=start), POLICY, NOW)
    assert isinstance(action, RecordEnd)
    assert action.unwants == lets_go


def test_the_end_of_a_session_that_nobody_wanted_lets_go_of_nothing() -> None:
    assert supervise(toast(start=START), POLICY, NOW) == RecordEnd(TOAST, 7, SESSION_ENDED)


def test_a_session_that_went_while_its_handoff_was_wished_was_handed_off() -> None:
    handed_off = replace(START, handoff_at=NOW, handoff_by=TOAST)
    assert supervise(toast(start=handed_off), POLICY, NOW) == RecordEnd(TOAST, 7, HANDOFF)


def test_starts_that_would_have_begun_what_was_put_off_count_for_the_wish() -> None:
    put_off = replace(DEFERRED, starts=tuple([crash(at=WANTED.since)] * 5))
    action = supervise(toast(hook=put_off, wanted=WANTED, role=CREW), POLICY, NOW)
    assert isinstance(action, Park)
    assert action.bead is None
    later = replace(WANTED, since=NOW)
    assert isinstance(supervise(toast(hook=put_off, wanted=later, role=CREW), POLICY, NOW), StartSession)


def test_a_wish_that_is_made_again_has_a_budget_again() -> None:
    again = replace(SPENT_WISH, since=NOW, starts=())
    assert isinstance(supervise(toast(hook=None, wanted=again, role=MAYOR), POLICY, NOW), StartSession)


def test_what_people_restart_spends_no_budget() -> None:
    often = replace(WANTED, starts=tuple([crash(RESTARTED)] * 99))
    assert isinstance(supervise(toast(hook=None, wanted=often, role=MAYOR), POLICY, NOW), StartSession)


def test_a_wish_is_parked_without_a_bead() -> None:
    action = supervise(toast(hook=None, wanted=SPENT_WISH, role=MAYOR), POLICY, NOW)
    assert isinstance(action, Park)
    assert action.bead is None


@settings(max_examples=30)
@given(agents)
def test_only_people_start_what_is_never_started(agent: AgentFacts) -> None:
    if isinstance(agent.role, Unknown):
        return
    by_hand = replace(agent, role=replace(agent.role, restart=Restart.NEVER))
    wished = agent.last_start is not None and agent.last_start.handoff_at is not None
    assert not isinstance(supervise(by_hand, POLICY, NOW), StartSession) or wished or agent.wanted is not None


@settings(max_examples=30)
@given(agents)
def test_a_session_that_is_wanted_is_never_stopped(agent: AgentFacts) -> None:
    assert not isinstance(supervise(replace(agent, wanted=WANTED), POLICY, NOW), StopSession)


@settings(max_examples=30)
@given(agents)
def test_nothing_is_done_for_an_agent_whose_role_cannot_be_read(agent: AgentFacts) -> None:
    assert type(supervise(replace(agent, role=UNREADABLE), POLICY, NOW)) is LeaveAlone


@settings(max_examples=30)
@given(agents)
def test_work_that_was_put_off_is_as_no_work(agent: AgentFacts) -> None:
    if agent.hook is None or agent.hook.done_wished_at is not None:
        return
    put_off = supervise(replace(agent, hook=replace(agent.hook, deferred=True)), POLICY, NOW)
    without = supervise(replace(agent, hook=None), POLICY, NOW)
    assert type(put_off) is type(without)


def test_who_watches_keeps_a_session_that_nobody_wants_any_more() -> None:
    watched = toast(hook=None, role=WITNESS, session=Present(WATCHED), start=LASTS, status=IDLE)
    assert isinstance(supervise(watched, POLICY, NOW), LeaveAlone)
    left = replace(watched, session=Present(SESSION))
    assert isinstance(supervise(left, POLICY, NOW), StopSession)


def test_an_ended_start_of_before_the_wish_is_nothing_to_write_down() -> None:
    assert isinstance(
        supervise(toast(hook=None, wanted=WANTED, role=DOG, start=ENDED), POLICY, NOW), StartSession
    )
    assert isinstance(supervise(toast(hook=HOOK, role=DOG, start=ENDED), POLICY, NOW), StartSession)
