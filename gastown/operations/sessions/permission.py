"""Whether whoever asks may do it: by the role of the agent whose credential came with the command."""

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
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
