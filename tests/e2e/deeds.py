"""What only other programs of ours do, as functions of words, so that tests can run and kill them; and their stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address, session_name
from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.ledger import incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.merge.run import run_queue
from gastown.operations.sessions import ensure as ensuring
from gastown.operations.sessions import stop as stopping
from gastown.operations.work.create import create
from gastown.operations.work.done import done, finish_done
from gastown.operations.work.sling import sling
from gastown.supervisor.act import Hands
from gastown.supervisor.tick import Tick
from gastown.town import Town
from gastown.world.locks import lock
from tests.fakes import FakeTerminal
from tests.support import git
from tests.towns import HUMAN


@dataclass(frozen=True, slots=True)
class Work:
    """A polecat that has committed what its bead asks for, and the environment of its session."""

    bead: str
    agent: str
    generation: int
    folder: Path
    env: Mapping[str, str]
    commit: str


def without_terminal(root: Path) -> tuple[Town, FakeTerminal]:
    """The town, whose sessions are only remembered."""
    terminal = FakeTerminal()
    return Town(root, terminal=terminal), terminal


def work(root: Path, title: str, name: str = "Toast", files: Mapping[str, str] | None = None) -> Work:
    """A new bead, slung, begun, and done but for `gt done`; no process runs for it."""
    town, terminal = without_terminal(root)
    bead = create(town, title, by=HUMAN, rig="web").id
    slung = sling(town, bead, f"web/polecats/{name}", by=HUMAN)
    ensuring.ensure(town, slung.agent, because="a test")
    folder = town.rig_places("web").polecat(name)
    commit(folder, title, files or {f"{bead}.txt": "done\n"})
    env = terminal.history[-1].env
    town.close()
    return Work(bead, slung.agent, slung.generation, folder, env, git("rev-parse", "HEAD", cwd=folder))


def commit(folder: Path, title: str, files: Mapping[str, str]) -> None:
    """Commit files in a worktree."""
    for name, text in files.items():
        (folder / name).write_text(text)
    git("add", "--all", cwd=folder)
    git("commit", "-qm", title, cwd=folder)


def finish(root: str, agent: str, generation: str) -> None:
    """What the supervisor does with a `gt done` that was cut off."""
    town = Town(Path(root))
    with lock(town.places.lock(agent), what=agent):
        finish_done(town, int(generation))


def ensure(root: str, address: str) -> None:
    """What the supervisor does with a hook that has no session."""
    ensuring.ensure(Town(Path(root)), address, because="a test")


def stop(root: str, address: str) -> None:
    """What the supervisor does with a session that has nothing left to do."""
    town = Town(Path(root))
    if (session := live(town, address)) is not None:
        stopping.stop(town, address, session, because="a test")


def live(town: Town, address: str) -> Session | None:
    """The session of an agent, if one runs."""
    where = parse_address(address)
    name = session_name(town.rig(str(where.rig)).prefix, where.name)
    seen = town.terminal.look([name])[name]
    assert isinstance(seen, Present) or not hasattr(seen, "why"), seen
    return seen.value if isinstance(seen, Present) else None


def land(root: Path) -> None:
    """Work the queue off here."""
    town = Town(root)
    run_queue(town, "web", say=lambda _: None)
    town.close()


def look_after(root: Path, times: int = 1) -> None:
    """What a supervisor does that has just come up: look, and do what is to be done, to its end."""
    for _ in range(times):
        town = Town(root)
        hands = Hands(town)
        Tick(town, hands).run()
        assert hands.rest(30)
        town.close()


def hand_in(root: Path, made: Work) -> None:
    """`gt done`, typed by the agent."""
    town, _ = without_terminal(root)
    holder = incarnations.by_credential(town.ledger, credential_hash(made.env["GT_CREDENTIAL"]))
    assert holder is not None
    incarnation = holder.incarnation
    done(town, by=Caller(incarnation.agent, incarnation.id, incarnation.generation))
    town.close()
