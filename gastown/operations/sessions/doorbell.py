"""The doorbell: one fixed line, typed to an agent that waits at its prompt and was never told its work."""

from gastown.domain.terminal import Session
from gastown.ledger import agents, events
from gastown.town import Town
from gastown.world.locks import lock

LINE = "There is work on your hook. Run: gt prime"


def ring_doorbell(town: Town, address: str, session: Session, incarnation: int, *, because: str) -> bool:
    """Type the line to that very session, at most once; False when it was typed before or it is over.

    Raises Busy when somebody works on the agent, NotFound when the session has ended, Refused in copy mode.
    """
    with lock(town.places.lock(address), what=address):
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            if not agents.rung(ledger, incarnation, now):
                return False
            events.append(
                ledger, "supervisor", "agent.rung", address, now, incarnation=incarnation, because=because
            )
        town.terminal.type_line(session, LINE)
    return True
