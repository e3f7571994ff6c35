"""How beads hang together: `bd dep tree`, `bd dep cycles`, `bd epic status`."""

from typing import Annotated

from gastown.cli import asked, output
from gastown.cli.bead_read import Most, Rig
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

DEPTH = 10
EPICS = 50


def dep_tree(
    bead: Annotated[str, Argument("A bead's id, or enough of its beginning.")],
    *,
    up: Annotated[
        bool, Option("What leans on it, instead of (--down) what it leans on.", "--up/--down")
    ] = False,
    depth: Annotated[int, Option("How many steps far.", "--depth", metavar="N")] = DEPTH,
    as_json: Json = False,
) -> None:
    """Show what BEAD leans on, and what that leans on in turn, as a tree; what comes twice is shown once."""
    from gastown.cli.render_graph import tree
    from gastown.views.dep_tree import dep_tree as grown

    found = grown(here(), bead, upwards=up, depth=asked.not_negative(depth, "--depth"))
    output.show(found, tree, as_json=as_json)
    other = "--down" if up else "--up"
    output.next_steps(f"bd dep tree {found.root.id} {other}", f"bd ready {found.root.id}")


def dep_cycles(*, as_json: Json = False) -> None:
    """Look for circles of beads that wait for each other. There should be none: what closes one is refused."""
    from gastown.cli.render_graph import circles
    from gastown.views.dep_tree import dep_cycles as going_round

    found = going_round(here())
    output.show(found, circles, as_json=as_json)
    if found:
        one = found[0].beads
        output.next_steps(f"bd dep remove {one[0]} {one[1]}")
    elif not as_json:
        output.tell("there is no circle")


def epic_status(
    epic: Annotated[str | None, Argument("An epic, or any bead with parts; nothing: all epics.")] = None,
    *,
    closed: Annotated[bool, Option("Closed epics too.", "--all")] = False,
    rig: Rig = None,
    most: Most = EPICS,
    as_json: Json = False,
) -> None:
    """Show how far epics have come: the work within them, also within epics that they are made of."""
    from gastown.cli.render_graph import epics
    from gastown.views import epic_status as progress

    town = here()
    if epic is not None:
        listed = progress.EpicList((progress.epic_status(town, epic),), more=False)
    else:
        listed = progress.epic_list(town, closed=closed, rig=rig, most=asked.most(most))
    found = listed.epics
    if as_json:
        output.say(output.json_text(found if epic is None else found[0]))
        return
    if found:
        output.say(epics(found))
    if listed.more:
        output.tell("and more: -n 0 shows all")
    done = progress.eligible(found)
    if done:
        output.next_steps(f"bd close {done[0]}")
    elif found:
        output.next_steps(f"bd children {found[0].id}")
    else:
        output.tell("there is no epic" if closed else "there is no open epic")
        output.next_steps('bd create "A large piece of work" -t epic')
