import dataclasses
import signal
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.decide.merge_queue import (
    Hold,
    Judgement,
    Land,
    ProveOnTarget,
    SendBack,
    configuration,
    judge,
    next_request,
    outcome_of,
    reasons,
    to_do,
)
from gastown.domain.merges import MOVES, GateOutcome, GateRun, MergeRequest, MergeState

PASSED, FAILED, COULD_NOT_RUN = GateOutcome.PASSED, GateOutcome.FAILED, GateOutcome.COULD_NOT_RUN
BEGAN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
NOW = "gate-1@aaaa"

ENDINGS = {
    "it passed": (0, PASSED),
    "it failed": (1, FAILED),
    "pytest was interrupted and said so itself": (2, FAILED),
    "timeout(1) in the gate: the gate's own verdict": (124, FAILED),
    "docker's own trouble, or a test's verdict: nobody can tell": (125, FAILED),
    "not executable": (126, COULD_NOT_RUN),
    "not found": (127, COULD_NOT_RUN),
    "git's last word": (128, FAILED),
    "sh tells of SIGHUP": (129, COULD_NOT_RUN),
    "sh tells of SIGINT": (130, COULD_NOT_RUN),
    "sh tells of SIGABRT: node without memory": (134, COULD_NOT_RUN),
    "sh tells of SIGKILL": (137, COULD_NOT_RUN),
    "sh tells of SIGSEGV": (139, COULD_NOT_RUN),
    "sh tells of SIGTERM": (143, COULD_NOT_RUN),
    "148 is no deadly signal": (148, FAILED),
    "200 failed tests": (200, FAILED),
    "Perl, PHP and ssh": (255, FAILED),
    "sh became its command, which was killed": (-9, COULD_NOT_RUN),
    "sh became its command, which crashed": (-11, COULD_NOT_RUN),
}


@pytest.mark.parametrize("status, outcome", ENDINGS.values(), ids=ENDINGS)
def test_an_ending_proves_only_what_it_can(status: int, outcome: GateOutcome) -> None:
    assert outcome_of(status, timed_out=False) is outcome


def test_a_gate_that_found_no_end_proves_nothing_whatever_its_status() -> None:
    assert {outcome_of(status, timed_out=True) for status in range(-64, 256)} == {COULD_NOT_RUN}


@given(st.integers(-64, 255), st.booleans())
def test_only_zero_ever_passes(status: int, timed_out: bool) -> None:  # noqa: FBT001 - drawn
    assert (outcome_of(status, timed_out=timed_out) is PASSED) == (status == 0 and not timed_out)


def test_every_signal_that_ends_processes_here_is_known_in_both_forms() -> None:
    harmless = {"SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"}
    rare = {"SIGSTKFLT", "SIGIO", "SIGPOLL", "SIGINFO", "SIGRTMIN", "SIGRTMAX", "SIGCLD"}
    for number in signal.Signals:
        if number.name not in harmless | rare:
            assert outcome_of(128 + number, timed_out=False) is COULD_NOT_RUN, number.name
            assert outcome_of(-number, timed_out=False) is COULD_NOT_RUN, number.name


def gate_run(outcome: GateOutcome) -> GateRun:
    status = {PASSED: 0, FAILED: 1, COULD_NOT_RUN: 127}[outcome]
    return GateRun(outcome, status, timed_out=False, seconds=1.0, tail="")


JUDGEMENTS: dict[str, tuple[GateOutcome, GateOutcome | None, type[Judgement]]] = {
    "passed": (PASSED, None, Land),
    "failed": (FAILED, None, SendBack),
    "did not run: look at the target": (COULD_NOT_RUN, None, ProveOnTarget),
    "runs on the target: the change is at fault": (COULD_NOT_RUN, PASSED, SendBack),
    "runs on the target, though red there": (COULD_NOT_RUN, FAILED, SendBack),
    "runs nowhere": (COULD_NOT_RUN, COULD_NOT_RUN, Hold),
}


@pytest.mark.parametrize("change, target, judgement", JUDGEMENTS.values(), ids=JUDGEMENTS)
def test_a_judgement_follows_from_one_or_two_runs(
    change: GateOutcome, target: GateOutcome | None, judgement: type[Judgement]
) -> None:
    judged = judge(gate_run(change), None if target is None else gate_run(target))
    assert type(judged) is judgement
    assert judged.because


