"""Callbacks as an agent CLI calls them: whole processes, by the town's own launcher, on a real ledger."""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.callbacks.main import LOG_LIMIT
from gastown.domain.identity import polecat
from gastown.ledger import agents, bead_writes, conversations, events, incarnations, messages
from gastown.ledger.database import FILE_NAME, Database, Row
from gastown.ledger.sqlite import sqlite3
from gastown.settings.launchers import launchers
from gastown.world.wake import Doorbell
from tests.conftest import ROOT

TOAST = "web/polecats/Toast"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class ATown:
    """A town with one agent at work, and the means to report for it."""

    root: Path
    ledger: Database
    incarnation: int

    @property
    def environment(self) -> Mapping[str, str]:
        """What a session of the agent has."""
        return {
            "GT_TOWN": str(self.root),
            "GT_INCARNATION": str(self.incarnation),
            "GT_CREDENTIAL": f"token {self.incarnation}",
        }

    def report(
        self, *words: str, said: object = None, text: str = "", env: Mapping[str, str] | None = None
    ) -> str:
        """Call the launcher like an agent CLI, and see that it never disturbs its caller; gives its answer."""
        done = subprocess.run(
            [str(self.root / "bin" / "gt-callback"), *words],
            input=(text or json.dumps(said)).encode("utf-8", "surrogatepass"),
            env=self.environment if env is None else env,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    def take_back(self) -> "ATown":
        """Clear the hook, as `gt done` and `gt unsling` do."""
        with self.ledger.transaction():
            agents.end_assignment(self.ledger, 1, "unslung", NOW)
            agents.unhook(self.ledger, TOAST, "we-1")
        return self

    def row(self, table: str = "incarnations") -> Row:
        """The newest row of a table."""
        with closing(sqlite3.connect(self.ledger.path)) as reader:
            reader.row_factory = sqlite3.Row
            return dict(reader.execute(f"SELECT * FROM {table} ORDER BY rowid DESC").fetchone())  # noqa: S608 - ours

    def write(self, statement: str) -> None:
        """Change the ledger by a statement."""
        with self.ledger.transaction():
            self.ledger.select(statement, {})

    def mail(
        self, identity: str, *, body: str = "", sender: str = "mayor", recipient: str = TOAST, **more: object
    ) -> str:
        """A message that nobody has read yet."""
        new = bead_writes.NewBead(identity, id=identity, type="message", assignee=recipient, description=body)
        with self.ledger.transaction():
            bead_writes.insert(self.ledger, new, by=sender, now=NOW)
            messages.add(self.ledger, identity, sender=sender, recipient=recipient, now=NOW, **more)  # type: ignore[arg-type]
        return identity

    def events(self) -> list[tuple[str, dict[str, object]]]:
        """Types and payloads of what happened, oldest first."""
        return [(event.type, event.payload) for event in events.last(self.ledger, 20)]

    def log(self) -> str:
        """What the callbacks complained of."""
        file = self.root / "logs" / "callbacks.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def start_again(self) -> "ATown":
        """The same agent in a newer session."""
        return ATown(self.root, self.ledger, _mint(self.ledger, self.incarnation + 1))


def _mint(ledger: Database, number: int) -> int:
    assignment = agents.open_assignment(ledger, TOAST)
    assert assignment is not None
    with ledger.transaction():
        return incarnations.mint(
            ledger,
            assignment.agent,
            assignment,
            credential_hash=hashlib.sha256(f"token {number}".encode()).hexdigest(),
            conversation=f"talk-{number}",
            session="we-Toast",
            head="0" * 40,
            now=NOW,
            why_older="replaced",
        )


@pytest.fixture
def town(tmp_path: Path) -> ATown:
    root = tmp_path / "the town's folder"
    for folder in ("bin", "logs", "run"):
        (root / folder).mkdir(parents=True)
    site_packages = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    for name, text in launchers(sys.executable, str(ROOT), site_packages).items():
        file = root / "bin" / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    ledger = Database(root / FILE_NAME, create=True)
    with ledger.transaction():
        bead = bead_writes.insert(
            ledger, bead_writes.NewBead("Do it", rig="web", id="we-1"), by="overseer", now=NOW
        )
        agents.add(ledger, polecat("web", "Toast"), NOW)
        agents.hook(ledger, TOAST, bead)
        agents.assign(ledger, bead, TOAST, by="overseer", runtime=None, now=NOW)
    return ATown(root, ledger, _mint(ledger, 1))


def test_a_prompt_is_recorded_by_its_length_and_not_by_its_words(town: ATown) -> None:
    town.report("UserPromptSubmit", said={"session_id": "talk-1", "prompt": "do the sécret thing"})
    assert town.row()["prompted_at"] > "2026-01-02"
    assert town.events() == [
        ("agent.prompted", {"bead": "we-1", "incarnation": 1, "conversation": "talk-1", "length": 19})
    ]
    assert "cret" not in json.dumps(town.row("events"), ensure_ascii=False)


def test_a_turn_that_ends_well_forgets_an_earlier_failure(town: ATown) -> None:
    town.take_back()
    town.report("StopFailure", said={"error": "rate_limit"})
    failed = town.row()
    assert (failed["failure"], failed["turn_ended_at"] is None) == ("rate_limit", False)
    town.report("Stop", said={"stop_hook_active": False})
    assert town.row()["failure"] is None
    assert [type_ for type_, _ in town.events()] == ["agent.failed", "agent.turn_ended"]
    assert town.events()[0][1]["error"] == "rate_limit"


def test_a_failure_without_a_name_is_still_a_failure(town: ATown) -> None:
    town.report("StopFailure", said={})
    assert town.row()["failure"] == "unknown"


def test_notifications_and_compactions_are_events_and_a_compaction_is_remembered(town: ATown) -> None:
    before = dict(town.row())
    town.report("Notification", said={"notification_type": "permission_prompt", "message": "x" * 900})
    town.report("PreCompact", said={"trigger": "auto"})
    assert town.row()["compacting_at"] is not None
    assert {**town.row(), "compacting_at": None} == before
    (notified, details), (compacting, more) = town.events()
    assert (notified, details["notification_type"]) == ("agent.notified", "permission_prompt")
    assert details["message"] == "x" * 200
    assert (compacting, more["trigger"]) == ("agent.compacting", "auto")


def test_the_end_of_a_session_ends_its_conversation(town: ATown) -> None:
    incarnation = incarnations.newest(town.ledger, TOAST)
    assert incarnation is not None
    with town.ledger.transaction():
        conversations.add(town.ledger, "talk-1", incarnation, runtime="scripted", transcript=None, now=NOW)
    town.report("SessionEnd", said={"session_id": "talk-1", "reason": "prompt_input_exit"})
    ended = town.row("conversations")
    assert (ended["why"], ended["ended_at"] is None) == ("prompt_input_exit", False)
    assert town.events()[-1][0] == "agent.session_ended"


def test_an_agent_that_stops_with_work_on_its_hook_is_told_to_go_on_a_few_times(town: ATown) -> None:
    answers = [town.report("Stop", said={"session_id": "talk-1"}) for _ in range(4)]
    for answer in answers[:3]:
        told = json.loads(answer)
        assert told["decision"] == "block"
        assert "we-1 is still on your hook" in told["reason"]
    assert answers[3] == ""
    assert [type_ for type_, _ in town.events()] == [*["agent.pushed"] * 3, "agent.turn_ended"]
    assert town.row()["turn_ended_at"] is not None


def test_a_prompt_lets_it_be_told_anew(town: ATown) -> None:
    assert [town.report("Stop", said={}) for _ in range(4)][-1] == ""
    town.report("UserPromptSubmit", said={"prompt": "Well?"})
    assert "block" in town.report("Stop", said={})


def test_what_the_stop_callback_said_is_nobodys_prompt(town: ATown) -> None:
    """Gemini and Copilot report it as one."""
    answers: list[str] = []
    for _ in range(5):
        answers.append(town.report("Stop", said={}))
        town.report("UserPromptSubmit", said={"prompt": json.loads(answers[-1] or "{}").get("reason", "")})
        if not answers[-1]:
            break
    assert [bool(answer) for answer in answers] == [True, True, True, False]


def test_an_agent_that_waits_for_its_own_background_tasks_is_let_go(town: ATown) -> None:
    assert town.report("Stop", said={"background_tasks": [{"id": "b1"}]}) == ""
    assert [type_ for type_, _ in town.events()] == ["agent.turn_ended"]


def test_an_agent_that_wished_to_hand_over_or_is_paused_or_whose_work_is_put_off_is_let_go(
    town: ATown,
) -> None:
    for table, wish, none in (
        ("incarnations", "handoff_at = '2026', handoff_by = agent", "handoff_at = NULL, handoff_by = NULL"),
        ("agents", "paused = 'lunch'", "paused = NULL"),
        ("assignments", "deferred = 1", "deferred = 0"),
        ("assignments", "done_at = '2026'", "done_at = NULL"),
    ):
        change, back = f"UPDATE {table} SET {wish}", f"UPDATE {table} SET {none}"  # noqa: S608 - ours
        town.write(change)
        assert town.report("Stop", said={}) == "", change
        town.write(back)
    assert "we-1 is still on your hook" in town.report("Stop", said={})


def test_an_agent_that_asked_its_human_about_this_work_is_let_go_until_there_is_an_answer(
    town: ATown,
) -> None:
    town.mail("hq-old", kind="question", sender=TOAST, recipient="overseer", generation=99)
    town.mail("hq-other", kind="question", sender=TOAST, recipient="mayor", generation=1)
    assert "block" in town.report("Stop", said={})
    question = town.mail("hq-ask", kind="question", sender=TOAST, recipient="overseer", generation=1)
    assert town.report("Stop", said={}) == ""
    with town.ledger.transaction():
        messages.see(town.ledger, [question], by="overseer", incarnation=None, now=NOW)
    assert town.report("Stop", said={}) == ""
    with town.ledger.transaction():
        bead_writes.close(town.ledger, question, "yes", by="overseer", now=NOW)
    assert "block" in town.report("Stop", said={})


def test_work_that_is_done_in_no_worktree_ends_without_commits(town: ATown) -> None:
    assert (
        'When it is done: gt done --no-change "what came of it".'
        in json.loads(town.report("Stop", said={}))["reason"]
    )
    town.write("UPDATE assignments SET branch = 'b'")
    assert "When all is committed: gt done." in town.report("Stop", said={})


def test_a_session_that_lasts_is_told_of_new_work_when_it_stops_and_when_it_is_prompted(town: ATown) -> None:
    town.write("UPDATE incarnations SET generation = NULL, bead = NULL, lasting = 1")
    told = json.loads(town.report("Stop", said={}))
    assert told == {
        "decision": "block",
        "reason": "New work is on your hook: we-1. Run gt prime: it tells you what it is, and it runs now.",
    }
    assert (town.events()[-1][0], town.events()[-1][1]["bead"]) == ("agent.pushed", "we-1")
    told = json.loads(town.report("UserPromptSubmit", said={"prompt": "hello"}))
    assert told["hookSpecificOutput"] == {
        "hookEventName": "UserPromptSubmit",
        "additionalContext": "Gas Town: new work is on your hook, we-1: run gt prime.",
    }
    town.write("UPDATE assignments SET deferred = 1")
    assert (town.report("Stop", said={}), town.report("UserPromptSubmit", said={})) == ("", "")
    town.write("UPDATE assignments SET deferred = 0")
    town.write("UPDATE incarnations SET generation = 1, bead = 'we-1'")
    assert town.report("UserPromptSubmit", said={}) == ""
    assert "we-1 is still on your hook" in town.report("Stop", said={})


def test_a_session_that_does_not_last_has_nothing_to_do_with_other_work(town: ATown) -> None:
    town.write("UPDATE incarnations SET generation = NULL, bead = NULL")
    assert (town.report("Stop", said={}), town.report("UserPromptSubmit", said={})) == ("", "")


def test_whoever_is_prompted_is_told_of_urgent_mail_by_its_ids_alone(town: ATown) -> None:
    for number in range(5):
        town.mail(f"hq-{number}", urgency="urgent", body="push to main")
    town.mail("hq-calm", urgency="high")
    town.mail("hq-others", urgency="urgent", recipient="web/polecats/Rust")
    told = json.loads(town.report("UserPromptSubmit", said={"prompt": "hello"}))
    assert told["hookSpecificOutput"]["additionalContext"] == (
        "Gas Town: Urgent mail for you: hq-0, hq-1, hq-2: gt mail read ID."
    )
    with town.ledger.transaction():
        messages.see(town.ledger, [f"hq-{n}" for n in range(5)], by=TOAST, incarnation=1, now=NOW)
    assert town.report("UserPromptSubmit", said={}) == ""
    town.start_again()
    town.mail("hq-late", urgency="urgent")
    assert town.report("UserPromptSubmit", said={}) == ""


@pytest.mark.parametrize(
    "event", ["Stop", "UserPromptSubmit", "StopFailure", "TurnEnd", "SessionEnd", "PreCompact"]
)
def test_what_a_helper_within_the_conversation_reports_is_not_the_agents(town: ATown, event: str) -> None:
    before = town.row()
    assert town.report(event, said={"session_id": "talk-1", "agent_id": "a1", "error": "x"}) == ""
    assert (town.row(), town.events(), town.log()) == (before, [], "")


def test_nobody_without_work_nor_an_older_session_is_told_to_go_on(town: ATown) -> None:
    newer = town.start_again()
    assert town.report("Stop", said={}) == ""
    assert newer.take_back().report("Stop", said={}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "[1, 2]",
        '"text"',
        "null",
        '{"error":',
        "\x00\x01",
        '{"prompt": 7, "error": {"a": [1]}}',
        "[" * 3000,
    ],
    ids=["empty", "no JSON", "a list", "a text", "null", "cut off", "control bytes", "other types", "deep"],
)
def test_any_input_is_fine(town: ATown, text: str) -> None:
    assert town.take_back().report("Stop", text=text) == ""
    assert [type_ for type_, _ in town.events()] == ["agent.turn_ended"]
    assert town.log() == ""


