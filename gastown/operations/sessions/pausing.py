"""`gt agent pause` and `resume`: no session is started or pushed for an agent that is paused."""

from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError, Invalid
from gastown.ledger import agents, events
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.known import known, must_command
from gastown.operations.sessions.place import session_of
from gastown.town import Town
from gastown.world.wake import ring


@dataclass(frozen=True, slots=True)
class Paused:
    """Why it is paused now. `already`: it was before. `runs`: its session still does; None: not to be seen."""

    agent: str
    why: str
    already: bool
    runs: bool | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """`was` is why it was paused; None: it was not."""

    agent: str
    was: str | None


def pause(town: Town, address: str, why: str, *, by: Caller) -> Paused:
    """Start no session for the agent, and give it no push, until it is resumed. What runs is left alone.

    Raises Invalid without a reason, NotFound for an agent that is not there, Refused for whoever may not.
    """
    must_command(town, address, by=by, deed="pause")
    if not (why := " ".join(why.split())):
        raise Invalid("say why it is paused: others will wonder", 'gt agent pause AGENT -m "why"')
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        before = known(town, ledger, address, now).paused
        if agents.pause(ledger, address, why):
            events.append(ledger, by.address, "agent.paused", address, now, why=why, before=before)
    ring(town.places.wake)
    return Paused(address, why, before == why, _runs(town, address))


def resume(town: Town, address: str, *, by: Caller) -> Resumed:
    """Let sessions be started for the agent again: what is on its hook goes on. Raises NotFound and Refused."""
    must_command(town, address, by=by, deed="resume")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        was = known(town, ledger, address, now).paused
        if agents.pause(ledger, address, None):
            events.append(ledger, by.address, "agent.unpaused", address, now, was=was)
    ring(town.places.wake)
    return Resumed(address, was)


def _runs(town: Town, address: str) -> bool | None:
    try:
        name = session_of(town, address)
        seen = town.terminal.look([name])[name]
    except GastownError:
        return None
    match seen:
        case Present():
            return True
        case Absent():
            return False
        case Unknown():
            return None
