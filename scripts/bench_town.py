"""A temporary town to measure in: scripted agents, one rig, and one agent with work on its hook."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from gastown.ledger import agents, incarnations
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import Doorbell

PROGRAM = Path(sys.executable).with_name("gt")
TOAST = "web/polecats/Toast"
TOKEN = "bench"  # noqa: S105 - of a town that lives for a minute
STRANGERS = ("GT_", "GIT_", "TMUX", "PYTHON")
GATE_SECONDS = 0.5


class BenchTown:
    """The town at `root`; `repository` is what its rig `web` comes from."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "town"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(STRANGERS)} | {"NO_COLOR": "1"}
        repository = _repository(folder, self.env)
        self.gt("install", str(self.root), "--agent", "scripted", cwd=folder)
        gate = f"sleep {GATE_SECONDS}"
        self.gt("rig", "add", "web", str(repository), "--prefix", "we", "--gate", gate, "--no-up")

    def gt(self, *words: str, cwd: Path | None = None) -> str:
        """Run gt, which must succeed."""
        return self._run(PROGRAM, *words, cwd=cwd)

    def bd(self, *words: str) -> str:
        """Run bd, which must succeed."""
        return self._run(PROGRAM.with_name("bd"), *words)

    def _run(self, program: Path, *words: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            [program, *words], cwd=cwd or self.root, env=self.env, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{program.name} {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def launcher(self, name: str) -> str:
        """The town's own gt, bd or gt-callback, as agents call it."""
        return str(self.root / "bin" / name)

    def hook_something(self) -> Mapping[str, str]:
        """Put work on Toast's hook and give the environment that its session would have."""
        self.gt("bead", "create", "Something to do", "--id", "we-1", "--no-up")
        self.gt("bead", "create", "Something else", "--id", "we-2", "--no-up")
        self.gt("bead", "dep", "add", "we-2", "we-1", "--no-up")
        self.gt("sling", "we-1", "web/Toast", "--no-up")
        town = Town(self.root)
        assignment = agents.open_assignment(town.ledger, TOAST)
        if assignment is None:
            raise SystemExit("nothing is on the hook")
        with town.ledger.transaction() as ledger:
            number = incarnations.mint(
                ledger, TOAST, assignment, credential_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
                conversation="bench", session="we-Toast", head=None, why_older="replaced", now=town.clock.now(),
            )  # fmt: skip
        town.close()
        mine = {"GT_TOWN": str(self.root), "GT_INCARNATION": str(number), "GT_CREDENTIAL": TOKEN}
        return self.env | mine

    def end(self) -> None:
        """Leave no process behind."""
        if (self.root / "town.toml").exists():
            self.gt("down", "--agents")


@contextmanager
def standing_in(root: Path) -> Generator[Town]:
    """Be what a supervisor is to commands: it holds its lock, hears its bell, and keeps the ledger open."""
    with closing(Town(root)) as town, lock(town.places.supervisor_lock, what="the bench's stand-in"):
        bell = Doorbell(town.places.wake)
        try:
            town.ledger.data_version()
            yield town
        finally:
            bell.close()


def _repository(folder: Path, env: Mapping[str, str]) -> Path:
    """A bare repository with one commit."""
    source, bare = folder / "source", folder / "origin.git"
    source.mkdir()
    (source / "README").write_text("Hello\n", encoding="utf-8")
    who = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *words], cwd=source, env=dict(env), check=True)
    subprocess.run(["git", "clone", "-q", "--bare", source, bare], cwd=folder, env=dict(env), check=True)
    return bare
