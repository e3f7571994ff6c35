"""A town whose rig has a real repository, and whose sessions are only remembered; for what becomes of worktrees."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from gastown.domain.identity import parse_address
from gastown.ledger import agents
from gastown.operations.sessions.place import session_of
from gastown.operations.sessions.ready import make_ready
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.component.git_rig import GitRig, a_rig
from tests.fakes import FakeTerminal
from tests.towns import HUMAN, a_town


class CrewTown(AbstractContextManager["CrewTown"]):
    """One town with the rigs web, which has a repository, and api, which has none."""

    def __init__(self, folder: Path) -> None:
        self.terminal = FakeTerminal()
        root = a_town(folder, ("web", "api")).root
        self.rig: GitRig = a_rig(root)
        self.town = Town(root, terminal=self.terminal)
        self.root = self.town.root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.town.close()

    def at_work(self, agent: str = "web/polecats/Toast", title: str = "Mend the door") -> Path:
        """Sling a new bead and give the agent its worktree and a session; the folder."""
        bead = create(self.town, title, by=HUMAN, rig="web").id
        sling(self.town, bead, agent, by=HUMAN)
        assignment = agents.open_assignment(self.town.ledger, agent)
        assert assignment is not None
        place = make_ready(self.town, assignment, parse_address(agent))
        self.session(agent)
        return place.folder

    def session(self, agent: str) -> None:
        """Let a session of the agent run."""
        name = session_of(self.town, agent)
        self.terminal.start(name, ["agent"], cwd=self.root, env={}, options={})

    def rescued(self) -> dict[str, str]:
        """Refs under which something was set aside, by their last part."""
        return dict(self.rig.rescued())
