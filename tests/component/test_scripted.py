import json
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.component.scripted_town import ScriptedTown
from tests.support import eventually, git

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def town(tmp_path: Path) -> ScriptedTown:
    return ScriptedTown(tmp_path / "town")


def usages(path: str) -> list[Mapping[str, int]]:
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return [line["message"]["usage"] for line in lines if line["type"] == "assistant"]


def test_it_carries_out_the_steps_of_the_bead_on_its_hook_and_commits_each(town: ScriptedTown) -> None:
    town.bead(
        "echo one > one", "cat > two <<'END'", "more than", "one line", "END", "# a comment", "test -f two"
    )
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        assert town.subjects == ["we-1: Write some files (step 1/3)", "we-1: Write some files (step 2/3)"]
        trailer = git("log", "-1", "--format=%(trailers:key=Gastown-Step,valueonly)", cwd=town.worktree)
        assert trailer == "we-1 2/3"
        assert (town.worktree / "two").read_text() == "more than\none line\n"
        assert town.calls == ["gt prime --hook", "bd show we-1 --json", "gt done"]
        assert "● Bash(echo one > one)" in terminal.screen
        assert "● we-1 is done." in terminal.screen


def test_its_callbacks_get_what_claude_code_gives_them(town: ScriptedTown) -> None:
    town.bead("true")
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        (submitted,), (stopped,) = town.told("UserPromptSubmit"), town.told("Stop")
        assert submitted["prompt"] == "Begin."
        assert submitted["hook_event_name"] == "UserPromptSubmit"
        assert submitted["cwd"] == str(town.worktree)
        assert stopped["stop_hook_active"] is False
        assert stopped["last_assistant_message"] == "we-1 is done."
        assert terminal.status is not None
        assert submitted["session_id"] == terminal.status["sessionId"]


def test_its_transcript_feeds_a_meter_of_tokens(town: ScriptedTown) -> None:
    town.bead("true")
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        seen = usages(str(town.told("Stop")[0]["transcript_path"]))
        assert len(seen) >= 3
        assert all(usage["input_tokens"] > 0 and usage["output_tokens"] > 0 for usage in seen)


def test_an_empty_hook_ends_the_turn_and_a_doorbell_starts_the_work(town: ScriptedTown) -> None:
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Nothing on my hook.")
        terminal.until("idle")
        town.bead("echo one > one")
        terminal.type("gt prime")
        terminal.until_shown("we-1 is done.")
        assert "gt prime" in town.calls


def test_without_a_prompt_it_waits(town: ScriptedTown) -> None:
    town.bead("true")
    with town.agent() as terminal:
        terminal.until("idle")
        assert town.calls == ["gt prime --hook"]
        assert not town.told("Stop")
        terminal.type("do what is on your hook")
        terminal.until_shown("we-1 is done.")
        assert "gt prime" not in town.calls


def test_a_bead_without_steps_is_left_alone(town: ScriptedTown) -> None:
    town.bead(text="Make it better.\n\n```console\n$ rm -rf /\n```\n")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("I don't know what to do.")
        terminal.until("idle")
        assert "gt done" not in town.calls
        assert len(town.told("Stop")) == 1


def test_steps_that_change_nothing_are_handed_in_as_no_change(town: ScriptedTown) -> None:
    town.bead("true", "test -f README")
    with town.agent("Begin."):
        eventually(
            lambda: "gt done --no-change the steps changed nothing" in town.calls,
            within=15,
            what="gt done --no-change",
        )


def test_a_step_may_commit_for_itself(town: ScriptedTown) -> None:
    town.bead("echo one > one; git add one; git commit -qm 'My own'")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
        assert town.subjects == ["My own"]
        assert town.calls[-1] == "gt done"


def test_a_refused_done_is_shown_and_tried_again_with_the_next_prompt(town: ScriptedTown) -> None:
    town.bead("echo one > one")
    town.on("done", "echo 'not so fast'; exit 1")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("gt done refused we-1 (exit 1)")
        assert "not so fast" in terminal.screen
        terminal.until("idle")
        town.on("done", "echo submitted")
        terminal.type("try again")
        terminal.until_shown("we-1 is done.")
        assert town.calls.count("gt done") == 2
        assert len(town.subjects) == 1


def test_a_failing_step_ends_the_turn_and_is_tried_again(town: ScriptedTown) -> None:
    town.bead("echo one > one", "echo try >> $GT_TOWN/tries; test -f $GT_TOWN/ready", "echo three > three")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Step 2 of 3 failed (exit 1). I stop here.")
        terminal.until("idle")
        (town.root / "ready").touch()
        terminal.type("go on")
        terminal.until_shown("we-1 is done.")
        assert (town.root / "tries").read_text() == "try\ntry\n"
        assert [subject[-10:] for subject in town.subjects] == ["(step 1/3)", "(step 3/3)"]


