"""Taking polecats out of the town; nothing that they made is lost."""

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.domain.targets import WORKER
from gastown.errors import Refused
from gastown.operations.town.take_out import TakenOut, take_out
from gastown.town import Town

BECAUSE = "gt polecat nuke"


def nuke(town: Town, address: str, *, by: Caller) -> TakenOut:
    """End the polecat's session, keep all that its worktree holds, and remove that; slung at again, it comes back.

    Safe to repeat, and to be cut off anywhere. Raises as `take_out` does, and Refused for agents of other roles.
    """
    role = parse_address(address).role
    if role != WORKER:
        raise Refused(
            f"{address} is no polecat",
            f"gt crew remove {address}" if role == "crew" else f"gt session stop {address} ends its session",
        )
    return take_out(town, address, again=f"gt sling {{bead}} {address}", whole=False, by=by, because=BECAUSE)
