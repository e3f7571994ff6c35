"""Two sessions of the real Claude Code on one assignment, and forged identities: only the newest one counts."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.claude_cli import Pane
from tests.e2e.claude_town import Tries, a_claude_town, calls, started
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, Rule, Say
from tests.e2e.model_server import ModelServer
from tests.e2e.proof import count, rows
from tests.e2e.stage import Stage
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

TOAST = "web/polecats/Toast"
WAITS = "touch $GT_TOWN/begun; until [ -e $GT_TOWN/go ]; do sleep 0.1; done"
WORK = "echo new > door && git add -A && git commit -qm 'Mend the door'"
OLD = Tries(
    "gt done",
    "gt done --no-change 'nothing to do'",
    "gt handoff -m 'a note of the old one'",
    "gt mail send overseer 'from the old one' --no-up",
    "gt mail send mayor 'from the old one' --no-up",
    "bd create 'from the old one' --no-up",
    "bd update $WORK --title 'from the old one'",
    "bd close $WORK --force",
    "bd comment $WORK 'from the old one'",
    "bd create 'for the mayor' --rig web --parent $WORK --no-up",
    "gt prime",
)
"""What a session tries that has been replaced."""

STILL_ITSELF = (
    "GT_ADDRESS=mayor GT_ROLE=mayor GT_RIG= gt whoami --json",
    "GT_ADDRESS=mayor GT_ROLE=mayor GIT_AUTHOR_NAME=overseer bd create 'mine' --rig web --json --no-up",
    "GT_ADDRESS=mayor GT_ROLE=mayor gt mail send overseer 'signed' --no-up",
)
"""What a session does that calls itself the mayor's."""

REFUSED = {
    "GT_ADDRESS=mayor GT_ROLE=mayor gt polecat nuke Toast --no-up": "a polecat may not",
    "GT_ADDRESS=mayor GT_ROLE=mayor gt sling 'more work' web --no-up": "a polecat may not",
    "env -u GT_CREDENTIAL gt mail send mayor 'from nobody' --no-up": "without its credential",
    "GT_CREDENTIAL= bd create 'from nobody' --rig web --no-up": "without its credential",
    "GT_CREDENTIAL=guessed gt mail send mayor 'from nobody' --no-up": "is not known in this town",
    "GT_INCARNATION=1 GT_CREDENTIAL=$OLD gt mail send mayor 'from another' --no-up": "this is an older session",
    "env -u GT_CREDENTIAL -u GT_ADDRESS -u GT_INCARNATION bd create 'from nobody' --rig web --no-up": (
        "in the session of web/polecats/Toast"
    ),
    "env -i HOME=$HOME PATH=$PATH sh -c 'gt session stop Toast'": "in the session of web/polecats/Toast",
    "env -i HOME=$HOME PATH=$PATH gt down --agents": "in the session of web/polecats/Toast",
    "env -u GT_ADDRESS -u GT_INCARNATION git push origin HEAD:main": "belongs to the merge queue",
}
"""What it tries as somebody else, as nobody, and as a person; and what it is told."""

WORDS = Rule("words only", lambda _: True, lambda _: Say("That is all."))


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(POLECAT) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    with a_claude_town(tmp_path, private_home, pinned_claude, model) as stage:
        yield stage


def test_only_the_newest_sessions_word_counts_and_no_session_is_somebody_else(
    stage: Stage, model: ModelServer, tmp_path: Path
) -> None:
    bead = stage.file("Mend the door", WAITS)
    stage.gt("sling", bead, "polecat/Toast")
    first = started(stage)
    eventually((stage.root / "begun").exists, within=60, what="the first to work")
    process = psutil.Process(first.pane_pid)
    argv, env, cwd = process.cmdline(), process.environ(), Path(process.cwd())
    refused = {command.replace("$OLD", env["GT_CREDENTIAL"]): words for command, words in REFUSED.items()}
    new = Tries(
        WAITS,
        *STILL_ITSELF,
        *refused,
        "echo new > door && git add -A && git commit -qm 'Mend the door'",
        "gt done",
    )
    model.rules = [*HOUSEKEEPING, OLD.rule("the old one", "old"), new.rule("the new one"), WORDS]
    os.kill(first.pane_pid, signal.SIGSTOP)
    stage.gt("session", "restart", "web/Toast")
    assert not process.is_running(), "what was stopped is ended too"
    eventually(lambda: len(stage.events("agent.started")) == 2, within=60, what="the next session")
    second = started(stage)
    assert second.incarnation != first.incarnation

    before = told(stage, bead)
    prompt = argv.index("--")
    argv[argv.index("--session-id")] = "--resume"
    old = {**env, "ANTHROPIC_BASE_URL": model.url("old"), "WORK": bead}
    with Pane(tmp_path / "old.sock", [*argv[:prompt], "--", "Go on."], cwd, old):
        eventually(lambda: OLD.over and _spoke(model), within=90, what="the old one's turn to end")
        eventually(
            lambda: _reports(stage, first.incarnation) >= {"prompted", "turn_ended"}, within=20, what="both"
        )
    assert "You are an older session of web/polecats/Toast" in calls(model, "old")[0].request.heard
    assert "HOOK: (nothing)" in calls(model, "old")[0].request.heard
    for command, answer in OLD.answers.items():
        assert "an older session of web/polecats/Toast" in " ".join(answer.split()), (command, answer)
    assert told(stage, bead) == before
    assert "pushed" not in _reports(stage, first.incarnation)

    (stage.root / "go").touch()
    stage.has_landed(bead)
    itself = json.loads(new.answers[STILL_ITSELF[0]])
    assert (itself["address"], itself["role"], itself["person"]) == (TOAST, "polecat", None)
    for command, words in refused.items():
        assert words in " ".join(new.answers[command].split()), (command, new.answers[command])
    assert rows(stage.root, "SELECT created_by FROM beads WHERE title = 'mine'") == [(TOAST,)]
    assert rows(
        stage.root, "SELECT sender FROM messages WHERE recipient <> 'overseer' OR sender <> 'convoy'"
    ) == [(TOAST,)]
    assert count(stage.root, "beads WHERE title LIKE 'from %'") == 0
    assert git("show", "main:door", cwd=tmp_path / "origin.git") == "new"
    (line,) = rows(stage.root, "SELECT done_by FROM assignments WHERE bead = ?", bead)
    assert line == (int(str(second.incarnation)),)


def told(stage: Stage, bead: str) -> list[object]:
    """All that the old one's word could have changed."""
    return [
        rows(
            stage.root,
            "SELECT * FROM beads WHERE id = ? OR title LIKE '%old one%' OR title LIKE '%mayor'",
            bead,
        ),
        rows(stage.root, "SELECT * FROM assignments"),
        rows(stage.root, "SELECT * FROM comments"),
        rows(stage.root, "SELECT handoff_at, failure, pushes FROM incarnations"),
        rows(stage.root, "SELECT min(id), prompted_at, turn_ended_at FROM incarnations"),
        count(stage.root, "messages"),
    ]


def _spoke(model: ModelServer) -> bool:
    return any(each.reply == Say("That is all.") for each in calls(model, "old"))


def _reports(stage: Stage, incarnation: object) -> set[str]:
    """What the callbacks of a session that was replaced have left in the record."""
    return {
        str(event["type"]).removeprefix("agent.")
        for event in stage.events()
        if event.get("stale") and str(event.get("incarnation")) == str(incarnation)
    }
