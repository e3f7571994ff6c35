"""The pinned Claude Code in tests: a home in which it asks nothing, its environment, and a pane to run in."""

import contextlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from gastown.world.agents.trust import add_trust
from tests.support import eventually

TEST_ENVIRONMENT = {
    # Nobody's account, and no word to anyone but the model server.
    "ANTHROPIC_AUTH_TOKEN": "nobody",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
    "CLAUDE_CODE_MAX_RETRIES": "1",
    "DISABLE_TELEMETRY": "1",
    # Tests run as root in containers, and there it is true.
    "IS_SANDBOX": "1",
}
"""What a test sets where a user's machine has a login and the user's own choices."""


def prepare_home(home: Path, *, trust: Sequence[Path] = ()) -> Path:
    """Make `home` that of someone who has used Claude Code before, and trusts these repositories."""
    past = {"hasCompletedOnboarding": True, "hasSeenAutoDefaultNudge": True}
    configuration = home / ".claude.json"
    configuration.write_text(json.dumps(past), encoding="utf-8")
    for repository in trust:
        add_trust(repository, configuration)
    (home / "tmp").mkdir(exist_ok=True)
    return home


def environment(home: Path, program: Path, model: str, *, before: Sequence[Path] = ()) -> dict[str, str]:
    """All that the CLI gets to see; PATH has the folders of `before`, then `claude`, then the system's."""
    place = home / "claude-bin"
    place.mkdir(exist_ok=True)
    if not (place / "claude").exists():
        (place / "claude").symlink_to(program)
    path = [*map(str, before), str(place), os.environ["PATH"]]
    return {
        **TEST_ENVIRONMENT,
        "ANTHROPIC_BASE_URL": model,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join(path),
        "SHELL": "/bin/bash",
        "TERM": "xterm-256color",
        "TMPDIR": str(home / "tmp"),
    }


class Pane:
    """A tmux server of its own with one session, in which `argv` has replaced the shell; ended on leaving."""

    def __init__(self, socket: Path, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._socket = socket
        only = ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
        self._tmux("new-session", "-d", "-s", "agent", "-x", "120", "-y", "50", "-c", str(cwd), *only, *argv)
        self.pid = int(self._tmux("display-message", "-p", "-t", "=agent:", "#{pane_pid}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        eventually(lambda: not self.alive, within=10, what="the end of the agent")

    @property
    def alive(self) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        return False

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p", "-S", "-500", "-t", "=agent:")

    def type(self, text: str) -> None:
        """Type one line; Enter comes a moment later, when the CLI has taken it in."""
        self._tmux("send-keys", "-t", "=agent:", "-l", text)
        eventually(lambda: text in self.text, within=5, what=f"{text!r} in the input box")
        self.press("Enter")

    def press(self, key: str) -> None:
        self._tmux("send-keys", "-t", "=agent:", key)

    def kill(self) -> None:
        """What `gt down --agents` does to a session."""
        self._tmux("kill-server", check=False)

    def _tmux(self, *args: str, check: bool = True) -> str:
        command = ["tmux", "-f", os.devnull, "-S", str(self._socket), *args]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        if check and done.returncode:
            raise AssertionError(f"tmux {args[0]}: {done.stderr.strip()}")
        return done.stdout.strip()
