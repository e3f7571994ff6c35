"""Reading beads (work items): `bd ready`, `bd show`."""

from typing import Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here


def ready(
    *,
    rig: Annotated[str | None, Option("Only of this rig (project).", metavar="RIG")] = None,
    most: Annotated[int, Option("How many at most.", "-n", "--limit", metavar="N")] = 1000,
    as_json: Json = False,
) -> None:
    """List the beads that can be worked on at once: open, unblocked, in no queue; the urgent ones first."""
    from gastown.cli.render_bead import ready_list
    from gastown.views.ready import ready as what_is_ready

    town = here()
    found = what_is_ready(town, rig, most)
    output.show(found, lambda lines: ready_list(lines, town.clock.now()), as_json=as_json)
    if found:
        output.next_steps(f"gt sling {found[0].id}")
    elif not as_json:
        output.tell("nothing is ready")
        output.next_steps('bd create "What is to be done"', "gt status")


def show(
    bead: Annotated[str, Argument("A bead's id, or enough of its beginning.")], *, as_json: Json = False
) -> None:
    """Show one bead with all that is known of it: text, links, comments, who worked on it, what became of it."""
    from gastown.views.bead_page import bead_page

    town = here()
    page = bead_page(town, bead)
    if as_json:
        output.say(output.json_text(page))
        return
    from gastown.cli.render_bead import bead_text

    output.say(bead_text(page, town.clock.now()))
