"""Who runs this command: known by the credential of its session, never by what it says of itself."""

import os
from dataclasses import replace

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER
from gastown.errors import Refused
from gastown.ledger import agents
from gastown.ledger.database import Database
from gastown.ledger.quick import credential_hash
from gastown.town import Town


def caller(town: Town) -> Caller:
    """The agent whose session this is, or the human where there is no credential.

    Raises Refused for a credential that this town never gave out.
    """
    credential = os.environ.get("GT_CREDENTIAL", "")
    if not credential:
        return Caller(OVERSEER)
    holder = agents.by_credential(town.ledger, credential_hash(credential))
    if holder is None:
        raise Refused(
            "this session's credential is not known in this town", "start the agent through gt sling"
        )
    incarnation = holder.incarnation
    return Caller(incarnation.agent, incarnation.id, incarnation.generation, is_current=holder.is_newest)


def fence(ledger: Database, by: Caller) -> None:
    """Refuse, inside the transaction that acts, what a session began that has been replaced meanwhile."""
    if by.incarnation is not None and not agents.is_current(ledger, by.incarnation):
        replace(by, is_current=False).must_be_current()
