import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gastown.domain.actions import (
    Action,
    FinishDone,
    LeaveAlone,
    Park,
    RecordEnd,
    RingDoorbell,
    StartQueue,
    StartSession,
    StopSession,
)
from gastown.domain.decide.budget import SESSION_ENDED
from gastown.domain.decide.propulsion import UNPRIMED
from gastown.domain.decide.queues import tend_queue
from gastown.domain.decide.supervision import TALK, supervise
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.supervised import AgentFacts, QueueFacts
from tests.unit.polecat_facts import (
    A_MINUTE_AGO,
    AGO,
    BUSY,
    DONE_WISHED,
    ENDED,
    HERE,
    HOOK,
    IDLE,
    NOW,
    OLDER,
    OLDER_ENDED,
    POLICY,
    SESSION,
    SPENT,
    START,
    TALKED_TO,
    TOAST,
    UNSEEN,
    UNTOLD,
    WATCHED,
    at_rest,
    crash,
    hooked,
    taken_back,
    toast,
)

ROWS: dict[str, tuple[AgentFacts, type[Action], str]] = {
    # a killed starter had asked tmux for it, and it came when the next start was written down
    "a session of an older start": (
        toast(session=HERE, start=replace(START, incarnation=8)),
        StartSession,
        "a session of an older start came late",
    ),
    "a session without our mark is left to who made it": (
        toast(session=Present(replace(SESSION, incarnation=None)), start=START),
        LeaveAlone,
        "works on we-1",
    ),
    # no session
    "no hook, no session": (toast(hook=None), LeaveAlone, "nothing on the hook"),
    "a hook and never a session": (toast(), StartSession, "we-1 is hooked, no session runs"),
    "a session ended unrecorded": (toast(start=START), RecordEnd, SESSION_ENDED),
    "a session ended after a failed turn": (
        toast(start=replace(START, failure="rate_limit")),
        RecordEnd,
        "rate_limit",
    ),
    "a session without work ended unrecorded": (toast(hook=None, start=START), RecordEnd, SESSION_ENDED),
    "the end comes first, then gt done is finished": (
        toast(start=START, hook=DONE_WISHED),
        RecordEnd,
        SESSION_ENDED,
    ),
    "a session ended and that is recorded": (toast(start=ENDED), StartSession, "no session runs"),
    "the last start was for other work": (toast(start=OLDER_ENDED), StartSession, "no session runs"),
    "gt done was cut off": (toast(start=ENDED, hook=DONE_WISHED), FinishDone, "begun and not finished"),
    "gt done was cut off, and then a person paused the agent": (
        toast(start=ENDED, hook=DONE_WISHED, paused="lunch"),
        FinishDone,
        "begun and not finished",
    ),
    "paused": (toast(paused="lunch"), LeaveAlone, "paused: lunch"),
    "the budget is spent": (toast(start=ENDED, hook=SPENT), Park, f"5 sessions .* progress: {SESSION_ENDED}"),
    "the budget is spent, but gt done was begun": (
        toast(start=ENDED, hook=replace(SPENT, done_wished_at=AGO)),
        FinishDone,
        "begun and not finished",
    ),
    "one crash: at once again": (
        toast(start=ENDED, hook=hooked([crash(at=NOW - timedelta(seconds=2))])),
        StartSession,
        "no session runs",
    ),
    "two crashes: a pause": (
        toast(start=ENDED, hook=hooked([crash(at=AGO), crash(at=NOW - timedelta(seconds=2))])),
        LeaveAlone,
        "waits before the next start",
    ),
    "two crashes, and the pause is over": (
        toast(start=ENDED, hook=hooked([crash(at=AGO), crash(at=NOW - timedelta(seconds=4))])),
        StartSession,
        "no session runs",
    ),
    # a session that works on the hook
    "it works": (toast(session=HERE, start=START), LeaveAlone, "works on we-1"),
    "it works, says its idle status": (
        toast(session=HERE, start=START, status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "it works, however often it was started": (
        toast(session=HERE, start=START, hook=SPENT),
        LeaveAlone,
        "works on we-1",
    ),
    "gt done was begun and the session lives": (
        toast(session=HERE, start=START, hook=DONE_WISHED),
        FinishDone,
        "begun and not finished",
    ),
    # a session that was never told its work
    "never told, and just begun": (
        toast(session=HERE, start=replace(UNTOLD, began_at=NOW - UNPRIMED / 2), status=IDLE),
        LeaveAlone,
        "is starting",
    ),
    "never told, at its prompt": (
        toast(session=HERE, start=UNTOLD, status=IDLE),
        RingDoorbell,
        "never told what is on its hook",
    ),
    "never told, rung before": (
        toast(session=HERE, start=replace(UNTOLD, rung_at=NOW - timedelta(seconds=30), rings=1), status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    "never told, and busy": (toast(session=HERE, start=UNTOLD), LeaveAlone, "works on we-1"),
    "never told, and it cannot be seen what it does": (
        toast(session=HERE, start=UNTOLD, status=Unknown("no rights")),
        LeaveAlone,
        "works on we-1",
    ),
    "never told, and a person watches": (
        toast(session=Present(WATCHED), start=UNTOLD, status=IDLE),
        LeaveAlone,
        "works on we-1",
    ),
    # a session that has nothing to do
    "work handed over, in the middle of a turn": (
        replace(at_rest(), status=BUSY),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "work handed over, and it says nothing of itself": (
        replace(at_rest(), status=Absent()),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "work handed over, turn ended": (at_rest(), StopSession, "nothing on the hook and the turn has ended"),
    "work handed over, and a person watches": (at_rest(Present(WATCHED)), LeaveAlone, "a person is watching"),
    "work handed over, and a person has asked it something": (
        at_rest(start=TALKED_TO),
        LeaveAlone,
        "somebody talks to it",
    ),
    "work handed over, and the talk is long over": (
        at_rest(start=replace(OLDER, prompted_at=NOW - TALK - timedelta(seconds=1))),
        StopSession,
        "nothing on the hook",
    ),
    "a session that nobody recorded": (
        toast(session=HERE, hook=None, status=Absent()),
        LeaveAlone,
        "its last turn has not ended",
    ),
    # its work was taken back
    "unslung in the middle of a turn": (taken_back(), StopSession, "its work was taken back"),
    "unslung while a person watches": (
        taken_back(Present(WATCHED)),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "unslung, and a person has asked it something since": (
        taken_back(start=TALKED_TO),
        LeaveAlone,
        "somebody talks to it",
    ),
    # new work, and a session of older work
    "new work, the old turn goes on": (
        toast(session=HERE, start=OLDER),
        LeaveAlone,
        "its last turn has not ended",
    ),
    "new work, the old turn has ended": (
        at_rest(hook=HOOK),
        StartSession,
        "we-1 is hooked, an older session has ended its turn",
    ),
    "new work, and a person watches the old session": (
        at_rest(Present(WATCHED), hook=HOOK),
        LeaveAlone,
        "a person is watching",
    ),
    "new work, and a person talks to the old session": (
        at_rest(start=TALKED_TO, hook=HOOK),
        LeaveAlone,
        "somebody talks to it",
    ),
    "new work for a paused agent with an old session": (
        replace(at_rest(hook=HOOK), paused="lunch"),
        LeaveAlone,
        "paused: lunch",
    ),
    "new work whose budget is spent, and an old session": (at_rest(hook=SPENT), Park, "5 sessions ended"),
    # what cannot be seen
    "the session cannot be seen": (toast(session=UNSEEN), LeaveAlone, "tmux did not answer"),
    "the session of recorded work cannot be seen": (
        toast(session=UNSEEN, start=START),
        LeaveAlone,
        "tmux did not answer",
    ),
    "gt done was begun and the session cannot be seen": (
        toast(session=UNSEEN, start=START, hook=DONE_WISHED),
        LeaveAlone,
        "tmux did not answer",
    ),
    "work handed over, the turn cannot be seen": (
        replace(at_rest(), status=Unknown("no rights")),
        LeaveAlone,
        "its last turn has not ended",
    ),
}


@pytest.mark.parametrize("agent, kind, because", ROWS.values(), ids=ROWS)
def test_facts_choose_one_action_with_its_reason(agent: AgentFacts, kind: type[Action], because: str) -> None:
    action = supervise(agent, POLICY, NOW)
    assert type(action) is kind
    assert not isinstance(action, StartQueue)
    assert action.agent == TOAST
    assert re.search(because, action.because), action.because


def test_a_stop_carries_the_very_session_that_was_seen() -> None:
    action = supervise(at_rest(), POLICY, NOW)
    assert isinstance(action, StopSession)
    assert action.session is SESSION


def test_an_end_is_recorded_of_the_newest_start() -> None:
    assert supervise(toast(start=START), POLICY, NOW) == RecordEnd(TOAST, 7, SESSION_ENDED)


def test_a_done_is_finished_for_the_generation_on_the_hook() -> None:
    action = supervise(toast(hook=DONE_WISHED), POLICY, NOW)
    assert isinstance(action, FinishDone)
    assert action.generation == 3


def test_a_start_is_looked_at_again_when_the_doorbell_may_be_due() -> None:
    start = replace(UNTOLD, began_at=A_MINUTE_AGO + UNPRIMED)
    action = supervise(toast(session=HERE, start=start, status=IDLE), POLICY, NOW)
    assert isinstance(action, LeaveAlone)
    assert action.until == start.began_at + UNPRIMED
    later = start.began_at + UNPRIMED
    assert isinstance(supervise(toast(session=HERE, start=start, status=IDLE), POLICY, later), RingDoorbell)


def test_a_talk_is_looked_at_again_when_it_may_be_over() -> None:
    action = supervise(at_rest(start=TALKED_TO), POLICY, NOW)
    assert isinstance(action, LeaveAlone)
    assert action.until == A_MINUTE_AGO + TALK


QUEUES = {
    "nothing to do": (QueueFacts("web", 0, running=False, recent_failures=0), None),
    "nothing to do, and it runs": (QueueFacts("web", 0, running=True, recent_failures=0), None),
    "something to do, and it runs": (QueueFacts("web", 2, running=True, recent_failures=0), None),
    "something to do, and no process": (
        QueueFacts("web", 2, running=False, recent_failures=0),
        StartQueue("web", "2 in the queue, no process runs"),
    ),
}


@pytest.mark.parametrize("queue, action", QUEUES.values(), ids=QUEUES)
def test_a_queue_process_runs_while_there_is_something_in_the_queue(
    queue: QueueFacts, action: Action | None
) -> None:
    assert tend_queue(queue) == action
