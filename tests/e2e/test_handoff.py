"""Handoff, what is kept of conversations, seance and trail in a real town of scripted agents."""

import gzip
import json
import os
import pty
import subprocess
from collections.abc import Mapping

import psutil
import pytest

from gastown.domain.messages import Message
from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.ledger import messages
from gastown.town import Town
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

TOAST = "web/polecats/Toast"
WAITS = "until [ -e $GT_TOWN/go ]; do sleep 0.1; done"


def session(stage: Stage, name: str = "we-Toast") -> Session | None:
    match Town(stage.root).terminal.look([name])[name]:
        case Present(seen):
            return seen
        case _:
            return None


def running(stage: Stage) -> Session:
    """Toast's session, once it works."""
    eventually(lambda: stage.events("agent.primed"), within=30, what="an agent at work")
    seen = session(stage)
    assert seen is not None
    return seen


def starts(stage: Stage, count: int, within: float = 40) -> list[dict[str, object]]:
    return eventually(
        lambda: told if len(told := stage.events("agent.started")) >= count else None,
        within=within,
        what=f"{count} starts",
    )


def agents_environment(seen: Session) -> Mapping[str, str]:
    return psutil.Process(seen.pane_pid).environ()


def story(stage: Stage, of: str) -> list[str]:
    """The kinds of what `gt trail` tells."""
    return [line["kind"] for line in stage.json("trail", of)["lines"]]


def in_order(wanted: list[str], told: list[str]) -> bool:
    rest = iter(told)
    return all(any(word == each for each in rest) for word in wanted)


def test_an_agent_hands_off_and_its_successor_goes_on_with_the_note(stage: Stage) -> None:
    origin = stage.root.parent / "origin.git"
    bead = stage.file("Two halves", "#: handoff@1", "echo one > one", f"{WAITS}; echo two > two")
    stage.gt("sling", bead, "polecat/Toast")
    before = running(stage)
    first, second = starts(stage, 2)[:2]
    after = session(stage)
    assert after is not None
    assert (after.id, after.pane) == (before.id, before.pane)
    assert after.pane_pid != before.pane_pid
    (stage.root / "go").touch()
    stage.has_landed(bead)
    assert git("show", "main:two", cwd=origin) == "two"
    assert git("log", "--format=%s", "main", cwd=origin).count("step 1") <= 1
    assert (first["bead"], second["bead"]) == (bead, bead)
    [wished] = stage.events("agent.handoff_wished")
    assert wished["incarnation"] == first["incarnation"]
    assert "1 of 2 steps" in stage.json("show", str(wished["note"]), program="bd")["title"]
    assert len(stage.events("bead.slung")) == len(stage.events("bead.landed")) == 1
    told = story(stage, bead)
    wanted = ["filed", "slung", "started", "commit", "handed off", "started", "commit", "done", "landed"]
    assert in_order(wanted, told), told
    assert "1 of 2 steps" in stage.gt("trail", "Toast")


def test_a_person_hands_an_agent_off_at_the_end_of_its_turn(stage: Stage) -> None:
    bead = stage.file("Slow", "#: auth@1", WAITS, "echo done > done.txt")
    stage.gt("sling", bead, "polecat/Toast")
    before = running(stage)
    told = stage.gt("handoff", "Toast", "-m", "try it another way")
    assert "when its turn has ended" in told
    assert stage.json("handoff", "Toast")["already"] is True
    seen = session(stage)
    assert seen is not None
    assert seen.pane_pid == before.pane_pid
    (stage.root / "go").touch()
    starts(stage, 2)
    stage.has_landed(bead)
    [wished] = stage.events("agent.handoff_wished")
    assert wished["actor"] == "overseer"


def test_who_would_hand_off_again_at_once_goes_on_with_the_work(stage: Stage) -> None:
    bead = stage.file(
        "Three parts", "#: handoff-always@1 handoff@2", "echo 1 > one", "echo 2 > two", "echo 3 > three"
    )
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    assert len(stage.events("agent.handoff_wished")) == 2
    assert len(stage.events("agent.started")) == 3


