"""The situation of a worker, named from facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.runtime import Activity, AgentStatus
from gastown.domain.supervised import (
    AgentFacts,
    Hooked,
    LastStart,
    PastStart,
    RestartPolicy,
    RoleFacts,
    Wanted,
)
from gastown.domain.terminal import Session
from gastown.domain.worker_state import WorkerState, needs_a_person, worker_state, worker_states
from tests.unit.polecat_facts import BY_HAND, MAYOR, POLECAT

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
POLICY = RestartPolicy()
HOUR = timedelta(hours=1)

SESSION = Session("we-Toast", "$1", "%1", 4711, NOW - HOUR, 0, NOW, 7)
START = LastStart(7, 214, NOW - HOUR, NOW - HOUR, NOW - HOUR, None, None)
ENDED = replace(START, ended_at=NOW)
LASTS = replace(START, generation=None, lasting=True)
WANTED = Wanted(NOW - HOUR, "overseer")
HOOK = Hooked("we-x7k2m", "Add pagination", 214, 2, NOW - HOUR, None, ())


def past(*seconds_ago: int, cause: str = "the session ended") -> tuple[PastStart, ...]:
    """Starts that each ended two seconds later, at the same commit."""
    began = [NOW - timedelta(seconds=ago) for ago in seconds_ago]
    return tuple(PastStart(at, "c0ffee", at + timedelta(seconds=2), cause) for at in began)


def says(activity: Activity, waiting_for: str = "") -> Observed[AgentStatus]:
    return Present(AgentStatus(activity, waiting_for, "a-conversation"))


def an_agent(  # noqa: PLR0917 - columns
    session: Observed[Session] = Absent(),  # noqa: B008 - a value
    hook: Hooked | None = None,
    status: Observed[AgentStatus] = Absent(),  # noqa: B008 - a value
    start: LastStart | None = None,
    paused: str | None = None,
    role: RoleFacts | Unknown = POLECAT,
    wanted: Wanted | None = None,
) -> AgentFacts:
    return AgentFacts(
        "web/polecats/Toast",
        "web",
        "we-Toast",
        paused,
        hook,
        None,
        start,
        session,
        status,
        role,
        wanted=wanted,
    )


RUNS = Present(SESSION)
WISHED = replace(HOOK, done_wished_at=NOW)
DEFERRED = replace(HOOK, deferred=True)

SITUATIONS = {
    "nothing on the hook, no session": (an_agent(), WorkerState.IDLE, "nothing on the hook"),
    "idle and paused": (an_agent(paused="for lunch"), WorkerState.IDLE, "paused: for lunch"),
    "the terminal is silent": (
        an_agent(Unknown("tmux did not answer within 5 s"), HOOK),
        WorkerState.UNKNOWN,
        "cannot see the session: tmux did not answer within 5 s",
    ),
    "busy on its hook": (
        an_agent(RUNS, HOOK, says(Activity.BUSY), START),
        WorkerState.WORKING,
        "works on we-x7k2m",
    ),
    "in its shell": (
        an_agent(RUNS, HOOK, says(Activity.SHELL), START),
        WorkerState.WORKING,
        "works on we-x7k2m",
    ),
    "its CLI keeps no status": (
        an_agent(RUNS, HOOK, Absent(), START),
        WorkerState.WORKING,
        "works on we-x7k2m",
    ),
    "its CLI cannot be asked": (
        an_agent(RUNS, HOOK, Unknown("permission denied"), START),
        WorkerState.WORKING,
        "its session runs; cannot see what it does: permission denied",
    ),
    "at its prompt before its first words came": (
        an_agent(RUNS, HOOK, says(Activity.IDLE), replace(START, began_at=NOW, prompted_at=None)),
        WorkerState.WORKING,
        "is starting",
    ),
    "its turn ended with work left": (
        an_agent(RUNS, HOOK, says(Activity.IDLE), START),
        WorkerState.STALLED,
        "its turn has ended with work on the hook",
    ),
    "it asks for a permission": (
        an_agent(RUNS, HOOK, says(Activity.WAITING, "permission: Bash"), START),
        WorkerState.STALLED,
        "waits for an answer: permission: Bash",
    ),
    "it hit a limit": (
        an_agent(RUNS, HOOK, says(Activity.IDLE), replace(START, failure="rate_limit")),
        WorkerState.STALLED,
        "hit rate_limit: its provider refuses more for now (429); nothing resumes by itself, so restart it later",
    ),
    "it hit a limit and works again": (
        an_agent(RUNS, HOOK, says(Activity.BUSY), replace(START, failure="rate_limit")),
        WorkerState.WORKING,
        "works on we-x7k2m",
    ),
    "it hangs in a dialog of its start": (
        an_agent(RUNS, HOOK, Absent(), replace(START, primed_at=None, prompted_at=None)),
        WorkerState.STALLED,
        "said nothing since its start; its CLI may be asking something",
    ),
    "gt done is under way": (
        an_agent(RUNS, WISHED, says(Activity.BUSY), START),
        WorkerState.WORKING,
        "hands its work over",
    ),
    "an older session still talks": (
        an_agent(RUNS, HOOK, says(Activity.BUSY), replace(START, generation=213)),
        WorkerState.WAITING_TURN,
        "its last turn has not ended",
    ),
    "done, and its session is still there": (
        an_agent(RUNS, None, says(Activity.IDLE), START),
        WorkerState.ZOMBIE,
        "nothing on the hook and the turn has ended",
    ),
    "done, and a person watches": (
        an_agent(Present(replace(SESSION, attached=1)), None, says(Activity.IDLE), START),
        WorkerState.ZOMBIE,
        "a person is watching its session",
    ),
    "done, and still in its turn": (
        an_agent(RUNS, None, says(Activity.BUSY), START),
        WorkerState.WORKING,
        "its last turn has not ended",
    ),
    "slung, not yet started": (
        an_agent(Absent(), HOOK),
        WorkerState.STALLED,
        "we-x7k2m is hooked, no session runs",
    ),
    "its session has just died": (
        an_agent(Absent(), HOOK, start=START),
        WorkerState.STALLED,
        "the session ended",
    ),
    "gt done was cut off": (
        an_agent(Absent(), WISHED, start=ENDED),
        WorkerState.STALLED,
        "gt done was begun and not finished",
    ),
    "paused with work": (
        an_agent(Absent(), HOOK, paused="look first"),
        WorkerState.PARKED,
        "paused: look first",
    ),
    "its budget is spent": (
        an_agent(Absent(), replace(HOOK, starts=past(90, 80, 70, 60, 50)), start=ENDED),
        WorkerState.PARKED,
        "5 sessions ended without progress: the session ended",
    ),
    "its work was put off": (
        an_agent(Absent(), replace(HOOK, deferred=True)),
        WorkerState.DEFERRED,
        "we-x7k2m is deferred",
    ),
    "its work was put off, and its session stays": (
        an_agent(RUNS, replace(HOOK, deferred=True), says(Activity.IDLE), LASTS, wanted=WANTED),
        WorkerState.IDLE,
        "we-x7k2m is deferred",
    ),
    "it hands itself off": (
        an_agent(
            RUNS,
            HOOK,
            says(Activity.BUSY),
            replace(START, handoff_at=NOW, handoff_by="web/polecats/Toast"),
        ),
        WorkerState.WORKING,
        "hands itself off",
    ),
    "only people start it": (
        an_agent(Absent(), HOOK, role=BY_HAND),
        WorkerState.PARKED,
        "only a person starts it",
    ),
    "its role cannot be read, and it has work": (
        an_agent(Absent(), HOOK, role=Unknown("roles/dog.toml: mend that file")),
        WorkerState.STALLED,
        "its role cannot be read: roles/dog.toml: mend that file",
    ),
    "wanted without work, and not there yet": (
        an_agent(wanted=WANTED, role=MAYOR),
        WorkerState.STALLED,
        "its session is wanted, no session runs",
    ),
    "wanted without work, and it does not come up": (
        an_agent(wanted=replace(WANTED, starts=past(90, 80, 70, 60, 50)), role=MAYOR, start=ENDED),
        WorkerState.PARKED,
        "5 sessions ended without progress: the session ended",
    ),
    "wanted without work, at its prompt": (
        an_agent(RUNS, None, says(Activity.IDLE), LASTS, wanted=WANTED, role=MAYOR),
        WorkerState.IDLE,
        "waits for work",
    ),
    "wanted without work, in a turn": (
        an_agent(RUNS, None, says(Activity.BUSY), LASTS, wanted=WANTED, role=MAYOR),
        WorkerState.WORKING,
        "in a turn, with nothing on its hook",
    ),
    "wanted without work, and it asks": (
        an_agent(RUNS, None, says(Activity.WAITING, "permission: Bash"), LASTS, wanted=WANTED, role=MAYOR),
        WorkerState.STALLED,
        "waits for an answer: permission: Bash",
    ),
    "wanted without work, and it is not logged in": (
        an_agent(
            RUNS,
            None,
            says(Activity.IDLE),
            replace(LASTS, failure="authentication_failed"),
            wanted=WANTED,
            role=MAYOR,
        ),
        WorkerState.STALLED,
        "hit authentication_failed: its login is refused (401): log in there",
    ),
    "wanted without work, and it hangs in a dialog of its start": (
        an_agent(
            RUNS, None, Absent(), replace(LASTS, primed_at=None, prompted_at=None), wanted=WANTED, role=MAYOR
        ),
        WorkerState.STALLED,
        "said nothing since its start; its CLI may be asking something",
    ),
    "it has new work in the middle of a turn": (
        an_agent(RUNS, HOOK, says(Activity.BUSY), LASTS, role=MAYOR),
        WorkerState.WAITING_TURN,
        "we-x7k2m waits for the end of its turn",
    ),
    "an unknown failure is named as its CLI does": (
        an_agent(RUNS, HOOK, says(Activity.IDLE), replace(START, failure="meteor")),
        WorkerState.STALLED,
        "hit meteor",
    ),
    "it waits before the next start": (
        an_agent(Absent(), replace(HOOK, starts=past(6, 5, 3)), start=ENDED),
        WorkerState.STALLED,
        "waits before the next start (the last one: the session ended)",
    ),
}


@pytest.mark.parametrize("agent, state, why", SITUATIONS.values(), ids=SITUATIONS)
def test_every_situation_has_its_name_and_its_reason(agent: AgentFacts, state: WorkerState, why: str) -> None:
    situation = worker_state(agent, POLICY, NOW)
    assert (situation.state, situation.why) == (state, why)


def test_a_pause_says_when_it_ends() -> None:
    agent = an_agent(Absent(), replace(HOOK, starts=past(6, 5, 3)), start=ENDED)
    situation = worker_state(agent, POLICY, NOW)
    assert situation.until is not None
    assert NOW < situation.until <= NOW + timedelta(seconds=2)


def test_who_finds_all_slots_taken_waits_its_turn() -> None:
    running = replace(an_agent(RUNS, HOOK, says(Activity.BUSY), START), address="web/polecats/Ash")
    late = replace(an_agent(Absent(), replace(HOOK, bead="we-late")), address="web/polecats/Shadow")
    states = worker_states([running, late], POLICY, 1, NOW)
    assert states["web/polecats/Ash"].state is WorkerState.WORKING
    assert states["web/polecats/Shadow"].state is WorkerState.WAITING_TURN
    assert states["web/polecats/Shadow"].why == "waits its turn: 1 polecats run"
    assert worker_states([running, late], POLICY, 2, NOW)["web/polecats/Shadow"].state is WorkerState.STALLED


def test_the_clis_own_word_for_a_failure_is_kept() -> None:
    agent = an_agent(RUNS, HOOK, says(Activity.IDLE), replace(START, failure="authentication_failed"))
    need = needs_a_person(agent, NOW)
    assert need is not None
    assert need.failure == "authentication_failed"


def test_who_sits_at_its_prompt_with_work_needs_a_person_after_a_while() -> None:
    def quiet_for(**length: float) -> Observed[Session]:
        return Present(replace(SESSION, activity=NOW - timedelta(**length)))

    assert needs_a_person(an_agent(quiet_for(seconds=30), HOOK, says(Activity.IDLE), START), NOW) is None
    late = needs_a_person(an_agent(quiet_for(minutes=3), HOOK, says(Activity.IDLE), START), NOW)
    assert late is not None
    assert late.why == "its turn has ended with work on the hook"
    assert needs_a_person(an_agent(quiet_for(minutes=3), HOOK, says(Activity.BUSY), START), NOW) is None
    assert needs_a_person(an_agent(quiet_for(minutes=3), None, says(Activity.IDLE), START), NOW) is None
    assert needs_a_person(an_agent(quiet_for(minutes=3), WISHED, says(Activity.IDLE), START), NOW) is None


def test_a_failure_without_work_needs_nobody() -> None:
    failed = replace(START, failure="rate_limit")
    assert needs_a_person(an_agent(RUNS, None, says(Activity.IDLE), failed), NOW) is None
    asking = needs_a_person(an_agent(RUNS, None, says(Activity.WAITING), failed), NOW)
    assert asking is not None
    assert asking.why == "waits for an answer: it did not say to what"


def test_who_asked_its_human_waits_for_the_answer_and_nothing_else() -> None:
    asked = replace(an_agent(RUNS, HOOK, says(Activity.IDLE), START), question="hq-1")
    assert worker_state(asked, POLICY, NOW).why == "waits for your answer to hq-1"
    need = needs_a_person(asked, NOW)
    assert need is not None
    assert need.question == "hq-1"
    assert needs_a_person(replace(asked, status=says(Activity.BUSY)), NOW) is None


def test_nobody_is_needed_where_no_session_is_seen() -> None:
    failed = replace(START, failure="rate_limit")
    assert needs_a_person(an_agent(Absent(), HOOK, start=failed), NOW) is None
    assert needs_a_person(an_agent(Unknown("silent"), HOOK, start=failed), NOW) is None


sessions = st.sampled_from([RUNS, Absent(), Unknown("silent"), Present(replace(SESSION, attached=2))])
statuses = st.sampled_from([*map(says, Activity), Absent(), Unknown("unreadable")])
hooks = st.sampled_from(
    [None, HOOK, WISHED, DEFERRED, replace(HOOK, starts=past(9, 7, 5, 3)), replace(HOOK, generation=215)]
)
starts = st.sampled_from(
    [None, START, ENDED, replace(START, failure="rate_limit"), replace(START, primed_at=None)]
)
facts = st.builds(
    an_agent,
    sessions,
    hooks,
    statuses,
    starts,
    st.sampled_from([None, "a reason"]),
    st.sampled_from([POLECAT, MAYOR, BY_HAND]),
    st.sampled_from([None, WANTED]),
)


@given(facts)
def test_unknown_is_said_exactly_when_the_session_cannot_be_seen(agent: AgentFacts) -> None:
    situation = worker_state(agent, POLICY, NOW)
    assert (situation.state is WorkerState.UNKNOWN) == isinstance(agent.session, Unknown)


@given(facts)
def test_idle_means_no_work_and_no_session_that_is_to_go(agent: AgentFacts) -> None:
    if worker_state(agent, POLICY, NOW).state is WorkerState.IDLE:
        assert agent.work is None
        assert isinstance(agent.session, Absent) or agent.stays


@given(facts)
def test_there_is_always_a_reason(agent: AgentFacts) -> None:
    assert worker_state(agent, POLICY, NOW).why
