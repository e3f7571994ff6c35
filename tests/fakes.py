"""Handwritten stand-ins for the outside world; the contract suites that run over the real one keep them honest."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.terminal import Session
from gastown.errors import Busy, Invalid, NotFound, Refused, Unavailable

LARGEST = 16_000


@dataclass
class FakeSession:
    """What `FakeTerminal` remembers of one start."""

    session: Session
    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    options: dict[str, str]
    screen: list[str] = field(default_factory=list[str])
    """Lines shown; what is typed is echoed here."""
    typed: list[str] = field(default_factory=list[str])
    reading: bool = False
    """Whether somebody reads it in copy mode."""


class FakeTerminal:
    """A `Terminal` in memory. Its clock is `now`; its sessions end by `crash`; `silent` makes it unable to look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        self.silent = ""
        """Why it does not answer; empty when it does."""
        self.live: dict[str, FakeSession] = {}
        self.history: list[FakeSession] = []
        """Every start, in order."""
        self.stopped: list[Session] = []
        self.everywhere: dict[str, str] = {}

    def crash(self, name: str) -> None:
        """Let the session's process end by itself."""
        del self.live[name]

    def change(self, name: str, *, attached: int | None = None, idle_for: timedelta | None = None) -> None:
        """Let people attach to it, or let time pass since its last output."""
        known = self.live[name]
        if attached is not None:
            ever = known.session.ever_attached or attached > 0
            known.session = replace(known.session, attached=attached, ever_attached=ever)
        if idle_for is not None:
            known.session = replace(known.session, activity=self.now - idle_for)

    def look(self, names: Sequence[str]) -> Mapping[str, Observed[Session]]:
        if self.silent:
            return dict.fromkeys(names, Unknown(self.silent))
        return {name: Present(self.live[name].session) if name in self.live else Absent() for name in names}

    def sessions(self) -> Sequence[Session] | Unknown:
        return Unknown(self.silent) if self.silent else [known.session for known in self.live.values()]

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        options: Mapping[str, str],
        incarnation: int | None = None,
    ) -> Session:
        _check(name)
        _check_size(name, argv, cwd, env)
        self._answer()
        if name in self.live:
            raise Busy(f"{name} is already running")
        number = len(self.history)
        session = Session(
            name=name,
            id=f"${number}",
            pane=f"%{number}",
            pane_pid=100_000 + number,
            started=self.now,
            attached=0,
            activity=self.now,
            incarnation=incarnation,
        )
        self.live[name] = FakeSession(session, list(argv), cwd, dict(env), dict(options))
        self.history.append(self.live[name])
        return session

    def respawn(
        self,
        session: Session,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        options: Mapping[str, str],
        incarnation: int | None = None,
    ) -> Session:
        _check_size(session.name, argv, cwd, env)
        known = self._find(session)
        self.stopped.append(known.session)
        number = len(self.history)
        fresh = replace(known.session, pane_pid=100_000 + number, activity=self.now, incarnation=incarnation)
        self.live[session.name] = FakeSession(
            fresh, list(argv), cwd, dict(env), dict(options), screen=list(known.screen)
        )
        self.history.append(self.live[session.name])
        return fresh

    def stop(self, session: Session) -> None:
        self._answer()
        known = self.live.get(session.name)
        if known and (known.session.id, known.session.pane_pid) == (session.id, session.pane_pid):
            self.stopped.append(known.session)
            del self.live[session.name]

    def capture(self, session: Session, lines: int) -> str:
        screen = list(self._find(session).screen)
        while screen and not screen[-1].strip():
            screen.pop()
        return "\n".join(screen[max(0, len(screen) - lines) :])

    def type_line(
        self,
        session: Session,
        text: str,
        *,
        untouched: bool = False,
        paste: bool = False,  # noqa: ARG002 - a list of lines knows no difference
        enter: bool = True,  # noqa: ARG002
    ) -> None:
        if not all(letter.isprintable() or letter == "\u00a0" for letter in text):
            raise Refused("text with control characters cannot be typed")
        known = self._find(session)
        if untouched and known.session.ever_attached:
            raise Refused(f"a person has been in {session.name}")
        if known.reading and known.session.attached:
            raise Refused(f"{session.name} is in copy mode: somebody is reading there")
        known.reading = False
        known.typed.append(text)
        known.screen.append(text)

    def set_options(self, changes: Mapping[str, Mapping[str, str]], everywhere: Mapping[str, str]) -> None:
        for name, values in changes.items():
            _check(name)
            if any(not option.startswith("@") for option in values):
                raise Invalid("not a user option")
        self._answer()
        for name, values in changes.items():
            if name in self.live:
                _merge(self.live[name].options, values)
        _merge(self.everywhere, everywhere)

    def attach_command(self, name: str | None) -> Sequence[str]:
        if name is not None:
            _check(name)
        if not self.silent and (not self.live if name is None else name not in self.live):
            raise NotFound(f"{name} is not running" if name else "no session is running")
        return ["tmux", "attach-session", *(["-t", f"={name}:"] if name else [])]

    def close(self) -> None:
        self._answer()
        self.stopped.extend(known.session for known in self.live.values())
        self.live.clear()

    def _answer(self) -> None:
        if self.silent:
            raise Unavailable(self.silent)

    def _find(self, session: Session) -> FakeSession:
        self._answer()
        known = self.live.get(session.name)
        if known is None or (known.session.id, known.session.pane_pid) != (session.id, session.pane_pid):
            raise NotFound(f"{session.name} has ended")
        return known


def _check_size(name: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
    size = sum(
        len(os.fsencode(word)) + 1 for word in (*argv, *(f"{key}={value}" for key, value in env.items()))
    )
    if size > LARGEST:
        raise Refused(f"the command and environment of {name} have {size} bytes, tmux takes {LARGEST}")
    if not cwd.is_dir():
        raise NotFound(f"{name} cannot be started in {cwd}: there is no such folder")


def _check(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise Invalid(f"{name!r} cannot name a session")


def _merge(known: dict[str, str], values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if value:
            known[name] = value
        else:
            known.pop(name, None)
