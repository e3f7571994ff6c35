"""A real town for a test: the installed gt, its own tmux server, scripted agents, and an end with nothing left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import a_repository, eventually, git

PROGRAMS = Path(sys.executable).parent
GATE = "./check"
CHECK = '#!/bin/sh\nfor f in *.sh; do test ! -e "$f" || sh "$f" >/dev/null || exit 1; done\n'


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


class Stage:
    """One town and the ways in which tests touch it: as a person would, and with a hammer."""

    def __init__(
        self, root: Path, *, programs: Path = PROGRAMS, env: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self.programs = programs
        self.extra = dict(env or {})

    def run(self, *words: str, program: str = "gt", cwd: Path | None = None, stdin: str = "") -> Ended:
        """Run one of our programs to its end."""
        where = cwd or (self.root if self.root.exists() else self.root.parent)
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=where, env={**os.environ, **self.extra}, input=stdin, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def gt(self, *words: str) -> str:
        """Run gt, which must succeed."""
        ended = self.run(*words)
        assert ended.status == 0, f"gt {' '.join(words)}: {ended}"
        return ended.out

    def bd(self, *words: str) -> str:
        """Run bd, which must succeed."""
        ended = self.run(*words, program="bd")
        assert ended.status == 0, f"bd {' '.join(words)}: {ended}"
        return ended.out

    def json(self, *words: str, program: str = "gt") -> Any:  # noqa: ANN401 - whatever the command prints
        """Run a command with --json and read what it printed."""
        ended = self.run(*words, "--json", program=program)
        assert ended.status == 0, f"{program} {' '.join(words)}: {ended}"
        return json.loads(ended.out)

    def status_of(self, bead: str) -> str:
        """The status of a bead."""
        return str(self.json("show", bead, program="bd")["status"])

    def file(self, title: str, *steps: str, rig: str = "web", words: Sequence[str] = ()) -> str:
        """File a bead whose steps a scripted agent will carry out; gives its id."""
        description = "```sh\n" + "\n".join(steps) + "\n```\n"
        made = self.json("create", title, "--rig", rig, "-d", description, *words, program="bd")
        return str(made["id"])

    def has_landed(self, *beads: str, within: float = 60) -> None:
        """Wait until all of them are closed."""
        for bead in beads:
            self._has_landed(bead, within)

    def _has_landed(self, bead: str, within: float) -> None:
        eventually(lambda: self.status_of(bead) == "closed", within=within, what=f"{bead} to land", every=0.2)

    def events(self, type_: str | None = None) -> list[dict[str, Any]]:
        """What happened, oldest first, straight from the ledger."""
        from gastown.ledger import events
        from gastown.town import Town

        town = Town(self.root)
        told, seq = list[events.Event](), 0
        try:
            while page := events.after(town.ledger, seq):
                told += [event for event in page if type_ in (None, event.type)]
                seq = page[-1].seq
        finally:
            town.close()
        return [{"type": e.type, "subject": e.subject, "actor": e.actor, **e.payload} for e in told]

    def supervisor(self) -> int:
        """The supervisor's process id; 0 when none runs."""
        from gastown.domain.observed import Present
        from gastown.town import Town
        from gastown.world.locks import held

        seen = held(Town(self.root).places.supervisor_lock)
        return seen.value if isinstance(seen, Present) else 0

    def kill_supervisor(self) -> None:
        """SIGKILL to the supervisor."""
        if pid := self.supervisor():
            os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Leave nothing running, whatever happened before."""
        if (self.root / "town.toml").exists():
            self.run("down", "--agents")


def a_stage(
    root: Path,
    *,
    gate: str = GATE,
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> Stage:
    """A town of scripted agents with one rig `web` on a bare remote; prefix `we`."""
    origin = a_remote(root.parent / "origin.git", files or {"README": "Hello\n"})
    stage = Stage(root, env=env)
    stage.gt("install", str(root), "--agent", "scripted")
    stage.gt(
        "rig", "add", "web", str(origin), "--prefix", "we", *(["--gate", gate] if gate else ["--no-gate"])
    )
    return stage


def a_remote(path: Path, files: Mapping[str, str]) -> Path:
    """A bare repository with one commit on main that holds `files` and the gate's script."""
    source = a_repository(path.parent / f"{path.stem}-source", {**files, "check": CHECK})
    git("update-index", "--chmod=+x", "check", cwd=source)
    git("commit", "-qm", "Make the check a program", cwd=source)
    git("clone", "-q", "--bare", str(source), str(path), cwd=path.parent)
    return path
