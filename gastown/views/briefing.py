"""What an agent is to be told when it starts: its role, its hook, how far the work has come, and what came for it."""

from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment
from gastown.domain.briefing_facts import Briefing, HookedWork
from gastown.domain.messages import Kind, Message
from gastown.domain.observed import Present
from gastown.domain.prompts import Told, fill_in
from gastown.domain.roles import Place, Role
from gastown.errors import GastownError, NotFound
from gastown.ledger import agents, beads, events, incarnations, messages, molecules
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


def briefing(town: Town, address: str, *, reader: int | None = None) -> Briefing:
    """All that the agent at `address` is told. Raises NotFound for an agent, rig or role that is not there.

    `reader` is its incarnation that asks: what that one wrote for the next is not for itself.
    A worktree or repository that cannot be read is told as one without commits and changes.
    """
    agent = agents.get(town.ledger, address)
    if agent is None:
        raise NotFound(f"there is no agent {address!r}", "gt agents lists them")
    rig = town.rig(agent.rig) if agent.rig else None
    role = roles.read(agent.role, town=town.root, rig=agent.rig)
    assignment = agents.open_assignment(town.ledger, address)
    told = _told(town, agent, rig)
    return Briefing(
        address=address,
        role_prompt=fill_in(role.prompt, told),
        target=rig.target if rig else "",
        starts=_earlier_starts(town, assignment) if assignment else 0,
        work=_work(town, rig, agent, role, assignment) if assignment else None,
        role=role.name,
        orders=fill_in(role.directives, told),
        orders_in=role.sources.get("directives", ""),
        notes=_notes(town, address, assignment, reader),
        mail=[message for message in messages.unread(town.ledger, address) if not _is_note(message)],
    )


def _told(town: Town, agent: AgentRow, rig: RigSettings | None) -> Told:
    return Told(
        name=agent.name, address=agent.address, role=agent.role, town=town.settings.name,
        rig=rig.name if rig else None, target=rig.target if rig else None,
    )  # fmt: skip


def _notes(town: Town, address: str, assignment: Assignment | None, reader: int | None) -> list[Message]:
    """Notes of the sessions before: all that are unread, and what the last of them left, if it is about the same work.

    What a session was told and could not finish, the one after it needs as well.
    """
    generation = assignment.generation if assignment else None
    notes = messages.notes_for(town.ledger, address, reader=reader, generation=generation)
    return [note for note in notes if note.is_unread or note.incarnation == notes[0].incarnation]


def _is_note(message: Message) -> bool:
    return message.kind == Kind.HANDOFF and message.sender == message.recipient


def _earlier_starts(town: Town, assignment: Assignment) -> int:
    """How often somebody was told of this work before: a session that never came so far did not begin it."""
    return sum(
        row["primed_at"] is not None for row in incarnations.starts_of_bead(town.ledger, assignment.bead)
    )


def _work(
    town: Town, rig: RigSettings | None, agent: AgentRow, role: Role, assignment: Assignment
) -> HookedWork:
    bead = beads.get(town.ledger, assignment.bead)
    work = HookedWork(
        bead=bead.id,
        title=bead.title,
        generation=assignment.generation,
        branch="",
        description=bead.description,
        acceptance=bead.acceptance,
        design=bead.design,
        comments=beads.comments(town.ledger, bead.id),
        commits=(),
        unsaved=0,
        kept=_kept(town, bead.id, agent.address),
        molecule=molecules.open_of_bead(town.ledger, bead.id),
        deferred=assignment.deferred,
    )
    if rig is None or role.place is not Place.WORKTREE:
        return work
    return _in_worktree(town, rig, agent, assignment.branch, work)


def _in_worktree(
    town: Town, rig: RigSettings, agent: AgentRow, branch: str | None, work: HookedWork
) -> HookedWork:
    from dataclasses import replace

    seen = _seen(town, agent)
    stands_on = _stands_on(seen, branch) if seen and branch else ""
    at = seen.head if seen and seen.head and stands_on else f"refs/heads/{branch}"
    return replace(
        work,
        branch=branch or NO_BRANCH,
        commits=_commits(town, rig, at) if branch else (),
        unsaved=seen.staged + seen.unstaged + seen.untracked + seen.unmerged if seen else 0,
        changed=seen.examples if seen else (),
        stands_on=stands_on,
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


def _seen(town: Town, agent: AgentRow) -> "WorktreeStatus | None":
    from gastown.world.git.status import status

    try:
        return status(town.places.home(agent.address))
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
