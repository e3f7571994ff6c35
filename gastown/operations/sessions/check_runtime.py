"""Starting an agent CLI for nothing, to see what of it works: in a scratch folder, under a tmux server of its own."""

import os
import shutil
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.permission import Permission
from gastown.domain.runtime import Activity, Launch, Runtime, Start
from gastown.domain.terminal import Session
from gastown.errors import GastownError, Refused
from gastown.operations.sessions.environment import ALWAYS, passed_on
from gastown.settings import town as town_files
from gastown.town import Town
from gastown.world.files import write_private, write_whole
from gastown.world.tmux.place import socket_path
from gastown.world.tmux.terminal import Tmux

SESSION = "check"
STARTS, CALLS, ANSWERS = 30.0, 3.0, 120.0
"""Seconds that it may take to be ready, to call us after that, and to answer a question."""
MARK = "GT_CHECK"
HELLO = "hello from gt"
QUESTION = "This is a test of your connection. Answer with the one word: ready"
LINES = 60
"""Of a screen, in which it shows what it does."""
LAST_WORDS = 8
"""Of those, the ones that are told."""

STAND_INS = {
    "gt": '#!/bin/sh\necho "gt $1" >>"$GT_TOWN/heard"\n',
    "gt-callback": '#!/bin/sh\necho "gt-callback $1" >>"$GT_TOWN/heard"\ncat >/dev/null\n',
}
"""What it calls instead of us: written down, and no more."""