def test_hostile_text_is_stored_as_tame_valid_text(town: ATown) -> None:
    town.report("StopFailure", text='{"error": "bad\\u001b[2J\\ud800\\u0000 end", "session_id": "\\n"}')
    failure = str(town.row()["failure"])
    assert failure.startswith("bad [2J")
    assert failure.endswith(" end")
    assert failure.isprintable()
    assert town.events()[0][1]["conversation"] == " "


def test_a_session_that_was_replaced_adds_only_its_event(town: ATown) -> None:
    newer = town.start_again()
    before = newer.ledger.rows("incarnations", "starts_of_bead", bead="we-1", reset=0)
    town.report("StopFailure", said={"error": "server_error"})
    assert [
        dict(row) for row in town.ledger.rows("incarnations", "starts_of_bead", bead="we-1", reset=0)
    ] == [dict(row) for row in before]
    type_, payload = town.events()[0]
    assert (type_, payload["stale"], payload["incarnation"]) == ("agent.failed", True, town.incarnation)


def test_a_wrong_credential_changes_nothing_and_is_logged(town: ATown) -> None:
    newer = town.start_again()
    stolen = {**newer.environment, "GT_CREDENTIAL": "token 1"}
    town.report("Stop", said={}, env=stolen)
    town.report("Stop", said={}, env={"GT_TOWN": str(town.root)})
    assert town.events() == []
    assert "credential of Stop is not that of incarnation '2'" in town.log()
    assert "incarnation ''" in town.log()


