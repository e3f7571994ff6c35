"""Undoing what was done lately: `gt undo`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from datetime import datetime

    from gastown.operations.town.undo import Undone
    from gastown.views.undoables import UndoLine


def undo(
    what: Annotated[
        str | None,
        Argument(
            "The number of what was done, or the agent, bead or rig that it was done to; nothing: list it.",
            metavar="WHAT",
        ),
    ] = None,
    *,
    most: Annotated[int, Option("How many are listed.", "-n", "--limit", metavar="N")] = 20,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Undo what was set aside, unslung, nuked, deleted or removed lately; alone it lists that, newest first."""
    town = here()
    if what is None:
        from gastown.views.undoables import undo_lines

        lines = undo_lines(town, most=asked.not_negative(most, "--limit"))
        output.show(lines, lambda shown: _list(shown, town.clock.now()), as_json=as_json)
        if not as_json:
            free = next((line.id for line in lines if not line.refused), None)
            output.next_steps(f"gt undo {free}" if free is not None else "")
            if not lines:
                output.tell("nothing was done lately that could be undone")
        return
    from gastown.operations.town.undo import undo as carry_out

    done = carry_out(town, what, by=caller(town))
    output.show(done, _undone, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(done.next)


def _list(lines: "Sequence[UndoLine]", now: "datetime") -> str:
    from gastown.cli.tables import table
    from gastown.cli.times import ago

    if not lines:
        return ""
    rows = [
        (
            str(line.id),
            ago(line.at, now),
            line.what,
            line.about + (f' "{line.title}"' if line.title else ""),
            f"not now: {line.refused}" if line.refused else line.command,
        )
        for line in lines
    ]
    head, *told = table(
        [("id", "when", "what", "of", "undone by"), *rows], gives_way={3: 16, 4: 16}, right=(0,)
    )
    return "\n".join([output.faint(head), *told])


def _undone(done: "Undone") -> str:
    return "\n".join(
        [f"undone  {done.id}  {done.about}", *(f"  {output.harmless(line)}" for line in done.lines)]
    )
