"""`gt agent runtime`: which agent CLI an agent's next session is."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.ledger import agents, events
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.choice import check_runtime, runtime_of
from gastown.operations.sessions.known import known, must_command
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Chosen:
    """The agent CLI of its next session. `own`: it was chosen for this agent; else its role's, rig's or the town's."""

    agent: str
    runtime: str
    own: bool
    already: bool


def choose_runtime(town: Town, address: str, runtime: str | None, *, by: Caller) -> Chosen:
    """Let the agent's sessions be of that agent CLI from the next start on; None: of its role, rig or town again.

    Work that was slung with one of its own keeps that. Raises NotFound, Refused and Unavailable when it cannot be
    started here, and Refused for whoever may not.
    """
    must_command(town, address, by=by, deed="choose the agent CLI of")
    if runtime is not None:
        check_runtime(town, runtime)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        known(town, ledger, address, now)
        changed = agents.set_runtime(ledger, address, runtime)
        if changed:
            events.append(ledger, by.address, "agent.runtime_chosen", address, now, runtime=runtime)
    return Chosen(address, runtime_of(town, address, None), runtime is not None, already=not changed)