def test_after_a_kill_a_fresh_one_goes_on_where_the_branch_is(town: ScriptedTown) -> None:
    town.bead("echo one >> one", "echo half > two; test -f $GT_TOWN/ready || sleep 60", "echo three > three")
    with town.agent("Begin.") as terminal:
        eventually((town.worktree / "two").exists, within=15, what="the second step")
        terminal.send(signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL
        assert terminal.status is not None
    (town.root / "ready").touch()
    with town.agent("Begin.") as terminal:
        terminal.until_shown("1 of 3 steps of we-1 are done already")
        terminal.until_shown("we-1 is done.")
        assert (town.worktree / "one").read_text() == "one\n"
        assert [subject[-10:] for subject in town.subjects] == ["(step 1/3)", "(step 2/3)", "(step 3/3)"]


def test_typed_text_is_accepted_at_once_and_answered_after_the_turn(town: ScriptedTown) -> None:
    town.bead("until test -f $GT_TOWN/ready; do sleep 0.05; done")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Bash(until")
        terminal.type("hello there")
        eventually(
            lambda: len(town.told("UserPromptSubmit")) == 2, within=15, what="the second UserPromptSubmit"
        )
        assert town.told("UserPromptSubmit")[1]["prompt"] == "hello there"
        terminal.until_shown("queued: hello there")
        assert not town.told("Stop")
        (town.root / "ready").touch()
        terminal.until_shown("I only know what my hook tells me.")
        terminal.until("idle")
        assert len(town.told("Stop")) == 2
        assert len(town.told("UserPromptSubmit")) == 2


@pytest.mark.parametrize("keys", ["\x1b", "\x03"], ids=["escape", "ctrl-c"])
def test_an_interrupt_ends_the_step_and_the_turn_without_a_stop(town: ScriptedTown, keys: str) -> None:
    town.bead("echo $$ > $GT_TOWN/step; sleep 60")
    with town.agent("Begin.") as terminal:
        eventually((town.root / "step").exists, within=15, what="the step")
        terminal.press(keys)
        terminal.until_shown("Interrupted.")
        terminal.until("idle")
        assert not town.told("Stop")
        assert not town.is_alive("step")
        assert terminal.is_running()


def test_an_arrow_key_is_not_an_escape(town: ScriptedTown) -> None:
    town.bead("until test -f $GT_TOWN/ready; do sleep 0.05; done")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("Bash(until")
        terminal.press("\x1b[A\x1bOB")
        terminal.type("still here?")
        terminal.until_shown("queued: still here?")
        (town.root / "ready").touch()
        terminal.until_shown("we-1 is done.")
        assert "Interrupted." not in terminal.screen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_signal_ends_it_with_its_step_and_its_status_file(
    town: ScriptedTown, number: signal.Signals
) -> None:
    town.bead("echo $$ > $GT_TOWN/step; sleep 60")
    with town.agent("Begin.") as terminal:
        eventually((town.root / "step").exists, within=15, what="the step")
        terminal.send(number)
        assert terminal.ended() == 128 + number
        assert terminal.status is None
        assert not town.is_alive("step")
        assert [told["reason"] for told in town.told("SessionEnd")] == ["other"]


@pytest.mark.parametrize("keys", ["\x03\x03", "\x04", "/exit\r"], ids=["ctrl-c twice", "ctrl-d", "/exit"])
def test_a_person_ends_it_from_the_prompt(town: ScriptedTown, keys: str) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.press(keys)
        assert terminal.ended() in {0, 130}
        assert [told["reason"] for told in town.told("SessionEnd")] == ["prompt_input_exit"]
        assert terminal.status is None


def test_one_ctrl_c_at_the_prompt_only_warns(town: ScriptedTown) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.press("\x03")
        terminal.until_shown("Press Ctrl-C again to exit.")
        terminal.type("hello")
        terminal.until_shown("Nothing on my hook.")


def test_clear_begins_a_new_conversation_and_compact_keeps_it(town: ScriptedTown) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        assert terminal.status is not None
        first = terminal.status["sessionId"]
        terminal.type("/compact")
        eventually(lambda: town.calls.count("gt prime --hook") == 2, within=15, what="a start callback")
        terminal.until("idle")
        assert terminal.status["sessionId"] == first
        assert [told["trigger"] for told in town.told("PreCompact")] == ["manual"]
        terminal.type("/clear")
        eventually(lambda: town.calls.count("gt prime --hook") == 3, within=15, what="a start callback")
        terminal.until("idle")
        assert terminal.status["sessionId"] != first
        assert [told["reason"] for told in town.told("SessionEnd")] == ["clear"]


def test_a_shell_command_of_the_person_is_shown_as_such(town: ScriptedTown) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.type("!until test -f $GT_TOWN/ready; do sleep 0.05; done; echo the end")
        terminal.until("shell")
        (town.root / "ready").touch()
        terminal.until_shown("the end")
        terminal.until("idle")
        assert not town.told("UserPromptSubmit")


def test_handoff_is_a_word_it_knows(town: ScriptedTown) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.type("please handoff now")
        terminal.until_shown("Handed over.")
        assert town.calls[-1] == "gt handoff"


def test_what_follows_the_word_handoff_is_its_note(town: ScriptedTown) -> None:
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.type("handoff: it's half done")
        terminal.until_shown("Handed over.")
        assert town.calls[-1] == "gt handoff -m it's half done"


def test_a_step_that_hands_off_ends_the_turn_and_is_done_once(town: ScriptedTown) -> None:
    town.bead("echo one > one", "gt handoff -m 'go on'", "echo two > two")
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        assert len(town.subjects) == 1
        assert len(town.told("Stop")) == 1
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
    assert [call for call in town.calls if "handoff" in call] == ["gt handoff -m go on"]
    assert len(town.subjects) == 2


def test_a_stop_callback_can_make_it_go_on_eight_times_in_a_row(town: ScriptedTown) -> None:
    town.on("Stop", """echo '{"decision": "block", "reason": "Look at your hook again."}'""")
    with town.agent("Begin.") as terminal:
        terminal.until("idle")
        assert [told["stop_hook_active"] for told in town.told("Stop")] == [False] + [True] * 8
        assert town.calls.count("gt prime") == 8


def test_a_blocked_prompt_stays_in_the_input_line(town: ScriptedTown) -> None:
    town.on("UserPromptSubmit", "echo 'not now' >&2; exit 2")
    with town.agent() as terminal:
        terminal.until("idle")
        terminal.type("hello")
        terminal.until_shown("not submitted: not now")
        terminal.until("idle")
        town.on("UserPromptSubmit", "true")
        terminal.press("\r")
        terminal.until_shown("Nothing on my hook.")
        assert [told["prompt"] for told in town.told("UserPromptSubmit")] == ["hello", "hello"]


def test_missing_and_failing_callbacks_do_not_break_it(town: ScriptedTown) -> None:
    (town.root / "bin" / "gt-callback").unlink()
    town.bead("echo one > one")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("we-1 is done.")
        terminal.until("idle")
        assert "callback Stop failed (exit 127)" in terminal.screen


def test_a_start_callback_that_fails_loses_its_output(town: ScriptedTown) -> None:
    town.bead("echo one > one")
    (town.root / "prime").write_text("HOOK: we-1\n")
    (town.root / "bin" / "gt").write_text(
        '#!/bin/sh\necho "gt $*" >> $GT_TOWN/calls\ncat $GT_TOWN/prime\nexit 1\n'
    )
    with town.agent("Begin.") as terminal:
        terminal.until_shown("I only know what my hook tells me.")
        assert town.calls == ["gt prime --hook"]


def test_a_start_callback_that_says_too_much_reaches_it_only_as_a_preview(town: ScriptedTown) -> None:
    town.bead("echo one > one")
    (town.root / "prime").write_text("x" * 10_000 + "\nHOOK: we-1\n")
    with town.agent("Begin.") as terminal:
        terminal.until_shown("I only know what my hook tells me.")


def test_an_idle_one_uses_no_processor(town: ScriptedTown) -> None:
    import psutil

    with town.agent() as terminal:
        terminal.until("idle")
        process = psutil.Process(terminal.pid)
        eventually(lambda: process.status() == psutil.STATUS_SLEEPING, within=5, what="sleep")
        before = process.num_ctx_switches().voluntary
        git("gc", "-q", cwd=town.worktree)
        assert process.num_ctx_switches().voluntary <= before + 1


def test_it_fits_a_terminal_of_80_columns(town: ScriptedTown) -> None:
    town.bead("echo " + "long " * 40 + "> one; seq 1 200 | tr '\\n' ' '; printf '\\033[31mred\\033[2J'")
    with town.agent("Begin. " * 30) as terminal:
        terminal.until_shown("we-1 is done.")
        assert max(map(len, terminal.screen.splitlines())) <= 80
        assert "\x1b[2J" not in terminal.raw


def test_no_color_is_honoured(town: ScriptedTown) -> None:
    town.bead("true")
    with town.agent("Begin.", NO_COLOR="1") as terminal:
        terminal.until_shown("we-1 is done.")
        assert "\x1b[3" not in terminal.raw
