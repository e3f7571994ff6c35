"""Polecats, the rigs' workers: `gt polecat list`, `gt polecat nuke`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import exits, output
from gastown.cli.crew import gone_or_there, taken_out
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.town.take_out import TakenOut


def list_polecats(
    *,
    rig: Annotated[str | None, Option("Of one rig.", metavar="RIG")] = None,
    removed: Annotated[bool, Option("Also those that were nuked.", "--removed")] = False,
    as_json: Json = False,
) -> None:
    """List polecats (a rig's workers): what each does now, and what is on its hook (its assignment slot)."""
    from gastown.cli.render_agents import agents_by_home
    from gastown.domain.targets import WORKER
    from gastown.views.agents import agent_list

    town = here()
    lines = agent_list(town, role=WORKER, rig=rig, removed=removed)
    now = town.clock.now()
    output.show(lines, lambda shown: agents_by_home(shown, now), as_json=as_json)
    if not lines and not as_json:
        output.tell("there are no polecats yet")
    output.next_steps(f"gt agents show {lines[0].short}" if lines else 'gt sling "What is to be done"')


def nuke(
    name: Annotated[list[str], Argument("Polecats: Toast, web/Toast.")],
    *,
    up: Up = True,
    as_json: Json = False,
) -> int:
    """Take polecats (a rig's workers) out of the town: session and worktree go, and nothing that they made is lost.

    Commits stay on their branches, what was not committed is kept under refs/gastown/rescue, the work is open again,
    and the record stays. A polecat that is slung at again by its name comes back. Safe to repeat.
    """
    from gastown.errors import GastownError
    from gastown.operations.town.nuke import nuke as take_out

    town = here()
    by = caller(town)
    gone: list[TakenOut] = []
    status = exits.DONE
    for who in name:
        try:
            gone.append(take_out(town, gone_or_there(town, who, "polecat"), by=by))
        except GastownError as error:
            output.complain(error.message, error.hint)
            status = status or exits.code(error)
    output.show(gone, lambda all_of_it: "\n".join(map(taken_out, all_of_it)), as_json=as_json)
    keep_up(town, wanted=up)
    for one in gone:
        output.undo(f"gt undo {one.agent}")
    return status
