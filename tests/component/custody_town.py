"""A town with a real repository behind its rig, and agents that were at work in worktrees of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.ledger import agents, incarnations
from gastown.operations.sessions.kept import record_kept
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.world.git import worktrees
from gastown.world.git.custody import Secured, secure
from tests.component.git_rig import GitRig
from tests.component.git_rig import a_rig as a_git_rig
from tests.fakes import FakeTerminal
from tests.towns import HUMAN, a_rig, a_town, start, write_rig

NOW = datetime(2026, 5, 4, 3, 2, 1, 987_654, tzinfo=UTC)
TOAST, SHADOW = "web/polecats/Toast", "web/polecats/Shadow"


@dataclass(frozen=True)
class CustodyTown:
    """What tests of rescue, undo and worktrees work with."""

    town: Town
    rig: GitRig

    def work(self, address: str = TOAST) -> tuple[str, Path]:
        """Sling a bead at the agent and give it the worktree for it; gives the bead and the folder."""
        bead = create(self.town, "Mend the door", by=HUMAN, rig="web").id
        sling(self.town, bead, address, by=HUMAN)
        name = parse_address(address).name
        branch = f"polecat/{name}/{bead}"
        folder = self.town.places.home(address)
        worktrees.prepare(self.rig.repository, folder, branch, start=self.rig.start)
        assignment = agents.open_assignment(self.town.ledger, address)
        assert assignment is not None
        with self.town.ledger.transaction() as ledger:
            agents.set_branch(ledger, assignment.generation, branch, self.rig.start)
        start(self.town, address)
        return bead, folder

    def secure(self, bead: str | None, address: str = TOAST, *, leaving: bool = False) -> Secured:
        """Set aside what the agent's worktree holds, and write it down, as a start of its next session does."""
        kept = secure(
            self.rig.repository, self.town.places.home(address), reason="a test", leaving=leaving, now=NOW
        )
        with self.town.ledger.transaction() as ledger:
            record_kept(ledger, address, bead, kept.places, NOW)
        return kept

    def agent(self, address: str) -> Caller:
        """The agent, as its newest session would ask."""
        newest = incarnations.newest(self.town.ledger, address)
        assert newest is not None
        return Caller(address, newest.id, newest.generation, is_current=True)


def a_custody_town(tmp_path: Path, rigs: Sequence[str] = ("web",)) -> CustodyTown:
    made = a_town(tmp_path, rigs)
    rig = a_git_rig(made.root)
    write_rig(made.root / "web", replace(a_rig(), url=str(rig.origin)))
    return CustodyTown(Town(made.root, terminal=FakeTerminal()), rig)
