"""Sessions in tmux: the terminal of a real town."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.domain.terminal import Session
from gastown.errors import Busy, GastownError, NotFound, Refused, Unavailable
from gastown.world.tmux import keys, listing, script, starting
from gastown.world.tmux.door import Answer, Door
from gastown.world.tmux.starting import checked_name

CONFIG = Path(__file__).with_name("town.conf")


class Tmux:
    """The sessions of the tmux server at `socket`, as `gastown.domain.terminal.Terminal` promises.

    `deadline`: seconds for each time tmux is asked; `grace`: seconds in which a process may end by itself.
    `wake`: a FIFO that gets a byte whenever a session ends (`watch_ends`), also under a server that we
    start. `environ`: the caller's own environment, to see whether it is inside this server.
    """

    def __init__(
        self,
        socket: Path,
        config: Path = CONFIG,
        *,
        wake: Path | None = None,
        deadline: float = 5.0,
        grace: float = 3.0,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._door = Door(socket, config, deadline)
        self._wake = wake
        self._grace = grace
        self._environ = environ

    def version(self) -> Observed[str]:
        """The installed tmux; Absent when there is none. `start` refuses to work with one before 3.2."""
        return self._door.version()

    def look(self, names: Sequence[str]) -> Mapping[str, Observed[Session]]:
        """See `Terminal.look`."""
        match self.sessions():
            case Unknown() as unknown:
                return dict.fromkeys(names, unknown)
            case seen:
                live = {session.name: session for session in seen}
                return {name: Present(live[name]) if name in live else Absent() for name in names}

    def sessions(self) -> Sequence[Session] | Unknown:
        """See `Terminal.sessions`."""
        try:
            return listing.sessions(self._panes())
        except GastownError as problem:
            return Unknown(problem.message)

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
        """See `Terminal.start`. Also Refused when argv and env are too large, NotFound without the folder."""
        starting.check(checked_name(name), argv, cwd, env)
        marks = {"@gt_name": name, "@gt_incarnation": script.number(incarnation), **options}
        form, mark = listing.format_and_mark()
        there = script.exactly(name)
        line = script.together(
            starting.new_session(name, argv, cwd, env),
            script.command("set-option", "-F", "-t", there, "@gt_pane", "#{pane_id}"),
            *script.options(there, {option: value for option, value in marks.items() if value}),
            *starting.for_the_agent_alone(name, env),
            *starting.persons_shell(there, env),
            script.command("list-panes", "-t", there, "-F", form),
        )
        self._refuse_live(name, self._panes())
        try:
            answer = self._start(name, line, env.get("PATH"))
        except Unavailable:
            if (late := self._started_late(name, incarnation)) is not None:
                return late
            raise
        for pane in listing.panes(answer.out, mark):
            return pane.session
        raise Unavailable(f"tmux did not start {name}: {answer.err or 'it says nothing'}")

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
        """See `Terminal.respawn`. Refused and NotFound as `start`."""
        from gastown.world.tmux.respawning import InPlace

        starting.check(session.name, argv, cwd, env)
        self._find(session)
        marks = {"@gt_incarnation": script.number(incarnation), **options}
        place = InPlace(self._door, session, lambda: self._find(session).dead, self._grace)
        try:
            return place.put(argv, cwd, env, marks)
        except Unavailable:
            if (late := self._started_late(session.name, incarnation, session.pane_pid)) is not None:
                return late
            raise

    def stop(self, session: Session) -> None:
        """See `Terminal.stop`."""
        panes = self._panes_of(session)
        if not any(pane.session.pane_pid == session.pane_pid for pane in panes):
            return
        if listing.has_a_persons(panes, besides=session.pane):
            self._end_pane(session)
        else:
            self._end(session, panes)

    def capture(self, session: Session, lines: int) -> str:
        """See `Terminal.capture`. NotFound when it has ended."""
        from gastown.world.tmux.objects import TownServer

        self._find(session)
        text = TownServer(self._door).pane(session.pane).capture_pane(start=-lines)
        while text and not text[-1].strip():
            text.pop()
        return "\n".join(line.rstrip() for line in text[max(0, len(text) - lines) :])

    def type_line(
        self, session: Session, text: str, *, untouched: bool = False, paste: bool = False, enter: bool = True
    ) -> None:
        """See `Terminal.type_line`; an empty text is Enter alone.

        Refused for text with control characters, and when somebody reads the pane in copy mode; a mode that
        nobody looks at is left first. NotFound when the session has ended.
        """
        if script.breaks(text):
            raise Refused("text with control characters cannot be typed", hint="send it as mail")
        pane = self._find(session)
        if untouched and pane.session.ever_attached:
            raise keys.refuse_touched(session)
        if pane.in_mode and not pane.session.attached:
            self._door.tell([script.command("copy-mode", "-q", "-t", session.pane)])
        keys.type_line(self._door, session, text, untouched=untouched, paste=paste, enter=enter)

    def set_options(self, changes: Mapping[str, Mapping[str, str]], everywhere: Mapping[str, str]) -> None:
        """See `Terminal.set_options`. The text is made safe to draw. Without a server it does nothing."""
        lines = [
            line
            for name, values in changes.items()
            for line in script.options(script.exactly(checked_name(name)), values)
        ]
        if self._tell_options([*lines, *script.options(None, everywhere)]):
            there = listing.targets(self._panes())
            renamed = {there[name]: values for name, values in changes.items() if name in there}
            self._tell_options(
                [line for target in renamed for line in script.options(target, renamed[target])]
            )

    def attach_command(self, name: str | None) -> Sequence[str]:
        """See `Terminal.attach_command`. NotFound when there is nothing to attach to."""
        try:
            live = listing.targets(self._panes())
        except GastownError:  # tmux itself will tell the person
            live = None
        if live is not None and (name not in live if name else not live):
            raise NotFound(f"{name} is not running" if name else "no session is running", hint="gt status")
        tmux = [shutil.which("tmux") or "tmux", "-N", "-S", str(self._door.socket)]
        target = ["-t", (live or {}).get(name, script.exactly(checked_name(name)))] if name else []
        pick = ["choose-tree", "-Zs", "-O", "name", "-f", "#{@gt_pane}", "-F", "#{E:@gt_line}"]
        if self._is_inside():
            return [*tmux, *(["switch-client", *target] if name else pick)]
        nested = ["/usr/bin/env", "-u", "TMUX", "-u", "TMUX_PANE"] if self._environ.get("TMUX") else []
        return [*nested, *tmux, "attach-session", *target, *([] if name else [";", *pick])]

    def watch_ends(self, fifo: Path) -> None:
        """From now on `fifo` gets one byte or two whenever a session or a pane ends.

        Nothing waits for a reader, and no file is made when there is no FIFO. It holds for the server that
        runs and for those that this object starts; `wake` says the same from the beginning. Unavailable when
        the server does not answer.
        """
        self._wake = fifo
        self._door.tell(self._wakes())

    def close(self) -> None:
        """See `Terminal.close`. Unavailable when a process survives."""
        from gastown.world.tmux.ending import end_server

        end_server(self._door, self._grace)

    def _start(self, name: str, line: str, path: str | None) -> Answer:
        """Have it started; where there is no server, start that, and where a dead session lies, remove it."""
        for _ in range(3):
            answer = self._door.tell([line], path=path)
            if answer.nobody:
                self._door.begin(self._wakes())
            elif "duplicate session" in answer.err:
                self._make_way(name)
            else:
                return answer
        raise Unavailable(f"tmux did not start {name}")

    def _started_late(self, name: str, incarnation: int | None, before: int = 0) -> Session | None:
        """What tmux has started after all, though its answer came too late; `before`: the pid it had until then."""
        match self.look([name])[name]:
            case Present(late) if late.incarnation == incarnation and late.pane_pid != before:
                return late
            case _:
                return None

    def _make_way(self, name: str) -> None:
        """Remove a session whose own program has ended; Busy when it runs.

        What a person has in it stays, under another name; and so does an agent's that was given this one.
        """
        seen = self._panes()
        self._refuse_live(name, seen)
        panes = [pane for pane in seen if pane.called == name]
        if not panes:
            return
        session = panes[0].session
        renamed = panes[0].is_renamed and bool(listing.sessions(panes))
        if not renamed and not listing.has_a_persons(panes):
            self._end(session, panes)
            return
        from gastown.world.tmux.ending import set_aside

        wanted = listing.free_name(seen, session.name if renamed else name)
        set_aside(self._door, session, wanted, ours=renamed)

    def _refuse_live(self, name: str, panes: Sequence[listing.Pane]) -> None:
        if any(session.name == name for session in listing.sessions(panes)):
            raise Busy(f"{name} is already running")

    def _tell_options(self, lines: Sequence[str]) -> bool:
        """Have options set; whether a session was not found by its name."""
        answer = self._door.tell(lines) if lines else Answer()
        said = [] if answer.nobody else answer.err.splitlines()
        problems = [line for line in said if "session" not in line]
        if problems:
            raise Unavailable(f"tmux did not take an option: {problems[0]}")
        return bool(said)

    def _end_pane(self, session: Session) -> None:
        from gastown.world.tmux.ending import end_pane

        end_pane(
            self._door,
            session,
            lambda: all(pane.session.pane != session.pane for pane in self._panes_of(session)),
            self._grace,
        )

    def _end(self, session: Session, panes: Sequence[listing.Pane]) -> None:
        from gastown.world.tmux.ending import end_session

        pids = [pane.session.pane_pid for pane in panes]
        end_session(self._door, session, pids, lambda: not self._panes_of(session), self._grace)

    def _wakes(self) -> list[str]:
        if self._wake is None:
            return []
        return [script.command("set-option", "-g", "@gt_wake", str(self._wake.absolute()))]

    def _panes(self) -> list[listing.Pane]:
        form, mark = listing.format_and_mark()
        answer = self._door.ask("list-panes", "-a", "-F", form)
        if answer.err and not answer.nobody and answer.err not in {"no current target", "no sessions"}:
            raise Unavailable(f"tmux: {answer.err}")
        return listing.panes(answer.out, mark)

    def _panes_of(self, session: Session) -> list[listing.Pane]:
        return [
            pane
            for pane in self._panes()
            if (pane.session.id, pane.session.started) == (session.id, session.started)
        ]

    def _find(self, session: Session) -> listing.Pane:
        for pane in self._panes_of(session):
            if (pane.session.pane, pane.session.pane_pid) == (session.pane, session.pane_pid):
                return pane
        raise NotFound(f"{session.name} has ended")

    def _is_inside(self) -> bool:
        """Whether the caller's terminal is a pane of this very server."""
        socket = self._environ.get("TMUX", "").rsplit(",", 2)[0]
        return bool(socket) and Path(socket).resolve() == self._door.socket.resolve()
