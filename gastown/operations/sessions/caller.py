"""Who runs this command: known by the credential of its session, never by what it says of itself."""

import os
from dataclasses import replace
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER
from gastown.domain.observed import Present
from gastown.errors import Refused
from gastown.ledger import incarnations
from gastown.ledger.database import Database
from gastown.ledger.quick import credential_hash
from gastown.operations.sessions.marks import GATE, TOWN_OF_GATE
from gastown.town import Town
from gastown.world.ancestors import ancestors
from gastown.world.locks import held


def caller(town: Town) -> Caller:
    """The agent whose session this is, or the human where there is no credential.

    Raises Refused for a credential that this town never gave out, and as `must_be_somebody` does.
    """
    credential = os.environ.get("GT_CREDENTIAL", "")
    if not credential:
        must_be_somebody(town)
        return Caller(OVERSEER)
    holder = incarnations.by_credential(town.ledger, credential_hash(credential))
    if holder is None:
        raise Refused(
            "this session's credential is not known in this town", "start the agent through gt sling"
        )
    incarnation = holder.incarnation
    return Caller(incarnation.agent, incarnation.id, incarnation.generation, is_current=holder.is_newest)


def must_be_somebody(town: Town) -> None:
    """Raises Refused in a session that has lost its credential or hides it, and in a gate: neither is the human."""
    if os.environ.get("GT_CREDENTIAL"):
        return
    if any(os.environ.get(name) for name in ("GT_ADDRESS", "GT_INCARNATION")):
        raise Refused(
            "this is an agent's session without its credential, so nobody knows who asks",
            "unset GT_ADDRESS GT_INCARNATION, if you are a person",
        )
    if os.environ.get(GATE) and _is_of(town, os.environ.get(TOWN_OF_GATE)):
        raise Refused(
            "this runs in a gate of this town: what a gate runs is nobody here, and changes nothing",
            f"unset {GATE} {TOWN_OF_GATE}, if you are a person",
        )
    if (agent := _typed_by(town)) is not None:
        raise Refused(
            f"this was typed in the session of {agent}, without its credential: that makes nobody a person",
            "use the environment that your session came with",
        )


def must_be_person(town: Town, command: str) -> None:
    """Raises Refused for whoever is no person: an agent, and as `must_be_somebody` does."""
    must_be_somebody(town)
    if is_agent():
        raise Refused(f"{command} is for people", "ask the one who runs this town, and end your turn")


def is_agent() -> bool:
    """Whether this was typed in an agent's session, with whatever credential."""
    return bool(os.environ.get("GT_CREDENTIAL"))


def _typed_by(town: Town) -> str | None:
    """The agent of this town below whose session this process runs, whatever its own environment says.

    What the supervisor starts is the town's, also while the agent's command that started it is still there.
    """
    above = list(ancestors())
    for pid, environment in above:
        if environment.get("GT_INCARNATION") and _is_of(town, environment.get("GT_TOWN", os.devnull)):
            supervisor = held(town.places.supervisor_lock)
            if isinstance(supervisor, Present) and supervisor.value in (each.pid for each in above):
                return None
            return environment.get("GT_ADDRESS") or f"process {pid}"
    return None


def _is_of(town: Town, root: str | None) -> bool:
    """Whether the gate is this town's; one that does not say is. Tests of ours may be the gate of another."""
    return not root or Path(root).resolve() == town.root.resolve()


def fence(ledger: Database, by: Caller) -> None:
    """Refuse, inside the transaction that acts, what a session began that has been replaced meanwhile."""
    if by.incarnation is not None and not incarnations.is_current(ledger, by.incarnation):
        replace(by, is_current=False).must_be_current()
