"""Starting an agent CLI for nothing, to see what of it works."""

import contextlib
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.runtime import Activity, Runtime
from gastown.domain.terminal import Session
from gastown.errors import GastownError
from gastown.operations.sessions.scratch import Scratch
from gastown.town import Town

STARTS, CALLS, ANSWERS = 30.0, 3.0, 120.0
"""Seconds that it may take to be ready, to call us after that, and to answer a question."""
SETTLED, PAUSE = 1.5, 0.1
"""Seconds that it must have waited to count as ready, and between two looks."""
HELLO = "hello from gt"
QUESTION = "This is a test of your connection. Answer with the one word: ready"
LINES = 60
"""Of a screen, in which it shows what it does."""
LAST_WORDS = 8
"""Of those, the ones that are told."""
FRAMES = dict.fromkeys(map(ord, "─━│┃╭╮╰╯┌┐└┘├┤▄▀█▌▐░▒▓"))


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
    scratch = Scratch(town, runtime)
    try:
        yield from _Trial(scratch).run(ask=ask)
    finally:
        scratch.clean_up()


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
    def __init__(self, scratch: Scratch) -> None:
        self._scratch, self._runtime, self._terminal = scratch, scratch.runtime, scratch.terminal
        self._seen = ""
        """What its screen showed last."""

    def run(self, *, ask: bool) -> Generator[Finding]:
        try:
            session = self._scratch.start()
        except GastownError as problem:
            yield Finding("starts", Went.NO, problem.message)
            return
        yield Finding("starts", Went.YES)
        ready = self._ready(session)
        yield ready
        if ready.went is not Went.NO and self._is_there(session):
            called = self._called_at_start(asked=False)
            yield called
            yield self._typed(session)
            if ask:
                yield self._answered(session)
                if called.went is not Went.YES:
                    yield self._called_at_start(asked=True)
                yield self._reported()
        yield self._ended(session)

    def _ready(self, session: Session) -> Finding:
        began = time.monotonic()
        seen = self._until(STARTS, lambda: self._settled(session, since=SETTLED))
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

    def _settled(self, session: Session, *, since: float = 0) -> Activity | None:
        """What it waits for, once it has done so for some seconds: a start shows an input box before its questions."""
        if not self._is_there(session):
            return Activity.SHELL  # no more is to come
        seen = self._activity(session)
        if seen not in {Activity.IDLE, Activity.WAITING}:
            return None
        until = time.monotonic() + since
        while time.monotonic() < until:
            time.sleep(PAUSE)
            if self._activity(session) is not seen:
                return None
        return seen

    def _activity(self, session: Session) -> Activity | None:
        with contextlib.suppress(GastownError):
            self._screen(session)
        match self._runtime.status(session.pane_pid, self._scratch.env, lambda: self._seen):
            case Present(status):
                return status.activity
            case _:
                return None

    def _status(self, session: Session) -> str:
        match self._runtime.status(session.pane_pid, self._scratch.env, lambda: self._seen):
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
        if self._until(CALLS, lambda: "gt prime" in self._scratch.heard()):
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
        before = self._scratch.heard().count("gt-callback Stop")
        self._terminal.type_line(session, f" - {QUESTION}", paste=self._runtime.features.pastes)
        time.sleep(CALLS / 2)  # until it shows that it works

        def over() -> bool:
            ended = self._scratch.heard().count("gt-callback Stop") > before
            return ended or (not self._runtime.features.reports and self._settled(session) is Activity.IDLE)

        went = Went.YES if self._until(ANSWERS, over) else Went.NO
        return Finding("answers", went, self._says(session))

    def _reported(self) -> Finding:
        if not self._runtime.features.reports:
            return Finding("reports prompts and turns", Went.UNKNOWN, "nobody has measured that it can")
        wanted = {"gt-callback UserPromptSubmit", "gt-callback Stop"}
        missing = sorted(wanted - set(self._scratch.heard()))
        return Finding("reports prompts and turns", Went.NO if missing else Went.YES, ", ".join(missing))

    def _ended(self, session: Session) -> Finding:
        from gastown.world.processes import named

        what = "ends, with all that it started"
        try:
            self._terminal.stop(session)
        except GastownError as problem:
            return Finding(what, Went.NO, problem.message)
        left = self._until(CALLS, lambda: not self._scratch.left())
        return (
            Finding(what, Went.YES)
            if left
            else Finding(what, Went.NO, f"left: {named(self._scratch.left())}")
        )

    def _is_there(self, session: Session) -> bool:
        return isinstance(self._terminal.look([session.name])[session.name], Present)

    def _screen(self, session: Session) -> str:
        self._seen = self._terminal.capture(session, LINES) or self._seen
        return self._seen

    def _says(self, session: Session) -> str:
        """The last of what it shows, in one line."""
        with contextlib.suppress(GastownError):
            self._screen(session)
        lines = [words for line in self._seen.splitlines() if (words := line.translate(FRAMES).strip())]
        return " | ".join(lines[-LAST_WORDS:]) or "its screen is empty"

    def _until(
        self, seconds: float, condition: Callable[[], Activity | bool | None]
    ) -> Activity | bool | None:
        late = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer or time.monotonic() >= late:
                return answer
            time.sleep(PAUSE)