def test_outside_a_town_nothing_happens(town: ATown) -> None:
    town.report("Stop", said={}, env={})
    town.report("Stop", said={}, env={"GT_TOWN": ""})
    assert town.events() == []
    assert town.log() == ""


def test_unknown_events_and_none_at_all_are_harmless(town: ATown) -> None:
    town.report("PreToolUse\x1b]0;x", said={})
    town.report()
    assert town.events() == []
    assert town.log().count("nobody reads") == 2
    assert "\x1b" not in town.log()


def test_a_town_that_is_gone_or_broken_never_disturbs_the_agent(town: ATown, tmp_path: Path) -> None:
    town.report("Stop", said={}, env={**town.environment, "GT_TOWN": str(tmp_path / "moved away")})
    broken = tmp_path / "broken"
    (broken / "logs").mkdir(parents=True)
    (broken / FILE_NAME).write_text("this is no database at all", encoding="utf-8")
    town.report("Stop", said={}, env={**town.environment, "GT_TOWN": str(broken)})
    assert "DatabaseError" in (broken / "logs" / "callbacks.log").read_text(encoding="utf-8")


def test_the_supervisor_is_woken(town: ATown) -> None:
    bell = Doorbell(town.root / "run" / "wake")
    try:
        town.report("Stop", said={})
        assert bell.wait(5)
        town.report("Nothing", said={})
        assert not bell.wait(0)
    finally:
        bell.close()


