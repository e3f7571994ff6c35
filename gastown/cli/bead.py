"""Changing beads (work items): `bd create`, `bd dep add`."""

import sys
from typing import Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

DASH = "A dash reads it from standard input."


def create(  # noqa: PLR0913 - a bead's own fields
    title: Annotated[str, Argument("What is to be done, in one line.")],
    *,
    rig: Annotated[str | None, Option("The rig (project) it belongs to.", metavar="RIG")] = None,
    id: Annotated[str, Option("An id from elsewhere, like issue-123.", metavar="ID")] = "",  # noqa: A002 - as typed
    description: Annotated[
        str, Option(f"The whole story. {DASH}", "-d", "--description", metavar="TEXT")
    ] = "",
    acceptance: Annotated[str, Option(f"What must hold when it is done. {DASH}", metavar="TEXT")] = "",
    design: Annotated[str, Option(f"How it is meant to be done. {DASH}", metavar="TEXT")] = "",
    type: Annotated[  # noqa: A002 - as typed
        str, Option("task, bug, feature, chore or decision.", "-t", "--type", metavar="TYPE")
    ] = "task",
    priority: Annotated[
        int, Option("0 is the most urgent, 4 the least.", "-p", "--priority", metavar="N")
    ] = 2,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """File a bead (a work item) and give its id.

    Without --rig it belongs to the rig of the present folder, else to the only rig, else to the town.
    """
    from gastown.operations.work.create import create as file_bead

    town = here()
    bead = file_bead(
        town,
        title,
        by=caller(town),
        rig=rig,
        id=id,
        description=_text(description),
        acceptance=_text(acceptance),
        design=_text(design),
        type=type,
        priority=priority,
    )
    output.show(bead, lambda made: f'created  {made.id}  "{output.harmless(made.title)}"', as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt sling {bead.id}", f"bd dep add {bead.id} OTHER", f"bd show {bead.id}")


def dep_add(
    bead: Annotated[str, Argument("The bead that waits.")],
    depends_on: Annotated[str, Argument("The bead that must close first.", metavar="OTHER")],
    *,
    kind: Annotated[
        str, Option("blocks, or another kind of link, like related.", "-t", "--type", metavar="KIND")
    ] = "blocks",
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Make BEAD wait for OTHER: it is not ready, and cannot be slung, before OTHER has closed."""
    from gastown.cli.render_bead import dependency
    from gastown.operations.work.depend import depend

    town = here()
    made = depend(town, bead, depends_on, kind=kind, by=caller(town))
    output.show(made, dependency, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("bd ready", f"bd show {made.bead}")


def _text(given: str) -> str:
    return sys.stdin.read() if given == "-" else given
