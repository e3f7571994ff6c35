"""A folder like a town with stub programs, and a scripted agent in a terminal of its own; for test_scripted."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gastown.domain.runtime import Permission, Start
from gastown.scripted.conversation import new_id
from gastown.world import processes
from gastown.world.agents.scripted import Scripted
from tests.support import a_repository, eventually, git

PATIENCE = 15.0
COLUMNS = 80

GT = """#!/bin/sh
echo "gt $*" >> "$GT_TOWN/calls"
case "$1" in
    prime) cat "$GT_TOWN/prime" ;;
    done) . "$GT_TOWN/on-done" ;;
esac
"""
BD = """#!/bin/sh
echo "bd $*" >> "$GT_TOWN/calls"
echo "a word to people" >&2
cat "$GT_TOWN/$2.json"
"""
CALLBACK = """#!/bin/sh
printf '%s\\n' "{\\"event\\": \\"$1\\", \\"input\\": $(cat)}" >> "$GT_TOWN/callbacks"
[ ! -f "$GT_TOWN/on-$1" ] || . "$GT_TOWN/on-$1"
"""


TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class ScriptedTown:
    """What a town gives an agent: programs that log their calls, a bead, a hook, a worktree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.worktree = a_repository(root / "web" / "polecats" / "Toast", {"README": "A project.\n"})
        (root / "bin").mkdir()
        (root / "town.toml").write_text("[town]\nscripted_allowed = true\n")
        for name, text in {"gt": GT, "bd": BD, "gt-callback": CALLBACK}.items():
            (root / "bin" / name).write_text(text)
            (root / "bin" / name).chmod(0o755)
        self.on("done", "echo submitted")
        self.hook("(nothing)")

    def on(self, what: str, shell: str) -> None:
        """What `gt done`, or a callback, does beside logging its call."""
        (self.root / f"on-{what}").write_text(shell + "\n")

    def hook(self, bead: str) -> None:
        (self.root / "prime").write_text(f"You are a polecat.\n\nHOOK: {bead}\n")

    def bead(self, *steps: str, labels: Sequence[str] = (), text: str | None = None) -> None:
        """Put a bead on the hook whose one fenced block has these lines; or one with this description."""
        description = "Please do this.\n\n```sh\n" + "\n".join(steps) + "\n```\n" if text is None else text
        bead = {"id": "we-1", "title": "Write some files", "description": description, "labels": list(labels)}
        (self.root / "we-1.json").write_text(json.dumps(bead))
        self.hook("we-1")

    @property
    def calls(self) -> Sequence[str]:
        """The calls of gt and bd so far."""
        return _lines(self.root / "calls")

    def told(self, event: str) -> Sequence[Mapping[str, object]]:
        """What the callbacks of `event` read from their standard input so far."""
        calls = [json.loads(line) for line in _lines(self.root / "callbacks")]
        return [call["input"] for call in calls if call["event"] == event]

    @property
    def subjects(self) -> Sequence[str]:
        """The commits of the worktree, oldest first, without the one it began with."""
        return git("log", "--reverse", "--format=%s", cwd=self.worktree).splitlines()[1:]

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        return {**os.environ, "GT_TOWN": str(self.root), "PATH": path, "TERM": "xterm-256color"}

    def is_alive(self, name: str) -> bool:
        """Whether the process runs that wrote its id into this file of the town."""
        try:
            os.kill(int((self.root / name).read_text()), 0)
        except ProcessLookupError:
            return False
        return True

    @contextmanager
    def agent(self, prompt: str = "", **environment: str) -> Generator["Terminal"]:
        """A scripted agent that runs in a terminal as long as the block does."""
        start = Start(
            town=self.root,
            address="web/polecats/Toast",
            worktree=self.worktree,
            folder=self.root / "run" / "agents" / "web.polecats.Toast",
            conversation=new_id(),
            prompt=prompt,
            permission=Permission.ASK,
            model="",
        )
        launch = Scripted().launch(start)
        for path, text in launch.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        terminal = Terminal(launch.argv, self.worktree, {**self.environment, **environment})
        try:
            yield terminal
        finally:
            terminal.close()
            processes.end(processes.marked({"GT_TOWN": str(self.root)}), grace=0.5)


class Terminal:
    """A pseudo-terminal with one program in it, whose controlling terminal it is."""

    def __init__(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        self._home = Path(env["GT_TOWN"]) / "run" / "scripted"
        self._output = b""
        self._child = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *argv],
            cwd=cwd,
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        self.pid = self._child.pid
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def raw(self) -> str:
        """Every byte so far."""
        return self._output.decode(errors="replace")

    @property
    def screen(self) -> str:
        """All that was shown so far, as plain text; redrawn lines stand there as often as they were drawn."""
        text = self.raw.replace("\r\n", "\n")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.replace("\r\x1b[K", "\n"))

    @property
    def status(self) -> Mapping[str, object] | None:
        """What the status file says."""
        path = self._home / "sessions" / f"{self.pid}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def until_shown(self, text: str) -> None:
        self._until(lambda: text in self.screen, f"{text!r} on the screen")

    def until(self, activity: str) -> None:
        self._until(lambda: (self.status or {}).get("status") == activity, f"status {activity}")

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            eventually(condition, within=PATIENCE, what=what)
        except AssertionError as late:
            late.add_note(self.screen)
            raise

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def type(self, line: str) -> None:
        self.press(line + "\r")

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def ended(self) -> int:
        """Wait for its end; how a shell would report it, a signal as a negative number."""
        return self._child.wait(PATIENCE)

    def is_running(self) -> bool:
        return self._child.poll() is None

    def close(self) -> None:
        if self.is_running():
            self._child.kill()
        self._child.wait()
        with suppress(OSError):
            os.close(self._master)
        self._reader.join()

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._master, 65536):
                self._output += data


def _lines(path: Path) -> Sequence[str]:
    return path.read_text().splitlines() if path.exists() else []
