"""One tick: observe, decide, act, and show."""

import logging
from collections.abc import Sequence
from datetime import datetime

from gastown.domain.actions import Action, LeaveAlone, StartQueue
from gastown.domain.decide.queues import tend_queue
from gastown.domain.decide.slots import within_slots
from gastown.domain.decide.supervision import supervise
from gastown.domain.supervised import RestartPolicy
from gastown.supervisor.act import Hands
from gastown.supervisor.show import Show
from gastown.town import Town
from gastown.views.supervised import observe_agents, observe_queues

log = logging.getLogger("gastown.supervisor")


class Tick:
    """Looks at the town again and again; between two looks it keeps only what it last said."""

    def __init__(self, town: Town, hands: Hands) -> None:
        self._town = town
        self._hands = hands
        self._show = Show(town)
        self._policy = RestartPolicy()
        self._said: dict[str, str] = {}

    def run(self) -> datetime | None:
        """Do what is to be done now; gives the moment at which to look again, if one is known.

        Nothing is decided about agents whom something is being done for when the look begins: what is seen of
        them is not how they will be found.
        """
        now = self._town.clock.now()
        under_way = self._hands.under_way()
        agents = observe_agents(self._town)
        actions = [supervise(agent, self._policy, now) for agent in agents if agent.address not in under_way]
        actions = list(within_slots(actions, agents, self._town.settings.max_polecats, under_way))
        actions += [
            action for queue in observe_queues(self._town) if (action := tend_queue(queue)) is not None
        ]
        for action in actions:
            self._say(action)
            self._hands.do(action)
        self._show.run(agents, now)
        return _soonest(actions, now, self._hands.look_again_at(now))

    def say_goodbye(self) -> None:
        """Let the status line say at once that nobody supervises."""
        self._show.say_goodbye()

    def _say(self, action: Action) -> None:
        """Log an action when it or its reason is new."""
        who = action.rig if isinstance(action, StartQueue) else action.agent
        told = f"{type(action).__name__}: {action.because}"
        if self._said.get(who) != told:
            self._said[who] = told
            log.info("%s: %s", who, action.because if isinstance(action, LeaveAlone) else told)


def _soonest(actions: Sequence[Action], now: datetime, other: datetime | None) -> datetime | None:
    moments = [
        a.until for a in actions if isinstance(a, LeaveAlone) and a.until is not None and a.until > now
    ]
    moments += [other] if other is not None else []
    return min(moments, default=None)
