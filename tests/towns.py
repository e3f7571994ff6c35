"""A town made by hand: its settings, ledger and folders, but no tmux server, and no repository behind its rigs."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER, propose_prefix
from gastown.domain.roles import Capability
from gastown.domain.runtime import Permission
from gastown.ledger import agents, incarnations
from gastown.ledger.database import FILE_NAME, Database
from gastown.ledger.quick import credential_hash
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.settings import rig as rig_files
from gastown.settings import town as town_files
from gastown.settings.rig import RigSettings
from gastown.settings.town import TownSettings
from gastown.town import Town

HUMAN = Caller(OVERSEER)


def a_town(tmp_path: Path, rigs: Sequence[str] = ("web",)) -> Town:
    """Make the folder `town` in `tmp_path` a town with these rigs; a rig's prefix is what `gt rig add` proposes."""
    root = tmp_path / "town"
    for folder in (root / "run" / "locks", root / "run" / "agents", root / "logs", root / "bin"):
        folder.mkdir(parents=True)
    (root / town_files.FILE_NAME).write_text(town_files.written(TOWN), encoding="utf-8")
    Database(root / FILE_NAME, create=True).close()
    taken: set[str] = set()
    for name in rigs:
        prefix = propose_prefix(name, frozenset(taken))
        taken.add(prefix)
        write_rig(root / name, a_rig(name, prefix))
    return Town(root)


def write_rig(folder: Path, settings: RigSettings) -> None:
    """Make `folder` the folder of a rig with these settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / rig_files.FILE_NAME).write_text(rig_files.written(settings), encoding="utf-8")


def a_rig(name: str = "web", prefix: str = "we") -> RigSettings:
    """Settings of a rig as `gt rig add` writes them."""
    return RigSettings(
        name=name,
        url=f"https://example.org/{name}.git",
        prefix=prefix,
        target="main",
        gate="make test",
        no_gate=False,
        gate_limit=timedelta(minutes=30),
        permissions=Permission.ASK,
        trust=False,
        parked="",
        names=(),
    )


TOWN = TownSettings(
    name="town",
    owner="Ann Example",
    email="ann@example.org",
    runtime="scripted",
    model="",
    max_polecats=4,
    environment=(),
    scripted_allowed=True,
)


def put_to_work(town: Town, address: str = "web/polecats/Toast") -> str:
    """Sling a new bead at the agent and record a start of its session; gives the session's credential."""
    work = create(town, "Mend the door", by=HUMAN)
    sling(town, work.id, address, by=HUMAN)
    return start(town, address)


def start(town: Town, address: str = "web/polecats/Toast") -> str:
    """Record another start of the agent's session; gives its credential."""
    assignment = agents.open_assignment(town.ledger, address)
    assert assignment is not None
    newest = incarnations.newest(town.ledger, address)
    credential = f"secret {address} {newest.id + 1 if newest else 1}"
    with town.ledger.transaction() as ledger:
        incarnations.mint(
            ledger,
            assignment.agent,
            assignment,
            credential_hash=credential_hash(credential),
            conversation="c-0",
            session="we-Toast",
            head=None,
            why_older="the session ended",
            now=town.clock.now(),
        )
    return credential


def let_polecats_do_everything(town: Town) -> None:
    """Take what their role keeps polecats from out of the way of what is looked at."""
    file = town.root / "roles" / "polecat.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"may = {[str(word) for word in Capability]}\n", encoding="utf-8")
