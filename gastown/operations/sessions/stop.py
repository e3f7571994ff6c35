"""Ending a session that has nothing left to do, and letting go of what it worked in."""

from gastown.domain.identity import parse_address
from gastown.domain.observed import Absent
from gastown.domain.terminal import Session
from gastown.errors import GastownError
from gastown.ledger import agents, events, incarnations
from gastown.operations.sessions.kept import record_kept
from gastown.operations.sessions.place import folder_of, is_lent, role_of
from gastown.operations.sessions.trace import end_leftovers
from gastown.town import Town
from gastown.world.locks import lock


def stop(town: Town, address: str, session: Session, *, because: str) -> bool:
    """End that very session with its process tree; False when work came onto the hook meanwhile.

    False, too, when somebody else has ended it. Raises Busy when somebody works on the agent, Unavailable when
    something survives.
    """
    with lock(town.places.lock(address), what=address):
        if (work := agents.open_assignment(town.ledger, address)) is not None and not work.deferred:
            return False
        newest = incarnations.newest(town.ledger, address)
        runs = not isinstance(town.terminal.look([session.name])[session.name], Absent)
        if newest is not None and newest.ended_at is not None and not runs:
            return False
        town.terminal.stop(session)
        end_leftovers(town, {"GT_ADDRESS": address})
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            if newest is not None and newest.ended_at is None:
                incarnations.end(ledger, newest.id, because, now)
            events.append(
                ledger, "supervisor", "agent.stopped", address, now, because=because, session=session.name
            )
        let_go(town, address, newest.bead if newest is not None else None)
    return True


def let_go(town: Town, address: str, bead: str | None) -> None:
    """Free the branch of a worktree that was lent for one piece of work, and tell what was kept.

    One that is the agent's own is left as it is, and so is one that cannot be read. The caller holds the lock.
    """
    from gastown.world.git import worktrees

    where = parse_address(address)
    try:
        if where.rig is None or not is_lent(role_of(town, address)):
            return
        kept = worktrees.release(town.repository(where.rig), folder_of(town, address))
        with town.ledger.transaction() as ledger:
            record_kept(ledger, address, bead, kept, town.clock.now())
    except GastownError as failure:
        now = town.clock.now()
        with town.ledger.transaction() as ledger:
            events.append(ledger, "supervisor", "custody.left", address, now, why=failure.message)
