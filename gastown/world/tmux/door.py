"""How tmux is asked: one socket, one deadline, no server started by accident, a lost one found again."""

import contextlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Unavailable
from gastown.world.process import Finished, run
from gastown.world.tmux import script

if TYPE_CHECKING:
    from gastown.world.processes import Process

OLDEST = (3, 2)
"""The first with `run-shell -C`, arithmetic in formats, `new-session -e` and `-N`."""

_BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
"""The environment of tmux itself: the server's leaks into every pane."""

_REVIVAL = 2.0
"""Seconds in which a server that lost its socket must make a new one."""

_YOUNG = 1.0
"""Seconds of age below which a server may not have its signal handlers yet: SIGUSR1 would end it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What tmux printed; `nobody` when there is no server at all."""

    out: str = ""
    err: str = ""
    nobody: bool = False


class Door:
    """Asks the one server at `socket`; `deadline` is in seconds for each time it is asked."""

    def __init__(self, socket: Path, config: Path, deadline: float) -> None:
        self.socket = socket.absolute()
        self.config = config.absolute()
        self.deadline = deadline

    def ask(self, *words: str) -> Answer:
        """Put one command to the server. Unavailable when it does not answer, or cannot be reached."""
        return self._put(words, None, _BARE)

    def tell(self, lines: Iterable[str], *, path: str | None = None) -> Answer:
        """Have it carry out lines of commands, in one go; a line that fails does not stop the next one.

        They go through standard input: there is no limit of 16 KB, and no secret in a process's arguments.
        `path` is the PATH of a program that they start, which tmux takes from who asks.
        """
        return self._put(
            ["source-file", "-"], "\n".join([*lines, ""]), _BARE if path is None else {"PATH": path}
        )

    def begin(self, lines: Iterable[str]) -> None:
        """Start the server, unless it runs, with our configuration and nothing of our environment."""
        self.check_version()
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        begun = self._run(["-f", str(self.config), "-S", str(self.socket), "start-server"], None, _BARE)
        told = self.tell([script.command("set-option", "-s", "default-terminal", _terminal()), *lines])
        if told.nobody or told.err:
            raise Unavailable(f"tmux did not start: {begun.err.strip() or told.err}")

    def version(self) -> Observed[str]:
        """The installed tmux; Absent when there is none."""
        if shutil.which("tmux") is None:
            return Absent()
        try:
            said = run(["tmux", "-V"], deadline=self.deadline).out.split()
        except Unavailable as silent:
            return Unknown(silent.message)
        return Present(said[-1]) if said else Unknown("tmux -V says nothing")

    def servers(self) -> "tuple[Process, ...]":
        """Our servers by their command lines, reachable or not."""
        from gastown.world import processes

        ours = processes.find_command(["-S", str(self.socket), "start-server"])
        return tuple(each for each in ours if _is_tmux(processes.command(each.pid)))

    def _put(self, words: Iterable[str], said: str | None, env: Mapping[str, str]) -> Answer:
        err = ""
        for _ in range(3):
            done = self._run(["-N", "-S", str(self.socket), *words], said, env)
            err = done.err.strip()
            if _nobody(err):
                if not self._revive():
                    return Answer(err=err, nobody=True)
            elif not (done.status and _ending(err)):
                return Answer(done.out, err)
        raise Unavailable(f"tmux does not answer: {err or 'it ends without a word'}")

    def _run(self, words: list[str], said: str | None, env: Mapping[str, str]) -> Finished:
        program = shutil.which("tmux")
        if program is None:
            raise Unavailable("tmux is not installed", hint=_how_to_get_it())
        try:
            return run([program, "-u", *words], deadline=self.deadline, cwd=Path("/"), env=env, input=said)
        except Unavailable as silent:
            raise Unavailable(f"{silent.message} ({self.socket})", silent.hint) from silent

    def _revive(self) -> bool:
        """Bring back the socket of a server that lost it; False when there is no server.

        One that is just being started only needs time.
        """
        from gastown.world import processes

        until = time.monotonic() + _REVIVAL
        asked: set[int] = set()
        while servers := self.servers():
            if not _nobody(self._run(["-N", "-S", str(self.socket), "show-options", "-s"], None, _BARE).err):
                return True
            if time.monotonic() >= until:
                raise Unavailable(f"a tmux server lives without its socket: {processes.named(servers)}")
            for server in servers:
                if server.pid not in asked and time.time() - server.created > _YOUNG:
                    asked.add(server.pid)
                    self.socket.parent.mkdir(parents=True, exist_ok=True)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(server.pid, signal.SIGUSR1)
            time.sleep(0.05)
        return False

    def check_version(self) -> None:
        """Raise Unavailable, with what to do, when tmux is missing, too old, or does not say."""
        match self.version():
            case Present(version) if too_old(version):
                oldest = ".".join(map(str, OLDEST))
                raise Unavailable(f"tmux {version} is too old, {oldest} is needed", hint=_how_to_get_it())
            case Absent():
                raise Unavailable("tmux is not installed", hint=_how_to_get_it())
            case Unknown(why):
                raise Unavailable(why)
            case Present():
                return


def too_old(version: str) -> bool:
    """Whether we cannot work with it; a version without a number (`master`) is taken as new."""
    number = re.search(r"(\d+)\.(\d+)", version)
    return number is not None and (int(number[1]), int(number[2])) < OLDEST


def _is_tmux(command: Sequence[str]) -> bool:
    return bool(command) and Path(command[0]).name.startswith("tmux")


def _nobody(err: str) -> bool:
    """Whether tmux says that no server listens there."""
    if err.startswith("error connecting to"):
        return err.rstrip().endswith(("(No such file or directory)", "(Connection refused)"))
    return err.startswith("no server running on")


def _ending(err: str) -> bool:
    """Whether the server ended, or closed the connection, while it was asked."""
    return not err or "server exited" in err or "lost server" in err


def _how_to_get_it() -> str:
    return "brew install tmux" if sys.platform == "darwin" else "apt install tmux"


def _terminal() -> str:
    """What a pane's TERM is: tmux's own entry where the system's programs know it."""
    known = any(
        Path(folder, "terminfo", letter, "tmux-256color").exists()
        for folder in ("/etc", "/lib", "/usr/share", "/usr/local/share")
        for letter in ("t", "74")
    )
    return "tmux-256color" if known else "screen-256color"
