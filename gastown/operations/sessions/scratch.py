"""A place to try an agent CLI in: a scratch folder with stand-ins for our commands, and a tmux server of its own."""

import contextlib
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.domain.permission import Permission
from gastown.domain.roles import Place, Scope
from gastown.domain.runtime import Launch, Runtime, Start
from gastown.domain.terminal import Session
from gastown.errors import GastownError, Refused
from gastown.operations.sessions.environment import ALWAYS, passed_on
from gastown.settings import roles
from gastown.settings import town as town_files
from gastown.town import Town
from gastown.world.files import write_private, write_whole
from gastown.world.tmux.place import socket_path
from gastown.world.tmux.terminal import Tmux

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gastown.world.processes import Process

SESSION = "check"
MARK = "GT_CHECK"
"""An environment variable by which all that was started here is found again."""

STAND_INS = {
    "gt": '#!/bin/sh\necho "gt $1" >>"$GT_TOWN/heard"\n',
    "gt-callback": '#!/bin/sh\necho "gt-callback $1" >>"$GT_TOWN/heard"\ncat >/dev/null\n',
}
"""What it calls instead of us: written down, and no more."""


class Scratch:
    """Where `runtime` is started without an identity and without any of the town's work."""

    def __init__(self, town: Town, runtime: Runtime) -> None:
        self._town, self.runtime = town, runtime
        self.root = town.places.run / "check" / runtime.name
        self._socket = socket_path(self.root)
        self.terminal = Tmux(self._socket)
        self.env: Mapping[str, str] = {}
        """Its session's environment, once it was started."""
        self._mark = {MARK: str(uuid.uuid4())}

    def clean_up(self) -> None:
        """Leave nothing running and nothing behind. Unavailable when something survives."""
        from gastown.world.processes import end_marked

        self.terminal.close()
        end_marked(self._mark)
        shutil.rmtree(self.root, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._socket.parent.rmdir()  # where the town's own path is too long for one

    def start(self) -> Session:
        """Start it without first words. Raises what makes that impossible."""
        shutil.rmtree(self.root, ignore_errors=True)
        work = self.root / "work"
        work.mkdir(parents=True)
        settings = town_files.written(self._town.settings)
        write_whole(self.root / town_files.FILE_NAME, settings)
        for program, text in STAND_INS.items():
            write_whole(self.root / "bin" / program, text, mode=0o755)
        launch = self._launch(self._where(work))
        write_private(launch.files)
        self.env = {
            **passed_on((*ALWAYS, *self._town.settings.environment, *self.runtime.passes)),
            **launch.env,
            "PATH": os.pathsep.join([str(self.root / "bin"), os.environ.get("PATH", os.defpath)]),
            "GT_TOWN": str(self.root),
            "GT_SCRIPTED_HOME": str(self.root / "scripted"),
            **self._mark,
        }
        return self.terminal.start(SESSION, launch.argv, cwd=self._where(work), env=self.env, options={})

    def _where(self, work: Path) -> Path:
        """The folder of an agent of the town's own, if there is one: such a folder may be trusted already."""
        for name in roles.names(self._town.root):
            with contextlib.suppress(GastownError):
                role = roles.read(name, town=self._town.root)
                home = self._town.places.home(name)
                if (role.scope, role.place, role.many) == (Scope.TOWN, Place.FOLDER, False) and home.is_dir():
                    return home
        return work

    def _launch(self, folder: Path) -> Launch:
        """With the most careful permissions that it can be started with."""
        refused: Refused | None = None
        for permission in Permission:
            start = Start(
                town=self.root, address=SESSION, worktree=folder, folder=self.root / "agent",
                conversation=str(uuid.uuid4()), prompt="", permission=permission, model=self._town.settings.model
                if self.runtime.name == self._town.settings.runtime else "",
            )  # fmt: skip
            try:
                return self.runtime.launch(start)
            except Refused as why:
                refused = refused or why
        raise refused or Refused(f"{self.runtime.name} cannot be started", "gt runtime list")

    def left(self) -> "Sequence[Process]":
        """Processes that were started here and still run."""
        from gastown.world.processes import marked

        return marked(self._mark)

    def heard(self) -> list[str]:
        """What it called instead of us, oldest first: `gt prime`, `gt-callback Stop`."""
        try:
            return (self.root / "heard").read_text().splitlines()
        except FileNotFoundError:
            return []
