"""What lies uncommitted in an agent's worktree: told before it would be set aside."""

from gastown.domain.identity import Address
from gastown.domain.roles import Place, Restart, Role
from gastown.errors import GastownError, Refused
from gastown.ledger import agents
from gastown.settings import roles
from gastown.town import Town


def keeps_its_worktree(role: Role) -> bool:
    """Whether people work there too: what lies in its worktree is a person's, not of some earlier bead."""
    return role.many and role.place is Place.WORKTREE and role.restart is not Restart.TEMPORARY


def check_saved(town: Town, address: Address, bead: str | None) -> None:
    """Raise Refused where other work of people lies uncommitted in the agent's worktree.

    What an earlier assignment of this very bead left there is taken up again, as it is. What cannot be looked at
    is kept by whoever switches the worktree.
    """
    if not keeps_its_worktree(roles.read(address.role, town=town.root, rig=address.rig)):
        return
    found = unsaved(town, address)
    if found is None:
        return
    what, branch = found
    earlier = agents.assignments_of_bead(town.ledger, bead) if bead is not None else ()
    if branch is not None and any(one.agent == str(address) and one.branch == branch for one in earlier):
        return
    again = f"gt sling --restart {bead or '…'} {address}"
    raise Refused(
        f"{address} has work that is not committed: {what}",
        f"commit it in {town.places.home(str(address))}\n{again} sets it aside under refs/gastown/rescue first",
    )


def unsaved(town: Town, address: Address) -> tuple[str, str | None] | None:
    """What is in no commit there, in words, and the branch that is checked out; None: nothing, or nobody knows."""
    from gastown.world.git.worktrees import status

    try:
        role = roles.read(address.role, town=town.root, rig=address.rig)
        if role.place is not Place.WORKTREE:
            return None
        seen = status(town.places.home(str(address)))
    except GastownError:
        return None
    if not (seen.dirty or seen.operation):
        return None
    return (f"a {seen.operation} is in progress" if seen.operation else seen.summary), seen.branch
