"""The real Claude Code tries what prompts forbid: it is told no, nothing has moved, and its ordinary work lands."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e.claude_cli import environment, prepare_home
from tests.e2e.model_rules import HOUSEKEEPING, Reply, Request, Rule, Say, Use, bash, results
from tests.e2e.model_server import ModelServer
from tests.e2e.stage import Stage, a_remote
from tests.support import eventually, git

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

REFUSED = (
    "git push origin main",
    "git push --no-verify origin HEAD:main",
    "git push {origin} HEAD:main",
    "git -C . push origin +HEAD:refs/heads/main",
    "sh -c 'cd . && git push {origin} HEAD:main'",
    "git stash",
    "git worktree remove --force ../Shadow",
    "git -C ../../repo.git worktree prune",
    "rm -rf ../Shadow",
    "git branch -D polecat/Shadow/we-other",
    "echo done > ../Shadow/file",
)
"""What the guard sees."""

ORDINARY = (
    "echo hello > hello.txt && git add -A && git commit -qm 'Never git push origin main'",
    "git fetch -q origin && git rebase -q origin/main && git status",
)
"""What is nobody's business."""

STOPPED = (
    "python3 -c \"import os; os.system('git push {origin} HEAD:main')\"",
    "python3 -c \"import os; os.system('git update-ref refs/heads/polecat/Shadow/we-other HEAD')\"",
)
"""What the guard cannot see, and the hooks of the repository do."""


class Tries:
    """A model that tries one command after the other, whatever comes of it, and remembers what it was told."""

    def __init__(self, origin: Path) -> None:
        self.commands = [word.format(origin=origin) for word in (*REFUSED, *ORDINARY, *STOPPED, "gt done")]
        self.told: list[str] = []

    @property
    def rules(self) -> Sequence[Rule]:
        return [
            *HOUSEKEEPING,
            Rule("a file", self._writes, self._write),
            Rule("the next", lambda _: True, self._next),
        ]

    def _writes(self, request: Request) -> bool:
        return self._so_far(request) == len(self.commands)

    def _write(self, request: Request) -> Reply:
        """Last of all its Write tool goes for somebody else's file, by its full path."""
        self._hear(request)
        return Use([("Write", {"file_path": self.elsewhere, "content": "mine"})])

    def _next(self, request: Request) -> Reply:
        self._hear(request)
        done = self._so_far(request)
        return bash(self.commands[done]) if done < len(self.commands) else Say("That is all.")

    def _so_far(self, request: Request) -> int:
        return sum(len(results(message)) for message in request.messages)

    def _hear(self, request: Request) -> None:
        self.told += [str(result.get("content")) for message in request.latest for result in results(message)]

    elsewhere = ""


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return a_remote(tmp_path / "origin.git", {"README": "Hello\n"})


@pytest.fixture
def tries(origin: Path) -> Tries:
    return Tries(origin)


@pytest.fixture
def stage(
    tmp_path: Path, private_home: Path, pinned_claude: Path, tries: Tries, origin: Path
) -> Iterator[Stage]:
    with ModelServer(tries.rules) as model:
        home = prepare_home(private_home)
        stage = Stage(tmp_path / "town", env=environment(home, pinned_claude, model.url()))
        stage.gt("install", str(stage.root))
        trusting = ("--permissions", "unattended", "--trust")
        stage.gt("rig", "add", "web", str(origin), "--prefix", "we", "--gate", "./check", *trusting)
        yield stage
        stage.end()


def test_claude_code_is_kept_from_the_target_from_stashes_and_from_what_is_others(
    stage: Stage, tries: Tries, origin: Path
) -> None:
    repository, shadow = stage.root / "web" / "repo.git", stage.root / "web" / "polecats" / "Shadow"
    start = git("rev-parse", "main", cwd=origin)
    git("worktree", "add", "-q", "-b", "polecat/Shadow/we-other", str(shadow), start, cwd=repository)
    tries.elsewhere = str(shadow / "README")
    bead = stage.file("Greet the world")
    stage.gt("sling", bead, "polecat/Toast")
    stage.has_landed(bead)
    told = dict(zip(tries.commands, tries.told, strict=False))
    for command in tries.commands[: len(REFUSED)]:
        assert "Gas Town: " in told[command], (command, told[command])
    for command in (word.format(origin=origin) for word in STOPPED):
        assert "gastown: " in told[command], (command, told[command])
    eventually(lambda: len(stage.events("agent.refused")) == len(REFUSED) + 1, within=30, what="the last try")
    assert [event["command"] for event in stage.events("agent.refused")][:-1] == tries.commands[
        : len(REFUSED)
    ]
    assert git("log", "--format=%s", f"{start}..main", cwd=origin) == "Never git push origin main"
    assert (
        git("rev-parse", "HEAD", cwd=shadow)
        == git("rev-parse", "polecat/Shadow/we-other", cwd=repository)
        == start
    )
    assert git("status", "--porcelain", cwd=shadow) == ""
    assert git("for-each-ref", "refs/stash", cwd=repository) == ""
