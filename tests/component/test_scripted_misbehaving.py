import signal
from pathlib import Path

import psutil
import pytest

from tests.component.scripted_town import ScriptedTown
from tests.support import eventually

pytestmark = pytest.mark.needs("git")

STEPS = ("echo one > one", "echo two > two", "echo three > three")


@pytest.fixture
def town(tmp_path: Path) -> ScriptedTown:
    return ScriptedTown(tmp_path / "town")


@pytest.mark.parametrize("told_by", ["fence", "label", "environment"])
def test_it_crashes_once_before_the_last_step(town: ScriptedTown, told_by: str) -> None:
    fence, labels = (
        ["#: crash"] if told_by == "fence" else [],
        ["scripted:crash"] if told_by == "label" else [],
    )
    environment = {"GT_SCRIPTED_DO": "crash"} if told_by == "environment" else {}
    town.bead(*fence, *STEPS, labels=["urgent", *labels])
    with town.agent("Begin.", **environment) as terminal:
        assert terminal.ended() == -signal.SIGKILL
        assert len(town.subjects) == 2
        assert terminal.status is not None
    with town.agent("Begin.", **environment) as terminal:
        terminal.until_shown("we-1 is done.")
        assert len(town.subjects) == 3


def test_it_can_crash_every_time(town: ScriptedTown) -> None:
    town.bead("#: crash-always@1", *STEPS)
    for _ in range(2):
        with town.agent("Begin.") as terminal:
            assert terminal.ended() == -signal.SIGKILL
            assert len(town.subjects) == 1


def test_it_can_hand_off_with_a_note_and_end_its_turn(town: ScriptedTown) -> None:
    town.bead("#: handoff@2", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        assert len(town.subjects) == 2
        assert len(town.told("Stop")) == 1
        assert not town.told("StopFailure")
    [handoff] = [call for call in town.calls if call.startswith("gt handoff")]
    assert "2 of 3 steps of we-1 are done" in handoff
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
        assert len(town.subjects) == 3


def test_when_its_handoff_is_refused_it_goes_on(town: ScriptedTown) -> None:
    town.bead("#: handoff@1", *STEPS)
    gt = town.root / "bin" / "gt"
    gt.write_text(gt.read_text().replace("case", '[ "$1" != handoff ] || exit 1\ncase', 1))
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
        assert len(town.subjects) == 3


def test_it_can_leave_in_good_order(town: ScriptedTown) -> None:
    town.bead("#: exit@0=7", *STEPS)
    with town.agent("Begin.") as terminal:
        assert terminal.ended() == 7
        assert terminal.status is None
        assert [told["reason"] for told in town.told("SessionEnd")] == ["other"]


def test_hanging_it_reads_nothing_and_dies_of_a_signal(town: ScriptedTown) -> None:
    town.bead("#: hang@1", *STEPS)
    with town.agent("Begin.") as terminal:
        marker = town.root / "run" / "scripted" / "markers" / "we-1.hang@1"
        eventually(marker.exists, within=15, what="the beginning of the hang")
        terminal.type("anybody there?")
        terminal.press("\x1b")
        eventually(
            lambda: psutil.Process(terminal.pid).status() == psutil.STATUS_SLEEPING, within=5, what="sleep"
        )
        assert terminal.status is not None
        assert terminal.status["status"] == "busy"
        assert "anybody" not in terminal.screen
        assert len(town.told("UserPromptSubmit")) == 1
        terminal.send(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM


def test_enter_approves_what_it_asks_permission_for(town: ScriptedTown) -> None:
    town.bead("#: permission@1", *STEPS)
    with town.agent("Begin.", GT_SCRIPTED_NOTIFY="0.1") as terminal:
        terminal.until_shown("1. Yes  2. No")
        terminal.until("waiting")
        assert terminal.status is not None
        assert terminal.status["waitingFor"] == "permission: Bash"
        eventually(lambda: town.told("Notification"), within=15, what="a Notification")
        assert town.told("Notification")[0]["notification_type"] == "permission_prompt"
        assert len(town.subjects) == 1
        terminal.press("\r")
        terminal.until_shown("we-1 is done.")


def test_escape_rejects_it_and_it_is_asked_again(town: ScriptedTown) -> None:
    town.bead("#: permission@1", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until("waiting")
        terminal.press("\x1b")
        terminal.until("idle")
        assert not town.told("Stop")
        assert len(town.subjects) == 1
        terminal.type("go on")
        terminal.until("waiting")
        terminal.press("\r")
        terminal.until_shown("we-1 is done.")


@pytest.mark.parametrize(
    "directive,error", [("rate-limit@1=0.01", "rate_limit"), ("auth@1", "authentication_failed")]
)
def test_a_refusal_of_the_service_is_a_stop_failure(town: ScriptedTown, directive: str, error: str) -> None:
    town.bead("#: " + directive, *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        assert [told["error"] for told in town.told("StopFailure")] == [error]
        assert not town.told("Stop")
        assert len(town.subjects) == 1
        assert ("attempt 3/3" in terminal.screen) == (error == "rate_limit")
        terminal.type("go on")
        terminal.until_shown("we-1 is done.")


def test_with_a_full_context_it_compacts_and_goes_on(town: ScriptedTown) -> None:
    town.bead("#: context@1", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
        assert [told["trigger"] for told in town.told("PreCompact")] == ["auto"]
        assert town.calls.count("gt prime --hook") == 2
        assert len(town.subjects) == 3


def test_it_takes_its_time_when_told_to(town: ScriptedTown) -> None:
    town.bead("#: slow=60", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Bash(echo one > one)")
        terminal.until("busy")
        assert not (town.worktree / "one").exists()
        terminal.press("\x1b")
        terminal.until("idle")


def test_it_can_outlive_sigterm_and_sighup(town: ScriptedTown) -> None:
    with town.agent(GT_SCRIPTED_DO="ignore-term") as terminal:
        terminal.until("idle")
        terminal.send(signal.SIGTERM)
        terminal.send(signal.SIGHUP)
        terminal.type("hello")
        terminal.until_shown("Nothing on my hook.")
        assert terminal.is_running()


def test_it_can_leave_a_child_that_outlives_it(town: ScriptedTown) -> None:
    town.bead("#: daemon-child@1=61.5", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        children = [child for child in psutil.Process(terminal.pid).children() if "61.5" in child.cmdline()]
        assert len(children) == 1
        assert children[0].environ()["GT_TOWN"] == str(town.root)
        terminal.send(signal.SIGTERM)
        terminal.ended()
        assert children[0].is_running()


def test_an_unknown_directive_is_named(town: ScriptedTown) -> None:
    town.bead("#: explode", *STEPS)
    with town.agent("Begin.") as terminal:
        terminal.until_shown("explode: no such directive")
        terminal.until_shown("we-1 is done.")
