"""What the terminal's status lines say: values of user options, for each session and for the server as a whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gastown.domain.briefing_text import one_line
from gastown.domain.identity import TOWN_PREFIX, parse_address, session_name
from gastown.domain.observed import Present
from gastown.domain.supervised import AgentFacts
from gastown.settings.rig import RigSettings
from gastown.town import Town
from gastown.views.queue import QueueLine, queue_lines
from gastown.views.waiting import waiting_lines
from gastown.views.workers import worker_lines

TITLE = 120
"""Characters of a title that are pushed; the line itself cuts to the width of the terminal."""

Options = Mapping[str, str]


def session_options(town: Town, agents: Sequence[AgentFacts]) -> Mapping[str, Options]:
    """The options of every session that was seen or that follows a log, by the session's name."""
    return options_of(agents, queue_lines(town), town.rigs)


def everywhere(town: Town, agents: Sequence[AgentFacts], now: datetime) -> Options:
    """The options of the server: what waits for the human, and that somebody looked `now`."""
    workers = worker_lines(town, agents, town.settings.max_polecats)
    waiting = waiting_lines(town, agents, workers, town.rigs)
    return {"@gt_waiting": str(len(waiting) or ""), "@gt_beat": str(int(now.timestamp()))}


def options_of(
    agents: Sequence[AgentFacts], queues: Sequence[QueueLine], rigs: Mapping[str, RigSettings]
) -> Mapping[str, Options]:
    """`session_options` of facts alone. An empty value: that part of the line has nothing to say."""
    queued = {line.rig: queue_text(line) for line in queues}
    options = {
        agent.session_name: _of_agent(agent, queued) for agent in agents if isinstance(agent.session, Present)
    }
    for name, rig in rigs.items():
        gate = next((line.bead for line in queues if line.rig == name and line.bead), "")
        options[session_name(rig.prefix, "queue")] = {
            "@gt_agent": f"{name}/queue",
            "@gt_role": "log",
            "@gt_group": name,
            "@gt_hook": gate,
            "@gt_queue": queued.get(name, ""),
        }
    options[session_name(TOWN_PREFIX, "supervisor")] = {
        "@gt_agent": "supervisor",
        "@gt_role": "log",
        "@gt_group": "",
        "@gt_hook": "",
        "@gt_queue": "",
    }
    return {name: {**own, **_neighbours(name, options)} for name, own in options.items()}


def queue_text(line: QueueLine) -> str:
    """How many wait, how many are held, and the gate that runs: `3 ▸ pytest`, `1 held`."""
    parts = [str(line.waiting)] if line.waiting or line.gate else []
    parts += [f"▸ {one_line(line.gate)}"] if line.gate else []
    parts += [f"{line.held} held"] if line.held else []
    return " ".join(parts)


def _of_agent(agent: AgentFacts, queued: Mapping[str, str]) -> dict[str, str]:
    address, hook = parse_address(agent.address), agent.work
    return {
        "@gt_agent": address.short,
        "@gt_role": address.role,
        "@gt_group": agent.rig,
        "@gt_hook": f"{hook.bead} {one_line(hook.title)}"[:TITLE] if hook else "",
        "@gt_queue": queued.get(agent.rig, ""),
    }


def _neighbours(name: str, options: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The sessions before and after this one in its group, by name, round and round; none when it is alone."""
    group = options[name]["@gt_group"]
    names = sorted(other for other, own in options.items() if own["@gt_group"] == group)
    if len(names) == 1:
        return {"@gt_next": "", "@gt_prev": ""}
    at = names.index(name)
    return {"@gt_next": names[(at + 1) % len(names)], "@gt_prev": names[at - 1]}
