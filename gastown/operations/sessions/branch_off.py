"""A branch of its own for work that a session takes up while it runs, in a worktree that is the agent's own."""

from contextlib import suppress

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.identity import parse_address
from gastown.errors import GastownError
from gastown.ledger import agents, incarnations
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.sessions.ready import work_on
from gastown.town import Town
from gastown.world.locks import lock

PATIENCE = 2.0
"""Seconds to wait for somebody who works on the agent; it is the agent that waits."""


def branch_off(town: Town, by: Caller) -> bool:
    """Put the caller's worktree on the branch of the work on its hook, if that has none yet; True when it did.

    Only for a session that lasts: others begin on their branch. A worktree that holds anything that is not committed is
    left as it is, and then the work is done where it stands. Nothing is raised: the agent can work in any case.
    """
    with suppress(GastownError):
        if by.is_current and _takes_up(town, by) is not None:
            with lock(town.places.lock(by.address), what=by.address, wait=PATIENCE):
                work = _takes_up(town, by)
                return work is not None and _switch(town, by.address, work)
    return False


def _takes_up(town: Town, by: Caller) -> Assignment | None:
    """The work for which the caller needs a branch."""
    work = agents.open_assignment(town.ledger, by.address)
    if work is None or work.branch is not None or work.deferred or parse_address(by.address).rig is None:
        return None
    session = incarnations.get(town.ledger, by.incarnation or 0)
    if session is None or not session.lasting or session.generation == work.generation:
        return None
    return work if has_worktree(town, by.address) else None


def _switch(town: Town, address: str, work: Assignment) -> bool:
    from gastown.world.git import worktrees

    where, folder = parse_address(address), folder_of(town, address)
    seen = worktrees.status(folder)
    if seen.dirty or seen.operation:
        return False
    repository = town.repository(str(where.rig))
    branch, _, start = work_on(town, repository, where, work, fresh=False)
    return worktrees.prepare(repository, folder, branch, start=start).branch == branch
