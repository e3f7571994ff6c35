"""What the supervisor shows in the terminal: options for the status lines, and the sessions that follow logs."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from gastown.domain.identity import TOWN_PREFIX, session_name
from gastown.domain.observed import Unknown
from gastown.domain.supervised import AgentFacts
from gastown.errors import Busy, GastownError, Unavailable
from gastown.town import Town
from gastown.views.status_line import everywhere, session_options

_Key = tuple[str, str, datetime]
"""A session's name, id and start: one that was replaced under the same name has seen nothing yet."""

BEAT = timedelta(seconds=25)
"""How often the status lines are told that somebody is there; they take a minute of silence for an absence."""

log = logging.getLogger("gastown.supervisor")


class Show:
    """Pushes only what changed since the last time; a heartbeat tells the status line that somebody is there."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._shown: dict[_Key, Mapping[str, str]] = {}
        self._common: Mapping[str, str] = {}
        self._beat_at: datetime | None = None

    def run(self, agents: Sequence[AgentFacts], now: datetime) -> None:
        """Bring terminal and status lines up to date; a terminal that does not answer is left for the next time."""
        try:
            live = self._live()
            self._follow_logs(live)
            wanted = session_options(self._town, agents)
            shown = {live[name]: options for name, options in wanted.items() if name in live}
            changes = {key[0]: _changed(self._shown.get(key, {}), options) for key, options in shown.items()}
            changes = {name: change for name, change in changes.items() if change}
            common = everywhere(self._town, agents, now)
            if changes or self._is_news(common, now):
                self._town.terminal.set_options(changes, common)
                self._common, self._beat_at = common, now
            self._shown = shown
        except GastownError as error:
            self._shown, self._beat_at = {}, None
            log.info("the terminal could not be brought up to date: %s", error.message)

    def _is_news(self, common: Mapping[str, str], now: datetime) -> bool:
        """Whether the options for all are to be pushed; the beat alone counts only now and then."""
        if self._beat_at is None or not timedelta() <= now - self._beat_at < BEAT:
            return True
        return {**common, "@gt_beat": ""} != {**self._common, "@gt_beat": ""}

    def _live(self) -> Mapping[str, _Key]:
        seen = self._town.terminal.sessions()
        if isinstance(seen, Unknown):
            raise Unavailable(seen.why)
        return {session.name: (session.name, session.id, session.started) for session in seen}

    def say_goodbye(self) -> None:
        """Mark the supervisor as gone."""
        try:
            self._town.terminal.set_options({}, {"@gt_beat": "0"})
        except GastownError as error:
            log.info("the status lines could not be told: %s", error.message)

    def _follow_logs(self, live: Mapping[str, _Key]) -> None:
        """Keep a session for the supervisor's log, and one for each rig's queue."""
        logs = {session_name(TOWN_PREFIX, "supervisor"): ("supervisor", "", "supervisor.log")}
        for rig in self._town.rigs.values():
            name = session_name(rig.prefix, "queue")
            logs[name] = (f"{rig.name}/queue", rig.name, f"queue-{rig.name}.log")
        for name, about in logs.items():
            if name not in live:
                self._follow(name, *about)

    def _follow(self, name: str, who: str, group: str, file: str) -> None:
        path = self._town.places.logs / file
        path.touch()
        options = {"@gt_agent": who, "@gt_role": "log", "@gt_group": group}
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", "GT_TOWN": str(self._town.root)}
        try:
            self._town.terminal.start(
                name, ["tail", "-n", "500", "-F", str(path)], cwd=self._town.root, env=env, options=options
            )
        except Busy:
            return


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    gone = {name: "" for name in before if name not in now}
    return gone | {name: value for name, value in now.items() if before.get(name) != value}
