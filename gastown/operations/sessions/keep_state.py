"""Keeping how far an agent is when its conversation is compacted: unasked, and without touching its worktree."""

from datetime import timedelta

from gastown.domain.assignments import Incarnation
from gastown.domain.identity import parse_address
from gastown.errors import Busy, GastownError
from gastown.ledger import events, incarnations
from gastown.operations.sessions.place import folder_of, has_worktree
from gastown.operations.sessions.state import state_of
from gastown.town import Town
from gastown.world.locks import lock

PAUSE = timedelta(minutes=10)
"""Between two times for one session: a snapshot reads every file that changed."""


def keep_states(town: Town) -> int:
    """Record for each session that compacts how far it is, and save what it has not committed; gives how many.

    Whoever works on an agent meanwhile is not disturbed: that one is passed over, until the next time.
    """
    due = incarnations.compacting(town.ledger, town.clock.now() - PAUSE)
    kept = 0
    for session in due:
        try:
            with lock(town.places.lock(session.agent), what=session.agent):
                kept += _keep(town, session)
        except Busy:
            continue
    return kept


def is_due(town: Town) -> bool:
    """Whether a session compacts of which nothing was kept for a while."""
    return bool(incarnations.compacting(town.ledger, town.clock.now() - PAUSE))


def _keep(town: Town, session: Incarnation) -> bool:
    state = state_of(town, session.agent)
    refs, why = _snapshot(town, session.agent) if state.changed else ((), "")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        if not incarnations.kept(ledger, session.id, now):
            return False
        events.append(
            ledger, "supervisor", "agent.state_kept", session.agent, now, incarnation=session.id, **state.facts,
            ref=refs[-1] if refs else None, refs=list(refs), not_saved=why or None,
        )  # fmt: skip
    return True


def _snapshot(town: Town, address: str) -> tuple[tuple[str, ...], str]:
    """The refs that hold what is in no commit; why there are none, if it could not be saved."""
    from gastown.world.git.custody import secure

    rig = parse_address(address).rig
    try:
        if rig is None or not has_worktree(town, address):
            return (), ""
        saved = secure(
            town.repository(rig), folder_of(town, address), reason="its conversation was compacted", aside=False,
            now=town.clock.now(),
        )  # fmt: skip
    except GastownError as problem:
        return (), problem.message
    return saved.refs, saved.because if saved.left else ""