class Went(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It could not be seen, or is not tried without asking the model."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an agent CLI was tried for."""

    what: str
    went: Went
    detail: str = ""


def check_runtime(town: Town, name: str, *, ask: bool) -> Generator[Finding]:
    """Try the agent CLI called `name`, and tell each thing as it is known. Raises NotFound and Invalid.

    Nothing is asked of a model unless `ask`. It gets no identity, and none of the town's work. All that was started
    is ended, also when the caller stops listening.
    """
    runtime = town.runtime(name)
    installed = _installed(runtime)
    yield installed
    if installed.went is Went.NO:
        return
    trial = _Trial(town, runtime)
    try:
        yield from trial.run(ask=ask)
    finally:
        trial.clean_up()


def _installed(runtime: Runtime) -> Finding:
    match runtime.version():
        case Present(version) if not runtime.seen_versions:
            return Finding("installed", Went.YES, version)
        case Present(version) if version in runtime.seen_versions:
            return Finding("installed", Went.YES, f"{version}, which was driven before")
        case Present(version):
            return Finding("installed", Went.YES, f"{version}; driven was {', '.join(runtime.seen_versions)}")
        case Absent():
            return Finding("installed", Went.NO, runtime.how_to_get_it or f"no {runtime.program} on PATH")
        case Unknown(why):
            return Finding("installed", Went.UNKNOWN, why)


class _Trial:
    def __init__(self, town: Town, runtime: Runtime) -> None:
        self._town, self._runtime = town, runtime
        self._root = town.places.run / "check" / runtime.name
        self._mark = {MARK: str(uuid.uuid4())}
        self._terminal = Tmux(socket_path(self._root))
        self._env: Mapping[str, str] = {}

    def run(self, *, ask: bool) -> Generator[Finding]:
        try:
            session = self._start()
        except GastownError as problem:
            yield Finding("starts", Went.NO, problem.message)
            return
        yield Finding("starts", Went.YES)
        ready = self._ready(session)
        yield ready
        if ready.went is not Went.NO and self._is_there(session):
            yield self._called_at_start(asked=False)
            yield self._typed(session)
            if ask:
                yield self._answered(session)
                yield self._called_at_start(asked=True)
                yield self._reported()
        yield self._ended(session)

    def clean_up(self) -> None:
        from gastown.world.processes import end_marked

        self._terminal.close()
        end_marked(self._mark)
        shutil.rmtree(self._root, ignore_errors=True)

    def _start(self) -> Session:
        shutil.rmtree(self._root, ignore_errors=True)
        work = self._root / "work"
        work.mkdir(parents=True)
        settings = town_files.written(self._town.settings)
        write_whole(self._root / town_files.FILE_NAME, settings)
        for program, text in STAND_INS.items():
            write_whole(self._root / "bin" / program, text, mode=0o755)
        launch = self._launch(self._where(work))
        write_private(launch.files)
        self._env = {
            **passed_on((*ALWAYS, *self._town.settings.environment, *self._runtime.passes)),
            **launch.env,
            "PATH": os.pathsep.join([str(self._root / "bin"), os.environ.get("PATH", os.defpath)]),
            "GT_TOWN": str(self._root),
            "GT_SCRIPTED_HOME": str(self._root / "scripted"),
            **self._mark,
        }
        return self._terminal.start(SESSION, launch.argv, cwd=self._where(work), env=self._env, options={})

    def _where(self, work: Path) -> Path:
        """The mayor's folder, if there is one: it is the one that may be trusted."""
        mayor = self._town.places.home("mayor")
        return mayor if mayor.is_dir() else work

    def _launch(self, folder: Path) -> Launch:
        """With the most careful permissions that it can be started with."""
        refused: Refused | None = None
        for permission in Permission:
            start = Start(
                town=self._root, address=SESSION, worktree=folder, folder=self._root / "agent",
                conversation=str(uuid.uuid4()), prompt="", permission=permission, model=self._town.settings.model
                if self._runtime.name == self._town.settings.runtime else "",
            )  # fmt: skip
            try:
                return self._runtime.launch(start)
            except Refused as why:
                refused = refused or why
        raise refused or Refused(f"{self._runtime.name} cannot be started", "gt runtime list")

    def _ready(self, session: Session) -> Finding:
        began = time.monotonic()
        seen = self._until(STARTS, lambda: self._settled(session))
        if not self._is_there(session):
            return Finding("shows that it is ready", Went.NO, f"it ended: {self._says(session)}")
        match seen:
            case Activity.IDLE:
                took = time.monotonic() - began
                return Finding("shows that it is ready", Went.YES, f"after {took:.1f} s")
            case Activity.WAITING:
                return Finding("shows that it is ready", Went.NO, f"it asks something: {self._says(session)}")
            case _:
                return Finding(
                    "shows that it is ready", Went.UNKNOWN, f"after {STARTS:.0f} s: {self._status(session)}"
                )

    def _settled(self, session: Session) -> Activity | None:
        if not self._is_there(session):
            return Activity.SHELL  # no more is to come
        match self._runtime.status(session.pane_pid, self._env, lambda: self._screen(session)):
            case Present(status) if status.activity in {Activity.IDLE, Activity.WAITING}:
                return status.activity
            case _:
                return None

    def _status(self, session: Session) -> str:
        match self._runtime.status(session.pane_pid, self._env, lambda: self._screen(session)):
            case Present(status):
                return f"it says {status.activity}"
            case Unknown(why):
                return why
            case Absent():
                return "it says nothing of itself"

    def _called_at_start(self, *, asked: bool) -> Finding:
        what = "calls us with its first prompt" if asked else "calls us at its start"
        if not self._runtime.features.primes:
            return Finding(
                what, Went.UNKNOWN, "nobody has measured that it can; it is told its work by other ways"
            )
        if self._until(CALLS, lambda: "gt prime" in self._heard()):
            return Finding(what, Went.YES)
        if asked:
            return Finding(what, Went.NO, "the briefing does not come by itself: its agents are rung")
        return Finding(what, Went.UNKNOWN, "not yet; some do with their first prompt: --ask tells")

    def _typed(self, session: Session) -> Finding:
        """What is typed and not entered is no prompt: no model hears of it."""
        what = "what is typed reaches it"
        try:
            paste = self._runtime.features.pastes
            self._terminal.type_line(session, HELLO, untouched=True, paste=paste, enter=False)
        except GastownError as problem:
            return Finding(what, Went.NO, problem.message)
        if self._until(CALLS, lambda: HELLO in self._screen(session)):
            return Finding(what, Went.YES, "as a paste" if paste else "key by key")
        return Finding(what, Went.NO, "its screen does not show it")

    def _answered(self, session: Session) -> Finding:
        before = self._heard().count("gt-callback Stop")
        self._terminal.type_line(session, f" - {QUESTION}", paste=self._runtime.features.pastes)
        time.sleep(CALLS / 2)  # until it shows that it works

        def over() -> bool:
            ended = self._heard().count("gt-callback Stop") > before
            return ended or (not self._runtime.features.reports and self._settled(session) is Activity.IDLE)

        went = Went.YES if self._until(ANSWERS, over) else Went.NO
        return Finding("answers", went, self._says(session))

    def _reported(self) -> Finding:
        if not self._runtime.features.reports:
            return Finding("reports prompts and turns", Went.UNKNOWN, "nobody has measured that it can")
        wanted = {"gt-callback UserPromptSubmit", "gt-callback Stop"}
        missing = sorted(wanted - set(self._heard()))
        return Finding("reports prompts and turns", Went.NO if missing else Went.YES, ", ".join(missing))

    def _ended(self, session: Session) -> Finding:
        from gastown.world.processes import marked, named

        what = "ends, with all that it started"
        try:
            self._terminal.stop(session)
        except GastownError as problem:
            return Finding(what, Went.NO, problem.message)
        left = self._until(CALLS, lambda: not marked(self._mark))
        return (
            Finding(what, Went.YES) if left else Finding(what, Went.NO, f"left: {named(marked(self._mark))}")
        )

    def _is_there(self, session: Session) -> bool:
        return isinstance(self._terminal.look([session.name])[session.name], Present)

    def _heard(self) -> list[str]:
        try:
            return (self._root / "heard").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _screen(self, session: Session) -> str:
        return self._terminal.capture(session, LINES)

    def _says(self, session: Session) -> str:
        """The last of what it shows, in one line."""
        try:
            lines = [line.strip() for line in self._screen(session).splitlines() if line.strip()]
        except GastownError:
            return "nobody saw its last words"
        return " | ".join(lines[-LAST_WORDS:])

    def _until(
        self, seconds: float, condition: Callable[[], Activity | bool | None]
    ) -> Activity | bool | None:
        late = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer or time.monotonic() >= late:
                return answer
            time.sleep(0.1)
