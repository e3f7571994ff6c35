"""Facts about one agent as the supervisor sees it: examples in words, and strategies that draw any."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from gastown.domain.decide.budget import SESSION_ENDED, STOPPED_BY_PERSON
from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.roles import Place, Restart, Scope, Wake
from gastown.domain.runtime import Activity, AgentStatus, Features
from gastown.domain.supervised import (
    CAPABLE,
    AgentFacts,
    Hooked,
    LastStart,
    PastStart,
    RestartPolicy,
    RoleFacts,
    Wanted,
)
from gastown.domain.terminal import Session

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
A_MINUTE_AGO = NOW - timedelta(minutes=1)
POLICY = RestartPolicy()
TOAST = "web/polecats/Toast"

SESSION = Session("we-Toast", "$1", "%1", 4242, AGO, attached=0, activity=AGO, incarnation=7)
WATCHED = replace(SESSION, attached=1, activity=NOW - timedelta(seconds=20))
GONE: Observed[Session] = Absent()
UNSEEN: Observed[Session] = Unknown("tmux did not answer")
HERE: Observed[Session] = Present(SESSION)

IDLE: Observed[AgentStatus] = Present(AgentStatus(Activity.IDLE, "", "c"))
BUSY: Observed[AgentStatus] = Present(AgentStatus(Activity.BUSY, "", "c"))

POLECAT = RoleFacts(Restart.TEMPORARY, Wake.ON_WORK, Place.WORKTREE, Scope.RIG, many=True)
CREW = replace(POLECAT, restart=Restart.TRANSIENT)
MAYOR = RoleFacts(Restart.PERMANENT, Wake.ALWAYS, Place.FOLDER, Scope.TOWN, many=False)
WITNESS = RoleFacts(Restart.PERMANENT, Wake.ON_WORK, Place.FOLDER, Scope.RIG, many=False)
DOG = RoleFacts(Restart.TEMPORARY, Wake.ON_WORK, Place.FOLDER, Scope.TOWN, many=True)
BY_HAND = replace(POLECAT, restart=Restart.NEVER)

HOOK = Hooked("we-1", "Mend the door", 3, 2, AGO, None, ())
DEFERRED = replace(HOOK, deferred=True)
WANTED = Wanted(AGO, "overseer")
DONE_WISHED = replace(HOOK, done_wished_at=A_MINUTE_AGO)
START = LastStart(7, 3, AGO, AGO, AGO, None, None)
UNTOLD = replace(START, primed_at=None, prompted_at=None)
ENDED = replace(START, ended_at=A_MINUTE_AGO)
OLDER = replace(START, generation=2)
OLDER_ENDED = replace(OLDER, ended_at=AGO)
LASTS = replace(START, generation=None, lasting=True)
"""A session that takes up one piece of work after the other, and has none yet."""
HANDS_OFF = replace(START, handoff_at=A_MINUTE_AGO, handoff_by=TOAST)
IS_HANDED_OFF = replace(HANDS_OFF, handoff_by="overseer")
TALKED_TO = replace(OLDER, prompted_at=A_MINUTE_AGO)


def crash(
    cause: str = SESSION_ENDED,
    *,
    head: str | None = "a",
    ended_head: str | None = None,
    at: datetime = AGO,
    lived: timedelta = timedelta(seconds=2),
    by_agent: bool = False,
    steps: int = 0,
) -> PastStart:
    """A start that has ended; nothing was achieved in it where nothing else is said."""
    return PastStart(at, head, at + lived, cause, ended_head, by_agent, steps)


def hooked(starts: Sequence[PastStart]) -> Hooked:
    """The bead with these starts behind it."""
    return replace(HOOK, starts=tuple(starts))


def toast(  # noqa: PLR0913 - whatever may be a fact
    *,
    session: Observed[Session] = GONE,
    hook: Hooked | None = HOOK,
    start: LastStart | None = None,
    status: Observed[AgentStatus] = BUSY,
    paused: str | None = None,
    assignment_ended: datetime | None = None,
    outcome: str | None = None,
    address: str = TOAST,
    role: RoleFacts | Unknown = POLECAT,
    wanted: Wanted | None = None,
    features: Features = CAPABLE,
    question: str | None = None,
    mail_at: datetime | None = None,
    told_until: datetime | None = None,
    mail_starts: Sequence[PastStart] = (),
) -> AgentFacts:
    """Toast, with work on its hook and no session."""
    return AgentFacts(
        address,
        "web",
        "we-Toast",
        paused,
        hook,
        assignment_ended,
        start,
        session,
        status,
        role,
        last_outcome=outcome,
        wanted=wanted,
        features=features,
        question=question,
        mail_at=mail_at,
        told_until=told_until,
        mail_starts=tuple(mail_starts),
    )


def at_rest(
    session: Observed[Session] = HERE, start: LastStart = OLDER, hook: Hooked | None = None
) -> AgentFacts:
    """Toast after it handed its work over and ended its turn, ten minutes before anyone said more."""
    ended = A_MINUTE_AGO - timedelta(minutes=1)
    return toast(
        session=session, hook=hook, start=start, status=IDLE, assignment_ended=ended, outcome="submitted"
    )


def taken_back(
    session: Observed[Session] = HERE, start: LastStart = OLDER, status: Observed[AgentStatus] = BUSY
) -> AgentFacts:
    """Toast in the middle of a turn, with its work taken from the hook."""
    ended = A_MINUTE_AGO - timedelta(minutes=1)
    return toast(
        session=session, hook=None, start=start, status=status, assignment_ended=ended, outcome="unslung"
    )


SPENT = hooked([crash()] * 5)

# anything that may be drawn

heads = st.sampled_from([None, "a", "b", "c"])
causes = st.sampled_from([SESSION_ENDED, "rate_limit", "could not start: no such file", STOPPED_BY_PERSON])
moments = st.integers(0, 7200).map(lambda seconds: NOW - timedelta(seconds=seconds))
past_starts = st.builds(
    crash,
    causes,
    head=heads,
    ended_head=heads,
    at=moments,
    lived=st.integers(0, 1200).map(lambda s: timedelta(seconds=s)),
    by_agent=st.booleans(),
    steps=st.sampled_from([0, 0, 0, 1]),
)
hooks = st.builds(
    Hooked,
    bead=st.just("we-1"),
    title=st.just("Mend the door"),
    generation=st.integers(1, 3),
    priority=st.integers(0, 4),
    slung_at=moments,
    done_wished_at=st.none() | moments,
    starts=st.lists(past_starts, max_size=8).map(tuple),
    deferred=st.booleans(),
)
wishes = st.builds(Wanted, moments, st.just("overseer"), st.lists(past_starts, max_size=8).map(tuple))
roles = st.builds(
    RoleFacts,
    st.sampled_from(Restart),
    st.sampled_from(Wake),
    st.sampled_from(Place),
    st.sampled_from(Scope),
    many=st.booleans(),
)
last_starts = st.builds(
    LastStart,
    st.just(7),
    st.none() | st.integers(1, 3),
    moments,
    st.none() | moments,
    st.none() | moments,
    st.none() | st.just("rate_limit"),
    st.none() | moments,
    rung_at=st.none() | moments,
    rings=st.integers(0, 3),
    turn_ended_at=st.none() | moments,
    pushes=st.integers(0, 3),
    reported_at=st.none() | moments,
    lasting=st.booleans(),
    left_because=st.sampled_from([None, "prompt_input_exit", "other"]),
)


def _wishing(start: LastStart, at: datetime, by: str) -> LastStart:
    return replace(start, handoff_at=at, handoff_by=by)


wishing = st.builds(_wishing, last_starts, moments, st.sampled_from([TOAST, "overseer"]))
sessions = st.sampled_from([GONE, UNSEEN, HERE, Present(WATCHED)])
seen_statuses = st.sampled_from([IDLE, BUSY, Present(AgentStatus(Activity.WAITING, "permission", "c"))])
agents = st.builds(
    toast,
    session=sessions,
    hook=st.none() | hooks,
    start=st.none() | last_starts | wishing,
    status=seen_statuses | st.sampled_from([Absent(), Unknown("no rights")]),
    paused=st.none() | st.just("lunch"),
    assignment_ended=st.none() | moments,
    outcome=st.sampled_from([None, "submitted", "no_change", "unslung"]),
    role=st.just(POLECAT) | roles | st.just(Unknown("roles/polecat.toml: mend that file")),
    wanted=st.none() | wishes,
    features=st.builds(Features, primes=st.booleans(), reports=st.booleans(), propels=st.booleans()),
    question=st.sampled_from([None, None, "hq-1"]),
    mail_at=st.sampled_from([None, None, AGO - timedelta(minutes=1), NOW]),
    told_until=st.none() | moments,
    mail_starts=st.lists(past_starts, max_size=8),
)
towns = st.lists(agents, max_size=9).map(
    lambda drawn: [replace(agent, address=f"web/polecats/P{number}") for number, agent in enumerate(drawn)]
)
