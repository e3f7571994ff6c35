"""What an agent is to be told when it starts: its role, its hook, and how far the work has come."""

from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment
from gastown.domain.briefing import Briefing, HookedWork
from gastown.domain.observed import Present
from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, beads, events, incarnations, molecules
from gastown.ledger.agents import AgentRow
from gastown.settings import roles
from gastown.settings.rig import RigSettings
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.world.git.repository import Repository
    from gastown.world.git.status import WorktreeStatus

NO_BRANCH = "(not made yet)"
EVENTS_READ = 500
"""How far back it is looked for what was kept of earlier sessions."""


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
        role_prompt=role_prompt(town, agent.role, rig),
        target=rig.target,
        starts=_earlier_starts(town, assignment) if assignment else 0,
        work=_work(town, rig, agent, assignment) if assignment else None,
    )


def role_prompt(town: Town, role: str, rig: RigSettings) -> str:
    """The prompt of a role with its variables filled in. Raises NotFound or Invalid."""
    prompt = roles.read(role, town=town.root, rig=rig.name).prompt
    return prompt.replace("{rig}", rig.name).replace("{target}", rig.target)


def _earlier_starts(town: Town, assignment: Assignment) -> int:
    """How often somebody was told of this work before: a session that never came so far did not begin it."""
    return sum(row["primed_at"] is not None for row in incarnations.starts_of_bead(town.ledger, assignment.bead))


def _work(town: Town, rig: RigSettings, agent: AgentRow, assignment: Assignment) -> HookedWork:
    bead, branch = beads.get(town.ledger, assignment.bead), assignment.branch
    seen = _seen(town, rig, agent)
    stands_on = _stands_on(seen, branch) if seen and branch else ""
    at = seen.head if seen and seen.head and stands_on else f"refs/heads/{branch}"
    return HookedWork(
        bead=bead.id,
        title=bead.title,
        generation=assignment.generation,
        branch=assignment.branch or NO_BRANCH,
        description=bead.description,
        acceptance=bead.acceptance,
        design=bead.design,
        comments=beads.comments(town.ledger, bead.id),
        commits=_commits(town, rig, at) if branch else (),
        unsaved=seen.staged + seen.unstaged + seen.untracked + seen.unmerged if seen else 0,
        stands_on=stands_on,
        kept=_kept(town, bead.id, agent.address),
        molecule=molecules.open_of_bead(town.ledger, bead.id),
    )


def _commits(town: Town, rig: RigSettings, rev: str) -> tuple[str, ...]:
    """Subjects of the commits up to `rev` that the target does not have, as far as this computer knows."""
    try:
        repository = town.repository(rig.name)
        found = repository.commits_between(_target(repository, rig.target), rev)
    except GastownError:
        return ()
    return tuple(commit.subject for commit in found)


def _target(repository: "Repository", branch: str) -> str:
    """The ref of the rig's main branch: our own where the remote is a person's checkout, else the remote's."""
    own = f"refs/heads/{branch}"
    return own if isinstance(repository.resolve(own), Present) else f"refs/remotes/origin/{branch}"


def _seen(town: Town, rig: RigSettings, agent: AgentRow) -> "WorktreeStatus | None":
    from gastown.world.git.status import status

    try:
        return status(town.rig_places(rig.name).polecat(agent.name))
    except GastownError:
        return None


def _stands_on(seen: "WorktreeStatus", branch: str) -> str:
    """Where the worktree is, if anything about that has to be told."""
    if seen.branch == branch and not seen.operation:
        return ""
    place = f"the branch {seen.branch}" if seen.branch else f"no branch, at {seen.head[:10]}"
    return f"{place}, in the middle of a {seen.operation}" if seen.operation else place


def _kept(town: Town, bead: str, address: str) -> tuple[str, ...]:
    """How what was kept last of this work comes back."""
    workers = {address, *(each.agent for each in agents.assignments_of_bead(town.ledger, bead))}
    for event in reversed(events.last(town.ledger, EVENTS_READ, sorted(workers))):
        if event.type == "custody.secured" and event.payload.get("bead") == bead:
            commands = event.payload.get("commands")
            return tuple(map(str, commands)) if isinstance(commands, list) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return ()