def test_the_log_does_not_grow_without_bound(town: ATown) -> None:
    log = town.root / "logs" / "callbacks.log"
    log.write_text("x" * LOG_LIMIT + "\n", encoding="utf-8")
    town.report("Nothing", said={})
    town.report("Nothing", said={})
    assert log.stat().st_size < 1000
    assert log.with_name("callbacks.log.1").stat().st_size > LOG_LIMIT


def test_eight_at_once_all_get_through(town: ATown) -> None:
    running = [
        subprocess.Popen(
            [str(town.root / "bin" / "gt-callback"), "Stop"],
            stdin=subprocess.DEVNULL,
            env=town.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(8)
    ]
    assert [process.wait(30) for process in running] == [0] * 8
    assert len(town.events()) == 8
    assert town.log() == ""


def test_the_launcher_hears_no_python_variables_and_sees_no_modules_of_the_project(
    town: ATown, tmp_path: Path
) -> None:
    for name in ("json", "os", "gastown", "hashlib", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)", encoding="utf-8")
    environment = {**town.environment, "PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(town.root / "bin" / "gt-callback"), "Stop"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        env=environment,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert town.log() == ""
    assert len(town.events()) == 1


def test_launchers_use_the_newer_sqlite_where_its_wheel_is(town: ATown) -> None:
    pysqlite3 = pytest.importorskip("pysqlite3")
    script = (town.root / "bin" / "gt-callback").read_text(encoding="utf-8")
    probe = script.replace(
        "from gastown.callbacks.main import main as run; run()",
        "from gastown.ledger.sqlite import sqlite3; print(sqlite3.sqlite_version)",
    )
    done = subprocess.run(["sh", "-c", probe], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == pysqlite3.sqlite_version


def test_an_agent_that_is_not_to_be_pushed_only_reports_the_end_of_its_turn(town: ATown) -> None:
    assert town.report("TurnEnd", said={"session_id": "talk-1"}) == ""
    assert [type_ for type_, _ in town.events()] == ["agent.turn_ended"]
    assert town.row()["turn_ended_at"] is not None


def a_call(command: str) -> dict[str, object]:
    """What the agent CLI says before its Bash tool runs."""
    return {"session_id": "talk-1", "cwd": "/", "tool_name": "Bash", "tool_input": {"command": command}}


def test_a_tool_that_may_run_leaves_no_trace(town: ATown) -> None:
    for command in ("make test", "git commit -m 'push it'", "git push origin feature"):
        assert town.report("PreToolUse", said=a_call(command)) == ""
    assert town.events() == []
    assert town.log() == ""


def test_a_tool_that_is_refused_is_told_why_and_so_is_the_ledger(town: ATown) -> None:
    answer = json.loads(town.report("PreToolUse", said=a_call("tmux kill-server")))["hookSpecificOutput"]
    assert (answer["hookEventName"], answer["permissionDecision"]) == ("PreToolUse", "deny")
    assert "gt done or gt handoff" in answer["permissionDecisionReason"]
    ((type_, payload),) = town.events()
    assert (type_, payload["command"]) == ("agent.refused", "tmux kill-server")
    assert "agents live in these sessions" in str(payload["why"])


def test_the_veto_stands_also_where_it_cannot_be_written_down(town: ATown) -> None:
    stolen = {**town.environment, "GT_CREDENTIAL": "another"}
    assert "deny" in town.report("PreToolUse", said=a_call("tmux kill-server"), env=stolen)
    assert town.events() == []


def test_a_report_of_a_tool_that_nobody_understands_is_let_through(town: ATown) -> None:
    assert town.report("PreToolUse", text="git push origin main") == ""
    assert town.report("PreToolUse", text='{"tool_input": 7, "x": "git push"}') == ""
