"""Looking at convoys (batches): `gt convoy list`, `gt convoy status`, `gt convoy watch`."""

import gc
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, exits, output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import caller, here
from gastown.town import Town

if TYPE_CHECKING:
    from gastown.views.convoys import ConvoyPage

PAUSE = 0.25
"""Seconds between two looks of a watcher at the ledger's counter of changes, which costs microseconds."""

REST = 4
"""A watcher rests so much longer than its last look took: at a convoy of thousands that is no small thing."""

SHOWN = 100
"""Beads of a convoy that are shown to a person who does not say how many."""


def list_convoys(
    *,
    everything: Annotated[bool, Option("The closed ones, too.", "--all")] = False,
    most: Annotated[int, Option("How many at most.", "-n", "--limit", metavar="N")] = 100,
    as_json: Json = False,
) -> None:
    """List the convoys: the open ones, oldest first, each with how far it has come."""
    from gastown.cli.render_convoy import convoy_list
    from gastown.views.convoys import all_convoys, how_many_open, open_convoys

    town, most = here(), asked.not_negative(most, "--limit")
    lines = all_convoys(town, most) if everything else open_convoys(town, most)
    output.show(lines, lambda shown: convoy_list(shown, town.clock.now()), as_json=as_json)
    if as_json:
        return
    if (left := how_many_open(town) - sum(line.state == "open" for line in lines)) > 0:
        output.tell(f"… and {left} more are open: gt convoy list -n {left + len(lines)}")
    if lines:
        output.next_steps(f"gt convoy status {lines[0].id}", f"gt convoy watch {lines[0].id}")
    else:
        output.tell("no convoy is open" if not everything else "there has been no convoy yet")
        output.next_steps('gt convoy create "What it is about" BEAD…')


def status(
    convoy: Annotated[
        str | None, Argument("A convoy's id, or enough of it; nothing: all open ones.", metavar="CONVOY")
    ] = None,
    *,
    most: Annotated[
        int | None,
        Option("How many of its beads at most; else 100, with --json all.", "-n", "--limit", metavar="N"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show one convoy: every bead in it with where it stands, who works on it, and what it waits for."""
    if convoy is None:
        list_convoys(most=most or SHOWN, as_json=as_json)
        return
    from dataclasses import replace

    from gastown.cli.render_convoy import convoy_text
    from gastown.views.convoys import convoy_page

    most = None if most is None else asked.not_negative(most, "--limit")
    town = here()
    page = convoy_page(town, convoy)
    if as_json:
        output.say(output.json_text(page if most is None else replace(page, beads=page.beads[:most])))
    else:
        output.say(convoy_text(page, SHOWN if most is None else most, town.clock.now()))
    _read(town, page)
    if page.convoy.state == "open":
        output.next_steps(f"gt sling {page.convoy.id}", f"gt convoy watch {page.convoy.id}")


def watch(
    convoy: Annotated[str, Argument("The convoy's id, or enough of its beginning.", metavar="CONVOY")],
    *,
    timeout: Annotated[
        float | None,
        Option("Give up after so long; the exit code is then 75.", "--timeout", metavar="SECONDS"),
    ] = None,
    as_json: Json = False,
) -> int:
    """Follow a convoy until it has ended: a bar on a terminal, a line for each change in a pipe.

    The exit code is 0 when it has landed, 1 when it was closed otherwise. Needs no supervisor.
    """
    from gastown.domain.convoys import TrackedState

    gc.enable()  # this one lives long
    town = here()
    screen = _Screen(as_json=as_json)
    try:
        page = _until_it_ends(town, convoy, screen, timeout)
    finally:
        screen.leave()
    if page.convoy.state == "open":
        output.tell(f"{page.convoy.id} is still open: {page.convoy.closed} of {page.convoy.tracked} closed")
        if page.convoy.states.get(TrackedState.READY):
            output.next_steps(f"gt sling {page.convoy.id}")
        return exits.BUSY
    done = page.convoy.state == "done"
    words = f"{page.convoy.state}  {page.convoy.id}  {output.harmless(page.convoy.title)}: {page.ended.words}"
    output.say(output.json_text(page.convoy, indent=None) if as_json else words)
    _read(here(), page)  # the ledger may be another file by now
    return exits.DONE if done else exits.NOT_POSSIBLE


def _until_it_ends(town: Town, convoy: str, screen: "_Screen", timeout: float | None) -> "ConvoyPage":
    """Show every change; gives the last look, at which the convoy is open only if the time was over."""
    from gastown.views.convoys import convoy_page

    end = None if timeout is None else time.monotonic() + timeout
    version, took = town.ledger.data_version(), 0.0
    page = convoy_page(town, convoy)
    screen.show(None, page)
    while page.convoy.state == "open":
        pause = max(PAUSE, REST * took)
        left = pause if end is None else min(pause, end - time.monotonic())
        if left > 0:
            time.sleep(left)
        if town.ledger.is_replaced():  # by gt ledger restore
            town.close()
            town, version = Town(town.root), -1
        if version != (version := town.ledger.data_version()):
            began, before = time.monotonic(), page
            page = convoy_page(town, page.convoy.id)
            screen.show(before, page)
            took = time.monotonic() - began
        elif left <= 0:
            break
    return page


class _Screen:
    """Where a watcher writes: one bar that is drawn anew, or a line for each change."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._redraws = not as_json and output.on_terminal() and os.environ.get("TERM", "dumb") != "dumb"
        self._drawn = False

    def show(self, before: "ConvoyPage | None", page: "ConvoyPage") -> None:
        """What has changed since `before`."""
        from gastown.cli.render_convoy import bar_line, told
        from gastown.cli.tables import fit
        from gastown.views.convoy_news import news

        if self._redraws:
            sys.stdout.write(f"\r\x1b[K{fit(bar_line(page.convoy), output.width() - 1)}")
            self._drawn = True
        else:
            for one in news(before, page):
                output.say(output.json_text(one, indent=None) if self._as_json else told(one))
        output.flush()

    def leave(self) -> None:
        """Let what comes next begin on a line of its own."""
        if self._drawn:
            output.say()
            output.flush()


def _read(town: Town, page: "ConvoyPage") -> None:
    """Whoever has seen how a convoy ended need not be told any more."""
    from gastown.errors import GastownError
    from gastown.operations.work.convoy_notices import seen

    if page.convoy.state != "open":
        with suppress(GastownError):  # in a gate nobody reads
            seen(town, page.convoy.id, by=caller(town))
