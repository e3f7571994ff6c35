"""Whether a session goes on with the last conversation, or begins afresh: a table, and laws."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.decide.budget import CUT_OFF, SESSION_ENDED, STOPPED_BY_PERSON, UNSEEN
from gastown.domain.decide.conversation import (
    COULD_NOT_START,
    Afresh,
    NewSession,
    PastSession,
    Resume,
    choose_conversation,
)
from gastown.domain.endings import HANDOFF, RESTARTED, STOPPED

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)
NEW = NewSession(runtime="claude", generation=7, role_resumes=True, cli_resumes=True, cli_primes=True)
LAST = PastSession(
    conversation="c-1", transcript=True, runtime="claude", generation=7, resumed=False, primed=True,
    began_at=NOW - timedelta(minutes=5), ended_at=NOW - timedelta(seconds=1), why=SESSION_ENDED, failure="",
    handoff=False,
)  # fmt: skip
AGAIN = replace(LAST, resumed=True)
NEVER_RAN = replace(LAST, conversation="c-2", transcript=False, primed=False, why=CUT_OFF)


def chosen(new: NewSession, *past: PastSession) -> Resume | Afresh:
    return choose_conversation(new, past, patience=PATIENCE, now=NOW)


@pytest.mark.parametrize(
    "past",
    [
        pytest.param((LAST,), id="killed while it worked"),
        pytest.param((replace(LAST, why=STOPPED),), id="stopped by hand"),
        pytest.param((replace(LAST, why=STOPPED_BY_PERSON),), id="the town was down"),
        pytest.param((replace(LAST, failure="rate_limit"),), id="its model did not answer"),
        pytest.param((AGAIN,), id="resumed once before"),
        pytest.param((replace(AGAIN, ended_at=NOW - timedelta(seconds=60)), LAST), id="resumed before that"),
        pytest.param(
            (replace(AGAIN, began_at=NOW - timedelta(hours=1)), AGAIN), id="resumed twice, and lived in between"
        ),
        pytest.param((LAST, NEVER_RAN), id="a start was cut off after it"),
        pytest.param((LAST, replace(NEVER_RAN, why=f"{COULD_NOT_START}: no disk")), id="a start failed after it"),
        pytest.param((LAST, replace(NEVER_RAN, why=f"{UNSEEN}: tmux")), id="nobody could look after it"),
    ],
)  # fmt: skip
def test_what_was_cut_off_goes_on(past: Sequence[PastSession]) -> None:
    assert chosen(NEW, *past) == Resume("c-1", chosen(NEW, *past).because)


@pytest.mark.parametrize(
    "new, past, because",
    [
        pytest.param(NEW, (), "no session before", id="its first"),
        pytest.param(replace(NEW, role_resumes=False), (LAST,), "its role", id="a role that begins afresh"),
        pytest.param(replace(NEW, cli_resumes=False), (LAST,), "cannot", id="a CLI that cannot"),
        pytest.param(NEW, (replace(LAST, runtime="codex"),), "codex", id="another CLI"),
        pytest.param(NEW, (replace(LAST, runtime=""),), "another", id="nobody knows which CLI"),
        pytest.param(NEW, (replace(LAST, handoff=True),), "handed off", id="a handoff was wished"),
        pytest.param(NEW, (replace(LAST, why=HANDOFF),), "handed off", id="handed off"),
        pytest.param(NEW, (replace(LAST, why=RESTARTED),), "restarted", id="restarted by hand"),
        pytest.param(NEW, (replace(LAST, failure="invalid_request"),), "invalid_request", id="a bad conversation"),
        pytest.param(NEW, (replace(LAST, why="invalid_request"),), "invalid_request", id="it ended by that"),
        pytest.param(NEW, (replace(LAST, generation=6),), "other work", id="other work"),
        pytest.param(NEW, (replace(LAST, generation=None),), "work now", id="no work then"),
        pytest.param(replace(NEW, generation=None), (LAST,), "other work", id="no work now"),
        pytest.param(NEW, (replace(LAST, transcript=False),), "nothing is left", id="its transcript is gone"),
        pytest.param(NEW, (LAST, AGAIN, AGAIN), "resumed twice", id="twice in a row"),
        pytest.param(NEW, (LAST, replace(AGAIN, primed=False)), "did not take", id="it was never told its work"),
        pytest.param(
            NEW, (LAST, replace(AGAIN, began_at=NOW - timedelta(seconds=4))), "did not take", id="it ended at once"
        ),
    ],
)  # fmt: skip
def test_a_conversation_begins_afresh(new: NewSession, past: Sequence[PastSession], because: str) -> None:
    told = chosen(new, *past)
    assert isinstance(told, Afresh)
    assert because in told.because


def test_without_work_then_and_now_the_talk_goes_on() -> None:
    assert isinstance(chosen(replace(NEW, generation=None), replace(LAST, generation=None)), Resume)


NEWS = st.builds(
    NewSession, runtime=st.sampled_from(["claude", "codex"]), generation=st.none() | st.integers(1, 3),
    role_resumes=st.booleans(), cli_resumes=st.booleans(), cli_primes=st.booleans(),
)  # fmt: skip
CAUSES = st.sampled_from([
    SESSION_ENDED, CUT_OFF, HANDOFF, RESTARTED, STOPPED, "invalid_request", "rate_limit", f"{COULD_NOT_START}: x",
])  # fmt: skip


@st.composite
def pasts(draw: st.DrawFn) -> list[PastSession]:
    """Sessions one after the other, the last of which may still run."""
    found: list[PastSession] = []
    at = NOW - timedelta(days=1)
    for number in range(draw(st.integers(0, 5))):
        began = at + timedelta(seconds=draw(st.integers(0, 900)))
        at = began + timedelta(seconds=draw(st.integers(0, 3600)))
        found.append(
            PastSession(
                conversation=f"c-{number}",
                transcript=draw(st.booleans()),
                runtime=draw(st.sampled_from(["claude", "codex", ""])),
                generation=draw(st.none() | st.integers(1, 3)),
                resumed=draw(st.booleans()),
                primed=draw(st.booleans()),
                began_at=began,
                ended_at=at,
                why=draw(CAUSES),
                failure=draw(st.sampled_from(["", "rate_limit", "invalid_request"])),
                handoff=draw(st.booleans()),
            )
        )
    return found


@given(NEWS, pasts())
def test_every_choice_says_why(new: NewSession, past: list[PastSession]) -> None:
    assert chosen(new, *past).because


@given(NEWS, pasts())
def test_only_a_conversation_that_is_there_and_of_this_cli_and_work_goes_on(
    new: NewSession, past: list[PastSession]
) -> None:
    told = chosen(new, *past)
    if isinstance(told, Resume):
        (last,) = [session for session in past if session.conversation == told.conversation]
        assert (last.transcript, last.runtime, last.generation) == (True, new.runtime, new.generation)
        assert new.role_resumes
        assert new.cli_resumes


@given(NEWS, pasts())
def test_nothing_goes_on_past_a_handoff(new: NewSession, past: list[PastSession]) -> None:
    handed = [replace(past[-1], why=HANDOFF)] if past else []
    assert isinstance(chosen(new, *past[:-1], *handed), Afresh)


@given(NEWS, pasts(), st.integers(0, 600))
def test_resuming_comes_to_an_end(new: NewSession, past: list[PastSession], seconds: int) -> None:
    """However a conversation is resumed, one that ends soon each time is given up after the second time."""
    now, sessions, times = NOW, list(past), 0
    while isinstance(told := choose_conversation(new, sessions, patience=PATIENCE, now=now), Resume):
        times += 1
        assert times <= 2, sessions
        ended = now + timedelta(seconds=seconds)
        sessions.append(
            replace(
                sessions[-1],
                conversation=told.conversation,
                transcript=True,
                runtime=new.runtime,
                generation=new.generation,
                resumed=True,
                primed=True,
                began_at=now,
                ended_at=ended,
                why=SESSION_ENDED,
                failure="",
                handoff=False,
            )
        )
        now = ended
