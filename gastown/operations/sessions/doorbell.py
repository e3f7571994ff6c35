"""The doorbell: one fixed line, typed to an agent that waits at its prompt and was never told its work."""

import os

from gastown.domain.observed import Present
from gastown.domain.runtime import Activity
from gastown.domain.terminal import Session
from gastown.ledger import agents, events, incarnations
from gastown.operations.sessions.choice import runtime_of
from gastown.town import Town
from gastown.world.locks import lock

LINE = "There is work on your hook. Run: gt prime"

STATUS_FILES = ("HOME", "CLAUDE_CONFIG_DIR", "GT_SCRIPTED_HOME")
"""Variables that say where agent CLIs keep their status files."""


def ring_doorbell(town: Town, address: str, session: Session, incarnation: int, *, because: str) -> bool:
    """Type the line to that very session, at most once, and only where no person ever was.

    False, and nothing is recorded, when it was typed before, was told its work meanwhile, does not wait at its
    prompt, or cannot be seen. Raises Busy when somebody works on the agent, NotFound when the session ends and
    Refused when a person comes at that very moment.
    """
    with lock(town.places.lock(address), what=address):
        if not (_untold(town, address, incarnation) and _waits(town, address, session)):
            return False
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            if not (_untold(town, address, incarnation) and incarnations.rung(ledger, incarnation, now)):
                return False
            events.append(
                ledger, "supervisor", "agent.rung", address, now, incarnation=incarnation, because=because
            )
        town.terminal.type_line(session, LINE, untouched=True)
    return True


def _untold(town: Town, address: str, incarnation: int) -> bool:
    """Whether it is still the one that may act on the hook, and was never told what is there."""
    newest = incarnations.newest(town.ledger, address)
    if newest is None or newest.id != incarnation or newest.primed_at is not None:
        return False
    assignment = agents.open_assignment(town.ledger, address)
    return newest.ended_at is None and assignment is not None and assignment.generation == newest.generation


def _waits(town: Town, address: str, session: Session) -> bool:
    """Whether it is there, nobody ever saw it, and it says that it waits at its prompt."""
    match town.terminal.look([session.name])[session.name]:
        case Present(seen) if (seen.id, seen.pane_pid) == (session.id, session.pane_pid):
            pass
        case _:
            return False
    assignment = agents.open_assignment(town.ledger, address)
    if seen.ever_attached or seen.attached or assignment is None:
        return False
    environment = {name: os.environ[name] for name in STATUS_FILES if name in os.environ}
    runtime = town.runtime(runtime_of(town, address, assignment))
    status = runtime.status(session.pane_pid, environment | {"GT_TOWN": str(town.root)})
    return isinstance(status, Present) and status.value.activity is Activity.IDLE