@given(st.sampled_from(GateOutcome), st.none() | st.sampled_from(GateOutcome))
def test_nothing_lands_unless_the_gate_passed_on_the_change(
    change: GateOutcome, target: GateOutcome | None
) -> None:
    judged = judge(gate_run(change), None if target is None else gate_run(target))
    assert isinstance(judged, Land) == (change is PASSED)


TOLD = {
    "exit 3": GateRun(FAILED, 3, timed_out=False, seconds=1, tail=""),
    "killed by signal 9": GateRun(COULD_NOT_RUN, -9, timed_out=False, seconds=1, tail=""),
    "no end after 60 s": GateRun(COULD_NOT_RUN, -15, timed_out=True, seconds=60.2, tail=""),
}


@pytest.mark.parametrize("words, run", TOLD.items(), ids=TOLD)
def test_an_ending_is_told_in_words(words: str, run: GateRun) -> None:
    assert run.told() == words


def request(name: str, minute: int, **changes: object) -> MergeRequest:
    plain = MergeRequest(
        id=name, bead=f"we-{name}", title="Something", rig="web", agent="web/polecats/Toast",
        generation=minute, commit="c" * 40, branch="polecat/Toast/we-1", target="main",
        state=MergeState.QUEUED, because=None, held_for=None,
        submitted_at=BEGAN + timedelta(minutes=minute), landing_old=None, landing_new=None, ended_at=None,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def held(name: str, minute: int, held_for: str | None) -> MergeRequest:
    return request(name, minute, state=MergeState.HELD, held_for=held_for)


CHOICES: dict[str, tuple[list[MergeRequest], str | None]] = {
    "nothing": ([], None),
    "the oldest": ([request("young", 2), request("old", 1)], "old"),
    "a held one never blocks": ([held("held", 1, NOW), request("queued", 2)], "queued"),
    "only held ones": ([held("held", 1, NOW)], None),
    "held for another gate": ([held("held", 1, "gate-0@aaaa")], "held"),
    "held for another gate, but others wait": (
        [held("held", 1, "gate-0@aaaa"), request("queued", 2)],
        "queued",
    ),
    "held for an older target": ([held("held", 1, "gate-1@0000")], "held"),
    "one about to land goes first": (
        [request("old", 1), request("wished", 2, landing_new="d" * 40)],
        "wished",
    ),
    "its target cannot be read": ([request("other", 1, target="next"), request("queued", 2)], "queued"),
}


@pytest.mark.parametrize("live, chosen", CHOICES.values(), ids=CHOICES)
def test_the_next_request_is_chosen(live: list[MergeRequest], chosen: str | None) -> None:
    found = next_request(live, {"main": NOW})
    assert (found.id if found else None) == chosen


def test_reasons_change_with_the_gate_its_limit_and_the_target() -> None:
    half_an_hour, hour = timedelta(minutes=30), timedelta(minutes=60)
    names = {
        reasons(configuration("pytest", half_an_hour, no_gate=False, target="main"), "aaaa"),
        reasons(configuration("pytest -x", half_an_hour, no_gate=False, target="main"), "aaaa"),
        reasons(configuration("pytest", hour, no_gate=False, target="main"), "aaaa"),
        reasons(configuration("pytest", half_an_hour, no_gate=True, target="main"), "aaaa"),
        reasons(configuration("pytest", half_an_hour, no_gate=False, target="main"), "bbbb"),
        reasons(configuration("pytest", half_an_hour, no_gate=False, target="main"), None),
    }
    assert len(names) == 6
    assert configuration("pytest", hour, no_gate=False, target="main") == configuration(
        "pytest", hour, no_gate=False, target="main"
    )


def test_a_queue_process_is_worth_starting_for_what_is_queued_or_held_for_another_gate() -> None:
    live = [
        request("q", 1),
        held("same", 2, "gate-1@0000"),
        held("changed", 3, "gate-0@aaaa"),
        held("none", 4, None),
    ]
    assert to_do(live, "gate-1") == 3
    assert to_do(live[1:2], "gate-1") == 0


def test_every_state_has_a_row_and_what_is_over_stays_over() -> None:
    assert set(MOVES) == set(MergeState)
    assert not MOVES[MergeState.MERGED]
    assert not MOVES[MergeState.SENT_BACK]
    assert MergeState.MERGED not in MOVES[MergeState.HELD]
