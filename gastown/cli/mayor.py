"""The mayor, the town's coordinator: `gt mayor`."""

from typing import TYPE_CHECKING

from gastown.cli import output
from gastown.cli.parameters import Json, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.sessions.by_hand import Started

MAYOR = "mayor"


def mayor(*, up: Up = True, as_json: Json = False) -> None:
    """Go to the mayor (the coordinator): it splits work, slings it, and reports. Started if it is not there.

    The prefix key and d lead out again. Without a terminal it is only started.
    """
    from gastown.operations.sessions.by_hand import start

    town = here()
    started = start(town, MAYOR, by=caller(town))
    keep_up(town, wanted=up)
    if as_json or not (output.on_terminal() and output.can_ask()):
        output.show(started, _started, as_json=as_json)
        output.next_steps("gt attach mayor", "gt peek mayor")
        return
    from gastown.operations.sessions.caller import must_be_person
    from gastown.operations.town.arrival import wait_for
    from gastown.world.process import exec_into

    must_be_person(town, "going to the mayor")
    if not started.runs:
        output.tell("the mayor comes …")
    exec_into(town.terminal.attach_command(wait_for(town, started.agent)))


def _started(started: "Started") -> str:
    word = "runs already" if started.runs else "is being started"
    return f"the mayor {word}   (session {started.session}; gt attach mayor, in a terminal, leads there)"
