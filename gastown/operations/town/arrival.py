"""Waiting for a session that was wished: the supervisor starts it."""

import time

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Unavailable
from gastown.ledger import incarnations
from gastown.operations.sessions.place import session_of
from gastown.town import Town

PATIENCE = 60.0
EVERY = 0.1


def wait_for(town: Town, address: str, *, within: float = PATIENCE) -> str:
    """The name of the agent's session, once it is there; raises Unavailable when it does not come, saying why not."""
    name, late = session_of(town, address), time.monotonic() + within
    before = incarnations.newest(town.ledger, address)
    while True:
        newest = incarnations.newest(town.ledger, address)
        match town.terminal.look([name])[name]:
            case Present(session) if newest is None or session.incarnation in {None, newest.id}:
                return name
            case Present() | Absent() | Unknown():
                pass
        if newest is not None and newest.ended_at is not None and (before is None or newest.id != before.id):
            raise Unavailable(f"{address} could not be started: {newest.why}", f"gt log {address}")
        if time.monotonic() > late:
            raise Unavailable(f"{address} did not come within {within:g} s", f"gt log {address}\ngt status")
        time.sleep(EVERY)
