"""What a session leaves behind: its processes, and the record of its end."""

from collections.abc import Mapping

from gastown.domain.assignments import Incarnation
from gastown.domain.decide.budget import CUT_OFF
from gastown.domain.identity import parse_address
from gastown.domain.observed import Absent, Present
from gastown.errors import GastownError
from gastown.ledger import agents, events, incarnations
from gastown.town import Town

GRACE = 3.0
"""Seconds between the polite and the final signal."""


def end_leftovers(town: Town, marks: Mapping[str, str]) -> None:
    """End every process that a session of this town started and that carries these marks in its environment.

    People set GT_TOWN themselves: only what has an incarnation is ours. Raises Unavailable if one stays.
    """
    from gastown.world.processes import end_marked

    end_marked({"GT_TOWN": str(town.root), **marks}, spare=_is_a_persons, grace=GRACE)


def _is_a_persons(environment: Mapping[str, str]) -> bool:
    return not environment.get("GT_INCARNATION")


def record_end(town: Town, agent: str, incarnation: int, why: str, *, unwant: bool = False) -> bool:
    """Write down that an incarnation whose session is gone has ended, after what it left running was ended too.

    False when there was nothing to write down. `unwant`: from now on its agent's session comes with work alone,
    unless this one never began.

    The caller holds the agent's lock. A session that is there after all, or cannot be seen, is left as it is.
    One that never began, because its starter was killed first, is not said to have ended for another reason.
    """
    newest = incarnations.newest(town.ledger, agent)
    if newest is None or newest.id != incarnation or newest.ended_at is not None:
        return False
    if not isinstance(town.terminal.look([newest.session])[newest.session], Absent):
        return False
    end_leftovers(town, {"GT_ADDRESS": agent, "GT_INCARNATION": str(incarnation)})
    why = why if _began(town, newest) else CUT_OFF
    head, now = _head(town, agent), town.clock.now()
    with town.ledger.transaction() as ledger:
        if not incarnations.end(ledger, incarnation, why, now, head=head):
            return False
        events.append(
            ledger, "supervisor", "agent.ended", agent, now, incarnation=incarnation, why=why, head=head
        )
        if unwant and why != CUT_OFF:
            agents.unwant(ledger, agent)
    return True


def _began(town: Town, incarnation: Incarnation) -> bool:
    """Whether there ever was a session: it told so itself, or who started it did."""
    if incarnation.primed_at is not None:
        return True
    told = events.last_of_type(town.ledger, incarnation.agent, "agent.started")
    return told is not None and told.payload.get("incarnation") == incarnation.id


def _head(town: Town, agent: str) -> str | None:
    assignment, rig = agents.open_assignment(town.ledger, agent), parse_address(agent).rig
    if rig is None or assignment is None or assignment.branch is None:
        return None
    try:
        seen = town.repository(rig).resolve(f"refs/heads/{assignment.branch}")
    except GastownError:
        return None
    return seen.value if isinstance(seen, Present) else None
