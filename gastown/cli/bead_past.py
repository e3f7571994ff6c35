"""What became of beads: `bd history`, `bd stats`, `bd files`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.bead_read import Rig
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

if TYPE_CHECKING:
    from gastown.town import Town

CHANGES = 50


def history(
    bead: Annotated[str, Argument("A bead's id, or enough of its beginning; a deleted one's in full.")],
    *,
    most: Annotated[int, Option("How many changes; 0: all.", "-n", "--limit", metavar="N")] = CHANGES,
    as_json: Json = False,
) -> None:
    """Show who changed what of a bead and when, field by field, oldest first."""
    from gastown.cli.render_past import history_text
    from gastown.views.history import history as recorded

    town = here()
    found = recorded(town, bead, asked.most(most))
    output.show(found, lambda page: history_text(page, town.clock.now()), as_json=as_json)
    if as_json:
        return
    if found.left_out:
        output.tell(f"and {found.left_out:,} older changes: -n 0 shows all")
    if found.ephemeral:
        output.tell("a wisp: nobody keeps what changes of it")
    output.next_steps(f"bd show {found.id}", f"gt log {found.id}")


def stats(*, rig: Rig = None, as_json: Json = False) -> None:
    """Count the beads: by status, type and priority, what is ready and what waits, how long work takes."""
    from gastown.cli.render_past import stats_text
    from gastown.views.stats import stats as counted

    town = here()
    found = counted(town, rig)
    output.show(found, lambda page: stats_text(page, town.clock.now()), as_json=as_json)
    output.next_steps("bd ready" if found.counts.ready else "bd list")


def files(
    path: Annotated[str, Argument("A file or folder of the repository, or in a worktree of it.")],
    *,
    rig: Rig = None,
    as_json: Json = False,
) -> None:
    """Show which beads touched a file: what landed, what waits to land, what agents have committed so far."""
    from gastown.cli.render_past import files_text
    from gastown.views.files_touched import files_touched

    town = here()
    home, within = _place(town, path, rig)
    found = files_touched(town, home, within)
    output.show(found, lambda page: files_text(page, town.clock.now()), as_json=as_json)
    for unseen in () if as_json else found.cannot_see:
        output.tell(f"could not be read: {unseen}")
    touches = (*found.in_flight, *found.landed)
    if touches:
        output.next_steps(f"bd show {touches[0].bead}")
    elif not as_json:
        output.tell(f"no bead touched {found.path} in {found.rig}")


def _place(town: "Town", path: str, rig: str | None) -> tuple[str, str]:
    """The rig and the path in its repository. Raises Invalid when nothing says which rig."""
    from gastown.errors import Invalid
    from gastown.operations.work.create import usual_rig
    from gastown.views.files_touched import place_of

    seen, within = place_of(town, path, Path.cwd())
    home = rig or seen or usual_rig(town)
    if home is None:
        raise Invalid(
            f"{path} may be a path of any rig", f"bd files {path} --rig {next(iter(town.rigs), 'RIG')}"
        )
    return home, within
