"""A town of the real Claude Code for a test, and what tests do to its sessions and read from its model's ears."""

import json
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.town import Town
from gastown.world.tmux.place import socket_path
from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import HOUSEKEEPING, Reply, Request, Rule, Say, bash, results
from tests.e2e.model_server import Exchange, ModelServer
from tests.e2e.proof import rows
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually

_BEHIND_ITS_BACK = frozenset(rule.name for rule in HOUSEKEEPING)


@contextmanager
def a_claude_town(folder: Path, home: Path, program: Path, model: ModelServer) -> Generator[Stage]:
    """A town in `folder` with the rig `web`, whose agents are Claude Code, and whose folders it trusts."""
    origin = a_remote(folder / "origin.git", {"README": "Hello\n"})
    stage = Stage(folder / "town", env=environment(prepare_home(home), program, model.url()))
    stage.gt("install", str(stage.root))
    trusting = ("--permissions", "unattended", "--trust")
    stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *trusting)
    try:
        yield stage
    finally:
        stage.end()


class Tries:
    """A model that tries one command after the other, whatever comes of it, and remembers what it was told."""

    def __init__(self, *commands: str, last: str = "That is all.") -> None:
        self.commands: Sequence[str] = commands
        self.answers: dict[str, str] = {}
        self.last = last

    @property
    def over(self) -> bool:
        return len(self.answers) == len(self.commands)

    def answer(self, request: Request) -> Reply:
        for message in request.latest:
            for result in results(message):
                self.answers[self.commands[len(self.answers)]] = _text(result.get("content"))
        return Say(self.last) if self.over else bash(self.commands[len(self.answers)])

    def rule(self, name: str, agent: str = "") -> Rule:
        return Rule(name, lambda request: request.agent == agent and not self.over, self.answer)


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def calls(model: ModelServer, agent: str = "") -> list[Exchange]:
    """What the agent's own model was asked, without what the CLI asks behind its back."""
    return [each for each in model.heard_from(agent) if each.rule not in _BEHIND_ITS_BACK]


def session(stage: Stage, name: str = "we-Toast") -> Session | None:
    town = Town(stage.root)
    try:
        seen = town.terminal.look([name])[name]
    finally:
        town.close()
    return seen.value if isinstance(seen, Present) else None


def started(stage: Stage, name: str = "we-Toast") -> Session:
    """Wait for the session, and until it was told its work."""
    found = eventually(lambda: session(stage, name), within=60, what=f"{name} to start")
    number = str(found.incarnation)
    told = "SELECT 1 FROM incarnations WHERE id = ? AND primed_at IS NOT NULL"
    eventually(lambda: rows(stage.root, told, number), within=60, what=f"{name} to be primed")
    return found


def typed(stage: Stage, text: str, name: str = "we-Toast") -> None:
    """Type a line into a session, as a person would."""
    tmux = ["tmux", "-S", str(socket_path(stage.root))]
    subprocess.run([*tmux, "send-keys", "-t", f"={name}:", "-l", text], check=True, timeout=20)
    screen = [*tmux, "capture-pane", "-p", "-t", f"={name}:"]
    eventually(
        lambda: text in subprocess.run(screen, capture_output=True, text=True, check=True, timeout=20).stdout,
        within=20,
        what=f"{text!r} in the input box",
    )
    subprocess.run([*tmux, "send-keys", "-t", f"={name}:", "Enter"], check=True, timeout=20)


def turns_ended(stage: Stage, agent: str = "web/polecats/Toast") -> int:
    return len([one for one in stage.events("agent.turn_ended") if one["subject"] == agent])


def whole(request: Request) -> str:
    """The conversation so far, as one text."""
    return json.dumps([*request.messages])


def agent_line(stage: Stage, address: str) -> dict[str, Any]:
    """What `gt agents` tells of one of them."""
    (found,) = [line for line in stage.json("agents") if line["address"] == address]
    return dict(found)
