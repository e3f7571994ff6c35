"""How many workers' sessions run at the same time, and whose."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from gastown.domain.actions import Action, LeaveAlone, StartSession
from gastown.domain.observed import Absent, Present
from gastown.domain.supervised import AgentFacts


def within_slots(
    actions: Sequence[Action],
    agents: Sequence[AgentFacts],
    most: int,
    under_way: AbstractSet[str] = frozenset(),
) -> Sequence[Action]:
    """Of all workers' sessions to be started, only so many that no more than `most` run; the most urgent, oldest first.

    A slot is held by a session that cannot be seen or whose end is not recorded yet, and by an agent that
    something is `under_way` for: its session may begin at any moment. Who is no worker needs no slot. A session
    that is wanted without work comes last.
    """
    workers = {agent.address: agent for agent in agents if agent.is_worker}
    running = sum(agent.address in under_way or _holds_slot(agent) for agent in workers.values())
    replaced = {agent.address for agent in agents if isinstance(agent.session, Present)}
    new = [
        a
        for a in actions
        if isinstance(a, StartSession) and a.agent in workers and a.agent not in replaced | under_way
    ]
    new.sort(key=lambda a: _urgency(workers[a.agent]))
    late = {a.agent for a in new[max(0, most - running) :]}
    return [
        LeaveAlone(a.agent, f"waits its turn: {most} polecats run")
        if isinstance(a, StartSession) and a.agent in late
        else a
        for a in actions
    ]


def _urgency(agent: AgentFacts) -> tuple[bool, int, float]:
    since = agent.work.slung_at if agent.work else agent.wanted.since if agent.wanted else None
    return agent.work is None, agent.work.priority if agent.work else 0, since.timestamp() if since else 0.0


def _holds_slot(agent: AgentFacts) -> bool:
    unrecorded = agent.last_start is not None and agent.last_start.ended_at is None
    return unrecorded or not isinstance(agent.session, Absent)
