"""Whether an agent may change a bead that it does not have."""

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.identity import parse_address
from gastown.domain.roles import Capability
from gastown.town import Town

TAKEN = (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)


def must_be_changeable(town: Town, bead: Bead, *, by: Caller) -> None:
    """Raise Refused unless the caller may change the bead: a person, who has it, and who slings all do.

    All others leave alone what is on another's hook or claimed by another, and those of a rig what other rigs have.
    """
    if by.is_human or bead.assignee == by.address:
        return
    home = parse_address(by.address).rig
    if bead.assignee is not None and bead.status in TAKEN:
        deed = f"change {bead.id}, which is {bead.assignee}'s work"
    elif home is not None and bead.rig not in {None, home}:
        deed = f"change {bead.id}, which belongs to {bead.rig}"
    else:
        return
    from gastown.operations.sessions.permission import permit

    permit(town, by, Capability.SLING, deed)