def test_many_at_once_hand_off_and_each_goes_on_with_its_own_work(stage: Stage) -> None:
    origin = stage.root.parent / "origin.git"
    names = ("Toast", "Shadow", "Copper", "Ash")
    work = {
        name: stage.file(
            f"Work of {name}", "#: handoff@1", f"echo {name} > a-{name}", f"echo {name} > b-{name}"
        )
        for name in names
    }
    for name, bead in work.items():
        stage.gt("sling", bead, f"polecat/{name}")
    stage.has_landed(*work.values(), within=150)
    for name, bead in work.items():
        address = f"web/polecats/{name}"
        assert git("show", f"main:b-{name}", cwd=origin) == name
        starts_of_it = [start for start in stage.events("agent.starting") if start["subject"] == address]
        assert [start["bead"] for start in starts_of_it] == [bead, bead]
    assert len(stage.events("agent.handoff_wished")) == len(names)


def test_the_mayor_hands_off_too_and_with_a_bead_it_begins_with_that(stage: Stage) -> None:
    stage.gt("up")
    eventually(lambda: stage.events("agent.primed"), within=30, what="the mayor to be there")
    before = session(stage, "hq-mayor")
    assert before is not None
    bead = stage.file("Look around", "echo looked", rig="web")
    Town(stage.root).terminal.type_line(before, f"!gt handoff {bead} -m 'begin with the gates'")
    [wished] = eventually(lambda: stage.events("agent.handoff_wished"), within=20, what="the wish")
    assert (wished["subject"], wished["actor"], wished["bead"]) == ("mayor", "mayor", bead)
    first, second = starts(stage, 2)[:2]
    assert (first["subject"], second["subject"], second["bead"]) == ("mayor", "mayor", bead)
    after = session(stage, "hq-mayor")
    assert after is not None
    assert (after.id, after.pane) == (before.id, before.pane)
    note = eventually(lambda: note_of(stage, str(wished["note"])), within=20, what="the note to be read")
    assert note.seen_by == second["incarnation"]
    assert note.subject == "begin with the gates"


def note_of(stage: Stage, identity: str) -> Message | None:
    """The message, once it was read."""
    town = Town(stage.root)
    try:
        message = messages.get(town.ledger, identity)
    finally:
        town.close()
    return message if message is not None and message.seen_at is not None else None


def test_a_supervisor_that_is_killed_after_the_wish_loses_nothing_of_it(stage: Stage) -> None:
    bead = stage.file(
        "Two halves",
        "echo one > one",
        f"gt handoff -m half; kill -9 $(cat {stage.root}/run/pid)",
        "echo two > two",
    )
    stage.gt("sling", bead, "polecat/Toast")
    (stage.root / "run" / "pid").write_text(str(stage.supervisor()))
    eventually(lambda: stage.events("agent.handoff_wished"), within=30, what="the wish")
    eventually(lambda: not stage.supervisor(), within=10, what="the end of the supervisor")
    stage.gt("up")
    stage.has_landed(bead)
    assert len(stage.events("agent.handoff_wished")) == 1
    assert len(stage.events("bead.landed")) == 1


