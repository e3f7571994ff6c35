"""Worktrees, for people: `gt worktree list`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Json, Option
from gastown.cli.place import here, short_path

if TYPE_CHECKING:
    from gastown.views.worktrees import Worktree


def list_worktrees(
    *,
    rig: Annotated[str | None, Option("Of this rig alone.", "--rig", metavar="RIG")] = None,
    as_json: Json = False,
) -> None:
    """List every worktree of every rig: whose it is, its branch, and what in it nothing else holds."""
    from gastown.views.worktrees import worktrees

    town = here()
    found = worktrees(town, rig=rig)
    output.show(found, _list, as_json=as_json)
    if not as_json:
        if not found:
            output.tell("there are no worktrees yet")
        output.next_steps("gt rescue list")


def _list(found: "Sequence[Worktree]") -> str:
    from gastown.cli.tables import table

    if not found:
        return ""
    rows = [
        (one.owner, one.bead or "", one.branch or "", _holds(one), short_path(one.folder)) for one in found
    ]
    head, *lines = table([("of", "hook", "branch", "unsaved", "where"), *rows], gives_way={4: 16, 2: 12})
    return "\n".join([output.faint(head), *lines])


def _holds(one: "Worktree") -> str:
    if one.unknown:
        return f"unknown: {one.unknown}"
    said = [*([one.state] if one.state else []), *one.unsaved]
    return ", ".join(said) or "nothing"
