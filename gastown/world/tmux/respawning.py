"""A fresh program in the place of the old one: the same session and pane, so that whoever watches stays."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.terminal import Session
from gastown.errors import NotFound, Unavailable
from gastown.world import processes
from gastown.world.tmux import listing, script, starting
from gastown.world.tmux.door import Door

_OPEN = ("remain-on-exit", "remain-on-exit-format")


@dataclass(frozen=True, slots=True)
class InPlace:
    """The pane of one session as it was seen."""

    door: Door
    session: Session
    is_empty: Callable[[], bool]
    """Whether the program in it has ended; NotFound when the pane is gone, too."""
    grace: float

    def put(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], options: Mapping[str, str]
    ) -> Session:
        """End what runs there, and start `argv` in its place.

        NotFound when the session has ended, Unavailable when a process survives or tmux does not answer. One that is
        cut off leaves the old program, or a pane without any, which counts as no session.
        """
        self._keep_open()
        if survivors := processes.end_tree(self.session.pane_pid, grace=self.grace):
            self._let_go()
            raise Unavailable(f"could not end {processes.named(survivors)}", hint="look at them with ps")
        until = time.monotonic() + self.door.deadline
        while not self.is_empty():
            if time.monotonic() >= until:
                self._let_go()
                raise Unavailable(f"tmux does not see that {self.session.name} has ended")
            time.sleep(0.02)
        return self._fill(argv, cwd, env, options)

    def _keep_open(self) -> None:
        """See to it that the pane outlives its program, without a word of tmux's own on its screen."""
        here, pane = self._is("pane_dead", 0), self.session.pane
        answer = self.door.tell([
            script.only_if(
                pane, here,
                script.command("set-option", "-p", "-t", pane, "remain-on-exit", "on"),
                script.command("set-option", "-q", "-p", "-t", pane, "remain-on-exit-format", ""),
                otherwise="ended",
            )
        ])  # fmt: skip
        if answer.nobody or answer.out or answer.err:
            raise NotFound(f"{self.session.name} has ended")

    def _let_go(self) -> None:
        self.door.tell(self._closing())

    def _closing(self) -> list[str]:
        return [
            script.command("set-option", "-q", "-p", "-u", "-t", self.session.pane, option)
            for option in _OPEN
        ]

    def _is(self, variable: str, value: object) -> str:
        """A condition on the pane that was seen."""
        return script.both(script.equal("pane_pid", self.session.pane_pid), script.equal(variable, value))

    def _fill(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], options: Mapping[str, str]
    ) -> Session:
        there, pane = f"{self.session.id}:", self.session.pane
        form, mark = listing.format_and_mark()
        before = _names(self.door.ask("show-environment", "-t", there).out)
        line = script.together(
            *starting.environment_of_its_own(there, before, env),
            *starting.persons_shell(there, env),
            *script.options(there, {**dict.fromkeys(script.ABOUT_AN_AGENT, ""), **options}),
            script.command("send-keys", "-R", "-t", pane),  # what its screen shows becomes history
            starting.respawn_pane(pane, argv, cwd, env),
            *self._closing(),
            script.command("list-panes", "-s", "-t", there, "-F", form),
        )
        answer = self.door.tell([script.only_if(pane, self._is("pane_dead", 1), line)], path=env.get("PATH"))
        for seen in listing.panes(answer.out, mark):
            if seen.session.pane == pane:
                return seen.session
        raise Unavailable(f"tmux did not start {self.session.name}: {answer.err or 'it says nothing'}")


def _names(shown: str) -> list[str]:
    """The variables of a session's environment; a line of a longer value may pass for one more."""
    return [name for line in shown.splitlines() if (name := line.partition("=")[0]).isidentifier()]
