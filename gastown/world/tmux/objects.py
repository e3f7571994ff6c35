"""libtmux's objects over our door, for what is done seldom: importing libtmux costs five Pythons."""

from typing import Any

import libtmux
from libtmux.common import tmux_cmd

from gastown.errors import NotFound, Unavailable
from gastown.world.tmux.door import Door


class TownServer(libtmux.Server):
    """A libtmux server whose `cmd` has our deadline, so all that goes through `cmd` has it.

    These do not, they start tmux by themselves (libtmux 0.62): `sessions`, `windows`, `panes`, `clients`,
    `refresh` and `from_*_id` (all by `neo.fetch_objs`), `raise_if_dead`, and whatever asks for the version.
    """

    def __init__(self, door: Door) -> None:
        super().__init__(socket_path=door.socket, config_file=str(door.config))
        self._door = door

    def cmd(self, cmd: str, *args: Any, target: str | int | None = None) -> tmux_cmd:  # noqa: ANN401 - libtmux's
        """Put a command to the server. NotFound when its target is gone, Unavailable when nobody answers."""
        words = [*(() if target is None else ("-t", str(target))), *map(str, args)]
        answer = self._door.ask(cmd, *words)
        if answer.nobody:
            raise Unavailable("there is no tmux server", hint="gt up")
        if "can't find" in answer.err:
            raise NotFound(answer.err)
        return _Answered([cmd, *words], answer.out, answer.err)

    def pane(self, id_: str) -> libtmux.Pane:
        """The pane with this id, unseen."""
        return libtmux.Pane(server=self, pane_id=id_)


class _Answered(tmux_cmd):
    """What libtmux expects of a command that has been run."""

    def __init__(self, words: list[str], out: str, err: str) -> None:
        self.cmd = words
        self.stdout = out.rstrip("\n").split("\n") if out.rstrip("\n") else []
        self.stderr = [line for line in err.split("\n") if line]
        self.returncode = 1 if self.stderr else 0
