"""A private tmux server for one test, and a second one that plays the person's terminal; both are reaped."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gastown.domain.terminal import Session
from gastown.world import processes
from gastown.world.tmux.terminal import Tmux
from tests.support import eventually

PATIENCE = 10.0

ENV = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8"}
"""What sessions get when a test does not care."""


class TmuxPlace:
    """A short folder (a socket's path may have 100 bytes) with a town's socket and a terminal on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        self.work.mkdir()
        self.socket = root / "run" / "tmux.sock"
        self.terminal = Tmux(self.socket, deadline=PATIENCE, grace=1.0)
        self.impatient = Tmux(self.socket, deadline=0.5, grace=0.5)
        """Knows quickly that nobody answers."""
        self._outer = root / "outer.sock"

    def start(self, name: str, *argv: str, env: Mapping[str, str] = ENV, **options: str) -> Session:
        """Start a session that mirrors what is typed, or runs `argv`."""
        marks = {f"@{key}": value for key, value in options.items()}
        return self.terminal.start(name, argv or ("cat",), cwd=self.work, env=env, options=marks)

    def tmux(self, *words: str) -> str:
        """Ask the server by hand."""
        return _tmux(self.socket, *words)

    def shows(self, session: Session, text: str) -> str:
        """Wait until the session's screen holds `text`, and return it all."""
        return eventually(
            lambda: screen if text in (screen := self.terminal.capture(session, 50)) else "",
            within=PATIENCE,
            what=f"{text!r} in {session.name}",
        )

    def server(self) -> int:
        """The process id of the server."""
        return int(self.tmux("display-message", "-p", "#{pid}"))

    def running_servers(self) -> list[int]:
        """Every live server that was started for this socket."""
        found = processes.find_command(["-S", str(self.socket), "start-server"])
        return [process.pid for process in found if processes.alive(process)]

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Meanwhile the server does not answer."""
        server = self.server()
        os.kill(server, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(server, signal.SIGCONT)

    def watch(self, *command: str, columns: int = 80, lines: int = 12) -> None:
        """Attach as a person would: run `command` in a terminal of that size."""
        env = {"PATH": ENV["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": str(self.root)}
        size = ["-x", str(columns), "-y", str(lines)]
        line = shlex.join(command or self.attaching())
        _tmux(self._outer, "-f", os.devnull, "new-session", "-d", *size, line, env=env)

    def attaching(self, name: str | None = None) -> list[str]:
        """The command with which a person attaches, from within the terminal that `watch` opens."""
        return ["env", "-u", "TMUX", *self.terminal.attach_command(name)]

    def visit(self, session: Session, text: str) -> None:
        """Attach, type a text without Enter, and detach."""
        self.watch(*self.attaching(session.name))
        eventually(lambda: self.attached(session) == "1", within=PATIENCE, what="the client")
        self.press("-l", text)
        self.shows(session, text)
        self.press("C-b", "d")
        eventually(lambda: self.attached(session) == "0", within=PATIENCE, what="it to be detached")

    def attached(self, session: Session) -> str:
        """How many clients the session has."""
        return self.tmux("display-message", "-p", "-t", f"{session.id}:", "#{session_attached}")

    def press(self, *keys: str) -> None:
        """Press keys in that terminal."""
        _tmux(self._outer, "send-keys", *keys)

    def resize(self, columns: int) -> None:
        _tmux(self._outer, "resize-window", "-x", str(columns))

    def screen(self) -> str:
        """What that terminal shows."""
        return _tmux(self._outer, "capture-pane", "-p")

    def status_line(self) -> str:
        """The last line of it."""
        return self.screen().rstrip("\n").split("\n")[-1]

    def reap(self) -> None:
        """End both servers and all that runs in them."""
        for socket in (self.socket, self._outer):
            for server in processes.find_command(["-S", str(socket)]):
                with suppress(ProcessLookupError):
                    os.kill(server.pid, signal.SIGCONT)
                processes.end_tree(*[child.pid for child in processes.children(server.pid)], grace=0)
                processes.end([server], grace=0)


def _tmux(socket: Path, *words: str, env: Mapping[str, str] = ENV) -> str:
    done = subprocess.run(
        ["tmux", "-u", "-S", str(socket), *words],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        message = f"tmux {' '.join(words)}: {done.stderr.strip()}"
        raise AssertionError(message)
    return done.stdout.rstrip("\n")


@contextmanager
def a_tmux_place() -> Generator[TmuxPlace]:
    """A place that is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="gt-test-")).resolve()
    place = TmuxPlace(root)
    try:
        yield place
    finally:
        place.reap()
        shutil.rmtree(root, ignore_errors=True)
