"""The real Claude Code in a town: it hands itself off, is asked about it later, and is told so after compaction."""

import hashlib
import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from gastown.domain.observed import Present
from gastown.domain.runtime import Activity
from gastown.domain.terminal import Session
from gastown.town import Town
from gastown.world.agents.claude import ClaudeRuntime
from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, SILENT, Request, Rule, Say, bash
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(240)]

NOTE = "The hinges are oiled. Next: paint the door."
QUESTION = "What did you do about the hinges?"


def whole(request: Request) -> str:
    return json.dumps([*request.messages])


HANDS_OFF = [
    Rule(
        "it has handed off",
        lambda r: "a fresh session takes your place" in whole(r),
        lambda _: Say("I end my turn."),
    ),
    Rule(
        "it hands off",
        lambda r: bool(r.plan and not r.plan.done) and NOTE not in whole(r),
        lambda _: bash(f"echo oiled > hinges && gt handoff --collect -m '{NOTE}'", "I hand off."),
    ),
    *POLECAT,
]
"""A worker who hands off in its first session, and works in the one that has the note."""
SEANCE = Rule(
    "a seance",
    lambda r: QUESTION in r.heard,
    lambda r: Say(f"I oiled them, with {len(r.body.get('tools') or [])} tools."),
)
RULES: Sequence[Rule] = [SEANCE, *HOUSEKEEPING, *HANDS_OFF]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(RULES) as server:
        yield server


@pytest.fixture
def claude_stage(
    tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer
) -> Iterator[Stage]:
    """A town whose agents are the real Claude Code."""
    home = prepare_home(private_home)
    origin = a_remote(tmp_path / "origin.git", {"README": "Hello\n"})
    stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
    stage.gt("install", str(stage.root))
    trusting = ("--permissions", "unattended", "--trust")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *trusting)
    yield stage
    stage.end()


def session(stage: Stage, name: str = "we-Toast") -> Session | None:
    match Town(stage.root).terminal.look([name])[name]:
        case Present(seen):
            return seen
        case _:
            return None


def test_it_hands_itself_off_and_its_predecessor_can_be_asked(
    claude_stage: Stage, model: ModelServer, private_home: Path, tmp_path: Path
) -> None:
    stage = claude_stage
    bead = stage.file("Paint the door", "until [ -e $GT_TOWN/go ]; do sleep 0.2; done; echo red > door")
    stage.gt("sling", bead, "polecat/Toast")
    eventually(lambda: stage.events("agent.primed"), within=40, what="the first prime")
    before = session(stage)
    assert before is not None
    eventually(lambda: len(stage.events("agent.primed")) >= 2, within=60, what="the second prime")
    after = session(stage)
    assert after is not None
    assert (after.id, after.pane) == (before.id, before.pane)
    assert not psutil.pid_exists(before.pane_pid)
    (stage.root / "go").touch()
    stage.has_landed(bead, within=90)
    origin = tmp_path / "origin.git"
    assert git("show", "main:door", cwd=origin) == "red"
    assert git("show", "main:hinges", cwd=origin) == "oiled"

    first, second = stage.events("agent.starting")
    assert first["conversation"] != second["conversation"]
    [hand_off] = model.answered_by("it hands off")
    heard_second = [
        each.request.heard for each in model.exchanges if each.request.conversation == second["conversation"]
    ]
    assert NOTE.partition(".")[0] in heard_second[0]
    assert "hinges" in heard_second[0]
    assert hand_off.request.conversation == first["conversation"]

    eventually(lambda: len(stage.events("conversation.archived")) == 2, within=40, what="the archive")
    lines = {line["id"]: line for line in stage.json("seance", bead)}
    old = lines[str(first["conversation"])]
    assert (old["why"], old["transcript"]) != (None, "")
    assert old["input_tokens"] == 1000 * len(
        [e for e in model.exchanges if e.request.conversation == old["id"] and e.request.body.get("tools")]
    )
    assert old["cost_usd"] > 0
    projects = private_home / ".claude" / "projects"
    kept = {path: digest(path) for path in projects.rglob("*.jsonl")}
    assert stage.gt("seance", old["short"], "-p", QUESTION).strip() == "I oiled them, with 0 tools."
    assert {path: digest(path) for path in projects.rglob("*.jsonl")} == kept
    for path in kept:
        path.unlink()
    assert "oiled" in stage.gt("seance", old["short"], "-p", QUESTION)
    assert not list(projects.rglob("*.jsonl"))
    told = [line["kind"] for line in stage.json("trail", bead)["lines"]]
    rest = iter(told)
    wanted = ["slung", "started", "handed off", "started", "commit", "done", "landed"]
    assert all(any(word == each for each in rest) for word in wanted), told


def test_one_that_is_killed_right_after_its_wish_is_succeeded_all_the_same(
    claude_stage: Stage, model: ModelServer
) -> None:
    stage = claude_stage
    bead = stage.file("Paint the door", "echo red > door")
    stage.gt("sling", bead, "polecat/Toast")
    eventually(lambda: stage.events("agent.primed"), within=40, what="the first prime")
    before = session(stage)
    assert before is not None
    eventually(lambda: stage.events("agent.handoff_wished"), within=40, what="the wish", every=0.01)
    os.kill(before.pane_pid, signal.SIGKILL)
    stage.has_landed(bead, within=120)
    assert len(stage.events("agent.handoff_wished")) == len(model.answered_by("it hands off")) == 1
    assert len(stage.events("bead.landed")) == 1


def test_what_it_has_is_kept_when_it_compacts_and_its_conversation_when_it_is_cleared(
    claude_stage: Stage, model: ModelServer, private_home: Path
) -> None:
    stage = claude_stage
    model.rules = SILENT
    bead = stage.file("Paint the door", "echo red > door")
    stage.gt("sling", bead, "polecat/Toast")
    eventually(lambda: stage.events("agent.pushed"), within=60, what="it to be told to go on")
    eventually(lambda: stage.events("agent.turn_ended"), within=60, what="the end of its turn")
    seen = session(stage)
    assert seen is not None
    worktree = stage.root / "web" / "polecats" / "Toast"
    (worktree / "draft.txt").write_text("half a thought\n")
    terminal = Town(stage.root).terminal
    terminal.type_line(seen, "/compact")
    [kept] = eventually(lambda: stage.events("agent.state_kept"), within=40, what="what it has to be kept")
    assert git("show", f"{kept['ref']}:draft.txt", cwd=worktree) == "half a thought"
    assert git("status", "--porcelain", cwd=worktree) == "?? draft.txt"
    eventually(lambda: told_of(stage, "compact"), within=40, what="it to be primed again")
    eventually(lambda: is_idle(seen, private_home), within=20, what="it to wait at its prompt")
    terminal.type_line(seen, "/clear")
    [over] = eventually(lambda: stage.events("conversation.archived"), within=40, what="the archive")
    [line] = [line for line in stage.json("seance", bead) if line["id"] == over["conversation"]]
    assert (line["why"], line["transcript"]) == ("clear", "archive")
    assert eventually(lambda: told_of(stage, "clear"), within=20, what="a fresh conversation")


def is_idle(seen: Session, home: Path) -> bool:
    match ClaudeRuntime().status(seen.pane_pid, {"HOME": str(home)}):
        case Present(status):
            return status.activity is Activity.IDLE
        case _:
            return False


def told_of(stage: Stage, source: str) -> bool:
    return any(primed["source"] == source for primed in stage.events("agent.primed"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
