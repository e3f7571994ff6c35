"""Agents' sessions: `gt session list`, `start`, `stop`, `restart`."""

from typing import TYPE_CHECKING

from gastown.cli import output
from gastown.cli.parameters import AgentOrBead, Json, Up
from gastown.cli.place import agent_named, caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.sessions.by_hand import Restarted, Started, Stopped


def list_sessions(*, as_json: Json = False) -> None:
    """List the sessions (in the town's own tmux) that run, and those that are wanted and missing."""
    from gastown.cli.render_agents import sessions
    from gastown.views.sessions import session_list

    town = here()
    lines = session_list(town)
    now = town.clock.now()
    output.show(lines, lambda shown: sessions(shown, now), as_json=as_json)
    if not lines and not as_json:
        output.tell("no session runs")
    running = [line for line in lines if line.runs and line.agent]
    output.next_steps(f"gt attach {running[0].agent}" if running else "gt session start AGENT")


def start(who: AgentOrBead, *, up: Up = True, as_json: Json = False) -> None:
    """Have an agent's session run from now on, with work or without; what was put off on its hook begins."""
    from gastown.operations.sessions.by_hand import start as begin

    town = here()
    started = begin(town, agent_named(town, who), by=caller(town))
    output.show(started, _started, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt attach {started.agent}", f"gt session stop {started.agent}")


def _started(started: "Started") -> str:
    word = "runs already" if started.runs else "wanted" if started.wanted else "starts"
    begins = f"; {started.undeferred} begins" if started.undeferred else ""
    resumed = f"; it was paused: {output.harmless(started.resumed)}" if started.resumed else ""
    return f"{word}  {started.agent}   (session {started.session}{begins}{resumed})"


def stop(who: AgentOrBead, *, as_json: Json = False) -> None:
    """End an agent's session with all that it started. What is on its hook stays there, and waits."""
    from gastown.operations.sessions.by_hand import stop as end

    town = here()
    stopped = end(town, agent_named(town, who), by=caller(town))
    output.show(stopped, _stopped, as_json=as_json)
    output.next_steps(
        f"gt session start {stopped.agent}", f"gt unsling {stopped.bead}" if stopped.bead else ""
    )


def _stopped(stopped: "Stopped") -> str:
    told = (
        f"stopped  {stopped.agent}   (session {stopped.session})"
        if stopped.session
        else f"stopped before  {stopped.agent}: no session ran"
    )
    if not stopped.bead:
        until = "nothing is started for its mail until you start it again, or gt up does"
        return f"{told}\n  {until}" if stopped.paused else told
    return f"{told}\n  {stopped.bead} stays on its hook; nothing is started for it until you start the session again"


def restart(who: AgentOrBead, *, up: Up = True, as_json: Json = False) -> None:
    """Put a fresh session, with a fresh conversation, in the place of an agent's, at once."""
    from gastown.operations.sessions.by_hand import restart as again

    town = here()
    restarted = again(town, agent_named(town, who), by=caller(town))
    output.show(restarted, _restarted, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt attach {restarted.agent}")


def _restarted(restarted: "Restarted") -> str:
    word = "restarted" if restarted.ended is not None else "started"
    return f"{word}  {restarted.agent}   (session {restarted.session}, incarnation {restarted.incarnation})"
