"""A real town with one rig and scripted agents, whose sessions tests start and stop with their own hands."""

import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gastown.domain.assignments import Incarnation
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.domain.observed import Present
from gastown.domain.terminal import Session, Terminal
from gastown.ledger import agents, bead_writes, events, incarnations
from gastown.operations.sessions.place import session_of
from gastown.operations.town.install import install
from gastown.operations.town.rig_add import add_rig
from gastown.operations.work.create import create
from gastown.town import Town
from gastown.world import processes
from tests.support import a_repository, eventually, git
from tests.towns import HUMAN

MAYOR, WITNESS, REFINERY = "mayor", "web/witness", "web/refinery"
TOAST, ANN = "web/polecats/Toast", "web/crew/ann"
PATIENCE = 20.0


class SessionsTown:
    """The town and what tests ask of it."""

    def __init__(self, root: Path, terminal: Terminal | None = None) -> None:
        origin = a_repository(root / "source", {"README": "Hello\n"})
        remote = root / "web.git"
        git("clone", "-q", "--bare", str(origin), str(remote), cwd=root)
        install(root / "town", agent="scripted")
        self.town = Town(root / "town", terminal=terminal)
        self.root, self.ledger = self.town.root, self.town.ledger
        add_rig(self.town, "web", str(remote), prefix="we", no_gate=True)

    def make(self, address: str) -> str:
        """Make the agent known; its address."""
        with self.ledger.transaction() as ledger:
            agents.add(ledger, parse_address(address), self.town.clock.now())
        return address

    def want(self, address: str) -> str:
        """Want the agent to be there, work or not."""
        self.make(address)
        with self.ledger.transaction() as ledger:
            agents.want(ledger, address, by="overseer", now=self.town.clock.now())
        return address

    def hook(self, address: str, title: str = "Look into it", *, deferred: bool = False) -> str:
        """Put a new bead on the agent's hook; its id."""
        self.make(address)
        bead = create(self.town, title, by=HUMAN, rig="web").id
        put_on_hook(self.town, address, bead, deferred=deferred)
        return bead

    def end_work(self, address: str) -> None:
        """Take what is on its hook, as if it were done."""
        work = agents.open_assignment(self.ledger, address)
        assert work is not None
        with self.ledger.transaction() as ledger:
            agents.end_assignment(ledger, work.generation, "no_change", self.town.clock.now())
            agents.unhook(ledger, address, work.bead)

    def newest(self, address: str) -> Incarnation:
        """The agent's newest incarnation."""
        found = incarnations.newest(self.ledger, address)
        assert found is not None
        return found

    def session(self, address: str) -> Session | None:
        """Its session, if one runs."""
        name = session_of(self.town, address)
        seen = self.town.terminal.look([name])[name]
        return seen.value if isinstance(seen, Present) else None

    def told(self, type_: str) -> list[Mapping[str, object]]:
        """What events of that type tell, oldest first."""
        return [e.payload | {"subject": e.subject} for e in events.after(self.ledger, 0) if e.type == type_]

    def is_primed(self, address: str) -> None:
        """Wait until the agent was told its work."""
        eventually(
            lambda: self.newest(address).primed_at is not None,
            within=PATIENCE,
            what=f"{address} to be primed",
        )

    def has_ended(self, address: str) -> None:
        """Wait until its session is gone."""
        eventually(lambda: self.session(address) is None, within=PATIENCE, what=f"the end of {address}")

    def a_child(self, address: str) -> "subprocess.Popen[bytes]":
        """A process that the agent left in a session of its own: it survives the pane."""
        marks = {"GT_TOWN": str(self.root), "GT_ADDRESS": address}
        found = (processes.environment(process) for process in processes.marked(marks))
        env = eventually(
            lambda: next((e for e in found if e), None), within=PATIENCE, what="a process of the agent"
        )
        return subprocess.Popen(["sleep", "600"], env=dict(env), cwd="/", start_new_session=True)


def put_on_hook(town: Town, address: str, bead: str, *, deferred: bool = False) -> None:
    """Put an open bead on the empty hook of an agent that is there."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        assert agents.hook(ledger, address, bead)
        agents.assign(ledger, bead, address, by="overseer", runtime=None, now=now, deferred=deferred)
        bead_writes.set_status(
            ledger, bead, BeadStatus.OPEN, BeadStatus.HOOKED, assignee=address, by="overseer", now=now
        )


@contextmanager
def sessions_town(root: Path, terminal: Terminal | None = None) -> Generator[SessionsTown]:
    """One, and nothing of it left afterwards."""
    place = SessionsTown(root, terminal)
    try:
        yield place
    finally:
        place.town.terminal.close()
        processes.end_marked({"GT_TOWN": str(place.root)}, grace=0.5)
        place.town.close()
