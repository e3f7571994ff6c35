"""What an agent is to be told when it starts: its role, its hook, and how far the work has come."""

from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment
from gastown.domain.briefing import Briefing, HookedWork
from gastown.domain.observed import Present
from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, beads
from gastown.ledger.agents import AgentRow
from gastown.settings import roles
from gastown.settings.rig import RigSettings
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.world.git.repository import Repository

NO_BRANCH = "(not made yet)"


def briefing(town: Town, address: str) -> Briefing:
    """All that the agent at `address` is told. Raises NotFound for an agent, rig or role that is not there.

    A worktree or repository that cannot be read is told as one without commits and changes.
    """
    agent = agents.get(town.ledger, address)
    if agent is None:
        raise NotFound(f"there is no agent {address!r}", "gt status lists them")
    rig = town.rig(agent.rig or "")
    assignment = agents.open_assignment(town.ledger, address)
    return Briefing(
        address=address,
        role_prompt=role_prompt(agent.role, rig),
        target=rig.target,
        starts=_earlier_starts(town, assignment) if assignment else 0,
        work=_work(town, rig, agent, assignment) if assignment else None,
    )


def role_prompt(role: str, rig: RigSettings) -> str:
    """The prompt of a role with its variables filled in. Raises NotFound or Invalid."""
    return roles.read(role).prompt.replace("{rig}", rig.name).replace("{target}", rig.target)


def _earlier_starts(town: Town, assignment: Assignment) -> int:
    """How often somebody was told of this work before: a session that never came so far did not begin it."""
    return sum(row["primed_at"] is not None for row in agents.starts_of_bead(town.ledger, assignment.bead))


def _work(town: Town, rig: RigSettings, agent: AgentRow, assignment: Assignment) -> HookedWork:
    bead = beads.get(town.ledger, assignment.bead)
    return HookedWork(
        bead=bead.id,
        title=bead.title,
        generation=assignment.generation,
        branch=assignment.branch or NO_BRANCH,
        description=bead.description,
        acceptance=bead.acceptance,
        design=bead.design,
        comments=beads.comments(town.ledger, bead.id),
        commits=_commits(town, rig, assignment.branch) if assignment.branch else (),
        unsaved=_unsaved(town, rig, agent),
    )


def _commits(town: Town, rig: RigSettings, branch: str) -> tuple[str, ...]:
    """Subjects of the branch's commits that the target does not have, as far as this computer knows."""
    try:
        repository = town.repository(rig.name)
        found = repository.commits_between(_target(repository, rig.target), f"refs/heads/{branch}")
    except GastownError:
        return ()
    return tuple(commit.subject for commit in found)


def _target(repository: "Repository", branch: str) -> str:
    """The ref of the rig's main branch: our own where the remote is a person's checkout, else the remote's."""
    own = f"refs/heads/{branch}"
    return own if isinstance(repository.resolve(own), Present) else f"refs/remotes/origin/{branch}"


def _unsaved(town: Town, rig: RigSettings, agent: AgentRow) -> int:
    from gastown.world.git.status import status

    try:
        seen = status(town.rig_places(rig.name).polecat(agent.name))
    except GastownError:
        return 0
    return seen.staged + seen.unstaged + seen.untracked + seen.unmerged
