"""Reading beads (work items): `bd ready`, `bd show`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

if TYPE_CHECKING:
    from gastown.town import Town

SHOWN = 20
"""Beads that `bd ready` lists."""

Rig = Annotated[str | None, Option("Only of this rig (project).", metavar="RIG")]
Most = Annotated[int, Option("How many at most; 0: all.", "-n", "--limit", metavar="N")]
Assignee = Annotated[
    str | None, Option("Only what is assigned to this agent, like web/Toast.", metavar="AGENT")
]


def ready(
    bead: Annotated[str | None, Argument("Only this bead, ready or not: says why.")] = None,
    *,
    rig: Rig = None,
    assignee: Assignee = None,
    most: Most = SHOWN,
    explain: Annotated[
        bool, Option("Say why each is ready, and why other work is not.", "--explain")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the beads that can be worked on at once: open, unblocked, in no queue; the urgent ones first."""
    from gastown.cli import asked

    town = here()
    if bead is not None:
        _explain_one(town, bead, as_json=as_json)
    elif explain:
        _explain(town, rig, assignee, asked.most(most), as_json=as_json)
    else:
        _ready(town, rig, assignee, asked.most(most), as_json=as_json)


def _ready(town: "Town", rig: str | None, assignee: str | None, most: int, *, as_json: bool) -> None:
    from gastown.cli.render_bead import ready_list
    from gastown.views.ready import COUNTED, ready_count
    from gastown.views.ready import ready as what_is_ready

    found = what_is_ready(town, rig, most, assignee=assignee)
    output.show(found, lambda lines: ready_list(lines, town.clock.now()), as_json=as_json)
    if len(found) == most:
        total = ready_count(town, rig, assignee=assignee)
        if total > most:
            counted = f"{total - most:,}" if total < COUNTED else f"more than {COUNTED - most:,}"
            output.tell(f"and {counted} more: bd ready -n 0")
    if found:
        output.next_steps(f"gt sling {found[0].id}", "bd ready --explain" if len(found) < most else "")
    elif not as_json:
        output.tell("nothing is ready")
        output.next_steps('bd create "What is to be done"', "bd ready --explain", "gt status")


def _explain_one(town: "Town", bead: str, *, as_json: bool) -> None:
    from gastown.cli.render_reasons import explanation
    from gastown.views.explain import explain as why

    found = why(town, bead)
    output.show(found, explanation, as_json=as_json)
    others = dict.fromkeys(identity for reason in found.reasons for identity in reason.beads)
    output.next_steps(
        f"gt sling {found.id}" if found.ready else f"bd show {found.id}",
        *(f"bd show {identity}" for identity in list(others)[:1]),
    )


def _explain(town: "Town", rig: str | None, assignee: str | None, most: int, *, as_json: bool) -> None:
    from gastown.cli.render_reasons import explanations
    from gastown.views.explain import explain_first

    found = explain_first(town, rig, most, assignee)
    output.show(found, explanations, as_json=as_json)
    if not found and not as_json:
        output.tell("there is no open work")
        output.next_steps('bd create "What is to be done"')
    elif not as_json:
        output.next_steps(*(f"gt sling {one.id}" for one in found[:1] if one.ready), "bd blocked")


def show(
    beads: Annotated[
        list[str],
        Argument("Ids of beads, or enough of their beginnings; deleted ones in full.", metavar="BEAD"),
    ],
    *,
    whole: Annotated[bool, Option("Texts to their ends, and all comments.", "--all")] = False,
    as_json: Json = False,
) -> None:
    """Show beads with all that is known of them: text, links, parts, comments, who worked on it, what became of it."""
    from gastown.views.bead_page import bead_page

    town = here()
    pages = [bead_page(town, bead) for bead in beads]
    if as_json:
        output.say(output.json_text(pages if len(pages) > 1 else pages[0]))
        return
    from gastown.cli.render_bead import bead_text

    output.say("\n\n".join(bead_text(page, town.clock.now(), whole=whole) for page in pages))
    if len(pages) == 1 and pages[0].deleted is not None:
        output.next_steps(f"bd undelete {pages[0].id}", f"bd history {pages[0].id}")
