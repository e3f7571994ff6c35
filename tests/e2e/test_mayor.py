"""The mayor with the real Claude Code: told of two wishes, it files, slings, and reports when they have landed."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.town import Town
from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import HOUSEKEEPING, POLECAT, Request, Rule, Say, bash, results
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(300)]

WISH = "Please add a greeting to web, and an answer to it to api."
UNDERTAKING = r"""set -e
bd create "Greet the world" --id we-greet --rig web --acceptance "hello.txt greets" -d '```sh
echo hello > hello.txt
```'
bd create "Answer the greeting" --id ap-answer --rig api --acceptance "answer.txt answers" -d '```sh
echo "hello yourself" > answer.txt
```'
bd dep add ap-answer we-greet
gt convoy create "Greetings" we-greet ap-answer
convoy=$(gt convoy list --json | sed -n 's/.*"id": "\(cv-[a-z0-9]*\)".*/\1/p')
gt sling "$convoy"
"""


def shown(request: Request) -> str:
    """What tools have printed since the model last spoke."""
    return "\n".join(str(result.get("content")) for message in request.latest for result in results(message))


MAYOR = [
    *HOUSEKEEPING,
    Rule("a wish", lambda r: WISH in r.heard, lambda _: bash(UNDERTAKING, "I file it and sling it.")),
    Rule("slung", lambda r: "slung" in shown(r), lambda _: Say("Both are filed; the first is slung.")),
    Rule("news", lambda r: "gt mail" in r.heard and not r.plan, lambda _: bash("gt mail inbox")),
    Rule("landed", lambda r: "Greetings has landed" in shown(r), lambda _: Say("REPORT: both are on main.")),
    *POLECAT,
]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(MAYOR) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, private_home: Path, pinned_claude: Path, model: ModelServer) -> Iterator[Stage]:
    home = prepare_home(private_home)
    stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
    stage.gt("install", str(stage.root), "--permissions", "unattended", "--trust")
    for rig, prefix in (("web", "we"), ("api", "ap")):
        origin = a_remote(tmp_path / f"{rig}.git", {"README": "Hello\n"})
        decided = ("--gate", "./check", "--permissions", "unattended", "--trust")
        stage.gt("rig", "add", rig, str(origin), "--prefix", prefix, *decided)
    yield stage
    stage.end()


def the_mayor(town: Town) -> Session | None:
    seen = town.terminal.look(["hq-mayor"])["hq-mayor"]
    return seen.value if isinstance(seen, Present) else None


def test_the_mayor_files_slings_and_reports(stage: Stage, model: ModelServer, tmp_path: Path) -> None:
    stage.gt("up")
    with closing(Town(stage.root)) as town:
        eventually(lambda: stage.events("agent.primed"), within=60, what="the mayor to be told who it is")
        assert model.exchanges == [], "a mayor without work costs no token"
        mayor = the_mayor(town)
        assert mayor is not None
        town.terminal.type_line(mayor, WISH)
        eventually(lambda: stage.events("bead.slung"), within=60, what="the mayor to have slung")
        stage.has_landed("we-greet", "ap-answer", within=120)
        eventually(
            lambda: "REPORT: both are on main." in town.terminal.capture(mayor, 200),
            within=60, what="the mayor's report",
        )  # fmt: skip
        again = the_mayor(town)
        assert again is not None
        assert again.pane_pid == mayor.pane_pid, "one and the same conversation from wish to report"
    assert git("show", "main:hello.txt", cwd=tmp_path / "web.git") == "hello"
    assert git("show", "main:answer.txt", cwd=tmp_path / "api.git") == "hello yourself"
    slung = {event["subject"]: event["actor"] for event in stage.events("bead.slung")}
    assert slung == {"we-greet": "mayor", "ap-answer": "mayor"}
    [convoy] = [e for e in stage.events("convoy.landed") if not e["lone"]]
    assert convoy["told"] == ["mayor"]
    assert re.match("cv-", convoy["subject"])
