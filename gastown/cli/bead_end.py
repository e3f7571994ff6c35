"""Ending beads (work items), and opening them again: `bd close`, `reopen`, `delete`, `undelete`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.bead_change import Beads, was_work_of
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.cli.texts import DASH, read_dash

if TYPE_CHECKING:
    from gastown.operations.work.close import Closed
    from gastown.operations.work.delete import Deleted
    from gastown.operations.work.reopen import Reopened
    from gastown.operations.work.undelete import Undeleted

Reason = Annotated[str, Option(f"Why. {DASH}", "-r", "--reason", metavar="TEXT")]


def close(
    beads: Beads,
    *,
    reason: Reason = "",
    force: Annotated[
        bool, Option("Also what was slung, or has open children; for people, and logged.", "--force")
    ] = False,
    go_on: Annotated[
        bool, Option("For a step of a molecule: closes it and claims the next.", "--continue")
    ] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Close beads. Work that was slung closes by landing (gt done), not by hand."""
    town = here()
    why = read_dash(reason)
    if go_on:
        _continue(beads, why, force=force, up=up, as_json=as_json)
        return
    from gastown.operations.work.close import close as end

    done = end(town, beads, reason=why, force=force, by=caller(town))
    output.show(done, _closed, as_json=as_json)
    if not all(one.already for one in done.beads):
        keep_up(town, wanted=up)
    ready = [f"gt sling {done.unblocked[0].id}"] if done.unblocked else []
    output.next_steps(*ready, "bd ready", f"bd reopen {done.beads[0].id}")


def _continue(beads: Sequence[str], why: str, *, force: bool, up: bool, as_json: bool) -> None:
    from gastown.cli.render_molecule import continued
    from gastown.errors import Invalid
    from gastown.operations.molecules.close_step import close_and_continue

    if force or len(beads) > 1:
        raise Invalid("--continue closes one step, and forces nothing", "bd close STEP --continue")
    town = here()
    by = caller(town)
    done = close_and_continue(town, beads[0], reason=why, by=by)
    output.show(done, continued, as_json=as_json)
    keep_up(town, wanted=up)
    if done.next is not None:
        output.next_steps(f"bd show {done.next.id}", f"bd close {done.next.id} --continue")
    else:
        output.next_steps(f"bd show {done.bead or done.molecule}" if by.is_human else "gt done")


def _closed(done: "Closed") -> str:
    lines = [
        f'{"closed before" if one.already else "closed"}  {one.id}  "{output.harmless(one.title)}"'
        + ("  by force" if one.forced else "")
        + was_work_of(one.taken_from)
        for one in done.beads
    ]
    if done.unblocked:
        lines.append(f"unblocked: {', '.join(one.id for one in done.unblocked)}")
    return "\n".join(lines)


def reopen(beads: Beads, *, reason: Reason = "", up: Up = True, as_json: Json = False) -> None:
    """Open closed beads again, landed ones too."""
    from gastown.operations.work.reopen import reopen as open_again

    town = here()
    why = read_dash(reason)
    done = open_again(town, beads, reason=why, by=caller(town))
    output.show(done, _reopened, as_json=as_json)
    if not all(one.already for one in done):
        keep_up(town, wanted=up)
    output.next_steps(f"bd show {done[0].id}", f"gt sling {done[0].id}")


def _reopened(done: "Sequence[Reopened]") -> str:
    return "\n".join(
        f'{f"not closed: {one.status}" if one.already else "reopened"}  {one.id}  "{output.harmless(one.title)}"'
        for one in done
    )


def delete(
    beads: Beads,
    *,
    reason: Reason = "",
    force: Annotated[
        bool, Option("Also what was slung, has children or is waited for; for people.", "--force")
    ] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Delete beads: no list shows them, and no older copy brings them back. bd undelete does."""
    from gastown.operations.work.delete import delete as remove

    town = here()
    why = read_dash(reason)
    done = remove(town, beads, reason=why, force=force, by=caller(town))
    output.show(done, _deleted, as_json=as_json)
    for one in done:
        if not one.wisp:
            output.undo(f"bd undelete {one.id}")
    keep_up(town, wanted=up)


def _deleted(done: "Sequence[Deleted]") -> str:
    return "\n".join(
        f'{"deleted before" if one.already else "deleted"}  {one.id}  "{output.harmless(one.title)}"'
        + ("  for good: it was a wisp" if one.wisp else "")
        + was_work_of(one.taken_from)
        for one in done
    )


def undelete(
    bead: Annotated[str, Argument("The deleted bead's id, or enough of its beginning.")],
    *,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Bring a deleted bead back with its texts, labels, comments and links."""
    from gastown.operations.work.undelete import undelete as bring_back

    town = here()
    back = bring_back(town, bead, by=caller(town))
    output.show(back, _undeleted, as_json=as_json)
    for link in back.left_out:
        output.tell(f"not linked again: {output.harmless(link)}")
    keep_up(town, wanted=up)
    output.next_steps(f"bd show {back.id}")


def _undeleted(back: "Undeleted") -> str:
    word = "not deleted" if back.already else "undeleted"
    return f'{word}  {back.id}  "{output.harmless(back.title)}"  {back.status}'
