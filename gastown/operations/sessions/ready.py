"""Making ready where an agent works: its folder, or its worktree on the right branch with nothing of before lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment
from gastown.domain.identity import Address
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Place as Where
from gastown.errors import GastownError, Refused, Unavailable
from gastown.ledger import agents, incarnations
from gastown.operations.sessions.guarded import guard
from gastown.operations.sessions.place import branch_for, folder_of, is_lent, role_of
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.world.git.repository import Repository


HOME = "home"
"""What the branch of an agent that keeps its worktree is called when it has no work: `crew-ann/home`."""

PATIENCE = 15.0
"""Seconds that a remote may take to answer before work begins without it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is done; `base` is the commit that the branch began at, `head` where it stands.

    A folder without code has neither, nor a branch; a worktree without work has no base.
    """

    folder: Path
    branch: str | None = None
    base: str | None = None
    head: str | None = None
    rescued: tuple[str, ...] = ()


def make_ready(town: Town, assignment: Assignment | None, address: Address) -> Place:
    """Give the agent its folder; or its worktree, on the assignment's branch, from the fresh target or where it stood.

    Without work a worktree that is there is left exactly as it is. Custody first: what it held for other work is
    kept. Raises Unavailable, Refused, or Busy while a git that somebody left behind works there.
    """
    folder, role = folder_of(town, str(address)), role_of(town, str(address))
    if role.place is Where.FOLDER:
        return Place(_made(folder))
    if address.rig is None:
        raise Refused(
            f"{address} belongs to no rig, so it has no worktree", f'place = "folder" in its role {role.name}'
        )
    from gastown.world.git.orphans import outwait

    rig = town.rig(address.rig)
    repository = town.repository(rig.name)
    guard(town, repository.path, target=rig.target, rig=rig.name)
    outwait(folder)  # a reset or clean of a supervisor that was killed must not meet the next agent's work
    if assignment is None:
        return _without_work(town, repository, address, None if is_lent(role) or not role.many else HOME)
    return _for_work(town, repository, address, assignment)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be made: {error.strerror}", "check what is there, and the disk"
        ) from error
    return folder


def _without_work(town: Town, repository: "Repository", address: Address, own_branch: str | None) -> Place:
    """The worktree as it is; where there is none, a new one at the target, on a branch of its own if it has one."""
    from gastown.world.git import worktrees

    folder, branch = folder_of(town, str(address)), None
    if own_branch is not None:
        branch = branch_for(address, own_branch)
    if not folder.exists():
        _refresh(repository)
    worktrees.clear_stale_lock(repository, folder, branch)
    prepared = worktrees.prepare(
        repository,
        folder,
        branch,
        start=repository.target(town.rig(str(address.rig)).target),
        had_session=incarnations.newest(town.ledger, str(address)) is not None,
        resume=True,
    )
    return Place(folder, branch if prepared.made else None, None, prepared.head, tuple(prepared.rescued))


def _for_work(town: Town, repository: "Repository", address: Address, assignment: Assignment) -> Place:
    from gastown.world.git import worktrees

    folder = folder_of(town, str(address))
    branch, base, start = work_on(town, repository, address, assignment)
    worktrees.clear_stale_lock(repository, folder, branch)
    newest = incarnations.newest(town.ledger, str(address))
    prepared = worktrees.prepare(
        repository,
        folder,
        branch,
        start=start,
        had_session=newest is not None,
        resume=_worked_there(town, assignment) or _is_kept_as_it_is(town, address, folder),
    )
    return Place(folder, branch, base, prepared.head, tuple(prepared.rescued))


def _is_kept_as_it_is(town: Town, address: Address, folder: Path) -> bool:
    """Whether it is the agent's own worktree and holds what is not saved: people work there, too.

    Then the work is done where it stands; its briefing says where that is. One that cannot be read is made ready.
    """
    from gastown.world.git import worktrees

    if is_lent(role_of(town, str(address))) or not folder.exists():
        return False
    try:
        seen = worktrees.status(folder)
    except GastownError:
        return False
    return seen.dirty or bool(seen.operation)


def _worked_there(town: Town, assignment: Assignment) -> bool:
    """Whether a session for this very assignment was started before: then what it left is its successor's."""
    return any(
        row["generation"] == assignment.generation and row["head"] is not None
        for row in incarnations.starts_of_bead(town.ledger, assignment.bead)
    )


def work_on(
    town: Town, repository: "Repository", address: Address, assignment: Assignment, *, fresh: bool = True
) -> tuple[str, str, str]:
    """The branch of the assignment, what it builds on, and where the branch begins; `fresh`: the remote is asked first.

    The first two are written down before git makes the branch; one that is there and that nobody wrote down is
    somebody else's. Work that is taken up again begins where it was left, and builds on what it first built on.
    """
    every = agents.assignments_of_bead(town.ledger, assignment.bead)
    earlier = [each for each in every if each.generation < assignment.generation]
    kept = _kept(repository, earlier)
    if assignment.branch is not None and assignment.base is not None:
        return assignment.branch, assignment.base, kept or assignment.base
    branch = _branch(repository, address, assignment, earlier)
    if fresh:
        _refresh(repository)
    base = _first_base(earlier) if kept is not None else None
    if base is None:
        base = repository.target(town.rig(str(address.rig)).target)
    with town.ledger.transaction() as ledger:
        agents.set_branch(ledger, assignment.generation, branch, base)
    return branch, base, kept or base


def _first_base(earlier: Sequence[Assignment]) -> str | None:
    """What the bead's work built on before anything of it was handed in."""
    return next((assignment.base for assignment in earlier if assignment.base is not None), None)


def _refresh(repository: "Repository") -> None:
    """Fetch if the remote answers; without it work begins at the last known target, and the queue brings it up."""
    try:
        repository.fetch(patience=PATIENCE)
    except GastownError:
        return


def _branch(
    repository: "Repository", address: Address, assignment: Assignment, earlier: Sequence[Assignment]
) -> str:
    """The branch to work on: that of an assignment that was taken back from the same agent, else a new name."""
    if (
        earlier
        and earlier[-1].outcome == "unslung"
        and earlier[-1].agent == assignment.agent
        and earlier[-1].branch
    ):
        return earlier[-1].branch
    plain = branch_for(address, assignment.bead)
    taken = {a.branch for a in earlier if a.branch}
    names = chain([plain], (f"{plain}.{number}" for number in count(2)))
    return next(name for name in names if name not in taken and not _exists(repository, name))


def _exists(repository: "Repository", branch: str) -> bool:
    match repository.resolve(f"refs/heads/{branch}"):
        case Present():
            return True
        case Absent():
            return False
        case Unknown(why):
            raise Unavailable(f"cannot read the rig's repository: {why}", "gt doctor")


def _kept(repository: "Repository", earlier: Sequence[Assignment]) -> str | None:
    """Where the bead's last assignment left off: what it submitted, else the head of its branch."""
    for assignment in reversed(earlier):
        rev = assignment.done_commit or (f"refs/heads/{assignment.branch}" if assignment.branch else None)
        if rev is None:
            continue
        match repository.resolve(rev):
            case Present(commit):
                return commit
            case Absent():
                continue
            case Unknown(why):
                raise Unavailable(f"cannot read the rig's repository: {why}", "gt doctor")
    return None
