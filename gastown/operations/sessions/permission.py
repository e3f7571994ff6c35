"""Whether whoever asks may do it: by the role of the agent whose credential came with the command."""

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER, parse_address
from gastown.domain.roles import Capability
from gastown.errors import Refused
from gastown.settings import roles
from gastown.town import Town


def permit(town: Town, by: Caller, what: Capability, deed: str) -> None:
    """Raise Refused unless the caller is a person, or an agent whose role may do this.

    `deed` ends the sentence "a polecat may not …". What a role may do stands in its file; one that cannot be read
    permits nothing.
    """
    if by.is_human:
        return
    address = parse_address(by.address)
    if what not in roles.read(address.role, town=town.root, rig=address.rig).may:
        raise Refused(f"a {address.role} may not {deed}", "ask the mayor, or your human: gt mail send mayor")


def must_be_of_rig(by: Caller, rig: str | None, deed: str) -> None:
    """Raise Refused if the caller is an agent of a rig, and this belongs to another, or to the town (None).

    Town-wide agents and persons act on all. What is done later in an agent's name has that agent's limits. `deed`
    is what stands between "web/witness may" and "of web only".
    """
    own = None if by.address == OVERSEER else parse_address(by.address).rig
    if own is not None and own != rig:
        raise Refused(f"{by.address} may {deed} of {own} only", "ask the mayor: gt mail send mayor")


def must_be_human(by: Caller, command: str) -> None:
    """Raise Refused unless the caller is a person."""
    if not by.is_human:
        raise Refused(f"{command} is for people", "ask the one who runs this town, and end your turn")
