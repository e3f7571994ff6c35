"""Sessions as the rest of the house sees them: a value for one, and the contract of whoever runs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from gastown.domain.observed import Observed, Unknown


@dataclass(frozen=True, slots=True)
class Session:
    """One live session as it was seen: `id` and `pane_pid` fence every later act on it."""

    name: str
    """The one it was started with, whatever a person has renamed it to."""
    id: str
    pane: str
    pane_pid: int
    started: datetime
    attached: int
    """How many people's terminals show it now."""
    activity: datetime
    """Last output or input."""
    incarnation: int | None
    """What `start` recorded on it; None for a session without an agent."""
    ever_attached: bool = False
    """Whether a person's terminal has ever shown it: what stands in its input box may be theirs."""


class Terminal(Protocol):
    """Named sessions in which agents run. Starting and stopping are idempotent; every call has a deadline."""

    def look(self, names: Sequence[str]) -> Mapping[str, Observed[Session]]:
        """Say for every name whether it runs; never raises, answers `Unknown` instead.

        A session whose pane's process has ended is Absent, also when a person's own panes are left in it; one
        that a person has renamed is found by the name it was started with. No server at all: every name is
        Absent, but a server that lives without its socket is brought back (SIGUSR1) and otherwise makes all
        names Unknown.
        """
        ...

    def sessions(self) -> Sequence[Session] | Unknown:
        """All live sessions of this server; never raises. No server: an empty sequence."""
        ...

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
        """Start `argv` in a new session whose environment is exactly `env` plus what tmux itself adds.

        The command is exec'ed, so the pane's pid is the command's. `options` are user options (`@gt_…`).
        What a person opens beside it gets none of its identity and secrets. Busy when a live session has that
        name already; a dead one is replaced, and one in which only a person's panes are left is renamed.
        Unavailable when tmux does not answer. Starts the server, with our configuration, when there is none.
        """
        ...

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
        """Start `argv` in the pane of that very session, in the place of what runs there: whoever watches stays.

        The old process tree is ended first, and seen to be gone. Otherwise as `start`: the environment of the pane
        is exactly `env`, its screen's history stays, `options` are set, and those of the old incarnation are gone.
        NotFound when that session has ended meanwhile, Unavailable when a process survives or tmux does not answer.
        """
        ...

    def stop(self, session: Session) -> None:
        """End that very session and its whole process tree, and see that it is gone.

        Panes that were opened beside it are a person's if one ever attached: they stay, without the agent's own.
        Does nothing when the name now belongs to another session id or pane pid, or is gone already.
        Unavailable when a process survives or tmux does not answer.
        """
        ...

    def capture(self, session: Session, lines: int) -> str:
        """The last `lines` lines of its screen and history, without trailing blank lines."""
        ...

    def type_line(
        self, session: Session, text: str, *, untouched: bool = False, paste: bool = False, enter: bool = True
    ) -> None:
        """Type one line and Enter into it, exactly as written (keys `-l`, chunks, a pause before Enter).

        `paste`: as one bracketed paste instead, for agent CLIs that take many keys in a row amiss.
        Without `enter` it only stands in the input box.
        `untouched`: Refused at every key if a person's terminal has ever shown it.
        """
        ...

    def set_options(self, changes: Mapping[str, Mapping[str, str]], everywhere: Mapping[str, str]) -> None:
        """Set user options of the named sessions, and of the server as a whole, in one call to tmux.

        A session that is gone is passed over. An empty value unsets.
        """
        ...

    def attach_command(self, name: str | None) -> Sequence[str]:
        """The argv with which a person's terminal attaches: to `name`, or to a picker of all sessions.

        Inside this very server it switches the client instead.
        """
        ...

    def close(self) -> None:
        """End the server and all its sessions with their process trees; no error when there is none."""
        ...
