"""kill -9 of whoever takes an agent out of the town, at every step: the next call finishes, and nothing is lost."""

from pathlib import Path

import pytest

from gastown.ledger import agents, events
from gastown.operations.sessions.ensure import ensure
from gastown.operations.town.crew import add_crew
from gastown.operations.town.nuke import nuke
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.world.processes import marked
from tests.e2e import proof
from tests.e2e.kill_points import Killer, Run, killed_everywhere, told
from tests.e2e.stage import Stage
from tests.support import git
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


def at_work(town: Town, agent: str, folder: Path, number: int) -> tuple[str, str]:
    """Give the agent work and a session, a commit that no branch has, and a file in no commit; commit and bead."""
    bead = create(town, f"Think of {number}", by=HUMAN, rig="web").id
    sling(town, bead, agent, by=HUMAN)
    assert ensure(town, agent, because="a test") is not None
    git("checkout", "--quiet", "--detach", cwd=folder)
    git("commit", "--quiet", "--allow-empty", "-m", f"Loose {number}", cwd=folder)
    loose = git("rev-parse", "HEAD", cwd=folder)
    (folder / f"left{number}").write_text("behind\n")
    return loose, bead


def is_gone(stage: Stage, town: Town, agent: str, number: int, made: tuple[str, str]) -> None:
    """The agent has left: nothing runs, its work is open, and all that it had can be brought back by what is told."""
    loose, bead = made
    repository = stage.root / "web" / "repo.git"
    row, left = agents.get(town.ledger, agent), events.last_of_type(town.ledger, agent, "agent.nuked")
    assert row is not None
    assert left is not None
    assert (row.hook_bead, row.removed_at is not None) == (None, True)
    assert stage.status_of(bead) == "open"
    assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": agent}) == ()
    assert not (stage.root / agent).exists()
    refs = [ref for ref in map(str, left.payload["refs"]) if ref.startswith("refs/")]  # type: ignore[call-overload]
    kept = {ref: git("rev-parse", ref, cwd=repository) for ref in refs}
    assert loose in kept.values()
    snapshots = [ref for ref in refs if ref.endswith("/worktree")]
    files = {
        name for ref in snapshots for name in git("ls-tree", "-r", "--name-only", ref, cwd=repository).split()
    }
    files |= {name for ref in snapshots for name in _untracked(repository, ref)}
    assert f"left{number}" in files
    assert proof.count(stage.root, "incarnations WHERE ended_at IS NULL") == 0
    proof.the_ledger_is_sound(stage.root)
    proof.nothing_is_half_made(stage.root)
    proof.no_commit_is_lost(stage.root)


def _untracked(repository: Path, ref: str) -> list[str]:
    """Files that a snapshot, made like a stash, holds beside the tracked ones."""
    parents = git("rev-list", "--parents", "-1", ref, cwd=repository).split()[1:]
    return [
        name for one in parents for name in git("ls-tree", "-r", "--name-only", one, cwd=repository).split()
    ]


def test_a_killed_nuke_is_finished_by_the_next_one(killer: Killer, stage: Stage) -> None:
    town, agent = Town(stage.root), "web/polecats/Toast"
    made: list[tuple[str, str]] = []

    def once(until: int) -> Run:
        made.append(at_work(town, agent, stage.root / agent, len(made)))
        return killer.run(until, "gt", "polecat", "nuke", "Toast", "--no-up", cwd=stage.root)

    for _, run in killed_everywhere(once, most=20):
        with told(run):
            nuke(town, agent, by=HUMAN)
            is_gone(stage, town, agent, len(made) - 1, made[-1])
    town.close()


def test_a_killed_removal_of_crew_is_finished_by_the_next_one(killer: Killer, stage: Stage) -> None:
    town, agent = Town(stage.root), "web/crew/ann"
    made: list[tuple[str, str]] = []
    words = ("crew", "remove", "ann", "--force", "--no-up")

    def once(until: int) -> Run:
        add_crew(town, "ann", rig="web", by=HUMAN)
        made.append(at_work(town, agent, stage.root / agent, len(made)))
        (stage.root / agent / "dear.log").write_text("whatever git thinks of it\n")
        return killer.run(until, "gt", *words, cwd=stage.root)

    for _, run in killed_everywhere(once, most=16):
        with told(run):
            stage.gt(*words)
            is_gone(stage, town, agent, len(made) - 1, made[-1])
            left = events.last_of_type(town.ledger, agent, "agent.nuked")
            assert left is not None
            refs = map(Path, map(str, left.payload["refs"]))  # type: ignore[call-overload]
            aside = [ref for ref in refs if ref.is_absolute()]
            assert [(folder / "dear.log").exists() for folder in aside].count(True) == 1
    town.close()