def test_supervisors_that_are_killed_while_they_hand_off_leave_one_session_and_the_hook(stage: Stage) -> None:
    bead = stage.file("Two halves", "#: handoff@1", "echo one > one", f"{WAITS}; echo two > two")
    stage.gt("sling", bead, "polecat/Toast")
    old = psutil.Process(running(stage).pane_pid)
    moments = {
        "the wish": lambda: bool(stage.events("agent.handoff_wished")),
        "the end of the old one": lambda: not is_alive(old),
        "a new start": lambda: len(stage.events("agent.starting")) >= 2,
        "another start": lambda: len(stage.events("agent.starting")) >= 2,
    }
    for what, has_come in moments.items():
        eventually(has_come, within=40, what=what, every=0.005)
        stage.kill_supervisor()
        eventually(lambda: not stage.supervisor(), within=10, what="its end", every=0.01)
        stage.gt("up")
    (stage.root / "go").touch()
    stage.has_landed(bead, within=120)
    eventually(lambda: not agents_of(stage, TOAST), within=30, what="no session of it to be left")
    assert len(stage.events("bead.landed")) == 1
    assert len({start["incarnation"] for start in stage.events("agent.starting")}) >= 2


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def agents_of(stage: Stage, address: str) -> list[int]:
    """The processes of an agent's sessions."""
    marks = ("gastown.scripted", str(Town(stage.root).places.agent(address)))
    return [
        each.pid for each in psutil.process_iter() if all(mark in " ".join(_command(each)) for mark in marks)
    ]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_what_an_agent_has_is_kept_when_its_conversation_is_compacted(stage: Stage) -> None:
    bead = stage.file("Slow", "echo one > one", f"{WAITS}; rm -f draft.txt; echo two > two")
    stage.gt("sling", bead, "polecat/Toast")
    seen = running(stage)
    worktree = stage.root / "web" / "polecats" / "Toast"
    eventually(lambda: "one" in git("log", "--name-only", cwd=worktree), within=30, what="the first commit")
    (worktree / "draft.txt").write_text("half a thought\n")
    told = subprocess.run(
        [str(stage.root / "bin" / "gt-callback"), "PreCompact"], env=dict(agents_environment(seen)), check=False,
        input=json.dumps({"session_id": "x", "trigger": "auto"}), text=True, capture_output=True, timeout=30,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (0, "")
    [kept] = eventually(lambda: stage.events("agent.state_kept"), within=20, what="what it has to be kept")
    assert kept["changed"] == ["?? draft.txt"]
    assert any("one" in commit or "1" in commit for commit in kept["commits"])
    assert git("show", f"{kept['ref']}:draft.txt", cwd=worktree) == "half a thought"
    assert git("status", "--porcelain", cwd=worktree) == "?? draft.txt"
    (stage.root / "go").touch()
    stage.has_landed(bead)
    assert in_order(["compacted", "kept", "landed"], story(stage, bead))


def test_a_predecessor_is_asked_when_its_conversation_is_over(stage: Stage) -> None:
    bead = stage.file("Greet", "echo the password is plum > greeting.txt; cat greeting.txt")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    eventually(lambda: stage.events("conversation.archived"), within=30, what="the archive")
    [line] = stage.json("seance", bead)
    assert (line["agent"], line["bead"], line["transcript"]) == ("web/polecats/Toast", bead, "archive")
    assert line["input_tokens"] > 0
    copy = stage.root / "archive" / "conversations" / "web/polecats/Toast" / f"{line['id']}.jsonl.gz"
    before = copy.read_bytes()
    assert "plum" in gzip.decompress(before).decode()
    assert line["short"] in stage.gt("seance", "Toast")
    assert "plum" in stage.gt("seance", line["short"], "-p", "what is the password?")
    for transcript in (stage.root / "run" / "scripted" / "projects").rglob("*.jsonl"):
        transcript.unlink()
    assert "plum" in stage.gt("seance", "Toast", "-p", "what is the password?")
    assert copy.read_bytes() == before
    refused = stage.run("seance", line["short"])
    assert (refused.status, "in a terminal" in refused.err) == (1, True)
    assert "plum" in typed_in_a_terminal(stage, "seance", line["short"])


def typed_in_a_terminal(stage: Stage, *words: str) -> str:
    """What a person sees who types a gt command."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [str(stage.programs / "gt"), *words],
            cwd=stage.root, stdin=theirs, stdout=theirs, stderr=theirs, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        return os.read(ours, 1 << 16).decode()
    finally:
        os.close(ours)
        os.close(theirs)
