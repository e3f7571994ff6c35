"""Agents' sessions: `gt prime`, `gt peek`, `gt attach`."""

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.parameters import AgentOrBead, Argument, Json, Option
from gastown.cli.place import caller, here

if TYPE_CHECKING:
    from gastown.domain.assignments import Caller
    from gastown.domain.briefing_facts import Briefing
    from gastown.town import Town


def peek(
    who: AgentOrBead,
    *,
    lines: Annotated[int, Option("How many lines.", "-n", "--lines", metavar="N")] = 40,
    as_json: Json = False,
) -> None:
    """Show the last lines of an agent's screen, without going there."""
    from gastown.domain.briefing_text import printable
    from gastown.views.find_agent import find_agent
    from gastown.views.sessions import session_of

    town = here()
    agent = find_agent(town, who)
    session = session_of(town, agent)
    text = town.terminal.capture(session, asked.not_negative(lines, "--lines"))
    shown = {"agent": agent.address, "session": session.name, "lines": text.splitlines()}
    output.show(shown, lambda _: printable(text), as_json=as_json)


def attach(
    who: Annotated[
        str | None, Argument("An agent, or a bead: whoever works on it; nothing: pick one.", metavar="AGENT")
    ] = None,
) -> None:
    """Go into an agent's session, as if you sat at its terminal; the prefix key and d lead out again."""
    from gastown.errors import Refused
    from gastown.operations.sessions.caller import must_be_person
    from gastown.views.find_agent import find_agent
    from gastown.views.sessions import session_of
    from gastown.world.process import exec_into

    town = here()
    must_be_person(town, "gt attach")
    name = session_of(town, find_agent(town, who)).name if who else None
    if not (output.on_terminal() and output.can_ask()):
        raise Refused("gt attach needs a terminal", f"gt peek {who or 'AGENT'} prints the last lines")
    exec_into(town.terminal.attach_command(name))


def prime(
    who: Annotated[str | None, Argument("An agent; nothing: the one that asks.", metavar="AGENT")] = None,
    *,
    hook: Annotated[
        bool, Option("As an agent CLI's start callback: JSON on standard input.", "--hook")
    ] = False,
    form: Annotated[
        str, Option("With --hook: what it prints, as this CLI wants it: claude, gemini, copilot.", "--form")
    ] = "",
) -> None:
    """Tell the agent that asks who it is, what is on its hook, and how work is done here."""
    if hook:
        _prime_by_callback(form)
        return
    from gastown.errors import Refused
    from gastown.views.find_agent import find_agent

    town = here()
    by = caller(town)
    if who is None and by.is_human:
        raise Refused(
            "you are the human: nothing is on your hook", "gt prime AGENT shows what that agent is told"
        )
    _tell(town, by, find_agent(town, who).address if who else by.address, None)


def _prime_by_callback(form: str) -> None:
    """Never fail: an agent CLI throws away what a failing start callback says. Outside a town, say nothing."""
    from gastown.errors import GastownError, NotFound

    try:
        town = here()
    except NotFound:
        return
    try:
        by = caller(town)
        if not by.is_human:
            _tell(town, by, by.address, _said(), form)
    except GastownError as error:
        _not_briefed(town, error.message, form)
    except Exception as error:  # noqa: BLE001 - the agent must be told something in any case
        _not_briefed(town, f"{type(error).__name__}: {error}", form)


def _not_briefed(town: "Town", why: str, form: str) -> None:
    from gastown.domain.callback_words import start_words

    output.complain(f"the agent could not be told its work: {why}")
    sorry = "Gas Town could not tell you your work just now. Run `gt prime` before anything else."
    output.say(start_words(sorry, form))
    with (
        contextlib.suppress(OSError),
        (town.places.logs / "callbacks.log").open("a", encoding="utf-8") as log,
    ):
        log.write(f"{town.clock.now():%Y-%m-%dT%H:%M:%SZ} prime {output.harmless(why)}\n")


def _tell(town: "Town", by: "Caller", address: str, callback_input: str | None, form: str = "") -> None:
    from gastown.domain.callback_words import start_words
    from gastown.operations.sessions.prime import prime as tell_work
    from gastown.views.briefing import briefing

    def say(text: str) -> None:
        output.say(start_words(text.rstrip("\n"), form))
        output.flush()

    def read() -> "Briefing":
        return briefing(town, address, reader=by.incarnation)

    tell_work(town, read, by=by, callback_input=callback_input, say=say)


def _said() -> str:
    """What the agent CLI tells its start callback; nothing when a person typed it."""
    return "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()  # pyright: ignore[reportUnnecessaryComparison]
