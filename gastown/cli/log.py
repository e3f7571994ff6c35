"""What happened: `gt log`."""

import gc
import time
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gastown.town import Town
    from gastown.views.log import LogLine

PAUSE = 0.25
"""Seconds between two looks of a follower at the ledger's counter of changes, which costs microseconds."""

WHO = 12
"""Columns for who did it, so that lines which come one by one stay aligned."""


def log(
    about: Annotated[
        str | None, Argument("An agent, bead, merge request or rig; nothing: all of it.", metavar="WHAT")
    ] = None,
    *,
    most: Annotated[int, Option("How many of the newest.", "-n", "--lines", metavar="N")] = 50,
    follow: Annotated[bool, Option("Go on as things happen, until Ctrl-C.", "-f", "--follow")] = False,
    as_json: Json = False,
) -> None:
    """Show what happened, newest last."""
    from gastown.cli import asked
    from gastown.views.log import log as what_happened
    from gastown.views.log import newest

    town = here()
    seen = newest(town)  # before the lines are read: what comes in between is told by the follower
    lines = what_happened(town, about, asked.not_negative(most, "--lines"))
    if follow:
        _show_each(lines, town, as_json=as_json)
        _follow(town, about, lines[-1].seq if lines else seen, as_json=as_json)
    else:
        output.show(lines, lambda found: _text(found, town.clock.now()), as_json=as_json)
    if not lines and not as_json:
        output.tell("nothing has happened yet")


def _follow(town: "Town", about: str | None, last: int, *, as_json: bool) -> None:
    from gastown.views.log import after

    gc.enable()  # this one lives long
    version = -1
    while True:
        if version != (version := town.ledger.data_version()):
            lines = after(town, last, about)
            _show_each(lines, town, as_json=as_json)
            last = lines[-1].seq if lines else last
        else:
            time.sleep(PAUSE)


def _show_each(lines: "Sequence[LogLine]", town: "Town", *, as_json: bool) -> None:
    """One line each: JSON Lines if asked for."""
    now = town.clock.now()
    for line in lines:
        output.say(output.json_text(line, indent=None) if as_json else _text([line], now))
    output.flush()


def _text(lines: "Sequence[LogLine]", now: "datetime") -> str:
    from gastown.cli.tables import table
    from gastown.cli.times import clock

    rows = [(clock(line.at, now), line.who, line.what) for line in lines]
    return "\n".join(table(rows, gives_way={2: 20}, least={1: WHO}))
