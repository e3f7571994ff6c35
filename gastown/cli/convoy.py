"""Convoys (batches) by hand: `gt convoy create`, `add`, `remove`, `close`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.town import Town

Convoy = Annotated[str, Argument("The convoy's id, or enough of its beginning.", metavar="CONVOY")]
Beads = Annotated[list[str], Argument("Beads of any rig, by enough of their ids.", metavar="BEAD")]
Watch = Annotated[
    list[str],
    Option("Whom to tell as well how it ends, like mayor; may be repeated.", "--watch", metavar="WHO"),
]


def create(
    title: Annotated[str, Argument("What the batch is about, in one line.")],
    beads: Beads = [],  # noqa: B006 - never changed
    *,
    owner: Annotated[str, Option("Who is told how it ends; else you.", "--owner", metavar="WHO")] = "",
    watch: Watch = [],  # noqa: B006 - never changed
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Make a convoy: a batch that tracks beads until all of them are closed, and then tells its owner.

    An epic among the BEADs counts as one: gt sling EPIC makes a convoy around the work in it.
    """
    from gastown.cli.render_convoy import changed
    from gastown.operations.work.convoy_change import create as open_convoy

    town = here()
    told, owners = _addresses(town, watch), _addresses(town, [owner] if owner else [])
    made = open_convoy(town, title, beads, owner="".join(owners), watching=told, by=caller(town))
    output.show(made, lambda one: changed(one, "created"), as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(
        f"gt sling {made.id}" if made.beads else f"gt convoy add {made.id} BEAD", f"gt convoy watch {made.id}"
    )


def add(
    convoy: Convoy,
    beads: Beads = [],  # noqa: B006 - never changed
    *,
    watch: Watch = [],  # noqa: B006 - never changed
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Put BEADs into a convoy. One that has landed is open again if something open comes in."""
    from gastown.cli.render_convoy import changed
    from gastown.operations.work.convoy_change import add as put_in

    town = here()
    made = put_in(town, convoy, beads, watching=_addresses(town, watch), by=caller(town))
    output.show(made, lambda one: changed(one, "added"), as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt sling {made.id}", f"gt convoy status {made.id}")


def remove(convoy: Convoy, beads: Beads, *, up: Up = True, as_json: Json = False) -> None:
    """Take BEADs out of a convoy; they go on as they are. With the last open one gone, it is done."""
    from gastown.cli.render_convoy import changed
    from gastown.operations.work.convoy_change import remove as take_out

    town = here()
    made = take_out(town, convoy, beads, by=caller(town))
    output.show(made, lambda one: changed(one, "removed"), as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt convoy status {made.id}")


def close(
    convoy: Convoy,
    *,
    reason: Annotated[str, Option("Why, for those who are told.", "--reason", metavar="WHY")] = "",
    force: Annotated[bool, Option("Even while something in it is open; for people.", "--force")] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Close a convoy by hand. A convoy closes by itself when all in it has: this is for one that is given up."""
    from gastown.cli.render_convoy import closed
    from gastown.operations.work.convoy_change import close as give_up

    town = here()
    made = give_up(town, convoy, reason=reason, force=force, by=caller(town))
    output.show(made, closed, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("gt convoy list")


def _addresses(town: "Town", given: Sequence[str]) -> Sequence[str]:
    """Full addresses of those who are meant; who is no agent of the town stays as he was typed."""
    from gastown.ledger import agents
    from gastown.views.find_agent import named_agent

    if not given:
        return ()
    known = agents.all_agents(town.ledger)
    found = [(who, named_agent(town, who, known)) for who in given]
    return [agent.address if agent else who for who, agent in found]
